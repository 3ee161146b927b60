"""The engine that the lessons' tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from webapp.engine.embedded import EmbeddedRunner


@pytest.fixture(scope="session")
def runner() -> Iterator[EmbeddedRunner]:
    """An engine with the site's default limits."""
    runner = EmbeddedRunner()
    yield runner
    runner.close()
