"""What the headlines' numbers must be, read from a run's transcript in another way.

`READINGS` has an entry for each demo, or each group of demos, with a headline of its own: it takes
the run and returns the numbers that it checks. The topics read them by patterns and measures.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import pytest

from tests.lessons.demos import DEMOS
from webapp.engine.recording import Outcome, Recording
from webapp.lessons.text import LANGUAGES
from webapp.lessons.topic import Demo
from webapp.lessons.values import Values


@dataclass(frozen=True)
class Said:
    """A run, with helpers to read its transcript."""

    recording: Recording
    values: Values

    @property
    def lines(self) -> list[str]:
        return [line.text for line in self.recording.lines]

    def count(self, part: str, end: str = "") -> int:
        """Count the lines that contain `part` and end in `end`."""
        return sum(part in text and text.endswith(end) for text in self.lines)

    def after(self, *words: str) -> list[str]:
        """Return what stands after the last word, up to a blank, in each line that has them all."""
        found = [text for text in self.lines if all(word in text for word in words)]
        return [text.rpartition(words[-1])[2].split()[0].strip(",:;]>)") for text in found]

    def number(self, *words: str) -> float:
        """Return the number after the words, in the last line that has them."""
        return float(self.after(*words)[-1])


def moved(words: Iterable[str]) -> dict[str, float]:
    """Return the numbers of a headline about the order of some words."""
    came = list(words)
    due = sorted(came, key=lambda word: (len(word), word))
    pairs = list(zip(came, due, strict=True))
    return {"moved": sum(a != b for a, b in pairs), "all": len(pairs)}


def lost(said: Said) -> dict[str, float]:
    """Return the numbers of a headline about lost updates."""
    due = said.number("expected: ")
    return {"lost": due - said.number("final: "), "all": due}


def took(said: Said) -> dict[str, float]:
    """Return the numbers of a headline about the run's duration."""
    return {"took": round(said.recording.wall, 2)}


def spoilt(said: Said) -> dict[str, float]:
    """Return the numbers of a headline about lines that are not one message."""
    good = 0
    for text in said.lines:
        name, _, rest = text.partition(": line ")
        good += name.startswith("thread-") and rest.isdigit() and name[7:].isdigit()
    return {"spoilt": len(said.lines) - good, "all": len(said.lines)}


def sped_up(said: Said) -> dict[str, float]:
    """Return the numbers of a headline about a speed-up."""
    return {"times": said.number("speed-up: ")}


def parted(said: Said) -> dict[str, float]:
    """Count the threads whose line is followed by another thread's."""
    whose = [text.split("#")[1].split()[0] for text in said.lines if text.startswith("--->")]
    beside = sum(a == b for a, b in pairwise(whose))
    return {"parted": said.values["thread_count"] - beside}


def first_woken(said: Said) -> dict[str, float]:
    """Count the waiters that go on before the second call."""
    end = next(at for at, text in enumerate(said.lines) if "second call" in text)
    return {"woken": sum("goes on" in text for text in said.lines[:end])}


def before_the_last(said: Said, counted: str, last: str) -> int:
    """Count the lines with one word before the last line with the other."""
    end = max(at for at, text in enumerate(said.lines) if last in text)
    return sum(counted in text for text in said.lines[:end])


def first_waited(said: Said) -> float:
    """Return the time between the first and the last arrival at the barrier, in seconds."""
    came = [line.time for line in said.recording.lines if " reached the " in line.text]
    return round((came[-1] - came[0]) / 1e6, 2)


def apart(said: Said, test: str) -> float:
    """Return the milliseconds between the two printed times of a test."""
    stamps = [
        datetime.fromisoformat(text.split("> ")[1]) for text in said.lines if f" {test} " in text
    ]
    return round(abs(stamps[0] - stamps[1]).total_seconds() * 1000, 1)


def largest_share(said: Said) -> int:
    """Return the largest number of squares of one worker of the pool."""
    shares = next(text for text in said.lines if text.startswith("shares: "))
    return int(max(ast.literal_eval(shares.removeprefix("shares: ")).values()))


Reading = Callable[[Said], dict[str, float]]

READINGS: dict[str, Reading] = {
    "define-a-thread/start-all-then-join": lambda said: moved(said.after("N^")),
    "define-a-thread/join-inside-the-loop": took,
    "define-a-thread/forgot-to-join": lambda said: {
        "missing": said.values["thread_count"] - said.number("main: ")
    },
    "define-a-thread/call-instead-of-target": lambda said: {
        "by_main": said.count("work ", " runs in MainThread")
    },
    "define-a-thread/late-binding": lambda said: {
        "missing": said.values["thread_count"] - len(set(said.after("lambda: number ")))
    },
    "current-thread/report-as-it-happens": lambda said: {"own": len(said.lines)},
    "current-thread/report-when-done": lambda said: {"own": 0, "all": len(said.lines)},
    "current-thread/last-started-first-done": lambda said: moved(
        text.split("-->")[0] for text in said.lines if text.endswith("exiting")
    ),
    "thread-subclass/sleep-inside-run": took,
    "thread-subclass/no-sleep": parted,
    "thread-subclass/run-instead-of-start": lambda said: {
        "called": said.count("run() of", " is in MainThread"),
        "started": len(said.recording.workers),
    },
    "thread-subclass/exception-in-run": lambda said: {
        "raised": said.count("ValueError: Thread#"),
        "joined": said.count("main: joined"),
    },
    "lock/lock-around-everything": took,
    "lock/lock-around-the-message": took,
    "lock/lost-update": lost,
    "lock/lost-update-fixed": lost,
    "lock/one-thread-skips-the-lock": lost,
    "lock/a-lock-each": lost,
    "lock/check-then-act": lambda said: {
        "paid": sum(map(float, said.after(" gets "))),
        "overdrawn": max(0, -said.number("balance: ")),
    },
    "lock/check-then-act-fixed": lambda said: {
        "paid": sum(map(float, said.after(" gets "))),
        "overdrawn": max(0, -said.number("balance: ")),
    },
    "lock/try-lock": lambda said: {
        "gave_up": said.count("gave up"),
        "waited": round(said.number("second: ", " after "), 2),
    },
    "rlock/remove-then-add": lambda said: {"again": 1, "depth": 2},
    "rlock/alternate": lambda said: {"again": 2, "depth": 3},
    "rlock/nested-acquire": lambda said: {"again": 1, "depth": 2},
    "rlock/two-threads-one-box": lambda said: {
        "off": abs(
            said.number("initial total: ")
            + said.count("ADDED")
            - said.count("REMOVED")
            - said.number("final total: ")
        )
    },
    "semaphore/at-most-k-at-once": lambda said: {"most": said.number("most at once: ")},
    "semaphore/released-once-too-often": lambda said: {
        "extra": said.number("permits after: ") - said.number("permits before: ")
    },
    "semaphore/not-a-big-lock": lost,
    "barrier/race": lambda said: {"waited": first_waited(said)},
    "barrier/join-is-not-a-barrier": lambda said: {
        "early": before_the_last(said, " left the ", " reached the ")
    },
    "barrier/broken-barrier": lambda said: {"broken": said.count("got BrokenBarrierError")},
    "spawn-a-process/start-all-then-join": lambda said: moved(said.after("calling", "n°: ")),
    "spawn-a-process/join-inside-the-loop": took,
    "spawn-a-process/start-methods": lambda said: {
        "fork": said.number("fork: ", "took "),
        "spawn": said.number("spawn: ", "took "),
    },
    "spawn-a-process/globals-are-not-shared": lambda said: {
        "empty": said.count("parent ", "items = []")
    },
    "spawn-a-process/no-guard": lambda said: {"code": said.number("exit code is ")},
    "background-process/daemon-or-not": lambda said: {
        "cut": 5 - sum(text.startswith("background_process --->") for text in said.lines)
    },
    "background-process/the-parent-leaves-first": lambda said: {
        "unfinished": 1 - said.count("daemon: done")
    },
    "kill-a-process/terminate": lambda said: {"code": said.number("Process exit code: ")},
    "kill-a-process/kill-cannot-be-caught": lambda said: {
        "survived": said.count("after terminate()", "alive True"),
        "code": said.number("exit code: "),
    },
    "kill-a-process/finally-did-not-run": lambda said: {
        "skipped": 1 - said.count("child: finally"),
        "code": said.number("exit code "),
    },
    "kill-a-process/polite-stop": lambda said: {
        "cleaned": said.count("cleans up"),
        "code": said.number("exit code "),
    },
    "process-subclass/named-subclass": lambda said: moved(said.after("called", "MyProcess-")),
    "process-subclass/result-by-queue": lambda said: moved(
        text.split("-")[1].split()[0] for text in said.lines if "found" in text
    ),
    "process-subclass/attributes-stay-in-the-child": lambda said: {
        "lost": said.count("parent: ", "= None")
    },
    "process-queue/empty-is-a-race": lambda said: {"left": said.count("parent: found item")},
    "process-queue/sentinel": took,
    "process-queue/bounded-queue": lambda said: {
        "waited": round(sum(map(float, said.after("put item", "waited "))), 2)
    },
    "process-queue/get-with-timeout": lambda said: {
        "gave_up": said.count("gave up"),
        "waited": round(said.number("consumer: ", " after "), 2),
    },
    "synchronise-processes/with-and-without-barrier": lambda said: {
        "with_barrier": apart(said, "test_with_barrier"),
        "without": apart(said, "test_without_barrier"),
    },
    "synchronise-processes/lost-update": lost,
    "synchronise-processes/lost-update-fixed": lost,
    "thread-queue/producers-and-consumers": lambda said: {
        "largest": max(map(int, said.after("done, items: "))),
        "all": said.count(": got item "),
    },
    "event/stop-flag": lambda said: {"last": max(map(int, said.after("stops after round ")))},
    "shared-memory/value-and-array": lambda said: {
        "filled": sum(map(int, said.after(": filled "))),
    },
    "process-pool/map-squares": lambda said: {"largest": largest_share(said)},
    "process-pool/unordered": lambda said: moved(said.after("result of task ")),
    "process-pool/chunksize": lambda said: {
        "busy": len([text for text in said.lines if " tasks, " in text]),
        "took": round(said.number("the whole took "), 2),
    },
    "process-pool/pool-or-serial": sped_up,
    "process-pool/a-task-that-raises": lambda said: {
        "came": 5 - said.count("no result"),
        "by_map": said.count("map: ["),
    },
    "the-gil/threads-that-compute": sped_up,
    "the-gil/processes-that-compute": sped_up,
    "the-gil/c-code-releases-it": sped_up,
    "the-gil/sleep-releases-it": lambda said: {"counted": said.number("counted to ")},
    "the-gil/switch-interval": lambda said: {"late": round(said.number("median lateness: "), 2)},
    "the-gil/one-job-five-ways": lambda said: {
        "took": round(min(map(float, said.after(" primes", "took "))), 2)
    },
    "deadlock/dining-philosophers": lambda said: {"eaten": said.count(" eats meal ")},
    "condition/if-instead-of-while": lambda said: {"empty": said.count("IndexError")},
    "condition/notify-one-or-all": first_woken,
    "condition/bounded-buffer": lambda said: {"most": max(map(int, said.after("the buffer: ")))},
    "condition/readers-and-writers": lambda said: {"all": said.count("reader", "reads")},
    "event/lost-wake-up": lambda said: {"missed": said.count("goes on at signal 2")},
    "event/heartbeat": lambda said: {"late": round(said.number("the heart stopped "), 2)},
    "thread-queue/task-done-and-join": lambda said: moved(said.after("is done", "item ")),
    "thread-queue/bounded": lambda said: {
        "waited": round(sum(map(float, said.after("put item", "waited "))), 2)
    },
    "thread-queue/by-priority": lambda said: moved(said.after("took task ")),
    "pipe/two-pipes-in-a-row": lambda said: {
        "early": before_the_last(said, "parent: got", "squares: done")
    },
    "shared-memory/copy-or-share": lambda said: {
        "copy": said.number("copy:", "allocated "),
        "share": said.number("share:", "allocated "),
    },
    "shared-memory/never-unlinked": lambda said: {
        "left": said.number("UserWarning", "appear to be ")
    },
    "executors/thread-pool": took,
    "executors/process-pool": took,
    "executors/as-completed": lambda said: moved(said.after("result of task ")),
    "executors/an-exception-nobody-asks-for": lambda said: {
        "unheard": int("ZeroDivisionError" not in " ".join(said.lines))
    },
    "executors/map-or-submit": lambda said: {
        "by_map": said.count("map: result"),
        "by_submit": said.count("submit: result"),
    },
    "executors/cpu-or-io": lambda said: {
        "threads": round(said.number("threads:", "took "), 2),
        "processes": round(said.number("processes:", "took "), 2),
    },
    "asyncio/sleepers": took,
    "asyncio/in-turn-or-together": took,
    "asyncio/blocking-call": lambda said: {"beats": said.count("heart: beats")},
    "asyncio/to-thread": lambda said: {"beats": said.count("heart: beats")},
    "asyncio/forgot-await": lambda said: {"unsaved": 1 - said.count("saved: ")},
    "asyncio/race-between-awaits": lost,
    "asyncio/threads-or-tasks": lambda said: {
        "threads": float(said.lines[-1].split()[-3]),
        "tasks": float(said.lines[-2].split()[-3]),
    },
    "speed-up/amdahl": lambda said: {"times": said.number("speed-up ")},
    "speed-up/overhead": sped_up,
    "printing/print-is-two-writes": spoilt,
    "printing/one-write-a-line": spoilt,
    "printing/log-instead": spoilt,
    "printing/a-writer-thread": spoilt,
}


def check_headline(demo: Demo, values: Values, recording: Recording) -> None:
    """Check a demo's headline of one run: its sentences, and its numbers where it has one."""
    told = demo.headline.of(recording, values) if demo.headline else None
    if told is None:
        assert demo.headline is None or recording.outcome is not Outcome.FINISHED
        return
    for language in LANGUAGES:
        assert told.text[language].format_map(told.numbers)
    name = next(name for name, other in DEMOS if other is demo)
    for key, number in READINGS[name](Said(recording, values)).items():
        # Both may round a half differently.
        assert told.numbers[key] == pytest.approx(number, abs=0.011), (key, told)
