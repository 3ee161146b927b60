"""Signals that programs inherit: one's own as under plain Python; the site's demos none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Write
from tests.engine.test_command import COMMAND, ROOT, lines
from tests.started import started_with

pytestmark = pytest.mark.thorough

TELL = """
    import multiprocessing
    import os
    import signal

    def tell(name):
        handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
        ignored = [int(number) for number, handler in handlers.items() if handler is signal.SIG_IGN]
        others = {h for h in handlers.values()} - {signal.SIG_IGN, signal.SIG_DFL, None}
        umask = os.umask(0)
        os.umask(umask)
        blocked = sorted(map(int, signal.pthread_sigmask(signal.SIG_BLOCK, ())))
        with open("/proc/self/status") as status:
            kernels = [line.split()[1] for line in status if line.startswith(("SigI", "SigB"))]
        names = sorted(handler.__name__ for handler in others)
        print(name, ignored, blocked, oct(umask), names, kernels, flush=True)

    def main():
        tell("main")
        for method in ("fork", "spawn", "forkserver"):
            process = multiprocessing.get_context(method).Process(target=tell, args=(method,))
            process.start()
            process.join()

    if __name__ == "__main__":
        main()
"""

SERVE = """
import sys
from pathlib import Path
from tests.engine.running import finish, texts
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
runner = EmbeddedRunner()
print(*texts(finish(runner, runner.start(Program(Path(sys.argv[1]))))), sep="\\n")
runner.close()
"""

STATES: dict[str, dict[str, Any]] = {
    "a terminal": {},
    "nohup": {"ignored": [signal.SIGHUP]},
    "a background job": {"ignored": [signal.SIGINT, signal.SIGQUIT]},
    "a service": {"ignored": [signal.SIGTERM, signal.SIGPIPE, signal.SIGUSR1], "umask": 0o077},
    "a careless parent": {"ignored": [signal.SIGCHLD, signal.SIGALRM], "umask": 0},
    "a signal mask": {"blocked": [signal.SIGINT, signal.SIGTERM, signal.SIGUSR1]},
}
# With SIGCHLD blocked, plain Python's fork server never learns that a child has ended.
ALL_BLOCKED = {"blocked": [*signal.valid_signals()]}
EVERY_STATE = pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))


def printed(command: list[str], **state: Any) -> list[str]:
    """Return what a command prints when it is started in this state."""
    run = subprocess.run(
        started_with(*command, **state), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.stderr == ""
    return run.stdout.splitlines()


@pytest.fixture
def program(write: Write) -> str:
    """A program that prints what it and its children have inherited."""
    return str(write(TELL).path)


@EVERY_STATE
def test_a_program_inherits_what_it_would_under_plain_python(
    program: str, state: dict[str, Any]
) -> None:
    plain = printed([sys.executable, program], **state)
    assert len(plain) == 4
    recorded = lines("\n".join(printed([*COMMAND, program], **state)))
    output = [event["text"].rstrip("\n") for event in recorded if event.get("kind") == "printed"]
    assert output == plain


@EVERY_STATE
def test_a_recorded_program_inherits_what_it_would_under_plain_python(
    program: str, tmp_path: Path, state: dict[str, Any]
) -> None:
    record = started_with(*COMMAND, "record", program, "-o", str(tmp_path / "run.html"), **state)
    run = subprocess.run(record, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.splitlines() == printed([sys.executable, program], **state)


@pytest.mark.parametrize(
    "state", [*STATES.values(), ALL_BLOCKED], ids=[*STATES, "all signals blocked"]
)
def test_a_demo_inherits_nothing_of_the_server(program: str, state: dict[str, Any]) -> None:
    output = printed([sys.executable, "-c", SERVE, program], **state)
    assert output == printed([sys.executable, program])


def test_a_blocked_signal_ends_a_program_as_under_plain_python(write: Write) -> None:
    program = str(write("raise KeyboardInterrupt").path)
    codes = [
        subprocess.run(
            started_with(*command, program, blocked=[signal.SIGINT]),
            cwd=ROOT,
            capture_output=True,
            check=False,
        ).returncode
        for command in ([sys.executable], COMMAND)
    ]
    assert codes == [128 + signal.SIGINT] * 2


def test_a_program_inherits_safe_path(write: Write, tmp_path: Path) -> None:
    program = str(write("import sys; print(sys.path)").path)
    path = os.pathsep.join([str(tmp_path / "first"), str(ROOT)])
    around = {**os.environ, "PYTHONSAFEPATH": "1", "PYTHONPATH": path}
    page = str(tmp_path / "run.html")
    plain, recorded = (
        subprocess.run([*command, program], env=around, capture_output=True, text=True, check=True)
        for command in ([sys.executable], [*COMMAND, "record", "-o", page])
    )
    assert recorded.stdout == plain.stdout


def test_a_program_with_a_low_limit_of_descriptors_is_recorded(write: Write) -> None:
    program = str(write("print(open('/dev/null').fileno(), 'ran')").path)
    few = ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"]
    run = subprocess.run(
        [*few, *COMMAND, program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    printed = [event["text"] for event in lines(run.stdout) if event.get("kind") == "printed"]
    assert printed == ["3 ran\n"]
