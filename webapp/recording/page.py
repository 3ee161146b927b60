"""The page of a recorded program: all of it in one file, for a browser without a network.

Its source, transcript and lanes have the ids and classes that they have on the site's pages
(templates/_bench.html, _lines.html, run/_result.html), so the site's scripts and styles serve here
too.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from webapp.engine.recording import Recording, Wait, overlaps
from webapp.pages.texts.receipt import Row, draw_notes, draw_receipt
from webapp.pages.texts.transcript import Screen, Shown
from webapp.pages.texts.wording import Wording
from webapp.recording import inline
from webapp.recording.highlight import highlighted
from webapp.recording.unseen import find_unseen
from webapp.timeline.cycle import draw_cycle
from webapp.timeline.figure import Setting, draw_figure
from webapp.timeline.lanes import MICROSECONDS, Timeline
from webapp.timeline.reading import draw
from webapp.timeline.standing import Standing, find_standing, wait_text

LINES, TRANSCRIPT = "L", "transcript"
PART_UNSEEN = ("before", "handlers")


@dataclass(frozen=True)
class Ran:
    """A run of a program: the arguments, the source at that time, and the recording.

    `words` are those that name the program on Python's command line, if not the file's name.
    `folder` is where it imports its own files from, if not the program's. If only a part of it was
    recorded, `part` is "block", "cell" or "test".
    """

    program: Path
    arguments: tuple[str, ...]
    source: str
    recording: Recording
    words: tuple[str, ...] = ()
    folder: Path | None = None
    part: str = ""


def draw_page(say: Wording, ran: Ran) -> str:
    """The whole page, in the language of `say`."""
    title = say("own.title", file=ran.program.name)
    style = inline.style(say.language)
    theme, modules = inline.theme_script(), inline.module_script()
    policy = inline.policy(scripts=(theme, modules), styles=(style,))
    return f"""<!DOCTYPE html>
<html lang="{say.language}" dir="{say.direction}">
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
{_head(say, ran)}
{_demo(say, ran)}
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


def _head(say: Wording, ran: Ran) -> str:
    receipt = ran.recording.receipt
    when = say(
        "recorded.lead",
        moment=say.moment(datetime.fromisoformat(receipt.started_at)),
        machine=receipt.machine,
        python=receipt.interpreter,
        cores=receipt.cores,
    )
    words = shlex.join(["python", *(ran.words or (ran.program.name,)), *ran.arguments])
    command = f'<p><code class="command" dir="ltr">{escape(words)}</code></p>'
    return f"""<header class="topic-head">
<p class="eyebrow">{_eyebrow(say, ran)}</p>
<h1><bdi>{escape(ran.program.name)}</bdi></h1>
{"" if ran.part else command}
<p>{escape(when)}</p>
<p>{escape(say("own.how"))}</p>
</header>"""


def _eyebrow(say: Wording, ran: Ran) -> str:
    return say(f"own.part.{ran.part}" if ran.part else "own.eyebrow")


def _demo(say: Wording, ran: Ran) -> str:
    outcome = ran.recording.outcome.name.lower()
    title = escape(say(f"outcome.{outcome}.title"))
    return f"""<section class="demo" aria-labelledby="demo-title">
<h2 class="visually-hidden" id="demo-title">{_eyebrow(say, ran)}</h2>
<div class="bench">
{_listing(say, ran)}
{_run(say, ran.recording, title)}
<div id="result"><section class="result outcome-{outcome}" aria-labelledby="result-title">
<h3 class="visually-hidden" id="result-title">{say("result.title")}</h3>
<div class="outcome"><p><strong>{title}.</strong> {_ending(say, ran)}</p>
{_paragraphs(draw_notes(say, ran.recording), "advice")}</div>
{_findings(say, ran)}
{_receipt(say, ran.recording)}
</section></div>
</div>
</section>"""


def _ending(say: Wording, ran: Ran) -> str:
    """Return a sentence for the outcome, and the detail."""
    recording, ended = ran.recording, "own.part_ended" if ran.part else "own.ended"
    outcome = recording.outcome.name.lower()
    sentence = escape(say(f"{ended}.{outcome}", time=say.seconds(recording.wall)))
    if not recording.detail:
        return sentence
    return f'{sentence} <code class="detail" dir="ltr">{escape(recording.detail)}</code>'


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
<span class="clock" dir="ltr">{recording.wall:.3f} s</span></header>
<div class="panel-body screen" id="screen" dir="ltr" tabindex="0" role="region" \
aria-label="{say("transcript.title")}">{_transcript(say, recording)}</div>
<footer class="panel-foot"><p class="status">{title}</p></footer>
</div>"""


def _transcript(say: Wording, recording: Recording) -> str:
    screen = Screen()
    shown = [*screen.feed(recording.events), *screen.rest()]
    last = screen.last()
    empty = "" if shown else _note(say, say("own.silent"))
    lines = f'<ol class="lines" id="{TRANSCRIPT}">{_lines(say, shown)}{empty}</ol>'
    if not last:
        return lines
    # A list of their own: a walk finds a line by its place in the first.
    hidden = _note(say, say("transcript.hidden", count=screen.hidden)) if screen.hidden else ""
    return f'{lines}<ol class="lines">{hidden}{_lines(say, last)}</ol>'


def _note(say: Wording, text: str) -> str:
    return f'<li class="empty" dir="{say.direction}">{escape(text)}</li>'


def _lines(say: Wording, lines: Iterable[Shown]) -> str:
    return "".join(_line(say, line) for line in lines)


def _line(say: Wording, line: Shown) -> str:
    source, time = "", f'<span class="time">{line.time}</span>'
    if line.source_line:
        anchor = f"{LINES}{line.source_line}"
        jump = escape(say("transcript.jump", time=line.time, line=line.source_line))
        source = f' data-source="{anchor}"'
        time = f'<a class="time" href="#{anchor}" tabindex="-1" title="{jump}">{line.time}</a>'
    error = ""
    if line.error:
        error = f'<span class="visually-hidden">{say("transcript.stderr")}: </span>'
    return (
        f'<li class="line hue-{line.hue}{" error" if line.error else ""}"{source}>{time}'
        f'<span class="worker">{escape(line.worker)}</span>'
        f'<span class="text">{error}{escape(line.text)}</span></li>'
    )


# --- its lanes, and what else there is to say ---


def _findings(say: Wording, ran: Ran) -> str:
    recording = ran.recording
    timeline = draw(recording)
    standing = find_standing(recording)
    parts = []
    if recording.cycle:
        cycle = _graph(say, recording.cycle, say("lanes.cycle"))
        parts.append(_finding(say("lanes.deadlock"), cycle, "deadlock"))
    elif standing.rings:
        rings = "".join(_graph(say, ring, say("standing.ring")) for ring in standing.rings)
        parts.append(_finding(say("standing.rings"), rings, "deadlock"))
    if standing.waits:
        parts.append(_finding(say("standing.title"), _standing(say, recording, standing)))
    figure = draw_figure(timeline, say, Setting(lines=LINES, transcript=TRANSCRIPT))
    parts.append(_finding(say("lanes.title"), figure))
    figures = _finding(say("own.figures"), _figures(say, timeline))
    unseen = _finding(say("unseen.title"), _unseen(say, ran), "unseen")
    return "".join(parts) + f'<div class="findings">{figures}{unseen}</div>'


def _finding(title: str, content: str, kind: str = "") -> str:
    return f'<section class="finding {kind}"><h4>{escape(title)}</h4>{content}</section>'


def _graph(say: Wording, waits: Sequence[Wait], why: str) -> str:
    return f'{draw_cycle(waits, say, lines=LINES)}<p class="why">{escape(why)}</p>'


def _standing(say: Wording, recording: Recording, standing: Standing) -> str:
    """Return a sentence for each wait that was left, and the time in which nothing moved."""
    items = "".join(f"<li>{escape(wait_text(say, left))}</li>" for left in standing.waits)
    still = ""
    if standing.end and not recording.cycle:
        times = (standing.start / MICROSECONDS, standing.end / MICROSECONDS)
        start, end = map(say.seconds, times)
        still = f"<p>{escape(say('standing.still', start=start, end=end))}</p>"
    return f'{still}<ul class="standing">{items}</ul>'


def _figures(say: Wording, timeline: Timeline) -> str:
    recording, lanes = timeline.recording, timeline.lanes
    threads = sum(lane.depth for lane in lanes)
    rows = [
        Row(say("timing.wall"), say.seconds(recording.wall)),
        Row(say("timing.cpu"), say.seconds(recording.cpu)),
        Row(say("own.processes"), say.number(len(lanes) - threads)),
        Row(say("own.threads"), say.number(threads)),
        Row(say("own.at_once"), say.number(overlaps(recording.lifetimes))),
        Row(say("own.events"), say.number(len(recording.events))),
    ]
    return f'<dl class="timing">{_rows(rows)}</dl>'


def _unseen(say: Wording, ran: Ran) -> str:
    own = [
        say(f"unseen.{unseen.reason}", names=say("list.separator").join(unseen.names))
        for unseen in find_unseen(ran.program, ran.source, ran.folder)
    ]
    of_part = [say(f"own.part_unseen.{name}") for name in PART_UNSEEN if ran.part]
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


def _paragraphs(texts: Iterator[str], kind: str) -> str:
    return "".join(f'<p class="{kind}">{escape(text)}</p>' for text in texts)
