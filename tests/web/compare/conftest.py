"""A runner for the two runs of a comparison."""

import pytest

from tests.web.compare.comparing import TwoRunner


@pytest.fixture
def runner() -> TwoRunner:
    return TwoRunner()
