"""The image that the tests of the deployment share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.container import Image, build


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image, built once."""
    yield from build(tmp_path_factory.mktemp("image"))
