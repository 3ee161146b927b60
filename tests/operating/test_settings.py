"""Settings come from the environment; a wrong one stops the start with the reason."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from webapp.environment import SettingsError, allowed, read_settings, variable
from webapp.operating.command import settings_command
from webapp.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NAMES = tuple(Settings.model_fields)


def start(command: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the site with these variables; return what it prints."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(variable(name), raising=False)


def test_without_variables_every_setting_has_its_default() -> None:
    settings = read_settings()
    assert (settings.host, settings.port, settings.hosts) == ("127.0.0.1", 8000, ())


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("PORT", "9000", 9000),
        ("MOVAZI_PROXIES", "1", 1),
        ("MOVAZI_HOSTS", "movazi.example, .school.example,", ("movazi.example", ".school.example")),
        ("MOVAZI_HOSTS", "[::1]:8000", ("[::1]:8000",)),
        ("MOVAZI_REPOSITORY", "octo/movazi", "octo/movazi"),
        ("MOVAZI_LOG_LEVEL", "WARNING", "warning"),
        ("MOVAZI_METRICS_TOKEN", "hush", SecretStr("hush")),
        ("MOVAZI_RATE_LIMIT", "", 3000),
    ],
)
def test_a_variable_is_read(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, read: object
) -> None:
    monkeypatch.setenv(name, given)
    [field] = [field for field in NAMES if variable(field) == name]
    assert getattr(read_settings(), field) == read


@pytest.mark.parametrize(
    ("name", "given", "allowed"),
    [
        ("PORT", "http", "a whole number from 1 to 65535"),
        ("PORT", "0", "a whole number from 1 to 65535"),
        ("MOVAZI_PROXIES", "-1", "a whole number from 0 to 10"),
        ("MOVAZI_THREADS", "1.5", "a whole number from 8 to 10000"),
        ("MOVAZI_LOG_FORMAT", "xml", "text or json"),
        ("MOVAZI_HOSTS", "https://movazi.example", "names separated by commas"),
        ("MOVAZI_REPOSITORY", "https://github.com/octo/movazi", "OWNER/NAME"),
        ("MOVAZI_REPOSITORY", 'octo/"><b>', "OWNER/NAME"),
    ],
)
def test_a_wrong_value_is_reported_with_its_name_and_what_is_allowed(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, allowed: str
) -> None:
    monkeypatch.setenv(name, given)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value).startswith(f"{name} cannot be {given!r}: it takes {allowed}")


def test_all_problems_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("MOVAZI_PROXIES", "x")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert [line.split()[0] for line in str(error.value).splitlines()] == ["PORT", "MOVAZI_PROXIES"]


def test_an_unknown_setting_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOVAZI_DATABSE_URL", "sqlite:////lost")
    with pytest.raises(SettingsError, match=r"MOVAZI_DATABSE_URL is no setting; .*, DATABASE_URL"):
        read_settings()


@pytest.mark.parametrize("command", [["gunicorn"], ["flask", "--app", "wsgi", "demos"]], ids=str)
def test_a_wrong_setting_stops_the_start_with_one_line(command: list[str]) -> None:
    ended = start(command, MOVAZI_PROXIES="many")
    assert ended.returncode != 0
    assert ended.stderr == (
        "MOVAZI_PROXIES cannot be 'many': it takes a whole number from 0 to 10.\n"
    )


def test_the_command_lists_every_setting_with_its_values_and_its_default() -> None:
    ended = start(["flask", "--app", "wsgi", "settings"], MOVAZI_RATE_LIMIT="77")
    assert ended.returncode == 0
    for name, field in Settings.model_fields.items():
        assert field.description is not None
        assert f"{variable(name)}\n    {field.description}\n" in ended.stdout
        assert f"takes: {allowed(name)}\n" in ended.stdout
    assert "default: 3000\n    now: 77\n" in ended.stdout


def test_secrets_are_never_printed() -> None:
    settings = Settings(metrics_token=SecretStr("hush-hush"))
    listed = CliRunner().invoke(settings_command(settings))
    assert "now: (set)" in listed.output
    assert "hush-hush" not in listed.output
    assert "hush-hush" not in repr(settings)
