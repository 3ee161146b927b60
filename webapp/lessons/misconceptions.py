"""The misconceptions that the course refutes: wrong answers of students that teachers know."""

from __future__ import annotations

from enum import StrEnum


class Misconception(StrEnum):
    """What a student believes who gives a certain wrong answer. The value is the key of its text.

    Each has a question, one option of which is wrong in the run that follows; a test lists them.
    """

    START_ORDER = "start-order-is-run-order"
    JOIN_ORDER = "join-order-is-finish-order"
    SLEEP_HOLDS_GIL = "sleep-holds-the-gil"
    THREADS_SPEED_UP = "threads-speed-up-computing"
    INCREMENT = "increment-always-or-never-races"
    LOCK_GUARDS_DATA = "lock-is-tied-to-data"
    ANY_LOCK = "any-lock-protects"
    RAN_ONCE = "ran-once-so-correct"
    SHARED_GLOBALS = "children-share-globals"
    ATOMIC_VALUE = "value-is-atomic"
    RUN_IS_START = "run-is-start"
    ATOMIC_PRINT = "print-is-atomic"
    BIG_LOCK = "semaphore-is-a-big-lock"
    CLEAN_TERMINATE = "terminate-is-clean"
    JOIN_RAISES = "exceptions-reach-join"
