"""All settings. `environment` reads them; `flask --app wsgi settings` lists them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from webapp.engine.limits import MB, Limits

PREFIX = "MOVAZI_"

REPOSITORY = re.compile(r"([\w.-]+/[\w.-]+)?")
HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")

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


class Settings(BaseSettings):
    """The settings, with their defaults. Raises ValidationError."""

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
