"""All settings, read from environment variables.

`flask --app wsgi settings` lists them. An invalid value, or an unknown name with PREFIX, stops the
start with a message that says what is allowed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from webapp.engine.limits import MB, Limits

PREFIX = "MOVAZI_"

REPOSITORY = re.compile(r"([\w.-]+/[\w.-]+)?")
HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")

PATTERNS = {
    "repository": "OWNER/NAME, as on GitHub",
    "worker_name": "up to 64 letters, digits, dots, hyphens or underscores",
    "hosts": "names separated by commas; .NAME includes all subdomains of NAME",
}
"""The allowed values in words, for settings whose type does not say enough."""

EMPTY = SecretStr("")

UNFOLLOWED = 10.0
"""Seconds until a run without a follower is ended, if there are several servers.

Its page needs that time to reach another server.
"""

LIMITS = Limits()


def _set(limit: float | None) -> int:
    """Return one of LIMITS, all of which are set."""
    assert limit is not None
    return int(limit)


class SettingsError(ValueError):
    """A setting is invalid; the message names it and says what is allowed."""


class Settings(BaseSettings):
    """The settings, with their defaults. Raises SettingsError (see `read_settings`)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, validate_by_name=True)

    host: Annotated[
        str,
        Field(
            min_length=1,
            validation_alias="HOST",
            description="the address to listen on; 0.0.0.0 accepts other machines",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=1, le=65535, validation_alias="PORT", description="the port to listen on"),
    ] = 8000
    threads: Annotated[
        int,
        Field(
            ge=8,
            le=10_000,
            description="the number of server threads; each request takes one while it is "
            "answered, an open stream none",
        ),
    ] = 256
    streams: Annotated[
        int,
        Field(ge=8, le=100_000, description="how many streams may be open; more are refused"),
    ] = 4_000
    runner: Annotated[
        Literal["embedded", "celery"],
        Field(
            description="where programs run: on this machine (embedded), or on the workers that "
            "share REDIS_URL (celery)"
        ),
    ] = "embedded"
    redis_url: Annotated[
        SecretStr,
        Field(
            validation_alias="REDIS_URL",
            description="the Redis that servers and workers share: redis://HOST:6379/0",
        ),
    ] = EMPTY
    worker_name: Annotated[
        str,
        Field(
            pattern=r"^[\w.-]{0,64}$",
            description="the worker's name on the receipts of its runs; "
            "empty: the machine's host name",
        ),
    ] = ""
    database_url: Annotated[
        SecretStr,
        Field(
            validation_alias="DATABASE_URL",
            description="the database of kept runs: sqlite:////PATH or postgresql://…; "
            "empty: an SQLite file in the folder instance",
        ),
    ] = EMPTY
    keep_days: Annotated[
        int,
        Field(ge=1, le=36_500, description="the most days that a run is kept"),
    ] = 365
    keep_mb: Annotated[
        int,
        Field(
            ge=10,
            le=10_000_000,
            description="the most space for all kept runs, in MB; beyond it the oldest are pruned",
        ),
    ] = 1_000
    proxies: Annotated[
        int,
        Field(
            ge=0,
            le=10,
            description="the number of trusted proxies in front, whose X-Forwarded-For, -Proto and "
            "-Host headers are used",
        ),
    ] = 0
    hosts: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(
            description="the host names that the site answers to; empty: the machine's own names "
            "and all IP addresses"
        ),
    ] = ()
    repository: Annotated[
        str,
        Field(description="the project's repository on GitHub, for links to it; empty: no links"),
    ] = ""
    capacity: Annotated[
        int,
        Field(ge=1, le=10_000, description="how many runs may be live at once; more are queued"),
    ] = LIMITS.capacity
    in_line: Annotated[
        int,
        Field(ge=0, le=100_000, description="how many runs may be queued; more are refused"),
    ] = LIMITS.in_line
    run_seconds: Annotated[
        int,
        Field(
            ge=1,
            le=3_600,
            description="the longest wall time of a run, in seconds",
        ),
    ] = _set(LIMITS.soft_deadline)
    run_cpu_seconds: Annotated[
        int,
        Field(
            ge=1,
            le=3_600,
            description="the most CPU time for each process of a run, in seconds",
        ),
    ] = _set(LIMITS.cpu)
    run_memory_mb: Annotated[
        int,
        Field(
            ge=200,
            le=1_000_000,
            description="the most address space for each process of a run, in MB; a thread takes 8",
        ),
    ] = _set(LIMITS.memory) // MB
    run_processes: Annotated[
        int,
        Field(
            ge=10,
            le=30_000,
            description="the most processes and threads, counted together, that a run may have "
            "at once",
        ),
    ] = _set(LIMITS.processes)
    run_open_files: Annotated[
        int,
        Field(
            ge=600,
            le=1_000_000,
            description="the most open files for each process of a run; the recorder uses the "
            "descriptors from 500",
        ),
    ] = _set(LIMITS.open_files)
    run_file_mb: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="the largest size of a file that a run writes, in MB",
        ),
    ] = _set(LIMITS.file_size) // MB
    run_output_mb: Annotated[
        int,
        Field(
            ge=1,
            le=1_000,
            description="the most output that a run may print, in MB",
        ),
    ] = _set(LIMITS.output) // MB
    run_user: Annotated[
        str,
        Field(description="the user that runs belong to; empty: the server's own"),
    ] = ""
    rate_limit: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="runs per minute for each IP address; a whole class may share one",
        ),
    ] = 3000
    rate_limit_page: Annotated[
        int,
        Field(ge=1, le=1_000_000, description="runs per minute for each open page"),
    ] = 60
    metrics_token: Annotated[
        SecretStr,
        Field(
            description="the bearer token with which Prometheus reads /metrics; "
            "empty: there is no /metrics"
        ),
    ] = EMPTY
    log_format: Annotated[
        Literal["text", "json"],
        Field(description="the format of the log: text for people, json for one object per line"),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="the lowest level that is logged"),
    ] = "info"

    @field_validator("hosts", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """Split the comma-separated names of the environment variable."""
        if not isinstance(given, str):
            return given
        return tuple(name.strip() for name in given.split(",") if name.strip())

    @field_validator("hosts")
    @classmethod
    def _host_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [host for host in hosts if not HOST.fullmatch(host)]:
            raise ValueError(f"{wrong[0]} is no host name")
        return hosts

    @field_validator("repository")
    @classmethod
    def _owner_and_name(cls, repository: str) -> str:
        if not REPOSITORY.fullmatch(repository):
            raise ValueError("it is no repository")
        return repository

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _in_small_letters(cls, word: object) -> object:
        return word.lower() if isinstance(word, str) else word

    @model_validator(mode="before")
    @classmethod
    def _none_empty(cls, given: Any) -> Any:
        """Treat an empty variable as unset, so that a file may list all settings."""
        return {name: value for name, value in given.items() if value != ""}


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


def engine_limits(settings: Settings) -> Limits:
    """Return the engine's limits from the settings."""
    return Limits(
        capacity=settings.capacity,
        in_line=settings.in_line,
        soft_deadline=settings.run_seconds,
        unfollowed=UNFOLLOWED if settings.redis_url.get_secret_value() else LIMITS.unfollowed,
        cpu=settings.run_cpu_seconds,
        memory=settings.run_memory_mb * MB,
        processes=settings.run_processes,
        open_files=settings.run_open_files,
        file_size=settings.run_file_mb * MB,
        output=settings.run_output_mb * MB,
    )


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
