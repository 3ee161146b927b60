"""Two runs as a stream: server-sent events for htmx, or a page that grows without it.

A page that is loaded again takes its comparison up: both runs are followed from their beginning.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from threading import Lock

from webapp.engine.recording import Outcome
from webapp.engine.runner import Phase, UnknownRun
from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.compare.comparison import ComparedRun, Comparison, build_comparison
from webapp.pages.compare.running import (
    Both,
    EndUpdate,
    LinesUpdate,
    NoRoom,
    StateUpdate,
    Update,
    run_both,
)
from webapp.pages.compare.selection import KEYS
from webapp.pages.run.live import (
    OVER,
    RESULT_HERE,
    TranscriptLines,
    cut,
    message,
)
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.wording import Wording
from webapp.streaming import SLOW, Pieces, Step, Wait

LINES_HERE = tuple(f"<!-- lines {key} -->" for key in KEYS)

MOST_KEPT = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CompareProgress:
    """The state of the live run. The `first` one clears what an earlier comparison has left.

    `run` is "" while no run is live. `first_run` is the id of the first one.
    """

    say: Wording
    key: str
    first: bool
    status: str
    first_run: str
    run: str = ""
    phase: Phase = Phase.QUEUED
    ideal: float = 0
    cancel: str = ""


@dataclass(frozen=True)
class SideLines:
    """More lines of one side. The last ones come with the run's wall time in `clock`."""

    key: str
    lines: TranscriptLines
    clock: str = ""


@dataclass(frozen=True)
class CompareEnding:
    """The end of both runs.

    Without a `comparison`, `status` says why there is none, and `only_run` is the address of the
    only kept run, or "".
    """

    say: Wording
    status: str
    comparison: Comparison | None
    only_run: str = ""


@dataclass
class TwoRuns:
    """A started run, and the function that starts the other one, which raises Busy.

    `second` starts it once. `listings` are the prefixes of the ids of the sources' lines. `over`
    collects the ended runs.
    """

    site: Site
    first: Run
    second: Callable[[], Run]
    listings: tuple[str, str]
    over: list[EndUpdate] = field(default_factory=list)
    broken: bool = False

    @property
    def say(self) -> Wording:
        """The texts of the page's language."""
        return self.site.wordings[self.first.language]

    def again(self, language: Language) -> TwoRuns:
        """Return the same runs, to be followed by another page in its language."""
        first = replace(self.first, language=language)
        return TwoRuns(
            self.site, first, lambda: replace(self.second(), language=language), self.listings
        )


class Once:
    """Starts a run at the first call, and returns the same one at every later call."""

    def __init__(self, start: Callable[[], Run]) -> None:
        self._start = start
        self._lock = Lock()
        self._run: Run | None = None

    def __call__(self) -> Run:
        """Return the run. Raises Busy."""
        with self._lock:
            self._run = self._run or self._start()
            return self._run


class Comparisons:
    """The latest MOST_KEPT comparisons of this server, by the ids of their first runs."""

    def __init__(self) -> None:
        self._known: dict[str, TwoRuns] = {}
        self._lock = Lock()

    def add(self, runs: TwoRuns) -> None:
        """Remember a comparison."""
        with self._lock:
            self._known[runs.first.id] = runs
            if len(self._known) > MOST_KEPT:
                del self._known[next(iter(self._known))]

    def find(self, first: str) -> TwoRuns | None:
        """Return the comparison that this run began; None if it is not known here or any more."""
        with self._lock:
            runs = self._known.get(first)
        try:
            if runs:
                runs.site.runner.state(first)
        except UnknownRun:
            return None
        return runs


def as_events(runs: TwoRuns) -> Pieces:
    """Stream both runs to htmx."""
    with closing(_updates(runs)) as updates:
        for update in updates:
            if isinstance(update, Wait | Step):
                yield update
            else:
                yield _message(runs, *_template_and_view(runs, update))
    yield SLOW
    yield _message(runs, "compare/_ending.html", _ending(runs))
    yield OVER


def as_page(runs: TwoRuns, page: str) -> Pieces:
    """Stream both runs into a page. `page` has markers for their lines and for the result."""
    pieces = cut(page, *LINES_HERE, RESULT_HERE)
    yield next(pieces).encode()
    with closing(_updates(runs)) as updates:
        for update in updates:
            if isinstance(update, Wait | Step):
                yield update
            elif isinstance(update, StateUpdate) and update.begun and update.side:
                yield next(pieces).encode()
            elif isinstance(update, LinesUpdate | EndUpdate):
                yield _lines(runs, update).html.encode()
    yield SLOW
    *rest, after = pieces
    yield "".join(rest).encode()
    yield runs.site.render("compare/_compared.html", _ending(runs)).encode()
    yield after.encode()


def _updates(runs: TwoRuns) -> Generator[Both, None, None]:
    # A part of the page has been sent, so an exception here can no longer become an error page.
    try:
        with closing(run_both(runs.site, runs.first, runs.second)) as updates:
            for update in updates:
                if isinstance(update, EndUpdate):
                    runs.over.append(update)
                yield update
    except Exception:
        log.exception("the comparison that the run %s began broke off", runs.first.id)
        runs.broken = True


def _message(runs: TwoRuns, template: str, view: object) -> bytes:
    return message(runs.site.render(template, view), 0)


def _template_and_view(runs: TwoRuns, update: Update) -> tuple[str, object]:
    """Return the template that shows an update to htmx, and its view."""
    match update:
        case StateUpdate():
            template = "compare/_begun.html" if update.begun else "compare/_progress.html"
            return template, _progress(runs, update)
        case NoRoom():
            status = runs.say("compare.no_room_yet")
            return "compare/_progress.html", CompareProgress(
                runs.say, KEYS[1], False, status, runs.first.id
            )
        case LinesUpdate():
            lines = SideLines(KEYS[update.side], _lines(runs, update))
            return "compare/_more.html", lines
        case EndUpdate():
            clock = runs.say.times(f"{update.ended.recording.wall:.3f} s")
            lines = SideLines(KEYS[update.side], _lines(runs, update), clock)
            return "compare/_more.html", lines


def _lines(runs: TwoRuns, update: LinesUpdate | EndUpdate) -> TranscriptLines:
    listing = runs.listings[update.side]
    if isinstance(update, LinesUpdate):
        return TranscriptLines(runs.say, update.lines, listing=listing)
    return TranscriptLines(runs.say, update.lines, update.hidden, update.last, listing)


def _progress(runs: TwoRuns, update: StateUpdate) -> CompareProgress:
    run, state, key = update.run, update.state, KEYS[update.side]
    if state.phase is not Phase.QUEUED:
        status = runs.say(f"compare.running_{key}", title=run.demo.title[run.language])
    else:
        status = runs.say("run.starting" if update.begun else "run.place", place=state.place)
    return CompareProgress(
        say=runs.say,
        key=key,
        first=update.side == 0,
        status=status,
        first_run=runs.first.id,
        run=run.id,
        phase=state.phase,
        ideal=run.demo.ideal.seconds(run.values),
        cancel=addresses.cancel(run.id),
    )


def _ending(runs: TwoRuns) -> CompareEnding:
    comparison = None
    try:
        if len(runs.over) == len(KEYS):
            first, second = (
                ComparedRun(ended.run, ended.recording, ended.run.demo.source, ended.kept)
                for ended in (over.ended for over in runs.over)
            )
            comparison = build_comparison(runs.site, first, second, own=True)
    except Exception:
        log.exception("the runs %s cannot be compared", [over.ended.run.id for over in runs.over])
        runs.broken = True
    if comparison:
        return CompareEnding(runs.say, comparison.verdict, comparison)
    kept = [over.ended.run.id for over in runs.over if over.ended.kept]
    only_run = addresses.run(runs.say.language, kept[0]) if kept else ""
    return CompareEnding(
        runs.say, runs.say(f"compare.{_reason(runs.over, runs.broken)}"), None, only_run
    )


def _reason(over: Sequence[EndUpdate], broken: bool) -> str:
    """Return the key of the text that says why there is nothing to compare."""
    if broken or not over:
        return "no_result"
    return "stopped" if over[0].ended.recording.outcome is Outcome.CANCELLED else "no_room"
