"""Claims of time: a busy machine makes none of them false; a wrong program makes each one false.

A claim of time has a margin, or is about a duration. The wrong programs are in the topic's
`mistakes.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.running import cores_taken
from tests.lessons.demos import each_choice, every_demo, run_all, short_values
from tests.lessons.mistakes import Mistake, mistakes
from tests.lessons.test_claims import recording
from tests.topics import TOPICS
from webapp.engine.embedded import EmbeddedRunner
from webapp.engine.program import Program
from webapp.lessons.claims import Claim
from webapp.lessons.topic import Demo, Topic
from webapp.lessons.values import Value

GUARD = 'if __name__ == "__main__":\n'
ENDLESS = recording([], wall=1e6)


def of_time(demo: Demo) -> dict[str, Claim]:
    """Return the demo's claims of time by their names."""
    return {
        claim.name: claim
        for claim in demo.claims
        if claim.margin is not None or claim.check(ENDLESS, demo.defaults).excess is not None
    }


@pytest.mark.thorough
@every_demo(of_time)
def test_each_claim_of_time_fails_for_a_wrong_program(
    runner: EmbeddedRunner, demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a machine that is never late.
    monkeypatch.setattr("webapp.lessons.claims.lateness", lambda recording: 0.0)
    claims, wrong = of_time(demo), [*_wrong(demo, tmp_path)]
    runs = run_all(runner, [Program(*one) for one in wrong])
    failed = {
        name
        for name, claim in claims.items()
        for (_, values), run in zip(wrong, runs, strict=True)
        if claim.measure(run, values).holds is False
    }
    assert failed == set(claims)


TOPICS_OF_TIME = [topic for topic in TOPICS if any(map(of_time, topic.demos))]


@pytest.mark.thorough
@pytest.mark.parametrize("topic", TOPICS_OF_TIME, ids=lambda topic: topic.slug)
def test_no_claim_of_time_is_false_on_a_busy_machine(runner: EmbeddedRunner, topic: Topic) -> None:
    demos = [demo for demo in topic.demos if of_time(demo)]
    jobs = [(demo, values) for demo in demos for values in each_choice(demo) if _forked(values)]
    with cores_taken():
        runs = run_all(runner, [demo.program(values) for demo, values in jobs])
    for (demo, values), run in zip(jobs, runs, strict=True):
        for claim in of_time(demo).values():
            finding = claim.measure(run, values)
            assert finding.holds is not False, f"{claim.name}: {finding.figure}"


def _wrong(demo: Demo, folder: Path) -> Iterator[tuple[Path, dict[str, Value]]]:
    """Yield the demo's wrong programs with their values; one of them takes too long."""
    longest = max(demo.ideal.seconds(values) for values in each_choice(demo))
    slow = f"{GUARD}    import time; time.sleep({longest + 0.6})\n"
    values = short_values(demo)
    yield Mistake(demo, GUARD, slow).write(folder / "slow"), values
    for _, mistake in mistakes("timing"):
        if mistake.demo is demo:
            place = folder / str(len(list(folder.iterdir())))
            yield mistake.write(place), mistake.values


def _forked(values: dict[str, Value]) -> bool:
    """Return whether processes are forked: no duration is claimed for other start methods."""
    return values.get("start_method", "fork") == "fork"
