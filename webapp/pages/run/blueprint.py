"""The routes of a run: its page, its lanes, its program, its event stream, its cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from webapp.engine.program import main_defaults, with_parameters
from webapp.engine.runner import UnknownRun
from webapp.engine.schedules import parse
from webapp.lessons.parameters import AnyParameter, Choice
from webapp.lessons.text import Language
from webapp.pages import addresses
from webapp.pages.demo.examples import EarlierRun
from webapp.pages.demo.form import query_of, value_texts
from webapp.pages.demo.predicting import read_predictions
from webapp.pages.demo.run_panel import Listing, RunPanel
from webapp.pages.demo.source import highlighted
from webapp.pages.download import attachment
from webapp.pages.htmx import NO_STORE, by_htmx, streamed
from webapp.pages.languages import visitor_language
from webapp.pages.play.page import Game
from webapp.pages.run.kept import Kept, NoSuchRun, find_kept, find_stored, is_live
from webapp.pages.run.lanes import Part, read_part
from webapp.pages.run.live import as_events, as_page
from webapp.pages.run.past import recorded_note, render_past
from webapp.pages.site.layout import Page, build_page
from webapp.pages.site.site import Run, Site
from webapp.pages.texts.receipt import Row
from webapp.pages.texts.wording import Wording
from webapp.store.errors import StoreError
from webapp.store.runs import StoredRun
from webapp.timeline.document import STYLE_SHA256, draw_document
from webapp.timeline.reading import draw

# An SVG that is opened by itself is a document: it may load and run nothing.
PICTURE = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{STYLE_SHA256}'",
    "Vary": "Accept-Language",
}


@dataclass(frozen=True)
class RunView:
    """The page of one run. `notes` say what it is and when it was recorded.

    `replay` is where a visitor follows its schedule ("": it has none that can be followed).
    """

    page: Page
    topic_title: str
    topic_address: str
    demo_title: str
    demo_address: str
    replay: str
    trap: bool
    notes: tuple[str, ...]
    parameters: tuple[Row, ...]
    run_panel: RunPanel


def runs_blueprint(site: Site) -> Blueprint:
    """Return the routes of runs."""
    blueprint = Blueprint("runs", __name__)
    _add_pages(blueprint, site)
    _add_files(blueprint, site)
    return blueprint


def _add_pages(blueprint: Blueprint, site: Site) -> None:
    @blueprint.get("/<language:language>/runs/<id>")
    def show(language: Language, id: str) -> Response:
        """Show a kept run, or stream a live one."""
        if run := _live_run(site, id):
            return _follow(site, replace(run, language=language))
        return _show_kept(site, find_kept(site, id, language))

    @blueprint.get("/<language:language>/runs/<id>/_panel")
    def run_panel(language: Language, id: str) -> Response:
        """Send a run to the page of its demo: the stream of a live one, the parts of a kept one."""
        if run := _live_run(site, id):
            site.room.check()
            events = as_events(site, replace(run, language=language))
            return streamed(events, "text/event-stream")
        try:
            kept = find_kept(site, id, language)
        except (NoSuchRun, StoreError):
            return Response(status=204)  # the page stays as it is
        past = render_past(site, kept.run, kept.stored.recording)
        return Response(site.render("demo/_example.html", past), headers=NO_STORE)

    @blueprint.post("/runs/<id>/cancel")
    def cancel(id: str) -> AnyResponse:
        """Stop a run and keep what it has reported."""
        run = _known(site, id)
        site.runner.cancel(id)
        return Response(status=204) if by_htmx() else _back(run)


def _add_files(blueprint: Blueprint, site: Site) -> None:
    @blueprint.get("/runs/<id>.svg")
    def picture(id: str) -> Response:
        """Send a run's lanes as SVG, with its words in the browser's language."""
        kept = find_kept(site, id, visitor_language())
        svg = _picture(site.wordings[kept.run.language], kept)
        return Response(svg, content_type="image/svg+xml", headers=PICTURE)

    @blueprint.get("/runs/<id>.py")
    def program(id: str) -> Response:
        """Send the run's program with its parameters in the last line."""
        stored = find_stored(site, id)
        return attachment(f"{stored.demo.replace('-', '_')}.py", _program(stored))

    @blueprint.get("/runs/<id>/events")
    def events(id: str) -> Response:
        """Stream a run's events after `Last-Event-ID`."""
        site.room.check()
        run = _known(site, id)
        run = replace(run, predicted=read_predictions(run.demo, request.args))
        after = request.headers.get("Last-Event-ID", 0, type=int)
        return streamed(as_events(site, run, max(0, after)), "text/event-stream")


def _follow(site: Site, run: Run) -> Response:
    site.room.check()
    page = site.render("run/run.html", _live_view(site, run))
    return streamed(as_page(site, run, page), "text/html")


def _show_kept(site: Site, kept: Kept) -> Response:
    part = read_part(request.args, kept.stored.recording)
    html = site.render("run/run.html", _kept_view(site, kept, part))
    return Response(html, 422 if part.wrong else 200)


def _back(run: Run) -> AnyResponse:
    """Redirect to the demo's page with the run's values."""
    query = query_of(
        run.demo, run.values, transcript_only=run.transcript_only, slow_motion=run.slow_motion
    )
    return redirect(addresses.demo(run.language, run.topic, run.demo, query), 303)


def _kept_view(site: Site, kept: Kept, part: Part) -> RunView:
    run, stored = kept.run, kept.stored
    say = site.wordings[run.language]
    notes = [recorded_note(say, "recorded.lead", stored)]
    if stored.transcript_only:
        notes.append(say("recorded.transcript_only"))
    if kept.changed:
        notes.append(say("recorded.changed"))
        if stored.recording.receipt.schedule is not None:
            notes.append(say("recorded.schedule_changed"))
    if part.wrong:
        notes.append(say("part.wrong", end=stored.recording.wall * 1000))
    past = render_past(site, run, stored.recording, view=part.view)
    run_panel = RunPanel(say, None, _listing(run, stored.source), earlier=EarlierRun(past))
    return _view(site, run, notes, run_panel, replay=_replay(site, kept))


def _replay(site: Site, kept: Kept) -> str:
    run, schedule = kept.run, kept.stored.recording.receipt.schedule
    goal = run.topic.goal_of(run.demo)
    if kept.changed or schedule is None or goal is None:
        return ""
    game = Game(site, run.language, run.topic, run.demo, goal, run.values)
    return game.address(parse(schedule))


def _live_view(site: Site, run: Run) -> RunView:
    say = site.wordings[run.language]
    run_panel = RunPanel(say, None, _listing(run, run.demo.source), running=True)
    return _view(site, run, [say("recorded.running")], run_panel)


def _view(
    site: Site, run: Run, notes: Sequence[str], run_panel: RunPanel, *, replay: str = ""
) -> RunView:
    language, topic, demo = run.language, run.topic, run.demo
    say, title = site.wordings[language], demo.title[language]
    query = query_of(
        run.demo, run.values, transcript_only=run.transcript_only, slow_motion=run.slow_motion
    )
    return RunView(
        page=build_page(
            site,
            language,
            title=f"{title} · {say('recorded.eyebrow')}",
            description=say("recorded.description", demo=title),
            address=lambda other: addresses.run(other, run.id),
            topic=topic,
            # There are many runs, and they are much alike.
            indexed=False,
        ),
        topic_title=topic.title[language],
        topic_address=addresses.topic(language, topic),
        demo_title=title,
        demo_address=addresses.demo(language, topic, demo, query),
        replay=replay,
        trap=demo.trap,
        notes=tuple(notes),
        parameters=tuple(
            _parameter(say, parameter, value)
            for parameter, value in zip(
                demo.parameters, value_texts(demo, run.values).values(), strict=True
            )
        ),
        run_panel=run_panel,
    )


def _parameter(say: Wording, parameter: AnyParameter, value: str) -> Row:
    """Return a row with a parameter's label and value; a choice shows its option's label."""
    if isinstance(parameter, Choice):
        return Row(parameter.label[say.language], parameter.labels[value][say.language])
    return Row(parameter.label[say.language], say.entered(value), code=True)


def _listing(run: Run, source: str) -> Listing:
    return Listing(run.demo.path.name, highlighted(source), addresses.run_program(run.id))


def _picture(say: Wording, kept: Kept) -> str:
    return draw_document(
        draw(kept.stored.recording),
        say,
        title=kept.run.demo.title[say.language],
        ideal=kept.run.demo.ideal.seconds(kept.run.values),
    )


def _program(stored: StoredRun) -> str:
    """Return the source; values other than its defaults go into its last line."""
    defaults = main_defaults(stored.source)
    # In the order of the program's arguments. JSON has turned tuples into lists.
    given = {name: stored.values[name] for name in defaults}
    values = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    return with_parameters(stored.source, {} if values == defaults else values)


def _live_run(site: Site, id: str) -> Run | None:
    """Return a run that is queued or running, or None."""
    try:
        return site.find(id) if is_live(site, id) else None
    except UnknownRun:
        return None


def _known(site: Site, id: str) -> Run:
    try:
        return site.find(id)
    except UnknownRun:
        abort(404)
