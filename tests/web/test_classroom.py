"""A class votes twice on a question, and a run decides: the pages, the streams, what is refused."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing

import pytest
from flask.testing import FlaskClient

from tests.topics import TOPICS
from tests.web.scripted import COURSE, NamedRunner, SharedSite
from webapp.engine.events import Event, Kind
from webapp.engine.recording import Outcome
from webapp.engine.runner import Phase
from webapp.lessons.folders import find_topics
from webapp.pages.classroom.bounds import ROOMS_OF_ONE, SEATS_OF_ONE
from webapp.store.rooms import LETTERS, Stage
from webapp.store.store import Store

QUESTION = "lock/lost-update#final"
LOST = tuple(
    Event(n, n * 1000, 42, 42, "MainThread", Kind.PRINTED, "stdout", text, 7)
    for n, text in enumerate(("expected: 800\n", "final: 212\n", "lost: 588\n"), 1)
)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def runner() -> NamedRunner:
    return NamedRunner(batches=(LOST,))


@pytest.fixture
def client(whole_site: SharedSite, runner: NamedRunner, store: Store) -> FlaskClient:
    return whole_site.lent(runner, store).test_client()


class Class:
    """A room with its teacher's and its students' pages."""

    def __init__(self, client: FlaskClient, language: str = "en") -> None:
        self.client = client
        self.teacher = client.post(f"/{language}/class/new").headers["Location"]
        page = client.get(self.teacher).text
        [self.code] = re.findall(rf'href="/c/([{LETTERS}]{{6}})"', page)

    def seat(self) -> str:
        return self.client.get(f"/c/{self.code}").headers["Location"]

    def do(self, action: str, **more: str) -> str:
        page = self.client.get(self.teacher).text
        [version] = set(re.findall(r'name="version" value="(\d+)"', page))
        address = f"{self.teacher}/run" if action == "run" else self.teacher
        sent = {"do": action, "version": version, **more}
        return self.client.post(address, data=sent, follow_redirects=True).text

    def ask(self, question: str = QUESTION) -> str:
        return self.do("ask", question=question)

    def vote(self, seat: str, option: str, ballot: int = 1, round: int = 1) -> tuple[int, str]:
        sent = {"ballot": ballot, "round": round, "option": option}
        answer = self.client.post(seat, data=sent, headers=HTMX)
        return answer.status_code, answer.text


@pytest.fixture
def room(client: FlaskClient) -> Class:
    return Class(client)


def results(page: str) -> list[list[str]]:
    """The rows of the result: an answer, then its shares."""
    rows = re.findall(r"<tr class=\"\w*\">(.*?)</tr>", page, re.S)
    return [re.findall(r"(\d+ \(\d+%\))", row) for row in rows]


def test_a_lesson(room: Class, client: FlaskClient, runner: NamedRunner) -> None:
    ann, bob = room.seat(), room.seat()
    assert "Welcome" in client.get(ann).text
    room.ask()
    page = client.get(ann).text
    assert "First vote" in page and "the expected number" in page and "lost_update.py" in page
    assert [room.vote(ann, "all")[0], room.vote(bob, "few")[0]] == [200, 200]
    assert "voted: 2" in client.get(room.teacher).text
    assert "Talk with" in room.do("talk")
    assert "Second vote" in room.do("again")
    for seat in (ann, bob):
        room.vote(seat, "few", round=2)
    decided = room.do("run")
    assert len(runner.programs) == 1
    for page in (decided, client.get(bob).text, client.get(f"/en/c/{room.code}").text):
        assert results(page) == [
            ["1 (50%)", "0 (0%)"],
            ["1 (50%)", "2 (100%)"],
            ["0 (0%)", "0 (0%)"],
        ]
        [right] = re.findall(r'<tr class="right">.*?: </span>(.*?)\n', page, re.S)
        assert right == "less than half of what is expected"
        assert "was overwritten" in page  # why the first answer is wrong


def test_students_run_it_themselves_and_their_runs_are_pooled(
    room: Class, client: FlaskClient, runner: NamedRunner
) -> None:
    ann, bob = room.seat(), room.seat()
    room.ask()
    assert client.post(f"{ann}/run", headers=HTMX).status_code == 409
    room.do("run")
    for seat in (ann, bob, bob):
        own = client.post(f"{seat}/run", headers=HTMX)
        assert "Your run: less than half" in own.text
    assert "Your own runs (2)" in own.text
    assert results(own.text)[2][2] == "2 (100%)"
    assert len(runner.programs) == 4


def test_nobody_sees_how_others_vote_before_the_run(room: Class, client: FlaskClient) -> None:
    ann = room.seat()
    room.ask()
    room.vote(ann, "all")
    for page in (client.get(room.seat()).text, client.get(f"/en/c/{room.code}").text):
        assert not re.findall(r'aria-pressed="true"|%\)', page)
    assert "voted" not in client.get(ann).text
    assert client.get(ann).text.count('aria-pressed="true"') == 1  # one's own is shown


def test_the_last_vote_counts_once(room: Class, client: FlaskClient) -> None:
    ann = room.seat()
    room.ask()
    for option in ("all", "few", "few"):
        assert room.vote(ann, option)[0] == 200
    assert "voted: 1" in client.get(room.teacher).text


@pytest.mark.parametrize(
    ("vote", "status", "note"),
    [
        (("nothing", 1, 1), 422, "no such answer"),
        (("", 1, 1), 422, "no such answer"),
        (("all", 1, 2), 409, "not open"),
        (("all", 2, 1), 409, "not open"),
        (("all", 0, 0), 409, "not open"),
    ],
)
def test_a_vote_that_does_not_count_says_why(
    room: Class, vote: tuple[str, int, int], status: int, note: str
) -> None:
    room.ask()
    answered, page = room.vote(room.seat(), *vote)
    assert answered == status and note in page
    assert "First vote" in page  # the room is still there


def test_a_late_vote_is_refused_with_a_word(room: Class, client: FlaskClient) -> None:
    ann = room.seat()
    room.ask()
    room.do("talk")
    status, page = room.vote(ann, "all")
    assert status == 409 and "not open" in page
    plain = client.post(ann, data={"ballot": 1, "round": 1, "option": "all"})
    assert plain.status_code == 409 and "not open" in plain.text


def test_a_reload_does_not_open_a_closed_vote(room: Class, client: FlaskClient) -> None:
    ann = room.seat()
    room.ask()
    room.do("talk")
    page = client.get(ann).text
    assert (
        "Talk with" in page
        and "<button" not in page.partition('id="room"')[2].split("</section")[0]
    )


def test_a_teachers_page_that_is_behind_changes_nothing(room: Class, client: FlaskClient) -> None:
    room.ask()
    old = {"do": "talk", "version": "2"}
    assert "Talk with" in client.post(room.teacher, data=old, follow_redirects=True).text
    again = client.post(room.teacher, data={**old, "do": "again"}, follow_redirects=True)
    assert "Talk with" in again.text
    for sent in ({}, {"do": "nonsense", "version": "3"}, {"do": "ask", "version": "x"}):
        assert client.post(room.teacher, data=sent, headers=HTMX).status_code == 200
    assert "Talk with" in client.get(room.teacher).text


@pytest.mark.parametrize(
    "path",
    [
        "/c/BBBBBB",
        "/c/%00",
        "/c/" + "B" * 500,
        "/c/';DROP%20TABLE%20rooms--",
        "/en/c/BBBBBB/0123456789abcdef",
        "/en/c/BBBBBB/0123456789abcdef/events",
        "/en/class/guessed",
        "/en/class/guessed/events",
        "/class/guessed/votes.csv",
    ],
)
def test_an_unknown_room_is_a_page_that_says_so(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404 and "No such room" in answer.text


def test_a_student_who_has_the_code_is_no_teacher(room: Class, client: FlaskClient) -> None:
    for guess in (room.code, room.seat().rpartition("/")[2]):
        assert client.get(f"/en/class/{guess}").status_code == 404
        assert client.post(f"/en/class/{guess}", data={"do": "ask"}).status_code == 404
    for page in (room.seat(), f"/en/c/{room.code}"):
        assert room.teacher.rpartition("/")[2] not in client.get(page).text


def test_a_seat_must_look_like_one(room: Class, client: FlaskClient) -> None:
    for seat in ("x", "a" * 200, "%3Cscript%3E-------"):
        assert client.get(f"/en/c/{room.code}/{seat}").status_code == 404


def test_votes_of_one_address_are_bounded(room: Class, client: FlaskClient) -> None:
    room.ask()
    code = room.seat().rpartition("/")[0]
    seats = [f"{code}/{number:016}" for number in range(SEATS_OF_ONE + 1)]
    answers = Counter(room.vote(seat, "all")[0] for seat in seats)
    assert answers == {200: SEATS_OF_ONE, 429: 1}
    assert room.vote(seats[0], "few")[0] == 200
    assert f"voted: {SEATS_OF_ONE}" in client.get(room.teacher).text


def test_rooms_of_one_address_are_bounded(store: Store) -> None:
    client = SharedSite(find_topics(COURSE)).lent(NamedRunner(), store).test_client()
    opened = Counter(client.post("/en/class/new").status_code for _ in range(ROOMS_OF_ONE + 2))
    assert opened == {303: ROOMS_OF_ONE, 429: 2}


def test_the_teacher_takes_all_votes_as_a_file(room: Class, client: FlaskClient) -> None:
    ann = room.seat()
    room.ask()
    room.vote(ann, "all")
    key = room.teacher.rpartition("/")[2]
    answer = client.get(f"/class/{key}/votes.csv")
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert (row["room"], row["demo"], row["round"]) == (room.code, "lock/lost-update", "1")
    assert (row["seat"], row["option"]) == (ann.rpartition("/")[2], "all")


def test_the_room_as_json(room: Class, client: FlaskClient) -> None:
    ann = room.seat()
    room.ask()
    room.vote(ann, "all")
    key = room.teacher.rpartition("/")[2]
    answer = client.get(f"/api/class/{key}").get_json()
    ballot = {
        "ballot": 1,
        "demo": "lock/lost-update",
        "question": "final",
        "votes": [{"all": 1}, {}],
        "run": "",
        "true": [],
        "own_runs": 0,
        "own_true": {},
    }
    assert answer == {"room": room.code, "stage": "first vote", "ballots": [ballot]}
    room.do("run")
    client.post(f"{ann}/run")
    [decided] = client.get(f"/api/class/{key}").get_json()["ballots"]
    assert (decided["true"], decided["own_true"], decided["own_runs"]) == (
        ["most"],
        {"most": 1},
        1,
    )
    assert client.get(f"/api/class/{room.code}").status_code == 404


def test_a_run_that_is_gone_can_be_asked_again(
    room: Class, client: FlaskClient, runner: NamedRunner, store: Store
) -> None:
    room.ask()
    store.rooms.show_run(store.rooms.find(room.code), "A" * 16)
    assert "cannot be found any more" in client.get(room.teacher).text
    assert "First vote" in room.ask()


def test_what_no_run_decides_is_no_answer(
    room: Class, client: FlaskClient, runner: NamedRunner
) -> None:
    runner.outcome = Outcome.LOST
    room.ask()
    page = room.do("run")
    assert not re.findall(r'<tr class="(?:right|wrong)"', page) and "Vote 1" in page


def pieces(client: FlaskClient, address: str) -> Generator[str, None, None]:
    answer = client.get(address, buffered=False)
    assert answer.mimetype == "text/event-stream"
    with closing(answer):
        for piece in answer.iter_encoded():
            yield piece.decode()


def until(stream: Iterator[str], text: str) -> str:
    """Read a stream until a text comes; heartbeats bound the wait."""
    for _, piece in zip(range(40), stream, strict=False):
        if text in piece:
            return piece
    raise AssertionError(f"{text} did not come")


def test_a_room_is_followed_live(room: Class, client: FlaskClient) -> None:
    ann = room.seat()
    student, projector = (
        pieces(client, f"{ann}/events"),
        pieces(client, f"/fa/c/{room.code}/events"),
    )
    assert "Welcome" in until(student, "hx-partial")
    until(projector, "خوش آمدید")
    room.ask()
    until(student, "First vote")
    until(projector, "رأی اول")
    room.vote(ann, "all")
    until(projector, "تعداد رأی‌ها: ۱")
    room.do("run")
    until(student, "<table")
    until(projector, "<table")
    student.close()
    projector.close()


def test_the_lines_of_the_run_come_to_all(
    whole_site: SharedSite, store: Store, runner: NamedRunner
) -> None:
    runner.batches = ((), LOST[:1], (), LOST[1:])
    runner.phase = Phase.RUNNING
    client = whole_site.lent(runner, store).test_client()
    room = Class(client)
    student = pieces(client, f"{room.seat()}/events")
    until(student, "Welcome")
    room.ask()
    until(student, "First vote")
    room.do("run")
    until(student, 'hx-target="#transcript"')
    student.close()


def test_other_servers_see_the_room(whole_site: SharedSite, store: Store) -> None:
    """Two sites with the same database: the room of one is followed on the other."""
    one = whole_site.lent(NamedRunner(), store).test_client()
    other = SharedSite(TOPICS).lent(NamedRunner(), store).test_client()
    room = Class(one)
    student = pieces(other, f"{room.seat()}/events")
    until(student, "Welcome")
    room.ask()
    until(student, "First vote")
    student.close()


def test_only_questions_that_can_run_here_are_offered(room: Class, client: FlaskClient) -> None:
    page = client.get(room.teacher).text
    assert f'value="{QUESTION}"' in page and 'value="thread-queue/shut-down#' not in page
    assert "Welcome" in room.do("ask", question="lock/lost-update#nonsense")


def test_the_stage_of_a_room_is_one_of_its_words(client: FlaskClient) -> None:
    """Each stage but the first has a title in both languages."""
    for language in ("en", "fa"):
        room = Class(client, language)
        room.ask()
        for stage, action in (
            (Stage.FIRST_VOTE, "talk"),
            (Stage.TALK, "again"),
            (Stage.SECOND_VOTE, "run"),
        ):
            assert room.client.get(room.teacher).status_code == 200, stage
            room.do(action)
        assert 'class="room-results"' in client.get(room.teacher).text
