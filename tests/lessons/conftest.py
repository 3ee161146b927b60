"""What the lessons' tests share: the site's own topics and one engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webapp.engine.embedded import EmbeddedRunner


@pytest.fixture(scope="session")
def runner() -> Iterator[EmbeddedRunner]:
    """The engine as the site has it."""
    runner = EmbeddedRunner()
    yield runner
    runner.close()
