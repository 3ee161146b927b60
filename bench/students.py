"""A class of students on loopback: all press Run at once, and each reads the stream to its end.

One process does no more than it must while it measures: answers are checked afterwards.
"""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

PATIENCE = 120
"""Seconds that a student waits for the end of an answer."""

TEXT = re.compile(r'<span class="text">(.*?)</span>', re.DOTALL)
RUN = re.compile(r'data-run="([\w-]+)"')
PLACE = re.compile(r"In line: number")
RECEIPT_PID = re.compile(r"<dt>Process id</dt>\s*<dd><code[^>]*>(\d+)<")


@dataclass(frozen=True)
class Exercise:
    """What a student runs, and all lines that it must print: a pattern, and how many times.

    All that a pattern's group `pid` matches must be one process id: that of the run's receipt.
    """

    name: str
    address: str
    form: Mapping[str, object]
    lines: Mapping[str, int]


@dataclass
class Answer:
    """The answer to one student. Times are seconds since the student pressed Run."""

    exercise: Exercise
    status: int = 0
    first_line: float = 0.0
    took: float = 0.0
    content: list[bytes] = field(default_factory=list)
    error: str = ""

    @property
    def text(self) -> str:
        return b"".join(self.content).decode("utf-8", "replace").replace("\ndata: ", "\n")

    @property
    def was_queued(self) -> bool:
        return bool(PLACE.search(self.text))

    def fault(self) -> str:
        """Return what is wrong with it, "" if nothing is."""
        if self.error:
            return self.error
        if self.status != 200:
            return f"status {self.status}"
        if "<hx-partial" in self.text and "outcome-finished" not in self.text:
            return "the run did not finish"
        return ""

    def is_mixed_up(self) -> bool:
        """Return whether a line is missing, is one too many, or belongs to another run."""
        found: Counter[str] = Counter()
        pids: set[str] = set(RECEIPT_PID.findall(self.text))
        for line in transcript(self.text):
            for pattern in self.exercise.lines:
                if match := re.fullmatch(pattern, line):
                    found[pattern] += 1
                    pids |= {pid for pid in [match.groupdict().get("pid")] if pid}
                    break
            else:
                return True
        runs = set(RUN.findall(self.text))
        return found != Counter(self.exercise.lines) or len(pids) > 1 or len(runs) > 1


def transcript(text: str) -> list[str]:
    """Return the printed lines of a stream, or of plain text."""
    if "<hx-partial" in text:
        return [html.unescape(found) for found in TEXT.findall(text)]
    return text.splitlines()


def press_at_once(port: int | Sequence[int], exercises: Sequence[Exercise]) -> list[Answer]:
    """Let a student for each exercise press Run at the same moment; wait for all answers.

    `port` is the server's, or one for each student.
    """
    ports = [port] * len(exercises) if isinstance(port, int) else port
    return asyncio.run(_press_all(ports, exercises))


async def _press_all(ports: Sequence[int], exercises: Sequence[Exercise]) -> list[Answer]:
    answers = [Answer(exercise) for exercise in exercises]
    ready = asyncio.Event()
    tasks = [
        asyncio.create_task(_press(port, number, answer, ready))
        for number, (port, answer) in enumerate(zip(ports, answers, strict=True))
    ]
    await asyncio.sleep(0)
    ready.set()
    await asyncio.gather(*tasks)
    return answers


async def _press(port: int, number: int, answer: Answer, ready: asyncio.Event) -> None:
    request = _request(port, number, answer.exercise)
    await ready.wait()
    began = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            status = await reader.readuntil(b"\r\n")
            answer.status = int(status.split()[1])
            chunked = await _skip_head(reader)
            await _read(reader, answer, began, chunked=chunked)
            writer.close()
    except (OSError, TimeoutError, IndexError, ValueError, asyncio.IncompleteReadError) as error:
        answer.error = f"{type(error).__name__} {error}"
    answer.took = time.perf_counter() - began


def _request(port: int, number: int, exercise: Exercise) -> bytes:
    form = urlencode({**exercise.form, "run-visitor": f"student-{number}"})
    head = (
        f"POST {exercise.address} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Connection: close",
        "HX-Request: true",
        "Accept: text/html, text/event-stream",
        "Sec-Fetch-Site: same-origin",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
    )
    return "\r\n".join([*head, "", form]).encode()


async def _skip_head(reader: asyncio.StreamReader) -> bool:
    """Read to the end of the head; return whether the body is chunked."""
    chunked = False
    while (line := await reader.readline()).strip():
        chunked = chunked or line.lower().startswith(b"transfer-encoding: chunked")
    return chunked


async def _read(
    reader: asyncio.StreamReader, answer: Answer, began: float, *, chunked: bool
) -> None:
    while True:
        if chunked:
            size = int((await reader.readline()).strip() or b"0", 16)
            piece = (await reader.readexactly(size + 2))[:-2]
        else:
            piece = await reader.read(1 << 16)
        if not piece:
            return
        if not answer.first_line and (b'class="text"' in piece or not chunked):
            answer.first_line = time.perf_counter() - began
        answer.content.append(piece)
