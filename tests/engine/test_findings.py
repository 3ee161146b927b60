"""The sentences in which a shell says what a search has tried."""

from __future__ import annotations

import pytest

from tests.timeline.records import record
from webapp.engine.findings import Found, extent, label_of
from webapp.engine.schedules import Search, Searched


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (
            Searched("all", 0, 3, 0.1),
            "all 3 schedules without a switch were tried; none breaks it",
        ),
        (
            Searched("all", 2, 42, 0.5),
            "all 42 schedules with at most 2 switches were tried; none breaks it",
        ),
        (Searched("time", -1, 1, 10.0), "stopped after 10.0 s (1 schedule); none breaks it"),
        (
            Searched("time", 0, 36, 10.0),
            "stopped after 10.0 s (36 schedules); none breaks it;"
            " all without a switch were among them",
        ),
        (
            Searched("number", 1, 50, 2.0),
            "stopped after 50 schedules (50 schedules); none breaks it;"
            " all with at most 1 switch were among them",
        ),
    ],
)
def test_a_search_says_exactly_what_it_tried(end: Searched, said: str) -> None:
    found = Found(label_of, end=end)
    assert extent(found, Search(switches=end.complete), record([])) == said
