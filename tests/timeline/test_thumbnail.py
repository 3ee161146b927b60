"""The small picture of a run."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from tests.timeline.records import MAIN, A, B, life, many, record
from webapp.engine.events import Kind
from webapp.timeline.reading import draw
from webapp.timeline.thumbnail import BAR, COLUMNS, LANES, UNIT, draw_thumbnail


def boxes(path: ElementTree.Element) -> list[tuple[int, int]]:
    """Return where the boxes of a path begin and how wide they are, in columns."""
    found = re.findall(r"M(\d+) \d+h(\d+)v\d+h-\d+z", path.attrib["d"])
    return [(int(start) // UNIT, int(width) // UNIT) for start, width in found]


def test_each_state_is_where_it_was_in_time() -> None:
    steps = [
        *life(MAIN, 0, None),
        *life(
            A,
            0,
            1000,
            (250, A, Kind.SLEPT, "", "0.0005"),
            (750, A, Kind.WOKE, "", ""),
        ),
    ]
    picture = ElementTree.fromstring(draw_thumbnail(draw(record(steps, wall=1000))))
    _, lane = picture.findall("g")
    looks = {path.attrib["class"]: boxes(path) for path in lane}
    quarter = COLUMNS // 4
    assert looks["s"] == [(quarter, 2 * quarter)]
    assert looks["r"] == [(0, quarter), (3 * quarter, quarter)]


def test_what_is_held_is_a_line_below_its_lane_and_who_waits_is_hollow() -> None:
    steps = [
        *life(MAIN, 0, None),
        *life(A, 0, None, (0, A, Kind.GOT, "lock", ""), (500, A, Kind.RELEASED, "lock", "")),
        *life(B, 0, None, (100, B, Kind.WAITS, "lock", "acquire"), (500, B, Kind.GOT, "lock", "")),
    ]
    steps.sort(key=lambda step: step[0])
    picture = ElementTree.fromstring(draw_thumbnail(draw(record(steps, wall=1000))))
    _, a, b = picture.findall("g")
    held = next(path for path in a if path.attrib["class"] == "h")
    assert boxes(held) == [(0, COLUMNS // 2)]
    waits = next(path for path in b if path.attrib["class"] == "w")
    assert boxes(waits)[0][0] == COLUMNS // 10
    tops = [int(re.match(r"M\d+ (\d+)", path.attrib["d"])[1]) for path in a]  # type: ignore[index]
    assert max(tops) - min(tops) > BAR


def test_a_picture_of_many_events_and_workers_stays_small() -> None:
    picture = draw_thumbnail(draw(many(4000)))
    assert len(picture) < 8000
    steps = [step for at in range(30) for step in life((100, 101 + at), at, None)]
    crowd = ElementTree.fromstring(draw_thumbnail(draw(record(steps))))
    assert len(crowd.findall("g")) == LANES
