"""Programs of others' shapes, in `cases`: recorded, each does what it does in plain Python."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from html import escape
from pathlib import Path

import pytest

from tests.record.commanding import COMMAND, ROOT, read, record

CASES = Path(__file__).parent / "cases"


def plain(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a case without the recorder."""
    command = [sys.executable, str(CASES / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize(
    "name",
    [
        "pipe_to_another_program.py",
        "never_closed.py",
        "stack_seen.py",
        "utf8_wrapper.py",
        "stdout_dunder.py",
        "many_locks.py",
    ],
)
def test_its_output_and_exit_code_are_those_of_plain_python(
    name: str, page: Path, tmp_path: Path
) -> None:
    file = tmp_path / "never_closed.txt"
    recorded = record(CASES / name, "-o", page, "--", file)
    left = file.read_text() if file.exists() else ""
    file.unlink(missing_ok=True)
    expected = plain(name, file)
    assert recorded.stdout == expected.stdout
    assert recorded.stderr.splitlines()[:-1] == expected.stderr.splitlines()
    assert recorded.returncode == expected.returncode
    assert left == (file.read_text() if file.exists() else "")
    assert read(page).outcome == "finished"


def test_a_service_goes_on_until_ctrl_c(page: Path) -> None:
    command = [sys.executable, "-m", "webapp.engine", "record"]
    with subprocess.Popen(
        [*command, CASES / "service_until_ctrl_c.py", "-o", page],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "job 1\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)  # several times as long as a run must be silent to be looked at
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "bye\n"
        assert process.wait() == 0
    written = read(page)
    assert written.transcript == ["job 1", "bye"]
    main, worker = written.left
    assert main.startswith("MainThread waits for Event#1 (line 16): only a signal by another")
    assert worker.startswith(
        "Thread-1 (work) waits for jobs (line 10): only a put or a send by another"
    )


def test_a_deadlock_of_some_workers_is_told_and_ends_nothing(page: Path) -> None:
    recorded = record(CASES / "heartbeat_beside_a_deadlock.py", "-o", page)
    assert recorded.returncode == 0
    assert recorded.stdout.splitlines() == [f"beat {beat}" for beat in range(8)]
    written = read(page)
    assert written.outcome == "finished"
    assert written.left == [
        "Thread-1 (take) waits for b (line 12): Thread-2 (take) holds it.",
        "Thread-2 (take) waits for a (line 12): Thread-1 (take) holds it.",
    ]
    nodes, links = ["Thread-1 (take)", "Thread-2 (take)", "a", "b"], ["waits, line 12", "held by"]
    assert Counter(written.graph) == Counter(nodes + 2 * links)


def test_who_ended_with_a_permit_does_not_hold_it(page: Path) -> None:
    recorded = record(CASES / "ended_with_the_permit.py", "-o", page, "--timeout", 3)
    assert recorded.returncode == 128 + signal.SIGTERM
    written = read(page)
    assert written.outcome == "timed_out"
    why = "it was taken last by job-1, which has ended without releasing it."
    assert written.left == [
        "MainThread waits for job-2 (line 18): that has to end.",
        f"job-2 waits for permit (line 8): {why}",
        f"job-3 waits for permit (line 8): {why}",
    ]
    assert "nothing moved" in written.html


def test_a_wait_in_a_signals_handler_is_told_as_such(page: Path) -> None:
    recorded = record(CASES / "handler_wants_lock.py", "-o", page, "--timeout", 2)
    assert recorded.returncode == 128 + signal.SIGTERM
    written = read(page)
    assert written.left == [
        "MainThread, in the handler of SIGUSR1, waits for lock (line 10): it holds it itself."
    ]
    assert {*written.graph} == {"waits, line 10", "held by", "MainThread", "lock"}


def test_a_child_that_is_over_waits_for_room_for_what_it_has_put(page: Path) -> None:
    recorded = record(CASES / "join_before_get.py", "-o", page, "--timeout", 3)
    assert recorded.returncode == 128 + signal.SIGTERM
    assert read(page).left == [
        "MainThread waits for Process-1 (line 14): that has to end.",
        "Process-1 waits for results: only a receive or a get by another worker could end this.",
    ]


def test_a_pools_own_thread_that_has_died_can_give_no_result(page: Path) -> None:
    recorded = record(CASES / "pool_lost_result.py", "-o", page, "--timeout", 3)
    assert recorded.returncode == 128 + signal.SIGTERM
    [left] = read(page).left
    assert left.startswith("MainThread waits for result (line 18): Thread-")
    assert left.endswith(", which hands out the results of a pool, has died by an exception.")


def test_workers_that_wait_for_tasks_which_only_they_could_begin_are_told(page: Path) -> None:
    recorded = record(CASES / "own_task.py", "-o", page, "--timeout", 3)
    assert recorded.returncode == 128 + signal.SIGTERM  # cancel_futures could still free them
    main, *workers = (left.replace("ThreadPoolExecutor-0_", "pool-") for left in read(page).left)
    works = re.match(r"MainThread waits for tasks\[0\] \(line 19\): pool-(.) works on it", main)
    assert works
    assert len(workers) == 2
    for left in workers:
        assert re.match(r"pool-. waits for future#. \(line 14\): no worker of its executor", left)
    assert {text for text in read(page).graph if "line" not in text} >= {"not begun by"}


def test_who_has_not_called_task_done_is_told(page: Path) -> None:
    record(CASES / "task_not_done.py", "-o", page, "--timeout", 3)
    why = "has taken an item out of it and ended without calling task_done()."
    assert read(page).left == [f"MainThread waits for jobs (line 16): Thread-1 (work) {why}"]


def test_two_that_both_wait_for_room_are_a_deadlock(page: Path) -> None:
    record(CASES / "both_send.py", "-o", page)
    assert read(page).outcome == "deadlocked"
    why = "only MainThread and Process-1 can use its other end."
    assert read(page).left == [
        f"MainThread waits for ours (line 14): {why}",
        f"Process-1 waits for theirs (line 6): {why}",
    ]


def test_a_managers_locks_and_their_holders_are_named_through_their_proxies(page: Path) -> None:
    record(CASES / "managers_locks.py", "-o", page, "--timeout", 5)
    written = read(page)
    assert [left for left in written.left if not left.startswith("MainThread")] == [
        "one waits for right (line 8): other holds it.",
        "other waits for left (line 8): one holds it.",
    ]
    assert {"left", "right", "one", "other"} <= set(written.graph)


def test_objects_of_several_owners_have_their_owners_names(page: Path) -> None:
    recorded = record(CASES / "two_accounts.py", "-o", page)
    assert recorded.returncode == 128 + signal.SIGTERM
    names = {text for text in read(page).graph if "line" not in text}
    assert names >= {"ali.lock", "sara.lock"}


def test_a_pipe_whose_other_end_only_the_receiver_has_open_is_a_deadlock(page: Path) -> None:
    recorded = record(CASES / "end_not_closed.py", "-o", page)
    assert (recorded.stdout, recorded.returncode) == ("hello\n", 128 + signal.SIGTERM)
    written = read(page)
    assert written.outcome == "deadlocked"
    why = "nobody but ForkProcess-1 itself has its other end open."
    assert f"Deadlocked. ForkProcess-1 waits for theirs (line 9): {why}" in recorded.stderr
    assert {*written.graph} == {"waits, line 9", "other end held by", "ForkProcess-1", "theirs"}


def test_a_message_that_only_its_sender_could_receive_is_a_deadlock(page: Path) -> None:
    recorded = record(CASES / "sends_to_itself.py", "-o", page)
    assert recorded.returncode == 128 + signal.SIGTERM
    why = "nobody but MainThread itself has its other end open."
    assert f"Deadlocked. MainThread waits for ours (line 6): {why}" in recorded.stderr


def test_exceptions_of_futures_that_nobody_asked_are_told(page: Path) -> None:
    recorded = record(CASES / "never_asked.py", "-o", page)
    expected = plain("never_asked.py")
    assert (recorded.stdout, recorded.returncode) == (expected.stdout, 0)
    lost = [("lost", "1"), ("future#1", "7"), ("forgotten", "15")]
    sentences = [
        *(
            f"The exception of {name} was never asked for: ValueError({text})."
            for name, text in lost
        ),
        "The exception of loser was never asked for: KeyError('lost').",
    ]
    *_, told, _ = recorded.stderr.splitlines()
    assert told == " ".join(["Finished.", *sentences])
    assert all(escape(sentence) in read(page).html for sentence in sentences)


def test_bytes_that_are_no_text_come_out_as_they_are(page: Path) -> None:
    around = {**os.environ, "PYTHONUNBUFFERED": "1"}
    program = CASES / "no_text.py"
    recorded = subprocess.check_output([*COMMAND, program, "-o", page], cwd=ROOT)
    assert recorded == subprocess.check_output([sys.executable, program], env=around)
    *_, written, halves, latin = read(page).transcript
    assert written.endswith("\ufffd\\udcffé")
    assert (halves, latin) == ("é\\udcff", "\ufffd")


def test_stages_that_keep_each_others_pipes_open_are_a_deadlock(page: Path) -> None:
    recorded = record(CASES / "stages.py", "-o", page)
    assert (recorded.stdout, recorded.returncode) == ("3\n", 128 + signal.SIGTERM)
    waits = (
        "Deadlocked. MainThread waits for stage-0 (line 27): that has to end. "
        "stage-0 waits for pipes[0][0] (line 9): only stage-0 and stage-1 can use its other end. "
        "stage-1 waits for pipes[1][0] (line 9): "
        "only MainThread, stage-0 and stage-1 can use its other end."
    )
    assert waits in recorded.stderr


def test_a_pools_worker_that_ended_in_the_middle_of_a_task_is_told(page: Path) -> None:
    record(CASES / "worker_is_gone.py", "-o", page, "--timeout", 3)
    [left] = read(page).left
    who = r"ForkPoolWorker-\d, a worker of its pool, ended in the middle of a task"
    assert re.match(rf"MainThread waits for result \(line 15\): {who}", left)
