"""`python -m webapp.cluster`: runs a worker until SIGTERM.

`python -m webapp.cluster health` exits with 0 if the worker of this name is announced.
"""

from __future__ import annotations

import logging.config
import sys
from collections.abc import Sequence

from webapp.engine.piped import ends_with_reader
from webapp.engine.run_user import RunUserError
from webapp.engine.surroundings import bare
from webapp.environment import SettingsError, read_settings, variable
from webapp.lessons.folders import TOPICS, find_topics
from webapp.operating.logs import log_config
from webapp.settings import Settings, engine_limits

USAGE = "usage: python -m webapp.cluster [health]"


def main(arguments: Sequence[str]) -> int:
    """Run the command; return its exit code."""
    try:
        settings = read_settings()
        if not settings.redis_url.get_secret_value():
            raise SettingsError(f"A worker needs {variable('redis_url')}.")
        match arguments:
            case []:
                return _serve(settings)
            case ["health"]:
                return _tell_health(settings)
    except (RunUserError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        print(f"A worker needs what requirements-cluster.lock has ({error.name}).", file=sys.stderr)
        return 1
    print(USAGE, file=sys.stderr)
    return 2


def _serve(settings: Settings) -> int:
    from webapp.cluster.serving import machine_called, serve  # noqa: PLC0415

    logging.config.dictConfig(log_config(format=settings.log_format, level=settings.log_level))
    serve(
        settings.redis_url.get_secret_value(),
        TOPICS,
        {demo.program(demo.defaults).needs for topic in find_topics() for demo in topic.demos},
        machine=machine_called(settings.worker_name),
        limits=engine_limits(settings),
        around=bare(settings.run_user),
    )
    return 0


@ends_with_reader()
def _tell_health(settings: Settings) -> int:
    from webapp.cluster.registry import connect  # noqa: PLC0415
    from webapp.cluster.serving import machine_called  # noqa: PLC0415

    registry = connect(settings.redis_url.get_secret_value(), life=1, unfollowed=1)
    name = machine_called(settings.worker_name).name
    there = registry.answers() and registry.is_announced(name)
    print(f"{name} is {'there' if there else 'not announced'}")
    return int(not there)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
