"""The page of a recorded program: all of it in one file, for a browser without a network.

Its source, transcript and lanes have the ids and classes that they have on the site's pages
(templates/_run_panel.html, run/_result.html), so the site's scripts and styles serve here too.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from webapp.engine.events import Kind, is_task
from webapp.engine.recording import Recording, overlaps
from webapp.pages.texts.lines import draw_lines, draw_note
from webapp.pages.texts.receipt import Row, draw_receipt
from webapp.pages.texts.transcript import Screen
from webapp.pages.texts.wording import Wording
from webapp.recording import inline
from webapp.recording.answer import Answer, explain
from webapp.recording.head import LANES, LINES, draw_finding, draw_head, draw_list, eyebrow
from webapp.recording.highlight import highlighted
from webapp.recording.ran import Ran
from webapp.recording.unseen import find_unseen
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.lanes import MICROSECONDS, Timeline
from webapp.timeline.lost import draw_lost
from webapp.timeline.reading import draw
from webapp.timeline.standing import Standing, wait_text

TRANSCRIPT = "transcript"

MANY = 40
"""Lanes from which the picture of all of them is opened only on request."""

PART_UNSEEN = ("before", "handlers")
THREADS_UNSEEN = ("children", "output", "end", "handlers")


def draw_page(say: Wording, ran: Ran) -> str:
    """The whole page, in the language of `say`."""
    title = say("own.title", file=ran.program.name)
    style = inline.style(say.language)
    theme, modules = inline.theme_script(), inline.module_script()
    policy = inline.policy(scripts=(theme, modules), styles=(style,))
    timeline, answer = draw(ran.recording), explain(say, ran.recording, ran.standing)
    return f"""<!DOCTYPE html>
<html lang="{say.language}" dir="{say.direction}" data-units="{say("unit.short")}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(title)} · {say("site.name")}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<script>{theme}</script>
<style>{style}</style>
<link rel="icon" type="image/svg+xml" href="{inline.icon()}">
</head>
<body>
<a class="skip-link" href="#content">{say("site.skip")}</a>
{_header(say)}
<main id="content" tabindex="-1">
{draw_head(say, ran, timeline, answer)}
{_demo(say, ran, _findings(say, ran, timeline, answer))}
</main>
<footer class="site-footer"><p>{say("own.footer")}</p></footer>
<script type="module">{modules}</script>
</body>
</html>
"""


def _header(say: Wording) -> str:
    return f"""<header class="site-header">
<span class="brand">{inline.MARK}<span>{say("site.name")}</span></span>
<button class="theme-switch" type="button" id="theme-switch" aria-pressed="false" hidden>
{inline.SWITCH}<span class="visually-hidden">{say("theme.dark")}</span></button>
</header>"""


# --- what ran, and how it ended ---


def _demo(say: Wording, ran: Ran, findings: str) -> str:
    outcome = ran.recording.outcome.name.lower()
    title = escape(say(f"outcome.{outcome}.title"))
    return f"""<section class="demo" aria-labelledby="demo-title">
<h2 class="visually-hidden" id="demo-title">{eyebrow(say, ran)}</h2>
<div class="run-panel{"" if ran.recording.of(Kind.PRINTED) else " silent"}">
{_listing(say, ran)}
{_run(say, ran.recording, title)}
<div id="result"><section class="result outcome-{outcome}" aria-labelledby="result-title">
<h3 class="visually-hidden" id="result-title">{say("result.title")}</h3>
<p class="quiet">{escape(say("own.how"))}</p>
{findings}
{_receipt(say, ran.recording)}
</section></div>
</div>
</section>"""


# --- its source and its transcript ---


def _listing(say: Wording, ran: Ran) -> str:
    lines = [
        f'<span class="code-line" id="{LINES}{number}"><a href="#{LINES}{number}" tabindex="-1">'
        f"{number}</a><span>{line}\n</span></span>"
        for number, line in enumerate(highlighted(ran.source), 1)
    ]
    return f"""<div class="panel listing">
<header class="panel-head"><h3 dir="ltr">{escape(ran.program.name)}</h3>
<span class="quiet">{say("source.lines", count=len(lines))}</span></header>
<pre class="code panel-body" id="listing" dir="ltr" tabindex="0" role="region" \
aria-label="{say("source.title")}"><code>{"".join(lines)}</code></pre>
</div>"""


def _run(say: Wording, recording: Recording, title: str) -> str:
    return f"""<div class="panel run">
<header class="panel-head"><h3>{say("transcript.title")}</h3>
<span class="clock">{say.times(f"{recording.wall:.3f} s")}</span></header>
<div class="panel-body screen" id="screen" dir="ltr" tabindex="0" role="region" \
aria-label="{say("transcript.title")}">{_transcript(say, recording)}</div>
<footer class="panel-foot"><p class="status">{title}</p></footer>
</div>"""


def _transcript(say: Wording, recording: Recording) -> str:
    screen = Screen()
    shown = [*screen.feed(recording.events), *screen.rest()]
    last = screen.last()
    empty = "" if shown else draw_note(say, say("own.silent"))
    lines = f'<ol class="lines" id="{TRANSCRIPT}">{draw_lines(say, shown, LINES)}{empty}</ol>'
    if not last:
        return lines
    # A list of their own: a walk finds a line by its place in the first.
    hidden = draw_note(say, say("transcript.hidden", count=screen.hidden)) if screen.hidden else ""
    return f'{lines}<ol class="lines">{hidden}{draw_lines(say, last, LINES)}</ol>'


# --- its lanes, and what else there is to say ---


def _findings(say: Wording, ran: Ran, timeline: Timeline, answer: Answer) -> str:
    recording, standing = ran.recording, ran.standing
    parts = []
    if standing.waits and not (answer.whole and recording.cycle):
        left = _standing(say, recording, standing, told=answer.whole)
        parts.append(draw_finding(say("standing.title"), left) if left else "")
    # What each worker of a deadlock holds is seen at the end.
    at_end = bool(recording.cycle or standing.rings)
    lost = draw_lost(timeline, say)
    if lost:
        parts.append(draw_finding(say("lost.title"), lost))
    setting = Setting(
        lines=LINES, transcript=TRANSCRIPT, at_end=at_end, begins=bool(lost) and not at_end
    )
    figure = draw_figure(timeline, say, setting)
    if len(timeline.lanes) > MANY:
        all_ = escape(say("own.all_lanes", count=len(timeline.lanes)))
        figure = f'<details class="all-lanes"><summary>{all_}</summary>{figure}</details>'
    parts.append(f'<div id="{LANES}">{draw_finding(say("lanes.title"), figure)}</div>')
    figures = draw_finding(say("own.figures"), _figures(say, timeline))
    unseen = draw_finding(say("unseen.title"), _unseen(say, ran), "unseen")
    return "".join(parts) + f'<div class="findings">{figures}{unseen}</div>'


def _standing(say: Wording, recording: Recording, standing: Standing, *, told: bool) -> str:
    """Return the time in which nothing moved, and a sentence for each wait if they are not told."""
    items = () if told else (wait_text(say, left) for left in standing.waits)
    still = ""
    if standing.end and not recording.cycle:
        times = (standing.start / MICROSECONDS, standing.end / MICROSECONDS)
        start, end = map(say.seconds, times)
        still = f"<p>{escape(say('standing.still', start=start, end=end))}</p>"
    return still + draw_list(items, "standing")


def _figures(say: Wording, timeline: Timeline) -> str:
    recording, lanes = timeline.recording, timeline.lanes
    tasks = sum(is_task(lane.key) for lane in lanes)
    threads = sum(lane.depth > 0 and not is_task(lane.key) for lane in lanes)
    lives = (life for life in recording.lifetimes if not is_task(life.key))
    rows = [
        Row(say("timing.wall"), say.seconds(recording.wall)),
        Row(say("timing.cpu"), say.seconds(recording.cpu)),
        Row(say("own.processes"), say.number(len(lanes) - threads - tasks)),
        Row(say("own.threads"), say.number(threads)),
        *([Row(say("own.tasks"), say.number(tasks))] if tasks else []),
        Row(say("own.at_once"), say.number(overlaps(lives))),
        Row(say("own.events"), say.number(len(recording.events))),
    ]
    return f'<dl class="timing">{_rows(rows)}</dl>'


def _unseen(say: Wording, ran: Ran) -> str:
    own = [
        say(f"unseen.{unseen.reason}", names=say("list.separator").join(unseen.names))
        for unseen in find_unseen(ran.program, ran.source, ran.folder)
    ]
    unseen = THREADS_UNSEEN if ran.threads_only else PART_UNSEEN if ran.part else ()
    of_part = [say(f"own.part_unseen.{name}") for name in unseen]
    sentences = [*of_part, *own, say("unseen.always"), say("unseen.cost")]
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="unseen-list">{items}</ul>'


def _receipt(say: Wording, recording: Recording) -> str:
    rows = _rows(draw_receipt(say, recording))
    return (
        f'<details class="receipt"><summary><h4>{say("result.receipt")}</h4></summary>'
        f"<dl>{rows}</dl></details>"
    )


def _rows(rows: Iterable[Row]) -> str:
    return "".join(f"<div><dt>{escape(row.name)}</dt><dd>{_value(row)}</dd></div>" for row in rows)


def _value(row: Row) -> str:
    value = escape(row.value)
    return f'<code dir="ltr">{value}</code>' if row.code else value
