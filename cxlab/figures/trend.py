"""Trend: quarter after quarter, with a band, the target, and what happened in between."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.happened import Happening, happenings, lanes
from cxlab.figures.marks import WHISKER, target_across
from cxlab.figures.numbers import Number, nice_ticks, numbers, short, tick_words, unit_of
from cxlab.figures.sheet import Sheet, bottom_axis, left_axis
from cxlab.figures.style import BETTER, INK, MUTED, PAPER, SMALL, font, text_width
from cxlab.quarter import Quarter
from cxlab.wording import Wording

_LANE = 16.0


def trend(brief: Brief) -> Drawing:
    """Draw a finding of shape ``trend``: column ``quarter``, oldest first."""
    wording, table = brief.wording, brief.finding.table
    unit = unit_of(brief.finding)
    found = numbers(table, unit=unit)
    quarters = [_quarter(value, first_month=brief.finding.about.first_month) for value in table["quarter"]]
    low, high = _limits(found, brief.target)
    ticks = nice_ticks(low, high, most=5)
    words = tick_words(ticks, unit, wording)
    left = max(text_width(word, SMALL) for word in words) + 10
    right = 8 + max(0.0, text_width(found[-1].said(wording), 14, bold=True) - 4)
    plot_width = brief.width - left - right
    shown = lanes(
        happenings(brief.events, wording=wording, quarters=quarters),
        width=plot_width,
        most=3,
    )
    above = _LANE * (1 + max((each.lane for each in shown), default=-1)) + 8
    tall = 190.0 if brief.narrow else 230.0
    below = 38.0
    reading = [brief.interval_note("band")]
    reading += _sizes(found, wording)
    sheet = brief.sheet(above + tall + below, reading=reading)
    axes = sheet.axes(left=left, top=sheet.top + above, width=plot_width, height=tall)
    axes.set_xlim(0, len(quarters))
    axes.set_ylim(ticks[0], ticks[-1])
    left_axis(axes, ticks, words)
    _line(axes, found, last=found[-1].said(wording))
    if brief.target is not None:
        lines = [(each.at * len(quarters), -math.inf, math.inf) for each in shown]
        taken = [*_band(found), *lines]
        target_across(axes, brief.target, short(brief.target, unit, wording), wording=wording, band=taken)
    _quarters(axes, quarters, brief, plot_width)
    _events(sheet, axes, shown, left=left, above=above)
    said = [
        f"{wording.number(quarter, 'quarter')}: {number.written(wording)}"
        for quarter, number in reversed(list(zip(quarters, found, strict=True)))
    ]
    if shown:
        said.insert(
            min(2, len(said)),
            wording.text("alt.events", events="; ".join(each.words for each in shown)).rstrip("."),
        )
    return Drawing(sheet=sheet, said=said)


def _quarter(value: object, *, first_month: int) -> Quarter:
    return value if isinstance(value, Quarter) else Quarter.parse(str(value), first_month=first_month)


def _sizes(found: list[Number], wording: Wording) -> list[str]:
    """Say how many stand behind each quarter, from the smallest to the largest."""
    sizes = [number.n for number in found if number.n is not None]
    if not sizes:
        return []
    fewest, most = min(sizes), max(sizes)
    if fewest == most:
        return [wording.text("term.n_short", n=most)]
    return [wording.text("axis.n_range", low=fewest, high=most)]


def _limits(found: list[Number], target: float | None) -> tuple[float, float]:
    """Hold every interval and the target; from zero where zero is near."""
    ends = [end for number in found for end in number.ends] + ([] if target is None else [target])
    low, high = min(ends), max(ends)
    room = (high - low) or abs(high) or 1.0
    near_zero = low >= 0 and low < 0.6 * high
    return (0.0 if near_zero else low - 0.15 * room), high + 0.15 * room


def _line(axes: Axes, found: list[Number], *, last: str) -> None:
    x = np.arange(len(found)) + 0.5
    values = np.array([number.value for number in found])
    edges = axes.get_ylim()
    low = [
        edges[0] if n.low is None and n.high is not None else n.value if n.low is None else n.low for n in found
    ]
    high = [
        edges[1] if n.high is None and n.low is not None else n.value if n.high is None else n.high for n in found
    ]
    axes.fill_between(x, low, high, color=BETTER, alpha=0.16, linewidth=0, gid=WHISKER, zorder=2)
    axes.vlines(x, low, high, color=BETTER, alpha=0.45, linewidth=1.2, gid=WHISKER, zorder=3)
    axes.plot(x, values, color=BETTER, linewidth=2, zorder=4)
    axes.plot(x[:-1], values[:-1], "o", color=PAPER, markeredgecolor=BETTER, markersize=5, zorder=5)
    axes.plot(x[-1:], values[-1:], "o", color=BETTER, markersize=7, zorder=5)
    axes.annotate(
        last,
        (x[-1], values[-1]),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        fontproperties=font(14, bold=True),
        color=INK,
        annotation_clip=False,
        zorder=6,
    )


def _band(found: list[Number]) -> list[tuple[float, float, float]]:
    return [(place + 0.5, min(number.ends), max(number.ends)) for place, number in enumerate(found)]


def _quarters(axes: Axes, quarters: list[Quarter], brief: Brief, width: float) -> None:
    """Name each quarter, or as many as fit, counted from the last; the year stands below where it changes."""
    names = [brief.wording.number(quarter, "quarter_short") for quarter in quarters]
    names = [name[:1].upper() + name[1:] for name in names]
    each = max(text_width(name, SMALL) for name in names) + 12
    step = max(1, int(-(-each * len(quarters) // width)))
    step = step if step in (1, 2) else 4 * -(-step // 4)
    kept = [place for place in range(len(quarters)) if (len(quarters) - 1 - place) % step == 0]
    words, year = [], None
    for place in kept:
        quarter = quarters[place]
        words.append(names[place] + (f"\n{quarter.year}" if quarter.year != year else "\n"))
        year = quarter.year
    bottom_axis(axes, [place + 0.5 for place in kept], words)


def _events(sheet: Sheet, axes: Axes, shown: list[Happening], *, left: float, above: float) -> None:
    for each in shown:
        axes.axvline(each.at * axes.get_xlim()[1], color=MUTED, linewidth=0.8, dashes=(2, 2), zorder=1)
        y = sheet.top + _LANE * (each.lane + 1) - 4
        sheet.text(left + each.left, y, each.words, size=SMALL, colour=MUTED)
        sheet.drop(left + each.place, top=y - 8, bottom=sheet.top + above)
