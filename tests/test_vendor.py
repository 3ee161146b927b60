"""What is copied from elsewhere is what its SOURCES say."""

from tools import vendor


def test_vendored_files_are_those_that_their_sources_name() -> None:
    assert list(vendor.check()) == []
