"""Reads the settings from environment variables, and says what each of them takes.

An invalid value, or an unknown name with PREFIX, stops the start with a message that says what is
allowed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Literal, get_args, get_origin

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from webapp.settings import PREFIX, Settings

PATTERNS = {
    "repository": "OWNER/NAME, as on GitHub",
    "worker_name": "up to 64 letters, digits, dots, hyphens or underscores",
    "hosts": "names separated by commas; .NAME includes all subdomains of NAME",
}
"""The allowed values in words, for settings whose type does not say enough."""


class SettingsError(ValueError):
    """A setting is invalid; the message names it and says what is allowed."""


def read_settings() -> Settings:
    """Read the environment. Raises SettingsError with one line for each invalid setting."""
    known = [variable(name) for name in Settings.model_fields]
    # A misspelt name must not silently leave the default in place.
    wrong = [
        f"{name} is no setting; the settings are {', '.join(known)}."
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and name not in known
    ]
    try:
        settings = Settings()
        wrong += _lacking(settings)
    except ValidationError as error:
        wrong += map(_message, error.errors(include_url=False))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _lacking(settings: Settings) -> Iterator[str]:
    """Yield a message for each setting that the celery runner needs and that is empty."""
    if settings.runner == "celery":
        for name in ("redis_url", "database_url"):
            if not getattr(settings, name).get_secret_value():
                yield f"{variable('runner')}=celery needs {variable(name)}."


def variable(name: str) -> str:
    """Return the name of a setting's environment variable."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def allowed(name: str) -> str:
    """Return the values that a setting takes, in words."""
    field = Settings.model_fields[name]
    if name in PATTERNS:
        return PATTERNS[name]
    if get_origin(field.annotation) is Literal:
        return " or ".join(get_args(field.annotation))
    if field.annotation in (int, float):
        kind = "a whole number" if field.annotation is int else "a number"
        return f"{kind} from {_bound(field, 'ge')} to {_bound(field, 'le')}"
    return "any text"


def _message(error: ErrorDetails) -> str:
    """Return the message for one invalid setting, without its value if that is a secret."""
    name = _field(str(error["loc"][0]))
    secret = Settings.model_fields[name].annotation is SecretStr
    given = "what is given" if secret else repr(error["input"])
    return f"{variable(name)} cannot be {given}: it takes {allowed(name)}."


def _field(place: str) -> str:
    """Return the name of a setting, which pydantic calls by its name or by its variable."""
    variables: Mapping[str, str] = {variable(name): name for name in Settings.model_fields}
    return variables.get(place, place)


def _bound(field: FieldInfo, which: str) -> object:
    """Return the bound `ge` or `le`, which every number here has."""
    [found] = [getattr(rule, which) for rule in field.metadata if hasattr(rule, which)]
    return found
