"""The page of a comparison: with a form to run two demos, or with two kept runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup

from webapp.lessons.text import Language
from webapp.lessons.topic import Demo, Pair
from webapp.lessons.values import Values
from webapp.pages import addresses
from webapp.pages.compare.comparison import ComparedRun, build_comparison
from webapp.pages.compare.form import CompareForm, build_compare_form
from webapp.pages.compare.pairs import find_pairs
from webapp.pages.compare.selection import KEYS, Problems, Selection, query_of_both
from webapp.pages.compare.sources import ComparedProgram, Sources, build_sources, prefixes
from webapp.pages.compare.stream import CompareEnding
from webapp.pages.run.kept import Kept
from webapp.pages.run.live import TranscriptLines
from webapp.pages.run.past import recorded_note
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.transcript import Screen
from webapp.pages.texts.wording import Wording

NOTHING = Markup()


@dataclass(frozen=True)
class Panel:
    """One side's transcript. `address` is that of its demo's page, or its run's if it is kept."""

    key: str
    number: str
    name: str
    title: str
    trap: bool
    address: str
    clock: str = ""
    lines: Markup = NOTHING


@dataclass(frozen=True)
class CompareView:
    """The page. For two kept runs it has a `result` and an address to run them `again`, no form."""

    page: Page
    title: str
    look: str
    panels: tuple[Panel, ...]
    sources: Sources
    status: str
    form: CompareForm | None = None
    running: bool = False
    notes: tuple[str, ...] = ()
    again: str = ""
    result: Markup = NOTHING


def build_choice(
    site: Site,
    language: Language,
    selection: Selection,
    problems: Problems | None = None,
    *,
    running: bool = False,
) -> CompareView:
    """Return the view of the page with a form, filled with what was submitted."""
    say = site.wordings[language]
    first, second = selection.sides
    pair = None if problems else _pair(site, selection.names, selection.values(partial=True))
    title = _title(say, pair, first.demo, second.demo)
    form = build_compare_form(site, say, selection, problems)
    return CompareView(
        page=build_page(
            site,
            language,
            title=say("compare.page_title", title=title),
            description=say("compare.description"),
            address=lambda other: addresses.comparison(other, selection.query()),
            indexed=not problems,
        ),
        title=title,
        look=pair.look[language] if pair else "",
        panels=tuple(
            _panel(say, number, side.demo, addresses.demo(language, side.topic, side.demo))
            for number, side in enumerate(selection.sides)
        ),
        sources=build_sources(say, *_programs(language, selection, refused=bool(problems))),
        status="" if running or form.blocked else say("run.ready"),
        form=form,
        running=running,
    )


def _programs(
    language: Language, selection: Selection, *, refused: bool
) -> Iterator[ComparedProgram]:
    """Yield both programs. Refused values do not go into their addresses."""
    for side in selection.sides:
        query = {} if refused else side.submission.query()
        address = addresses.download(language, side.topic, side.demo, query)
        yield ComparedProgram(side.demo, side.demo.source, address)


def build_kept(site: Site, language: Language, first: Kept, second: Kept) -> CompareView:
    """Return the view of the page of two kept runs."""
    say = site.wordings[language]
    both, runs = (first, second), (first.run, second.run)
    names = (runs[0].topic.name_of(runs[0].demo), runs[1].topic.name_of(runs[1].demo))
    pair = _pair(site, names, (runs[0].values, runs[1].values))
    title = _title(say, pair, runs[0].demo, runs[1].demo)
    comparison = build_comparison(site, *(_ran(kept) for kept in both))
    ending = CompareEnding(say, comparison.verdict, comparison)
    return CompareView(
        page=build_page(
            site,
            language,
            title=say("compare.page_title", title=title),
            description=say("compare.description"),
            address=lambda other: addresses.compared(other, runs[0].id, runs[1].id),
            # There are many runs, and they are much alike.
            indexed=False,
        ),
        title=title,
        look=pair.look[language] if pair else "",
        panels=tuple(_kept_panels(site, *both)),
        sources=build_sources(say, *(_kept_program(kept) for kept in both)),
        status=comparison.verdict,
        notes=tuple(
            f"{say(f'compare.{key}')}: {recorded_note(say, 'recorded.lead', kept.stored)}"
            for key, kept in zip(KEYS, both, strict=True)
        ),
        again=addresses.comparison(language, _query_again(*runs)),
        result=Markup(site.render("compare/_compared.html", ending)),
    )


def _ran(kept: Kept) -> ComparedRun:
    return ComparedRun(kept.run, kept.stored.recording, kept.stored.source, changed=kept.changed)


def _kept_program(kept: Kept) -> ComparedProgram:
    return ComparedProgram(kept.run.demo, kept.stored.source, addresses.run_program(kept.run.id))


def _query_again(first: Run, second: Run) -> dict[str, object]:
    """Return the query of an address that runs both again."""
    return query_of_both(
        *((run.topic, run.demo, run.values) for run in (first, second)),
        transcript_only=first.transcript_only or second.transcript_only,
    )


def _pair(site: Site, names: tuple[str, str], values: tuple[Values, Values]) -> Pair | None:
    """Return the course's own comparison of these two, or None."""
    return next((found.pair for found in find_pairs(site) if found.is_about(names, values)), None)


def _title(say: Wording, pair: Pair | None, first: Demo, second: Demo) -> str:
    if pair:
        return pair.title[say.language]
    titles = first.title[say.language], second.title[say.language]
    if titles[0] == titles[1]:
        return say("compare.twice", demo=titles[0])
    return say("compare.both", first=titles[0], second=titles[1])


def _panel(say: Wording, side: int, demo: Demo, address: str) -> Panel:
    key = KEYS[side]
    return Panel(
        key=key,
        number=say.number(side + 1),
        name=say(f"compare.{key}"),
        title=demo.title[say.language],
        trap=demo.trap,
        address=address,
    )


def _kept_panels(site: Site, first: Kept, second: Kept) -> Iterator[Panel]:
    listings = prefixes(first.stored.source, second.stored.source)
    for side, kept, listing in zip((0, 1), (first, second), listings, strict=True):
        yield _kept_panel(site, side, kept, listing)


def _kept_panel(site: Site, side: int, kept: Kept, listing: str) -> Panel:
    say, run, recording = site.wordings[kept.run.language], kept.run, kept.stored.recording
    screen = Screen()
    shown = screen.feed(recording.events) + screen.rest()
    lines = TranscriptLines(say, shown, screen.hidden, screen.last(), listing)
    return replace(
        _panel(say, side, run.demo, addresses.run(say.language, run.id)),
        clock=say.times(f"{recording.wall:.3f} s"),
        lines=lines.html,
    )
