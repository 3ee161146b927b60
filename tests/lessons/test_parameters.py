"""Which values a parameter takes, and why it refuses others."""

from __future__ import annotations

import re

import pytest

from tests.topics import TOPICS
from webapp.lessons.parameters import (
    AnyParameter,
    Choice,
    Float,
    Floats,
    Integer,
    InvalidParameters,
    Permutation,
    Problem,
    parse_all,
)
from webapp.lessons.topic import Topic
from webapp.lessons.values import Value

COUNT = Integer(name="count", default=4, minimum=1, maximum=10)
PAUSE = Float(name="pause", default=0.5, minimum=0, maximum=2)
MODE = Choice(name="mode", default="a", options=("a", "b"))
TIMES = Floats(name="times", default=(3.0, 2.0), minimum=0, maximum=3)
ORDER = Permutation(name="order", default=(2, 1, 3))
ALL: tuple[AnyParameter, ...] = (COUNT, PAUSE, MODE)


@pytest.mark.parametrize(
    ("parameter", "given", "value"),
    [
        (COUNT, "1", 1),
        (COUNT, " 10 ", 10),
        (COUNT, "۷", 7),
        (PAUSE, "0", 0.0),
        (PAUSE, "2.0", 2.0),
        (PAUSE, "۱٫۵", 1.5),
        (PAUSE, ".25", 0.25),
        (MODE, "b", "b"),
        (TIMES, "1,2.5", (1.0, 2.5)),
        (TIMES, "۱، ۲٫۵", (1.0, 2.5)),
        (ORDER, "3, 1, 2", (3, 1, 2)),
    ],
)
def test_values_are_read(parameter: AnyParameter, given: str, value: Value) -> None:
    assert parameter.parse(given) == value


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"count": ["0"]}, Problem("count", "greater_than_equal", "0", {"ge": 1})),
        ({"count": ["11"]}, Problem("count", "less_than_equal", "11", {"le": 10})),
        ({"count": ["four"]}, Problem("count", "int_parsing", "four")),
        ({"count": ["4.5"]}, Problem("count", "int_parsing", "4.5")),
        ({"count": ["1_0"]}, Problem("count", "int_parsing", "1_0")),
        ({"count": ["9" * 5000]}, Problem("count", "int_parsing", "9" * 5000)),
        ({"count": [" "]}, Problem("count", "missing")),
        ({"count": []}, Problem("count", "missing")),
        ({"count": ["4", "5"]}, Problem("count", "repeated", "5")),
        ({"pause": ["-0.1"]}, Problem("pause", "greater_than_equal", "-0.1", {"ge": 0})),
        ({"pause": ["2.01"]}, Problem("pause", "less_than_equal", "2.01", {"le": 2})),
        ({"pause": ["nan"]}, Problem("pause", "finite_number", "nan")),
        ({"pause": ["1e999"]}, Problem("pause", "finite_number", "1e999")),
        ({"pause": ["1_0"]}, Problem("pause", "float_parsing", "1_0")),
        ({"mode": ["c"]}, Problem("mode", "literal_error", "c", {"expected": ("a", "b")})),
        ({"size": ["3"]}, Problem("size", "extra_forbidden", "3")),
    ],
)
def test_a_refused_value_says_why(given: dict[str, list[str]], problem: Problem) -> None:
    good = {"count": ["4"], "pause": ["0.5"], "mode": ["a"]}
    with pytest.raises(InvalidParameters) as caught:
        parse_all(ALL, {**good, **given})
    assert caught.value.problems == (problem,)


@pytest.mark.parametrize(
    ("parameter", "given", "type"),
    [
        (TIMES, "1", "wrong_length"),
        (TIMES, "1,x", "float_parsing"),
        (TIMES, "1,4", "less_than_equal"),
        (ORDER, "1,2", "permutation"),
        (ORDER, "1,2,2", "permutation"),
        (ORDER, "1,2,x", "int_parsing"),
    ],
)
def test_a_refused_list_says_why(parameter: AnyParameter, given: str, type: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        parse_all([parameter], {parameter.name: [given]})
    assert [problem.type for problem in caught.value.problems] == [type]


def test_a_list_is_shown_as_it_is_entered() -> None:
    for parameter in (TIMES, ORDER):
        assert parameter.parse(parameter.write(parameter.default)) == parameter.default
    assert TIMES.write(TIMES.default) == "3, 2"


def test_all_problems_are_told_at_once_in_the_order_of_the_parameters() -> None:
    with pytest.raises(InvalidParameters) as caught:
        parse_all(ALL, {"zzz": ["1"], "mode": ["c"], "count": ["0"]})
    assert [(problem.parameter, problem.type) for problem in caught.value.problems] == [
        ("count", "greater_than_equal"),
        ("pause", "missing"),
        ("mode", "literal_error"),
        ("zzz", "extra_forbidden"),
    ]


def test_parameters_that_an_address_leaves_out_have_their_defaults() -> None:
    assert parse_all(ALL, {"count": ["2"]}, partial=True) == {"count": 2, "pause": 0.5, "mode": "a"}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.slug)
def test_no_option_says_its_value_twice(topic: Topic) -> None:
    choices = [one for demo in topic.demos for one in demo.parameters if isinstance(one, Choice)]
    for choice in choices:
        for value, label in choice.labels.items():
            for text in label.values():
                assert len(re.findall(rf"\b{re.escape(value)}\b", text)) <= 1, (choice.name, text)
