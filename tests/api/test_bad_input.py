"""Bad input gets a 4xx with problems of one shape, and runs nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from flask.testing import FlaskClient
from pydantic import Field, TypeAdapter, ValidationError

from tests.api.serving import json_of
from tests.web.scripted import ScriptedRunner
from webapp.api.answers import Unprocessable
from webapp.api.report import read_queries
from webapp.api.report_table import ROUTES, Query

RUNS = "/api/runs"
GOOD = {"thread_count": 3, "sleep_seconds": 0.5}
LARGE = 16 * 1024 + 1


@pytest.fixture(autouse=True)
def nothing_runs(idle: ScriptedRunner) -> Iterator[None]:
    """Check that no test here starts a run."""
    yield
    assert idle.programs == []


def order(**changes: object) -> dict[str, object]:
    """Return a valid body with these changes."""
    return {"demo": "lock/lock-around-everything", "parameters": GOOD, **changes}


def parameters(**changes: object) -> dict[str, object]:
    """Return a valid body with these parameters changed."""
    return order(parameters={**GOOD, **changes})


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


BODIES = [
    pytest.param({}, ["demo"], "missing", id="no demo"),
    pytest.param(order(demo=7), ["demo"], "string_type", id="a demo that is no text"),
    pytest.param(order(demo="lock/none"), ["demo"], "no_such_demo", id="an unknown demo"),
    pytest.param(order(demo="none/none"), ["demo"], "no_such_demo", id="an unknown topic"),
    pytest.param(order(demo="lock"), ["demo"], "no_such_demo", id="a topic for a demo"),
    pytest.param(order(observe=1), ["observe"], "bool_type", id="a number for yes"),
    pytest.param(order(events="yes"), ["events"], "bool_type", id="a text for yes"),
    pytest.param(order(colour="red"), ["colour"], "extra_forbidden", id="an unknown field"),
    pytest.param(order(parameters=[]), ["parameters"], "dict_type", id="a list of parameters"),
    pytest.param(order(parameters=None), ["parameters"], "dict_type", id="null for parameters"),
]
PARAMETERS = [
    pytest.param(order(parameters={"thread_count": 3}), "sleep_seconds", "missing", id="one gone"),
    pytest.param(parameters(speed=1), "speed", "extra_forbidden", id="one too many"),
    pytest.param(parameters(thread_count="3"), "thread_count", "int_type", id="text"),
    pytest.param(parameters(thread_count=True), "thread_count", "int_type", id="true"),
    pytest.param(parameters(thread_count=None), "thread_count", "int_type", id="null"),
    pytest.param(parameters(thread_count=2.5), "thread_count", "int_from_float", id="a half"),
    pytest.param(parameters(thread_count=0), "thread_count", "greater_than_equal", id="too few"),
    pytest.param(parameters(thread_count=11), "thread_count", "less_than_equal", id="too many"),
    pytest.param(parameters(thread_count=10**400), "thread_count", "less_than_equal", id="huge"),
    pytest.param(parameters(sleep_seconds="1"), "sleep_seconds", "float_type", id="text, not s"),
    pytest.param(parameters(sleep_seconds=10**400), "sleep_seconds", "less_than_equal", id="ages"),
    pytest.param(parameters(sleep_seconds=-1), "sleep_seconds", "greater_than_equal", id="before"),
]


@pytest.mark.parametrize(("body", "where", "type"), BODIES)
def test_a_wrong_field_is_named(
    idle_client: FlaskClient, body: object, where: list[str], type: str
) -> None:
    answer = idle_client.post(RUNS, json=body)
    assert answer.status_code == 422
    (problem,) = json_of(answer)["detail"]
    assert (problem["loc"], problem["type"]) == (["body", *where], type)
    assert problem["msg"]


@pytest.mark.parametrize(("body", "name", "type"), PARAMETERS)
def test_a_wrong_parameter_is_named(
    idle_client: FlaskClient, body: object, name: str, type: str
) -> None:
    answer = idle_client.post(RUNS, json=body)
    assert answer.status_code == 422
    (problem,) = json_of(answer)["detail"]
    assert (problem["loc"], problem["type"]) == (["body", "parameters", name], type)


@pytest.mark.parametrize(
    ("demo", "given", "type"),
    [
        ("lock/lost-update", {"window": "none at all"}, "literal_error"),
        ("lock/lost-update", {"window": 3}, "literal_error"),
        ("current-thread/last-started-first-done", {"durations": [1, 2]}, "wrong_length"),
        ("current-thread/last-started-first-done", {"durations": [1, 2, "3"]}, "float_type"),
        ("current-thread/last-started-first-done", {"durations": "3,2,1"}, "list_type"),
        ("thread-subclass/chosen-start-order", {"order": [1] * 9}, "permutation"),
        ("thread-subclass/chosen-start-order", {"order": [0.5] * 9}, "int_from_float"),
    ],
)
def test_choices_and_lists_are_checked_too(
    idle_client: FlaskClient, demo: str, given: dict[str, Any], type: str
) -> None:
    shown = json_of(idle_client.get(f"/api/topics/{demo}"))
    defaults = {one["name"]: one["default"] for one in shown["parameters"]}
    assert defaults.keys() >= given.keys()
    answer = idle_client.post(RUNS, json={"demo": demo, "parameters": {**defaults, **given}})
    assert answer.status_code == 422
    assert [problem["type"] for problem in json_of(answer)["detail"]] == [type]


def test_all_problems_are_reported_at_once(idle_client: FlaskClient) -> None:
    body = order(parameters={"thread_count": 0, "speed": 1}, observe=1, colour="red")
    problems = json_of(idle_client.post(RUNS, json=body))["detail"]
    assert [one["loc"][-1] for one in problems] == [
        "thread_count", "sleep_seconds", "speed", "observe", "colour",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'demo': 1}",
        "nothing",
        '{"demo": NaN}',
        '{"demo": 1e999}',
        '{"demo": ' + "9" * 5000 + "}",
        nested(8000),
        b"\xff\xfe{}",
        "\ufeff{}",
    ],
    ids=["cut", "quotes", "words", "NaN", "inf", "digits", "nested", "bytes", "mark"],
)
def test_broken_json_is_refused(idle_client: FlaskClient, body: str | bytes) -> None:
    answer = idle_client.post(RUNS, data=body, content_type="application/json")
    assert answer.status_code == 422
    (problem,) = json_of(answer)["detail"]
    assert problem["type"] == "json_invalid"
    assert problem["loc"][0] == "body"


def test_half_a_surrogate_pair_is_returned_as_it_was_sent(idle_client: FlaskClient) -> None:
    answer = idle_client.post(RUNS, json={"demo": "\ud800"})
    assert answer.status_code == 422
    assert json_of(answer)["detail"][0]["input"] == "\ud800"


@pytest.mark.parametrize("body", ["[]", "3", "null", '"demo"'])
def test_a_body_must_be_an_object(idle_client: FlaskClient, body: str) -> None:
    answer = idle_client.post(RUNS, data=body, content_type="application/json")
    assert answer.status_code == 422
    assert json_of(answer)["detail"][0]["type"] == "dict_type"


def test_a_body_with_a_repeated_name_is_refused(idle_client: FlaskClient) -> None:
    body = '{"demo": "lock/try-lock", "demo": "lock/lost-update"}'
    answer = idle_client.post(RUNS, data=body, content_type="application/json")
    assert answer.status_code == 422
    assert json_of(answer)["detail"][0]["type"] == "repeated"


def test_an_empty_body_is_missing(idle_client: FlaskClient) -> None:
    answer = idle_client.post(RUNS, content_type="application/json")
    assert answer.status_code == 422
    assert json_of(answer)["detail"][0]["type"] == "missing"


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_must_be_declared_as_json(idle_client: FlaskClient, type: str) -> None:
    answer = idle_client.post(RUNS, data=json.dumps(order()), content_type=type)
    assert answer.status_code == 415
    assert json_of(answer)["detail"][0]["type"] == "unsupported_media_type"


@pytest.mark.parametrize(
    ("method", "path"), [("POST", RUNS), ("GET", "/api/topics"), ("GET", "/api1/run1/")]
)
def test_a_body_over_16_kb_is_refused(idle_client: FlaskClient, method: str, path: str) -> None:
    body = json.dumps(order()).ljust(LARGE)
    answer = idle_client.open(path, method=method, data=body, content_type="application/json")
    assert answer.status_code == 413
    assert json_of(answer)["detail"][0]["msg"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", RUNS), ("DELETE", RUNS), ("POST", "/api/topics"), ("PUT", "/api/openapi.json")],
)
def test_a_wrong_method_is_answered_with_the_allowed_ones(
    idle_client: FlaskClient, method: str, path: str
) -> None:
    answer = idle_client.open(path, method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert json_of(answer)["detail"][0]["type"] == "method_not_allowed"


@pytest.mark.parametrize(
    "said",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site"},
        {"Referer": "http://evil.example/"},
    ],
    ids=lambda said: " ".join(said.values()),
)
def test_another_sites_page_cannot_use_the_reports_routes(
    idle_client: FlaskClient, idle: ScriptedRunner, said: dict[str, str]
) -> None:
    assert idle_client.get("/api1/run1/", headers=said).status_code == 403
    assert idle.programs == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_the_reports_routes_allow_only_get(idle_client: FlaskClient, method: str) -> None:
    answer = idle_client.open("/api1/run1/?thread_count=1", method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET"
    assert method == "HEAD" or json_of(answer) == {"detail": "Method Not Allowed"}


@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/", "/api/nothing", "/api/topics/lock", "/api/topics/lock/none",
        "/api/topics/none/none", "/api1", "/api1/", "/api1/run2", "/api16/run16/",
    ],
)  # fmt: skip
def test_a_missing_address_is_answered_in_json(idle_client: FlaskClient, path: str) -> None:
    answer = idle_client.get(path)
    assert answer.status_code == 404
    assert json_of(answer) == {"detail": "Not Found"}


def test_an_unknown_run_cannot_be_cancelled(idle_client: FlaskClient) -> None:
    answer = idle_client.post("/api/runs/none/cancel")
    assert answer.status_code == 404
    assert json_of(answer) == {"detail": "Not Found"}


def test_our_own_addresses_take_no_query(idle_client: FlaskClient) -> None:
    answer = idle_client.get("/api/topics?lang=en&lang=fa")
    assert answer.status_code == 422
    assert [one["type"] for one in json_of(answer)["detail"]] == ["extra_forbidden", "repeated"]


def test_a_foreign_page_cannot_run_anything(idle_client: FlaskClient) -> None:
    answer = idle_client.post(RUNS, json=order(), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert json_of(answer)["detail"][0]["type"] == "forbidden"


# --- the report's routes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.queries], ids=lambda route: route.paths[0]
)
def test_each_bound_of_the_reports_routes_is_checked(idle_client: FlaskClient, route: Any) -> None:
    for query in route.queries:
        others = {other.name: other.minimum for other in route.queries if other is not query}
        for value, type, bound in (
            (query.minimum - 1, "greater_than_equal", {"ge": query.minimum}),
            (query.maximum + 1, "less_than_equal", {"le": query.maximum}),
        ):
            asked = {**others, query.name: value}
            answer = idle_client.get(route.paths[0], query_string=asked)
            assert answer.status_code == 422
            (problem,) = json_of(answer)["detail"]
            assert problem["loc"] == ["query", query.name]
            assert (problem["type"], problem["ctx"], problem["input"]) == (type, bound, str(value))


def test_all_failing_parameters_are_reported_in_order(idle_client: FlaskClient) -> None:
    answer = idle_client.get("/api5/run5/?unit_seconds=9&remove_count=x")
    assert answer.status_code == 422
    assert json_of(answer) == {
        "detail": [
            {
                "type": "missing",
                "loc": ["query", "add_count"],
                "msg": "Field required",
                "input": None,
            },
            {
                "type": "int_parsing",
                "loc": ["query", "remove_count"],
                "msg": "Input should be a valid integer, unable to parse string as an integer",
                "input": "x",
            },
            {
                "type": "less_than_equal",
                "loc": ["query", "unit_seconds"],
                "msg": "Input should be less than or equal to 1",
                "input": "9",
                "ctx": {"le": 1},
            },
        ]
    }


def test_names_are_case_sensitive_and_the_last_of_a_repeated_one_counts(
    idle_client: FlaskClient,
) -> None:
    wrong_case = idle_client.get("/api1/run1/?Thread_Count=3")
    assert json_of(wrong_case)["detail"][0]["type"] == "missing"
    last = idle_client.get("/api1/run1/?thread_count=3&thread_count=99")
    assert json_of(last)["detail"][0]["input"] == "99"


@pytest.mark.parametrize(
    "given",
    [
        "1", "0", "11", "10", "-1", "+3", " 3 ", "3.0", "3.", "3.5", "1_0", "1__0", "_1", "1e1", "",
        " ", "x", "0x1", "true", "nan", "inf", "-inf", "1,5", "٣", "3\n", "--1", "9" * 30, ".5",
    ],
)  # fmt: skip
@pytest.mark.parametrize("whole", [True, False])
def test_problems_have_the_words_of_pydantic(given: str, whole: bool) -> None:
    """The report was a FastAPI program, which checks with pydantic."""
    query = Query(name="n", minimum=1, maximum=10, whole=whole)
    expected = _INTEGERS if whole else _FLOATS
    theirs: object
    try:
        theirs = expected.validate_python(given)
    except ValidationError as error:
        theirs = [{**one, "loc": ["query", "n"]} for one in error.errors(include_url=False)]
    assert _ours(query, given) == theirs


_INTEGERS: TypeAdapter[Any] = TypeAdapter(Annotated[int, Field(ge=1, le=10)])
_FLOATS: TypeAdapter[Any] = TypeAdapter(Annotated[float, Field(ge=1, le=10)])


def _ours(query: Query, given: str) -> object:
    try:
        return read_queries([query], {"n": [given]})["n"]
    except Unprocessable as problem:
        return problem.details
