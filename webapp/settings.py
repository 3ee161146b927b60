"""Everything that a deployer may set: one typed place, read from environment variables.

`flask --app wsgi settings` lists them. A value that cannot be taken, or a name that is no setting,
stops the start and says what is allowed.
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
    "repository": "OWNER/NAME, as GitHub has it",
    "worker_name": "up to 64 letters, digits, dots, hyphens or underscores",
    "hosts": "names separated by commas; one that begins with a dot stands for all below it",
}
"""What is allowed, in words, where the type does not tell."""

EMPTY = SecretStr("")

UNFOLLOWED = 10.0
"""Seconds that a page has to find another server, where there are several, and all may be busy."""

LIMITS = Limits()


def _set(limit: float | None) -> int:
    """A limit of LIMITS that is one."""
    assert limit is not None
    return int(limit)


class SettingsError(ValueError):
    """A setting that cannot be taken; the message names it and what is allowed."""


class Settings(BaseSettings):
    """The settings, with their defaults. Raises SettingsError (see `read_settings`)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, validate_by_name=True)

    host: Annotated[
        str,
        Field(
            min_length=1,
            validation_alias="HOST",
            description="the address to serve at; 0.0.0.0 lets other machines in",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=1, le=65535, validation_alias="PORT", description="the port to serve at"),
    ] = 8000
    threads: Annotated[
        int,
        Field(
            ge=8,
            le=10_000,
            description="how many requests are answered at once; each open stream takes one",
        ),
    ] = 512
    runner: Annotated[
        Literal["embedded", "celery"],
        Field(
            description="where programs run: in this server, or on the workers that share REDIS_URL"
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
            description="what a worker is called on the receipts of its runs; "
            "empty: as its machine is",
        ),
    ] = ""
    database_url: Annotated[
        SecretStr,
        Field(
            validation_alias="DATABASE_URL",
            description="where runs are kept: sqlite:////PATH or postgresql://…; "
            "empty: a file in the folder instance",
        ),
    ] = EMPTY
    keep_days: Annotated[
        int,
        Field(ge=1, le=36_500, description="how many days a run is kept, at most"),
    ] = 365
    keep_mb: Annotated[
        int,
        Field(
            ge=10,
            le=10_000_000,
            description="how many MB all kept runs may take; beyond, the oldest are pruned",
        ),
    ] = 1_000
    proxies: Annotated[
        int,
        Field(
            ge=0,
            le=10,
            description="how many proxies stand in front and are believed about who asks, "
            "by which scheme and host",
        ),
    ] = 0
    hosts: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(
            description="the host names that are answered to; empty: the machine's own names "
            "and numbers"
        ),
    ] = ()
    repository: Annotated[
        str,
        Field(description="where the project is on GitHub, for links to it; empty: no links"),
    ] = ""
    capacity: Annotated[
        int,
        Field(ge=1, le=10_000, description="how many runs may go on at once; more wait in line"),
    ] = LIMITS.capacity
    in_line: Annotated[
        int,
        Field(ge=0, le=100_000, description="how many runs may wait; more are told to come again"),
    ] = LIMITS.in_line
    run_seconds: Annotated[
        int,
        Field(
            ge=1,
            le=3_600,
            description="how long a run may take, in seconds",
        ),
    ] = _set(LIMITS.soft_deadline)
    run_cpu_seconds: Annotated[
        int,
        Field(
            ge=1,
            le=3_600,
            description="how much processor time each process of a run may use, in seconds",
        ),
    ] = _set(LIMITS.cpu)
    run_memory_mb: Annotated[
        int,
        Field(
            ge=200,
            le=1_000_000,
            description="how much address space each process of a run may have, in MB; "
            "a thread takes 8",
        ),
    ] = _set(LIMITS.memory) // MB
    run_processes: Annotated[
        int,
        Field(
            ge=10,
            le=30_000,
            description="how many processes and threads a run may have at once, all together",
        ),
    ] = _set(LIMITS.processes)
    run_open_files: Annotated[
        int,
        Field(
            ge=600,
            le=1_000_000,
            description="how many files each process of a run may have open; "
            "those from 500 are the recorder's",
        ),
    ] = _set(LIMITS.open_files)
    run_file_mb: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="how large a file may be that a run writes, in MB",
        ),
    ] = _set(LIMITS.file_size) // MB
    run_output_mb: Annotated[
        int,
        Field(
            ge=1,
            le=1_000,
            description="how much a run may print, in MB",
        ),
    ] = _set(LIMITS.output) // MB
    run_user: Annotated[
        str,
        Field(description="the user that runs go under; empty: the server's own"),
    ] = ""
    rate_limit: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="how many times a minute all visitors of one address may press Run; "
            "a whole class has one address",
        ),
    ] = 3000
    rate_limit_page: Annotated[
        int,
        Field(ge=1, le=1_000_000, description="how many times a minute one page may press Run"),
    ] = 60
    metrics_token: Annotated[
        SecretStr,
        Field(
            description="what Prometheus must send as its bearer token to read /metrics; "
            "empty: there is no /metrics"
        ),
    ] = EMPTY
    log_format: Annotated[
        Literal["text", "json"],
        Field(description="how the log is written: for people, or a JSON object a line"),
    ] = "text"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="what is logged: this and what is worse"),
    ] = "info"

    @field_validator("hosts", mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """Take what an environment variable can hold: names and commas."""
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
        """An empty variable is as good as none, as in a file that lists them all."""
        return {name: value for name, value in given.items() if value != ""}


def read_settings() -> Settings:
    """Read the environment. Raises SettingsError with all that is wrong, a line each."""
    known = [variable(name) for name in Settings.model_fields]
    # A slip of the pen must not go unnoticed, and a default be taken in its place.
    wrong = [
        f"{name} is no setting; the settings are {', '.join(known)}."
        for name in sorted(os.environ)
        if name.startswith(PREFIX) and name not in known
    ]
    try:
        settings = Settings()
        wrong += _lacking(settings)
    except ValidationError as error:
        wrong += map(_told, error.errors(include_url=False))
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _lacking(settings: Settings) -> Iterator[str]:
    """Tell what several machines need to have in common, and is not given."""
    if settings.runner == "celery":
        for name in ("redis_url", "database_url"):
            if not getattr(settings, name).get_secret_value():
                yield f"{variable('runner')}=celery needs {variable(name)}."


def engine_limits(settings: Settings) -> Limits:
    """What the engine allows, as it is set."""
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
    """Name the environment variable of a setting."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def allowed(name: str) -> str:
    """Say which values a setting takes."""
    field = Settings.model_fields[name]
    if name in PATTERNS:
        return PATTERNS[name]
    if get_origin(field.annotation) is Literal:
        return " or ".join(get_args(field.annotation))
    if field.annotation in (int, float):
        kind = "a whole number" if field.annotation is int else "a number"
        return f"{kind} from {_bound(field, 'ge')} to {_bound(field, 'le')}"
    return "a text"


def _told(error: ErrorDetails) -> str:
    """Tell what is wrong with one setting, without its value where that is a secret."""
    name = _field(str(error["loc"][0]))
    secret = Settings.model_fields[name].annotation is SecretStr
    given = "what is given" if secret else repr(error["input"])
    return f"{variable(name)} cannot be {given}: it takes {allowed(name)}."


def _field(place: str) -> str:
    """The setting at a place that pydantic names: by its field or by its variable."""
    variables: Mapping[str, str] = {variable(name): name for name in Settings.model_fields}
    return variables.get(place, place)


def _bound(field: FieldInfo, which: str) -> object:
    """The bound `ge` or `le`; each number here has both."""
    [found] = [getattr(rule, which) for rule in field.metadata if hasattr(rule, which)]
    return found
