"""Unit tests of the engine's small parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.engine import wire
from webapp.engine.events import Event, Joiner, Kind, decode, escape, unescape
from webapp.engine.fair import FairQueue
from webapp.engine.pressure import Pressure
from webapp.engine.program import ProgramError, main_defaults, with_parameters
from webapp.engine.recording import Span, overlaps
from webapp.engine.request import Request
from webapp.engine.transcript import Transcript


@pytest.mark.parametrize("text", ["", "a", "\n", "\\n", "\\\n", "\t\\t\\\\n", "\\", "سلام\n🙂\t"])
def test_escaped_text_is_one_field_of_one_line_and_reads_back(text: str) -> None:
    assert not set("\n\t") & set(escape(text))
    assert unescape(escape(text)) == text


def test_a_line_that_is_no_event_is_refused() -> None:
    for line in (b"", b"1\t2", b"x\t1\t1\tprinted\t0\tw\to\tt", b"1\t1\t1\tdanced\t0\tw\to\tt"):
        with pytest.raises(ValueError, match=r".+"):
            decode(line, id=1, began=0)


def test_times_are_microseconds_since_the_run_began() -> None:
    event = decode(b"5000000\t7\t8\tprinted\t3\tw\tstdout\thi\\n", id=4, began=2_000_000)
    assert event == Event(4, 3000, 7, 8, "w", Kind.PRINTED, "stdout", "hi\n", 3)


def test_names_have_no_control_characters_but_printed_text_may() -> None:
    event = decode(b"1\t7\t8\tprinted\t3\tw\x1b\x00\\n\to\x7f\t\x1b[31m\x00", id=1, began=0)
    assert (event.worker, event.object, event.text) == ("w␛␀␊", "o␡", "\x1b[31m\x00")


def test_pieces_of_a_line_are_joined_whatever_comes_between_them() -> None:
    stream = b"one\n>1.1 lo\n>2.2 wi\n<1.1 ng\ntwo\n<2.2 de\nthree"
    whole = [b"one", b"long", b"two", b"wide"]
    for size in range(1, len(stream) + 1):
        joiner = Joiner()
        chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
        assert [line for chunk in chunks for line in joiner.feed(chunk)] == whole


def test_visitors_take_turns_even_if_one_has_many_runs() -> None:
    queue = FairQueue()
    for run, visitor in [("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c")]:
        queue.put(run, visitor)
    assert [queue.place(run) for run in ("a1", "b1", "c1", "a2", "a3", "x")] == [1, 2, 3, 4, 5, 0]
    queue.remove("c1")
    queue.remove("nobody")
    assert [queue.get() for _ in range(len(queue))] == ["a1", "b1", "a2", "a3"]
    with pytest.raises(IndexError):
        queue.get()


def test_messages_are_read_as_they_were_sent(tmp_path: Path) -> None:
    prepared = wire.Prepare("/slot", observe=False, resources={"RLIMIT_CPU": 20})
    over = wire.Over("/slot", True, 1, -9, "deadline", 2, 0.5, Pressure(2.5, 0.5))
    for message in (prepared, wire.Stop("/slot"), wire.Reaped("/slot")):
        assert wire.load(wire.dump(message)) == message
    assert wire.load_over(wire.dump_over(over)) == over
    began = wire.Began(
        1, 2, "hash", "3", "CPython", free_threaded=True, pressure=Pressure(1.5, None)
    )
    assert wire.load_began(wire.dump_began(began).rstrip(b"\n")) == began
    for broken in (b"!{", b"!{}", b"{}", b"1"):
        with pytest.raises(ValueError):
            wire.load_began(broken)
    line = tmp_path / "line"
    request = Request("/p.py", "p.py", "/w", {"n": 1, "s": "é"}, ["a"], terminals={})
    terms = wire.Terms(None, 1.5, 200)
    line.write_bytes(wire.dump_line(request))
    read = wire.wait_for_line(wire.open_lines(line))
    assert wire.load_line(read, Request) == request
    line.write_bytes(wire.READY + wire.dump_line(terms))
    read = wire.wait_for_line(wire.open_lines(line))
    assert wire.load_line(read, wire.Terms) == terms
    line.write_bytes(b"{")
    assert wire.wait_for_line(wire.open_lines(line)) == b""


def test_parameters_change_only_the_last_line() -> None:
    source = 'def main(n=1):\n    ...\n\n\nif __name__ == "__main__":\n    main()\n'
    changed = with_parameters(source, {"n": 4, "word": "a'b"})
    assert changed == source.replace("    main()\n", '    main(n=4, word="a\'b")\n')
    assert with_parameters(source, {}) == source
    with pytest.raises(ProgramError):
        with_parameters("print(1)\n", {"n": 1})


def test_the_parameters_of_main_are_read_without_running_it() -> None:
    source = "raise SystemExit\ndef main(a: int = 1, b='x', c=-0.5): ..."
    assert main_defaults(source) == {"a": 1, "b": "x", "c": -0.5}
    for broken in ("x = 1", "def main(a): ...", "def main(a=f()): ..."):
        with pytest.raises(ProgramError):
            main_defaults(broken)


def test_the_transcript_shows_what_a_terminal_would() -> None:
    transcript = Transcript()

    def printed(id: int, worker: str, text: str, stream: str = "stdout") -> list[tuple[str, str]]:
        event = Event(id, id, 1, id, worker, Kind.PRINTED, stream, text)
        return [(line.worker, line.text) for line in transcript.feed(event)]

    assert printed(1, "a", "one\ntwo") == [("a", "one")]
    assert printed(2, "b", "err\n", "stderr") == [("b", "err")]
    assert printed(3, "b", " more\nrest") == [("a", "two more")]
    assert [(line.worker, line.text) for line in transcript.rest()] == [("b", "rest")]


def test_adjacent_spans_do_not_overlap() -> None:
    def span(start: int, end: int | None) -> Span:
        return Span((1, 1), "w", start, end)

    assert overlaps([]) == 0
    assert overlaps([span(0, 5), span(5, 9)]) == 1
    assert overlaps([span(0, 6), span(5, 9), span(5, 7)]) == 3
    assert overlaps([span(0, None), span(100, 101)]) == 2
