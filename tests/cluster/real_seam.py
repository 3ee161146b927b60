"""What every runner promises, kept by the one for many machines."""

from tests.engine.seam import *  # noqa: F403
