"""The command that lists the settings: `flask --app wsgi settings`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import click
from pydantic import SecretStr

from webapp.environment import allowed, variable
from webapp.settings import Settings

HELP = "List all settings: their variable, what they take, default and meaning."


def settings_command(settings: Settings) -> click.Command:
    """Return the command `settings`."""
    return click.Command("settings", callback=partial(list_settings, settings), help=HELP)


def list_settings(settings: Settings) -> None:
    """Print every setting, and its value if that is not the default. Secrets are hidden."""
    for name, field in Settings.model_fields.items():
        click.secho(variable(name), bold=True)
        click.echo(f"    {field.description}")
        for title, text in _rows(settings, name, field.get_default()):
            click.echo(f"    {title}: {text}")


def _rows(settings: Settings, name: str, default: object) -> Iterator[tuple[str, str]]:
    yield "takes", allowed(name)
    yield "default", _written(default)
    value = getattr(settings, name)
    if value != default:
        yield "now", _written(value)


def _written(value: object) -> str:
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else "(empty)"
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "(empty)"
    return str(value) if value != "" else "(empty)"
