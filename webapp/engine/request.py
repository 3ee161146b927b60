"""What a program's main process is asked to run; `wire` sends it.

In a module of its own, since a search loads little (see `directed.server_process`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Request(NamedTuple):
    """Run the program at `path`. `name` becomes its `sys.argv[0]`, and `folder` its `sys.path[0]`.

    `module` and `code` are those of Program. `terminals` are the columns and lines of those that
    its streams come out on, by the streams' names.
    `outlets` are those of its streams that are passed on and are not closed; None: nothing is.
    `directed` is what `schedules.as_request` returned, `slow_motion` is Program's.
    """

    path: str
    name: str
    folder: str
    parameters: Mapping[str, Any]
    arguments: Sequence[str]
    terminals: Mapping[str, tuple[int, int]]
    module: str = ""
    code: str | None = None
    directed: Mapping[str, Any] | None = None
    slow_motion: bool = False
    outlets: Sequence[str] | None = None
