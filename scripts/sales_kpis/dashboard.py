"""One HTML page of all KPIs that works offline: no script, no link to anything outside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import duckdb

from sales_kpis.formats import (
    FEW_CASES,
    NOTHING,
    few_cases,
    format_change,
    format_target,
    format_value,
    format_year_change,
    slice_label,
    tone,
)
from sales_kpis.scorecard import ScorecardLine, read_scorecard

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6878; --line: #d9dee6;
  --card: #fff; --page: #f4f6f9; --good: #13795b; --bad: #b3352c; --trend: #2f6fd0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa5b5; --line: #333c49;
  --card: #1d232c; --page: #14181e; --good: #4cc79c; --bad: #f0877d; --trend: #7fb0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page);
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
h3 { font-size: .95rem; margin: 0; }
p { margin: .2rem 0; }
.soft { color: var(--soft); font-size: .85rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: .8rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  padding: .8rem; display: flex; flex-direction: column; }
.card svg { margin-top: auto; padding-top: .4rem; }
.slice { border-top: 1px solid var(--line); margin-top: .4rem; padding-top: .3rem; }
.change { white-space: nowrap; }
.value { font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.good { color: var(--good); }
.bad { color: var(--bad); }
svg { display: block; width: 100%; height: 3rem; }
polyline { fill: none; stroke: var(--trend); stroke-width: 1.6;
  vector-effect: non-scaling-stroke; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; background: var(--card); }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .6rem; text-align: right;
  white-space: nowrap; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
"""


def render_dashboard(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: str | None,
    currency: str,
    stale_sources: Sequence[str] = (),
) -> str:
    """The page as HTML text.

    Args:
        connection: published or built marts.
        as_of_date: the last day that counts, as ISO text; None where it is not known.
        currency: code shown behind amounts.
        stale_sources: a sentence for each raw table whose newest row is too old, shown in the head.
    """
    lines = read_scorecard(connection)
    families = list(dict.fromkeys(line.kpi.family for line in lines))
    sections = [
        f"<h2>{_text(family.capitalize())}</h2>\n<div class='cards'>\n"
        + "\n".join(_card(line, currency) for line in lines if line.kpi.family == family)
        + "\n</div>"
        for family in families
    ]
    as_of = f"As of {_text(as_of_date)}. " if as_of_date else ""
    return "\n".join(
        [
            "<!doctype html>",
            "<html lang='en'>",
            "<head>",
            "<meta charset='utf-8'>",
            "<meta name='viewport' content='width=device-width, initial-scale=1'>",
            "<title>Sales KPIs</title>",
            f"<style>{_STYLE}</style>",
            "</head>",
            "<body>",
            "<h1>Sales KPIs</h1>",
            f"<p class='soft'>{as_of}Each value is of the newest complete month, or of the shortest"
            f" longer period that is complete; {FEW_CASES}.</p>",
            *(f"<p class='bad'>{_text(sentence)}</p>" for sentence in stale_sources),
            *sections,
            "<h2>All KPIs</h2>",
            _table(lines, currency),
            "</body>",
            "</html>",
            "",
        ]
    )


def _card(line: ScorecardLine, currency: str) -> str:
    kpi, newest = line.kpi, line.newest
    if line.slices:
        return _card_of_slices(line, currency)
    head = f"<h3>{_text(kpi.title)}</h3><p class='soft'>{_text(kpi.question)}</p>"
    if newest is None:
        reason = kpi.not_connected or "no complete period"
        empty = f"<p class='value'>{NOTHING}</p><p class='soft'>{_text(reason)}</p>"
        return f"<div class='card'>{head}{empty}</div>"
    previous = _change(
        format_change(newest, kpi.unit),
        tone(newest.value, newest.previous_value, kpi.direction),
        "to previous",
    )
    year_ago = _change(
        format_year_change(newest, kpi.unit),
        tone(newest.value, newest.year_ago_value, kpi.direction),
        "to year ago",
    )
    target = format_target(newest, kpi.unit, currency)
    return (
        f"<div class='card'>{head}"
        f"<p class='value'>{_text(format_value(newest.value, kpi.unit, currency))}"
        f"{few_cases(newest)}</p>"
        f"<p class='soft'>{_text(newest.period)} · {previous} · {year_ago}</p>"
        + (f"<p class='soft'>target {_text(target)}</p>" if target else "")
        + _trend(line)
        + "</div>"
    )


def _card_of_slices(line: ScorecardLine, currency: str) -> str:
    """The card of a KPI whose total is on another card: its largest slices."""
    kpi = line.kpi
    rows: list[str] = []
    for shown in (one.shown for one in line.slices):
        if shown is None:
            continue
        change = _change(
            format_change(shown, kpi.unit),
            tone(shown.value, shown.previous_value, kpi.direction),
            "to previous",
        )
        rows.append(
            f"<div class='slice'><p class='soft'>{_text(slice_label(shown))}</p>"
            f"<p><b>{_text(format_value(shown.value, kpi.unit, currency))}</b>{few_cases(shown)}"
            f" <span class='soft'>{change}</span></p></div>"
        )
    period = line.shown.period if line.shown else ""
    return (
        f"<div class='card'><h3>{_text(line.title_of_slices)}</h3>"
        f"<p class='soft'>{_text(kpi.question)}</p>"
        f"<p class='soft'>{_text(period)}, largest slices</p>{''.join(rows)}</div>"
    )


def _trend(line: ScorecardLine, width: float = 120, height: float = 30) -> str:
    """The trend as SVG polylines; a period without a value interrupts the line."""
    present = [value for value in line.trend if value is not None]
    if len(present) < 2:
        return ""
    low = min(present)
    span = (max(present) - low) or 1.0
    step = width / (len(line.trend) - 1)
    pieces: list[list[str]] = [[]]
    for position, value in enumerate(line.trend):
        if value is None:
            pieces.append([])
        else:
            y = height - 2 - (value - low) / span * (height - 4)
            pieces[-1].append(f"{position * step:.1f},{y:.1f}")
    drawn = "".join(f"<polyline points='{' '.join(piece)}'/>" for piece in pieces if len(piece) > 1)
    label = f"Trend of {line.kpi.title} over {len(line.trend)} periods"
    return (
        f"<svg viewBox='0 0 {width:g} {height:g}' preserveAspectRatio='none' role='img'"
        f" aria-label='{_text(label)}'>{drawn}</svg>"
    )


def _table(lines: Sequence[ScorecardLine], currency: str) -> str:
    heads = ("KPI", "period", "value", "previous", "a year ago", "target", "running period")
    body: list[str] = []
    for line in [one for each in lines for one in (each.slices or (each,))]:
        newest, running, unit = line.newest, line.running, line.kpi.unit

        def shown(value: float | None, unit: str = unit) -> str:
            return format_value(value, unit, currency)

        cells = [
            line.kpi.title + (f": {line.label}" if line.label else ""),
            newest.period if newest else NOTHING,
            shown(newest.value) + few_cases(newest) if newest else NOTHING,
            shown(newest.previous_value) if newest else NOTHING,
            shown(newest.year_ago_value) if newest else NOTHING,
            shown(newest.target_value) if newest else NOTHING,
            f"{shown(running.value)}{few_cases(running)} in {running.period}"
            if running
            else NOTHING,
        ]
        body.append("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in cells) + "</tr>")
    head = "<tr>" + "".join(f"<th>{name}</th>" for name in heads) + "</tr>"
    rows = "\n".join(body)
    return f"<div class='wide'><table><thead>{head}</thead>\n<tbody>{rows}</tbody></table></div>"


def _change(text: str, tone_name: str, words: str) -> str:
    return f"<span class='change'><b class='{tone_name}'>{_text(text)}</b> {words}</span>"


def _text(text: str | None) -> str:
    return escape(text or "", quote=True)
