"""A class in a room on two servers: both count its votes, and one that is killed loses none."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.api.serving import ask
from tests.cluster.real_site import Cluster, cluster, environment  # noqa: F401  (fixtures)
from tests.operating.serving import FORM, Served, served, until

QUESTION = "lock/lost-update-fixed#final"
HTMX = {"HX-Request": "true"}
STUDENTS = 8
MANY = 40


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str


def send(site: Served, method: str, path: str, **form: object) -> Answer:
    """Send a request on a connection of its own. Raises OSError if the server is gone."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, path, urlencode(form), {**HTMX, "Content-Type": FORM})
        answer = connection.getresponse()
        text = answer.read().decode()
        return Answer(answer.status, answer.getheader("Location", ""), text)


@dataclass
class Class:
    """A room, opened on one server. The teacher then works on `site`."""

    site: Served
    teacher: str
    code: str

    def seats(self, sites: Sequence[Served], count: int) -> list[tuple[Served, str]]:
        """Seat students, on each of the servers in turn."""
        chosen = [sites[number % len(sites)] for number in range(count)]
        return [(site, send(site, "GET", f"/c/{self.code}").location) for site in chosen]

    def do(self, action: str, **more: str) -> None:
        [version] = set(re.findall(r'name="version" value="(\d+)"', self.page()))
        address = f"{self.teacher}/run" if action == "run" else self.teacher
        answer = send(self.site, "POST", address, do=action, version=version, **more)
        assert answer.status in {200, 303}

    def page(self) -> str:
        return send(self.site, "GET", self.teacher).text

    def result(self, site: Served) -> dict[str, Any]:
        """Return the room's first ballot, as a server tells it to the teacher's programs."""
        status, content = ask(site.port, f"/api/class/{self.teacher.rpartition('/')[2]}")
        assert status == 200
        [ballot] = json.loads(content)["ballots"]
        return dict(ballot)


def open_room(site: Served) -> Class:
    teacher = send(site, "POST", "/en/class/new").location
    [code] = set(re.findall(r'href="/c/(\w{6})"', send(site, "GET", teacher).text))
    return Class(site, teacher, code)


def vote(site: Served, seat: str, option: str, round: int) -> bool:
    """Vote; return whether the server said that the vote counts."""
    try:
        answer = send(site, "POST", seat, ballot=1, round=round, option=option)
    except (OSError, http.client.HTTPException):
        return False
    return answer.status == 200 and "Your vote is counted" in answer.text


def follow(site: Served, seat: str) -> http.client.HTTPResponse:
    """Request the stream of a student's page."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    site.connections.callback(connection.close)
    connection.request("GET", f"{seat}/events", headers=HTMX)
    return site.connections.enter_context(connection.getresponse())


def shares(page: str) -> list[list[str]]:
    """The rows of the result: the counts of both votes and of the class's own runs."""
    rows = re.findall(r"<tr class=\"\w*\">(.*?)</tr>", page, re.S)
    return [re.findall(r"(\d+) \(\d+%\)", row) for row in rows]


def test_a_lesson_on_two_servers(cluster: Cluster) -> None:  # noqa: F811
    first, second = cluster.servers
    room = open_room(first)
    students = room.seats((first, second), STUDENTS)
    streams = [follow(site, seat) for site, seat in students[:2]]
    room.do("ask", question=QUESTION)
    for stream in streams:
        until(stream, b"First vote")
    for number, (site, seat) in enumerate(students):
        assert vote(site, seat, "all" if number < 3 else "fewer", 1)
    assert f"voted: {STUDENTS}" in room.page()
    room.do("talk")
    room.do("again")
    for stream in streams:
        until(stream, b"Second vote")
    assert all(vote(site, seat, "all", 2) for site, seat in students)
    room.do("run")
    # One run on a worker. It is short: it may be over before a server knows that it has begun, and
    # then that server's pages show no lines, only the result.
    for stream in streams:
        until(stream, b"room-results")
    own = [send(site, "POST", f"{seat}/run") for site, seat in students]
    assert [answer.status for answer in own] == [200] * STUDENTS
    for site in (first, second):
        result = room.result(site)
        assert result["votes"] == [{"all": 3, "fewer": 5}, {"all": STUDENTS}]
        assert result["true"] == ["all"]
        assert (result["own_runs"], result["own_true"]) == (STUDENTS, {"all": STUDENTS})
        page = send(site, "GET", students[0][1]).text
        assert shares(page) == [["3", "8", "8"], ["5", "0", "0"]]


def test_a_server_that_is_killed_in_mid_vote_loses_no_vote(
    cluster: Cluster,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Lost: nothing that was counted. Whoever got no answer votes again, on another server."""
    first, second = cluster.servers
    room = open_room(first)
    seats = [seat for _, seat in room.seats((first, second), MANY)]
    room.do("ask", question=QUESTION)
    for seat in seats[:5]:
        assert vote(first, seat, "all", 1)
    with ThreadPoolExecutor(8) as students:
        voting = [students.submit(vote, first, seat, "all", 1) for seat in seats[5:]]
        assert voting[3].result()
        for pid in (first.process.pid, first.worker):
            os.kill(pid, signal.SIGKILL)
        counted = [*seats[:5], *(s for s, v in zip(seats[5:], voting, strict=True) if v.result())]
    assert 5 < len(counted) < MANY
    kept = room.result(second)["votes"][0]["all"]
    # A vote may be stored whose answer was on its way when the server was killed.
    assert len(counted) <= kept <= MANY
    room.site = second
    again = [seat for seat in seats if seat not in counted]
    assert all(vote(second, seat, "fewer", 1) for seat in again)
    expected = Counter({"all": len(counted), "fewer": len(again)})
    assert room.result(second)["votes"][0] == expected
    with served(tmp_path / "unused.sqlite", **cluster.environment) as third:
        assert room.result(third)["votes"][0] == expected
        room.site = third
        room.do("talk")
        room.do("again")
        assert all(vote(third, seat, "all", 2) for seat in seats)
        room.do("run")
        until(follow(second, seats[0]), b"room-results")
        assert room.result(second)["votes"][1] == {"all": MANY}
