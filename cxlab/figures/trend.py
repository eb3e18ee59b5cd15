"""Trend: quarter after quarter, with a band, the target, and what happened in between."""

from __future__ import annotations

import math

from cxlab.figures.axis import Plot, Scale
from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.glyphs import text_width
from cxlab.figures.happened import Happening, happenings, lanes
from cxlab.figures.marks import WHISKER, target_across
from cxlab.figures.numbers import Number, nice_ticks, numbers, short, tick_words, unit_of
from cxlab.figures.style import BETTER, INK, MUTED, PAPER, SMALL
from cxlab.quarter import Quarter

_LANE = 16.0
_LAST = 14.0
"""Size of the letters of the last value."""


def trend(brief: Brief) -> Drawing:
    """Draw a finding of shape ``trend``: column ``quarter``, oldest first."""
    wording, table = brief.wording, brief.finding.table
    unit = unit_of(brief.finding)
    found = numbers(table, unit=unit)
    quarters = [_quarter(value, first_month=brief.finding.about.first_month) for value in table["quarter"]]
    ticks = nice_ticks(*_limits(found, brief.target), most=5)
    words = tick_words(ticks, unit, wording)
    left = max(text_width(word, SMALL) for word in words) + 10
    right = 8 + max(0.0, text_width(found[-1].said(wording), _LAST, bold=True) - 4)
    width = brief.width - left - right
    shown = lanes(happenings(brief.events, wording=wording, quarters=quarters), width=width, most=3)
    above = _LANE * (1 + max((each.lane for each in shown), default=-1)) + 8
    tall = 190.0 if brief.narrow else 230.0
    sheet = brief.sheet(above + tall + 38, reading=[brief.interval_note("band"), *_sizes(found, brief)])
    top = sheet.top + above
    plot = Plot(
        sheet=sheet,
        x=Scale(low=0, high=len(quarters), start=left, end=left + width),
        y=Scale(low=ticks[0], high=ticks[-1], start=top + tall, end=top),
    )
    plot.left_axis(ticks, words)
    _line(plot, found, brief)
    if brief.target is not None:
        lines = [(each.at * len(quarters), -math.inf, math.inf) for each in shown]
        target = short(brief.target, unit, wording)
        target_across(plot, brief.target, target, wording=wording, band=[*_band(found), *lines])
    _quarters(plot, quarters, brief)
    _events(plot, shown)
    said = [
        f"{wording.number(quarter, 'quarter')}: {number.written(wording)}"
        for quarter, number in reversed(list(zip(quarters, found, strict=True)))
    ]
    if shown:
        marked = wording.text("alt.events", events="; ".join(each.words for each in shown)).rstrip(".")
        said.insert(min(2, len(said)), marked)
    return Drawing(sheet=sheet, said=said)


def _quarter(value: object, *, first_month: int) -> Quarter:
    return value if isinstance(value, Quarter) else Quarter.parse(str(value), first_month=first_month)


def _sizes(found: list[Number], brief: Brief) -> list[str]:
    """Say how many stand behind each quarter, from the smallest to the largest."""
    return brief.sizes_note(number.n for number in found)


def _limits(found: list[Number], target: float | None) -> tuple[float, float]:
    """Hold every interval and the target; from zero where zero is near."""
    ends = [end for number in found for end in number.ends] + ([] if target is None else [target])
    low, high = min(ends), max(ends)
    room = (high - low) or abs(high) or 1.0
    near_zero = low >= 0 and low < 0.6 * high
    return (0.0 if near_zero else low - 0.15 * room), high + 0.15 * room


def _line(plot: Plot, found: list[Number], brief: Brief) -> None:
    sheet, x = plot.sheet, plot.x.all([place + 0.5 for place in range(len(found))])
    y = plot.y.all([number.value for number in found])
    low = plot.y.all([_end(n.low, n.high, n.value, plot.y.low) for n in found])
    high = plot.y.all([_end(n.high, n.low, n.value, plot.y.high) for n in found])
    band = [*zip(x, high, strict=True), *reversed(list(zip(x, low, strict=True)))]
    sheet.area(band, colour=BETTER, alpha=0.16, gid=WHISKER)
    across = [at for each in x for at in (each, each, math.nan)]
    down = [at for pair in zip(low, high, strict=True) for at in (*pair, math.nan)]
    sheet.line(across, down, colour=BETTER, alpha=0.45, width=1.2, gid=WHISKER, over=3)
    sheet.line(x, y, colour=BETTER, width=2, over=4)
    for place in zip(x[:-1], y[:-1], strict=True):
        sheet.dot(*place, size=6, fill=PAPER, edge=BETTER)
    sheet.dot(x[-1], y[-1], size=8, fill=BETTER)
    sheet.text(x[-1] + 8, y[-1] + 0.34 * _LAST, found[-1].said(brief.wording), size=_LAST, bold=True, colour=INK)


def _end(end: float | None, other: float | None, value: float, edge: float) -> float:
    """One end of the band: an open one runs to the edge, without any interval it lies on the line."""
    if end is not None:
        return end
    return value if other is None else edge


def _band(found: list[Number]) -> list[tuple[float, float, float]]:
    return [(place + 0.5, min(number.ends), max(number.ends)) for place, number in enumerate(found)]


def _quarters(plot: Plot, quarters: list[Quarter], brief: Brief) -> None:
    """Name each quarter, or as many as fit, counted from the last; the year stands below where it changes."""
    names = [brief.wording.number(quarter, "quarter_short") for quarter in quarters]
    names = [name[:1].upper() + name[1:] for name in names]
    each = max(text_width(name, SMALL) for name in names) + 12
    step = max(1, int(-(-each * len(quarters) // (plot.x.end - plot.x.start))))
    step = step if step in (1, 2) else 4 * -(-step // 4)
    kept = [place for place in range(len(quarters)) if (len(quarters) - 1 - place) % step == 0]
    words: list[list[str]] = []
    years = [each.last_month.year if each.interim else each.year for each in quarters]
    year = None
    for place in kept:
        words.append([names[place], str(years[place])] if years[place] != year else [names[place]])
        year = years[place]
    plot.bottom_axis([place + 0.5 for place in kept], words)


def _events(plot: Plot, shown: list[Happening]) -> None:
    top, left = plot.y.end, plot.x.start
    height = _LANE * (1 + max((each.lane for each in shown), default=-1)) + 8
    for each in shown:
        at = left + each.place
        y = top - height + _LANE * (each.lane + 1) - 4
        plot.sheet.text(left + each.left, y, each.words, size=SMALL, colour=MUTED)
        plot.sheet.line([at, at], [y - 8, plot.y.start], colour=MUTED, width=0.8, dashes=(2, 2), over=1)
