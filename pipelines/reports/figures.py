"""Figures of a report: plain Plotly specifications in one calm palette.

The colours keep their contrast on light and on dark paper; text, axes and grid take the
page's own colours when the figure is drawn. A figure that has nothing to show is None.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from kg.domain import Outcome
from kg.domain.unit_names import unit_word
from kg.operations.portfolio import RatingContext
from kg.operations.projects import OutcomeFacts, ProjectFacts

from .blocks import Figure
from .narrative import COLUMNS, LUCKY, WELL, WRONG, is_open, rating_name
from .outcomes import steps_of
from .wording import Wording, first_words, untimed

TEAL, CLAY, GOLD, SLATE, PALE = "#2b8a93", "#c8623f", "#c2922e", "#7d8b98", "#b4bec7"
FONT = {"family": "system-ui, 'Noto Sans', 'Noto Sans CJK SC', sans-serif", "size": 13, "color": "#7a848e"}
FEW = 20
"""Fewer projects than this make shares shaky, and the figure says so."""


def pulse(facts: ProjectFacts, say: Wording) -> Figure | None:
    """Each look back as a stem: what went wrong upwards, what went well downwards."""
    rows = []
    for held in sorted((r for r in facts.retrospectives if r.held_on), key=lambda r: (r.held_on, r.id)):
        counts = Counter(COLUMNS.get(note.column, "other") for note in held.notes)
        rows.append((held.held_on, first_words(untimed(held.title), 60), counts[WRONG], counts[WELL], counts[LUCKY]))
    if len(rows) < 2:
        return None
    days, titles = [str(row[0]) for row in rows], [row[1] for row in rows]
    data = [
        {
            "type": "scatter", "mode": "markers", "x": days, "y": [0] * len(rows), "text": titles, "showlegend": False,
            "marker": {"size": 6, "color": SLATE}, "hovertemplate": "%{x}<br>%{text}<extra></extra>",
        },
        _stems(days, titles, [row[2] for row in rows], CLAY, say("notes.went_wrong")),
        _stems(days, titles, [-row[3] for row in rows], TEAL, say("notes.went_well")),
        {
            "type": "scatter", "mode": "markers", "name": say("notes.got_lucky"),
            "x": [str(row[0]) for row in rows if row[4]], "y": [0] * sum(1 for row in rows if row[4]),
            "marker": {"symbol": "diamond", "size": [7 + 2 * row[4] for row in rows if row[4]], "color": GOLD},
            "text": [f"{row[1]}<br>{say('notes.got_lucky')}: {row[4]}" for row in rows if row[4]],
            "hovertemplate": "%{x}<br>%{text}<extra></extra>",
        },
    ]  # fmt: skip
    most = max(max(row[2], row[3]) for row in rows) or 1
    ticks = _ticks(most)
    layout = _layout(320, legend=True)
    layout["xaxis"] |= {"type": "date"}
    layout["yaxis"] |= {
        "tickvals": ticks,
        "ticktext": [str(abs(t)) for t in ticks],
        "zeroline": True,
        "zerolinewidth": 1,
    }
    columns = ("date", "what")
    headings = [*(say(f"figure.{c}") for c in columns), *(say(f"notes.{c}") for c in (WRONG, WELL, LUCKY))]
    return Figure(
        {"data": data, "layout": layout}, say("figure.pulse"), say("figure.pulse_note"),
        say("figure.pulse_alt", first=say.day(rows[0][0]), last=say.day(rows[-1][0])),
        headings, [(say.day(row[0]), *row[1:]) for row in rows], 320,
    )  # fmt: skip


def milestones(facts: ProjectFacts, say: Wording) -> Figure | None:
    """Planned and reached dates, one line a milestone."""
    found = sorted((m for m in facts.milestones if m.due or m.reached), key=lambda m: m.due or m.reached or date.max)
    if not found:
        return None
    data: list[dict[str, Any]] = []
    for milestone in found:
        if milestone.due and milestone.reached:
            late = milestone.reached > milestone.due
            data.append(
                {
                    "type": "scatter", "mode": "lines", "x": [str(milestone.due), str(milestone.reached)],
                    "y": [milestone.title] * 2, "line": {"color": CLAY if late else TEAL, "width": 3},
                    "hoverinfo": "skip", "showlegend": False,
                }
            )  # fmt: skip
    for key, symbol in (("due", "circle-open"), ("reached", "circle")):
        dated, colour = [m for m in found if getattr(m, key)], SLATE if key == "due" else TEAL
        data.append(
            {
                "type": "scatter", "mode": "markers", "x": [str(getattr(m, key)) for m in dated],
                "y": [m.title for m in dated], "showlegend": False, "hovertemplate": "%{y}<br>%{x}<extra></extra>",
                "marker": {"symbol": symbol, "size": 12, "color": colour, "line": {"width": 2}},
            }
        )  # fmt: skip
    height = 110 + 38 * len(found)
    layout = _layout(height)
    layout["xaxis"] |= {"type": "date"}
    layout["yaxis"] |= {"autorange": "reversed", "type": "category", "showgrid": False}
    words = [say("figure.what"), say("outcomes.due"), say("timeline.milestone")]
    rows = [(m.title, say.day(m.due), say.day(m.reached)) for m in found]
    return Figure(
        {"data": data, "layout": layout}, say("figure.milestones"), say("figure.milestones_note"),
        say("figure.milestones_alt", count=len(found)), words, rows, height,
    )  # fmt: skip


def measurements(facts: OutcomeFacts, say: Wording) -> Figure | None:
    """An outcome's measured values on their way from baseline to target."""
    outcome, values = facts.outcome, facts.measurements
    if len(values) < 2:
        return None
    line = {
        "type": "scatter", "mode": "lines+markers", "x": [str(m.date) for m in values], "y": [m.value for m in values],
        "line": {"color": TEAL, "width": 3}, "marker": {"size": 8, "color": TEAL}, "name": outcome.title,
        "hovertemplate": "%{x}<br>%{y}<extra></extra>", "showlegend": False,
    }  # fmt: skip
    layout = _layout(280)
    layout["xaxis"] |= {"type": "date"}
    layout["shapes"], layout["annotations"] = _lines(outcome, say)
    known = [m.value for m in values] + [v for v in (outcome.baseline, outcome.target) if v is not None]
    room = (max(known) - min(known)) * 0.15 or 1
    layout["yaxis"] |= {"range": [min(known) - room, max(known) + room]}
    title = f"{say('figure.measured')}: {outcome.title}"
    rows = [(say.day(m.date), say.number(m.value)) for m in values]
    note = outcome.statement or unit_word(outcome.unit_of_measure, say.language)
    return Figure(
        {"data": [line], "layout": layout}, title, note,
        say("figure.measured_alt", title=outcome.title), [say("figure.date"), say("figure.value")], rows, 280,
    )  # fmt: skip


def ratings(context: RatingContext, say: Wording) -> list[Figure]:
    """How the project's rating compares with its sector and the portfolio, one figure a scheme."""
    return [figure for scheme in context.schemes if (figure := _rating(scheme, context.sector, say))]


def actions_opened(facts: ProjectFacts, say: Wording) -> Figure | None:
    """Actions by the half-year they were opened in, open ones apart from closed ones."""
    dated = [action for action in facts.actions if action.opened_on]
    if len(dated) < 3:
        return None
    halves = [(a.opened_on.year, (a.opened_on.month > 6) + 1) for a in dated if a.opened_on]
    first, last = min(halves), max(halves)
    spans = [(y, h) for y in range(first[0], last[0] + 1) for h in (1, 2) if first <= (y, h) <= last]
    labels = [f"{y}H{h}" if say.language == "en" else f"{y}{'上' if h == 1 else '下'}" for y, h in spans]
    still = Counter(half for half, action in zip(halves, dated, strict=True) if is_open(action))
    done = Counter(half for half, action in zip(halves, dated, strict=True) if not is_open(action))
    data = [
        {
            "type": "bar", "name": say(f"figure.{name}"), "x": labels, "y": [counts[span] for span in spans],
            "marker": {"color": colour}, "hovertemplate": "%{x}: %{y}<extra>%{fullData.name}</extra>",
        }
        for name, counts, colour in (("open", still, GOLD), ("closed", done, TEAL))
    ]  # fmt: skip
    layout = _layout(260, legend=True)
    layout |= {"barmode": "stack", "bargap": 0.35}
    layout["xaxis"] |= {"type": "category"}
    layout["yaxis"] |= {"rangemode": "tozero", "tickformat": "d"}
    alt = say("figure.opened_alt", open=sum(still.values()), closed=sum(done.values()))
    headings = [say("figure.date"), say("figure.open"), say("figure.closed")]
    rows = [(label, still[span], done[span]) for label, span in zip(labels, spans, strict=True)]
    return Figure(
        {"data": data, "layout": layout}, say("figure.opened"), say("figure.opened_note"), alt, headings, rows, 260
    )


def _rating(scheme: Any, sector: str | None, say: Wording) -> Figure | None:
    by_value = {value.value: value for value in scheme.values}
    steps = steps_of(scheme.scheme) or [value.value for value in scheme.values]
    in_sector = sum(value.sector for value in scheme.values)
    in_all = sum(value.portfolio for value in scheme.values)
    if not in_sector or in_all < 3:
        return None
    shares = [100 * by_value[s].sector / in_sector if s in by_value else 0 for s in steps]
    whole = [100 * by_value[s].portfolio / in_all if s in by_value else 0 for s in steps]
    names = [rating_name(scheme.scheme, step, say) for step in steps]
    own = [index for index, step in enumerate(steps) if step in scheme.own]
    tickets = [f"{name}  {share:.0f}%" for name, share in zip(names, shares, strict=True)]
    tickets = [f"<b>{ticket}</b>" if index in own else ticket for index, ticket in enumerate(tickets)]
    data = [
        {
            "type": "bar", "orientation": "h", "name": say("figure.sector_share"), "y": names, "x": shares,
            "marker": {"color": [TEAL if index in own else PALE for index in range(len(steps))]},
            "hovertemplate": "%{y}: %{x:.0f}%<extra>%{fullData.name}</extra>",
        },
        {
            "type": "scatter", "mode": "markers", "name": say("figure.portfolio_share"), "y": names, "x": whole,
            "marker": {"symbol": "line-ns-open", "size": 20, "color": CLAY, "line": {"width": 3}},
            "hovertemplate": "%{y}: %{x:.0f}%<extra>%{fullData.name}</extra>",
        },
    ]  # fmt: skip
    layout = _layout(320, legend=True)
    layout["xaxis"] |= {"ticksuffix": "%", "range": [0, max(*shares, *whole) * 1.08], "nticks": 5, "tickangle": 0}
    layout["yaxis"] |= {"tickvals": names, "ticktext": tickets, "showgrid": False, "type": "category"}
    note = say("figure.rating_note", sector=sector, n=in_sector, all=in_all)
    if own:
        share = say.share(sum(by_value[s].sector for s in steps[own[0] :] if s in by_value), in_sector)
        note += ("" if say.language == "zh" else " ") + say("figure.rated_at_least", share=share, sector=sector)
    if in_sector < FEW:
        note += ("" if say.language == "zh" else " ") + say("figure.rating_small", n=in_sector)
    value = say.listed([names[index] for index in own])
    headings = [say("figure.value"), say("figure.sector_share"), say("figure.portfolio_share")]
    rows = [(n, f"{s:.0f}%", f"{w:.0f}%") for n, s, w in zip(names, shares, whole, strict=True)]
    alt = say("figure.rating_alt", sector=sector, value=value)
    return Figure({"data": data, "layout": layout}, say("figure.rating"), note, alt, headings, rows, 320)


def _stems(days: list[str], titles: list[str], values: list[int], colour: str, name: str) -> dict[str, Any]:
    x: list[str | None] = []
    y: list[int | None] = []
    sizes: list[int] = []
    words: list[str] = []
    for day, title, value in zip(days, titles, values, strict=True):
        x += [day, day, None]
        y += [0, value, None]
        sizes += [0, 9 if value else 0, 0]
        words += ["", f"{title}<br>{name}: {abs(value)}", ""]
    return {
        "type": "scatter", "mode": "lines+markers", "name": name, "x": x, "y": y, "text": words,
        "line": {"color": colour, "width": 2.5}, "marker": {"size": sizes, "color": colour, "opacity": 1},
        "hovertemplate": "%{x}<br>%{text}<extra></extra>",
    }  # fmt: skip


def _lines(outcome: Outcome, say: Wording) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    shapes, notes = [], []
    for key, value, colour in (("target", outcome.target, GOLD), ("baseline", outcome.baseline, SLATE)):
        if value is None:
            continue
        shapes.append(
            {
                "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value,
                "line": {"color": colour, "width": 2, "dash": "dot"},
            }
        )  # fmt: skip
        text = say(f"figure.{key}", value=say.number(value))
        notes.append(
            {
                "xref": "paper",
                "x": 1,
                "xanchor": "right",
                "y": value,
                "yanchor": "bottom",
                "text": text,
                "showarrow": False,
            }
        )
    return shapes, notes


def _ticks(most: int) -> list[int]:
    step = 1 if most <= 4 else 2 if most <= 8 else 5
    return list(range(-(most // step) * step, most + 1, step))


def _layout(height: int, *, legend: bool = False) -> dict[str, Any]:
    axis = {"automargin": True, "gridcolor": "rgba(125,139,152,.25)", "zerolinecolor": SLATE, "fixedrange": True}
    return {
        "height": height, "autosize": True, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "font": FONT, "margin": {"l": 8, "r": 12, "t": 40 if legend else 12, "b": 8},
        "showlegend": legend, "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "xaxis": {**axis, "showgrid": False}, "yaxis": dict(axis), "hoverlabel": {"align": "left"}, "dragmode": False,
    }  # fmt: skip
