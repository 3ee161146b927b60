"""A class in a room: all follow it live, vote within two seconds, twice, and all run the demo.

`make bench ARGS=room` prints how long a vote and a change of the room take, beside a request that
does nothing; how long each student's own run takes if all press at once, beside the same class on
the demo's page; and what a room costs in the database. Each of ROUNDS rooms is a new one.
"""

from __future__ import annotations

import asyncio
import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlencode

from bench.stream import served
from bench.students import Exercise, press_at_once

STUDENTS = 200
ROUNDS = 5
WITHIN = 2.0
"""Seconds in which all vote."""

QUESTION = "lock/lost-update#final"
OPTIONS = ("all", "few")
DEMO = Exercise(
    "lost-update",
    "/en/threads/lock/lost-update",
    {"thread_count": 4, "increments": 200, "window": "yield"},
    {r"expected: 800": 1, r"final: \d+": 1, r"lost: \d+": 1},
)
"""The demo of the question, as the class runs it on its page."""
NOTHING = "/healthz"
HTMX = {"HX-Request": "true", "Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Measured:
    """Milliseconds, in all rounds together; `sizes` are the bytes of each room in the database."""

    votes: list[float] = field(default_factory=list)
    nothing: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)
    counted: list[int] = field(default_factory=list)
    own_runs: list[float] = field(default_factory=list)
    pooled: list[int] = field(default_factory=list)
    on_the_page: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)


def main() -> int:
    """Print the table; return 1 if a vote or a run was lost or counted twice."""
    measured = Measured()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "runs.sqlite"
        settings = {"DATABASE_URL": f"sqlite:///{file}", "MOVAZI_RATE_LIMIT": "10000"}
        with served(**settings) as port:
            for _ in range(ROUNDS):
                asyncio.run(_lesson(port, measured, lambda: _size(file)))
                _press_on_the_page(port, measured)
    print(f"{STUDENTS} students, {ROUNDS} rooms, two votes of {WITHIN:g} s each\n")
    print("| | min | median | p95 | max |\n|---|---|---|---|---|")
    print(_row("a vote is answered", measured.votes))
    print(_row("a request that does nothing, at the same time", measured.nothing))
    print(_row("a change is on all pages", measured.changes))
    print(_row("a student's own run is answered, all at once", measured.own_runs))
    print(_row("the same run on the demo's page, all at once", measured.on_the_page))
    print(f"\nvotes counted of {STUDENTS}: {sorted(set(measured.counted))}")
    print(f"own runs pooled of {STUDENTS}: {sorted(set(measured.pooled))}")
    print(
        f"a room with its votes takes {sum(measured.sizes) / ROUNDS / 1000:.0f} kB of the database"
    )
    return 0 if {*measured.counted, *measured.pooled} == {STUDENTS} else 1


def _press_on_the_page(port: int, measured: Measured) -> None:
    """Let the class press Run on the demo's page."""
    answers = press_at_once(port, [DEMO] * STUDENTS)
    if faults := {fault for answer in answers if (fault := answer.fault())}:
        raise RuntimeError(f"runs on the page failed: {faults}")
    measured.on_the_page += [answer.took * 1e3 for answer in answers]


def _row(name: str, times: Sequence[float]) -> str:
    p95 = quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
    figures = " | ".join(f"{ms:.0f} ms" for ms in (min(times), median(times), p95, max(times)))
    return f"| {name} | {figures} |"


def _size(file: Path) -> int:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        pages, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "page_size")
        )
    return int(pages * size)


async def _lesson(port: int, measured: Measured, size: Callable[[], int]) -> None:
    """Open a room, seat the class, vote twice, run the demo, and let all run it themselves."""
    server, before = Server(port), size()
    teacher = (await server.ask("POST", "/en/class/new")).location
    code = re.findall(r'href="/c/(\w{6})"', (await server.ask("GET", teacher)).text)[0]
    seats = [(await server.ask("GET", f"/c/{code}")).location for _ in range(STUDENTS)]
    followers = [Follower(server, f"{seat}/events") for seat in seats]
    reading = [asyncio.create_task(follower.read()) for follower in followers]
    await _until(lambda: all(follower.seen for follower in followers))
    lesson = Lesson(server, teacher, seats, followers, measured)
    await lesson.change("ask", question=QUESTION)
    await lesson.vote(1)
    await lesson.change("talk")
    await lesson.change("again")
    await lesson.vote(2)
    measured.sizes.append(size() - before)
    await lesson.change("run")
    await _until(lambda: all(follower.has_result for follower in followers))
    await lesson.run_all()
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)


@dataclass(frozen=True)
class Lesson:
    """One room, its teacher and its students."""

    server: Server
    teacher: str
    seats: Sequence[str]
    followers: Sequence[Follower]
    measured: Measured

    async def change(self, action: str, **more: str) -> None:
        """Do what the teacher does; measure until the last page shows it."""
        page = (await self.server.ask("GET", self.teacher)).text
        version = re.findall(r'name="version" value="(\d+)"', page)[0]
        seen = [follower.seen for follower in self.followers]
        began = time.perf_counter()
        address = f"{self.teacher}/run" if action == "run" else self.teacher
        await self.server.ask("POST", address, do=action, version=version, **more)
        await _until(lambda: all(f.seen > old for f, old in zip(self.followers, seen, strict=True)))
        last = max(follower.at for follower in self.followers)
        self.measured.changes.append((last - began) * 1e3)

    async def vote(self, round: int) -> None:
        """Let all vote; measure each answer, and requests that do nothing beside them."""
        await asyncio.gather(
            *(self._vote(seat, round) for seat in self.seats),
            *(self._nothing() for _ in range(STUDENTS // 10)),
        )
        page = (await self.server.ask("GET", self.teacher)).text
        self.measured.counted += [int(count) for count in re.findall(r"voted: (\d+)", page)]

    async def run_all(self) -> None:
        """Let all press "Run it yourself" at once; measure each answer."""
        answers = await asyncio.gather(
            *(self.server.ask("POST", f"{seat}/run") for seat in self.seats)
        )
        if failed := {answer.status for answer in answers} - {200}:
            raise RuntimeError(f"own runs were answered with {failed}")
        self.measured.own_runs += [answer.took for answer in answers]
        page = (await self.server.ask("GET", self.teacher)).text
        self.measured.pooled += [int(count) for count in re.findall(r"own runs \((\d+)\)", page)]

    async def _vote(self, seat: str, round: int) -> None:
        await asyncio.sleep(random.uniform(0, WITHIN))
        sent = {"ballot": 1, "round": round, "option": random.choice(OPTIONS)}
        answer = await self.server.ask("POST", seat, **sent)
        if answer.status != 200:
            raise RuntimeError(f"a vote was answered with {answer.status}")
        self.measured.votes.append(answer.took)

    async def _nothing(self) -> None:
        await asyncio.sleep(random.uniform(0, WITHIN))
        self.measured.nothing.append((await self.server.ask("GET", NOTHING)).took)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.005)


@dataclass(frozen=True)
class Reply:
    """An answer; `took` is milliseconds."""

    status: int
    location: str
    text: str
    took: float


@dataclass(frozen=True)
class Server:
    """The server that is measured, with a connection of its own for each request."""

    port: int

    async def ask(self, method: str, path: str, **form: object) -> Reply:
        """Send a request and read the answer."""
        began = time.perf_counter()
        reader, writer = await self.send(method, path, urlencode(form))
        content = await reader.read()
        writer.close()
        head, _, body = content.decode().partition("\r\n\r\n")
        location = re.findall(r"^Location: (.*?)\r?$", head, re.M | re.I)
        took = (time.perf_counter() - began) * 1e3
        return Reply(int(head.split()[1]), location[0] if location else "", body, took)

    async def send(
        self, method: str, path: str, body: str = ""
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Send a request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        headers = {
            **HTMX,
            "Host": f"127.0.0.1:{self.port}",
            "Connection": "close",
            "Content-Length": str(len(body)),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n{body}".encode())
        await writer.drain()
        return reader, writer


@dataclass
class Follower:
    """A page that follows the room: how many panels it has seen, and when the last one came.

    It `has_result` once the run has decided.
    """

    server: Server
    address: str
    seen: int = 0
    at: float = 0.0
    has_result: bool = False

    async def read(self) -> None:
        """Read until it is cancelled."""
        reader, writer = await self.server.send("GET", self.address)
        try:
            while line := await reader.readline():
                if b"hx-partial hx-target" in line:
                    self.seen += 1
                    self.at = time.perf_counter()
                self.has_result = self.has_result or b"room-results" in line
        finally:
            writer.close()
