"""Claims of time: a busy machine makes none of them false, and a wrong program each of them.

A claim of time is one with a margin, or one about a duration.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.running import cores_taken
from tests.lessons.demos import TOPICS, each_choice, every_demo, find_demo, run_all, short_values
from tests.lessons.test_claims import recording
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.lessons.claims import Claim
from webapp.lessons.parameters import Value
from webapp.lessons.topic import Demo, Topic

GUARD = 'if __name__ == "__main__":\n'
STARTS = "    for thread in threads:\n        thread.start()"

# Demo, what stands in it, what a wrong program has in its place, and values that show it.
WRONG: list[tuple[str, str, str, dict[str, Value]]] = [
    ("background-process/daemon-or-not", 'daemon=daemon == "yes"', "daemon=False", {}),
    ("background-process/daemon-or-not", "background.start()", "background.run()", {}),
    (
        "background-process/the-parent-leaves-first",
        "daemon=True",
        "daemon=False",
        {"child_seconds": 0.5},
    ),
    ("current-thread/report-as-it-happens", "units * unit_seconds", "unit_seconds / units", {}),
    ("current-thread/report-as-it-happens", "started.wait()", "thread.join()", {}),
    ("current-thread/report-when-done", "units * unit_seconds", "unit_seconds / units", {}),
    (
        "current-thread/last-started-first-done",
        "time.sleep(seconds)",
        "time.sleep(0.8 - seconds)",
        {"durations": (0.6, 0.4, 0.2)},
    ),
    (
        "current-thread/last-started-first-done",
        STARTS,
        f"{STARTS}; thread.join()",
        {"durations": (0.6, 0.4, 0.2)},
    ),
    ("define-a-thread/forgot-to-join", ".start()", ".run()", {}),
    (
        "kill-a-process/finally-did-not-run",
        "os.kill(child.pid, signal.SIGINT)",
        "child.kill()",
        {"how": "SIGINT"},
    ),
    (
        "lock/lock-around-the-message",
        "    time.sleep(sleep_seconds)",
        "    with lock: time.sleep(sleep_seconds)",
        {},
    ),
    ("lock/try-lock", "timeout=timeout_seconds", "", {}),
    ("process-pool/unordered", "imap_unordered", "imap", {}),
    ("semaphore/at-most-k-at-once", "Semaphore(permits)", "Semaphore(workers)", {}),
    (
        "synchronise-processes/with-and-without-barrier",
        "synchronizer.wait()",
        "time.sleep(synchronizer.wait() and 0.6)",
        {},
    ),
    (
        "thread-subclass/sleep-inside-run",
        "thread.start()",
        "thread.start(); thread.join()",
        {"thread_count": 2, "sleep_seconds": 0.3},
    ),
    ("thread-subclass/chosen-start-order", "+ number * step", "+ (9 - number) * step", {}),
    (
        "thread-subclass/chosen-start-order",
        "thread.running.wait()",
        "thread.join()",
        {"thread_count": 2},
    ),
]


ENDLESS = recording([], wall=1e6)


def of_time(demo: Demo) -> dict[str, Claim]:
    """The demo's claims of time, by their texts."""
    return {
        claim.text.en: claim
        for claim in demo.claims
        if claim.margin is not None or claim.check(ENDLESS, demo.defaults).excess is not None
    }


@every_demo(of_time)
def test_each_claim_of_time_fails_for_a_wrong_program(
    runner: EmbeddedRunner, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a machine that is never late: only the program is to blame.
    monkeypatch.setattr("webapp.lessons.claims.lateness", lambda recording: 0.0)
    claims, wrong = of_time(demo), [*_wrong(demo, tmp_path)]
    runs = run_all(runner, [Program(*one) for one in wrong])
    failed = {
        name
        for name, claim in claims.items()
        for (_, values), run in zip(wrong, runs, strict=True)
        if claim.measure(run, values).holds is False
    }
    assert failed == set(claims)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_no_claim_of_time_is_false_where_others_take_all_cores(
    runner: EmbeddedRunner, topic: Topic
) -> None:
    demos = [demo for demo in topic.demos if of_time(demo)]
    jobs = [(demo, values) for demo in demos for values in each_choice(demo) if _forked(values)]
    with cores_taken():
        runs = run_all(runner, [demo.program(values) for demo, values in jobs])
    for (demo, values), run in zip(jobs, runs, strict=True):
        for claim in of_time(demo).values():
            told = claim.measure(run, values)
            assert told.holds is not False, f"{claim.text.en}: {told.figure}"


def _wrong(demo: Demo, folder: Path) -> Iterator[tuple[Path, dict[str, Value]]]:
    """The demo's wrong programs, the one that takes too long among them, with their values."""
    longest = max(demo.ideal.seconds(values) for values in each_choice(demo))
    slow = f"{GUARD}    import time; time.sleep({longest + 0.6})\n"
    values = short_values(demo)
    yield _written(folder / "slow", demo, GUARD, slow), values
    for name, there, instead, chosen in WRONG:
        if find_demo(name) is demo:
            place = folder / str(len(list(folder.iterdir())))
            yield _written(place, demo, there, instead), {**demo.defaults, **chosen}


def _forked(values: dict[str, Value]) -> bool:
    """Whether processes are forked, for no duration is claimed of the other start methods."""
    return values.get("start_method", "fork") == "fork"


def _written(folder: Path, demo: Demo, there: str, instead: str) -> Path:
    assert there in demo.source
    folder.mkdir()
    path = folder / demo.path.name
    path.write_text(demo.source.replace(there, instead), encoding="utf-8")
    return path
