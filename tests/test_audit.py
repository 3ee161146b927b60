"""What the audit says when Lighthouse has no report on a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import audit


def test_a_page_without_a_report_is_an_error_that_names_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Lighthouse writes a report without scores, then its reason, and ends with 1."""
    lighthouse = tmp_path / "lighthouse.js"
    lighthouse.write_text(
        """console.log('{"categories": {}}'); console.error("NO_NAVSTART"); process.exit(1);"""
    )
    monkeypatch.setattr(audit, "CLI", lighthouse)
    with pytest.raises(audit.CannotAudit, match=r"cannot audit http://localhost/en/\. "):
        audit._report("http://localhost/en/", ())
    assert "NO_NAVSTART" in capfd.readouterr().err
