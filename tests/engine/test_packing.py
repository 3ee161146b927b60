"""A recording as bytes is small and complete, and later versions can read it."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest

from tests.store.runs import recording
from webapp.engine.events import Event, Kind
from webapp.engine.packing import pack, unpack
from webapp.engine.recording import Outcome, Receipt, Recording, Wait

# As the first version wrote it. Never update this: such recordings are stored.
FIRST: dict[str, Any] = {
    "events": [[1, 1000, 42, 43, "Thread-1", "printed", "stdout", "hello\n", 7]],
    "outcome": "deadlocked",
    "detail": "Thread-1 waits",
    "wall": 0.5,
    "cpu": 0.25,
    "dropped": 1,
    "exit_code": None,
    "swept": 2,
    "receipt": {
        "run": "i" * 16,
        "started_at": "2026-01-01T00:00:00.000+00:00",
        "pid": 42,
        "python": "3.11.7",
        "implementation": "CPython",
        "machine": "Linux x86_64",
        "cores": 2,
        "start_methods": ["fork"],
        "source_sha256": "f0",
        "observed": True,
    },
    "cut": True,
    "cycle": [{"worker": "Thread-1", "object": "lock", "line": 3, "giver": "Thread-2"}],
}


def packed(record: object) -> bytes:
    return zlib.compress(json.dumps(record).encode())


@pytest.mark.parametrize("events", [0, 1, 60, 1000])
def test_a_recording_unpacks_to_the_same(events: int) -> None:
    assert unpack(pack(recording(events))) == recording(events)


def test_recordings_of_the_first_version_can_be_read() -> None:
    assert unpack(packed(FIRST)) == Recording(
        events=(Event(1, 1000, 42, 43, "Thread-1", Kind.PRINTED, "stdout", "hello\n", 7),),
        outcome=Outcome.DEADLOCKED,
        detail="Thread-1 waits",
        wall=0.5,
        cpu=0.25,
        dropped=1,
        exit_code=None,
        swept=2,
        receipt=Receipt(
            run="i" * 16,
            started_at="2026-01-01T00:00:00.000+00:00",
            pid=42,
            python="3.11.7",
            implementation="CPython",
            machine="Linux x86_64",
            cores=2,
            start_methods=("fork",),
            source_sha256="f0",
            observed=True,
        ),
        cut=True,
        cycle=(Wait("Thread-1", "lock", 3, "Thread-2"),),
    )


def test_later_fields_of_a_receipt_unpack_and_are_empty_in_older_ones() -> None:
    first = unpack(packed(FIRST))
    assert (first.receipt.host, first.receipt.free_threaded) == ("", False)
    receipt = replace(first.receipt, host="lab-1", free_threaded=True)
    now = replace(first, receipt=receipt)
    assert unpack(pack(now)) == now


def test_a_thousand_events_take_a_few_kilobytes() -> None:
    assert len(pack(recording(1000))) < 20_000


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no zlib",
        pack(recording())[:-10],
        zlib.compress(b"no JSON"),
        packed([]),
        packed({}),
        packed({**FIRST, "outcome": "unheard of"}),
        packed({**FIRST, "events": [[1, 2, 3]]}),
        packed({**FIRST, "events": 1}),
        packed({**FIRST, "receipt": {}}),
        packed({**FIRST, "more": "than there is"}),
    ],
)
def test_damaged_bytes_are_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(damaged)
