"""Vendored files match their SOURCES."""

from tools import vendor


def test_vendored_files_match_their_sources() -> None:
    assert list(vendor.check()) == []
