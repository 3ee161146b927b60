"""The runner for many machines keeps what every runner promises."""

from tests.engine.seam import *  # noqa: F403
