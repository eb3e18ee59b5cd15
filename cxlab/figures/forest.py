"""Forest: how many times as likely, one row a group; half and double are equally far from one."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.marks import whisker
from cxlab.figures.numbers import Number, name_of, numbers
from cxlab.figures.rows import Layout, Row
from cxlab.figures.sheet import Sheet, bottom_axis
from cxlab.figures.style import BETTER, INK, PAPER, RULE, SAME, SMALL, WORSE, text_width
from cxlab.finding import Label
from cxlab.wording import Wording

_TICKS = (1.0, 0.5, 2.0, 0.2, 5.0, 0.1, 10.0, 0.3, 3.0, 0.7, 1.5, 0.8, 1.2, 0.6, 0.4, 20.0, 50.0)
"""Places worth a tick, the most telling first."""


def forest(brief: Brief) -> Drawing:
    """Draw a finding of shape ``forest``: columns ``of`` and ``code``; a reference row is 1 without interval."""
    wording, table = brief.wording, brief.finding.table
    found = numbers(table, unit="ratio")
    rows: list[tuple[Row, Number | None]] = []
    said = []
    for group, inside in table.assign(place=range(len(table))).groupby("of", sort=False):
        if table["of"].nunique() > 1 or "reference" in table:
            rows.append((_heading(str(group), inside, brief), None))
        for place, code in zip(inside["place"], inside["code"], strict=True):
            label, number = name_of(str(group), code, wording=wording), found[place]
            words, n = brief.values(number, style="digits")
            if _reference(number):
                words = wording.text("term.reference")
            else:
                said.append(f"{label}: {number.written(wording)}")
            rows.append((Row(label=label, value=words, n=n, strong=brief.detail == 2), number))
    layout = Layout.of([row for row, _ in rows], brief)
    unwritten = [] if layout.with_n else brief.sizes_note(number.n for number in found if not _reference(number))
    sheet = brief.sheet(layout.height + 44, reading=[brief.interval_note("bar"), *unwritten])
    axes = layout.plot(sheet)
    axes.set_xscale("log")
    low, high = _limits([end for number in found for end in number.ends])
    axes.set_xlim(low, high)
    for (_, number), middle in zip(rows, layout.centres, strict=True):
        if number is None:
            continue
        colour = _colour(number)
        whisker(axes, number, middle, colour=colour, width=2.0)
        fill = PAPER if _reference(number) else colour
        axes.plot([number.value], [middle], "o", color=fill, markeredgecolor=colour, markersize=7, zorder=5)
    ticks = _ticks(low, high, width=layout.right - layout.left)
    axes.set_xticks([], minor=True)
    bottom_axis(axes, ticks, [wording.number(tick, "ratio_digits") for tick in ticks])
    layout.verticals(axes, ticks, color=RULE, linewidth=0.7, zorder=0)
    layout.verticals(axes, [1.0], color=INK, linewidth=1.0, zorder=1)
    layout.write(sheet)
    _sides(sheet, layout, axes, wording)
    return Drawing(sheet=sheet, said=said)


def _heading(group: str, rows: pd.DataFrame, brief: Brief) -> Row:
    """Name what the groups differ in and, where the table tells, whom they are compared with."""
    name = f"term.{group}"
    words = brief.wording.text(name) if brief.wording.knows(name) else group.replace("_", " ")
    words = words[:1].upper() + words[1:]
    if "reference" not in rows:
        return Row(label=words)
    reference = Label(of=group, code=str(rows["reference"].iloc[0]))
    return Row(label=words, note=brief.wording.text("axis.compared_with", reference=reference))


def _ticks(low: float, high: float, *, width: float) -> list[float]:
    """As many ticks as stand 40 pixels apart."""
    scale = width / math.log(high / low)
    kept: list[float] = []
    for tick in _TICKS:
        if low <= tick <= high and all(abs(math.log(tick / other)) * scale >= 40 for other in kept):
            kept.append(tick)
    return sorted(kept)


def _reference(number: Number) -> bool:
    return number.value == 1 and {number.low, number.high} <= {None, 1.0}


def _colour(number: Number) -> str:
    if number.low is not None and number.low > 1:
        return WORSE
    return BETTER if number.high is not None and number.high < 1 else SAME


def _limits(ends: list[float]) -> tuple[float, float]:
    """Both sides of one, as far as the intervals go; a hundredfold each way at most."""
    low, high = min(*ends, 0.8), max(*ends, 1.25)
    return max(low, 0.01) / 1.08, min(high, 100.0) * 1.08


def _sides(sheet: Sheet, layout: Layout, axes: Axes, wording: Wording) -> None:
    """Say left and right of one what the sides mean; on a narrow plot only where the words fit."""
    one = layout.left + (layout.right - layout.left) * float(
        axes.transAxes.inverted().transform(axes.transData.transform((1, 0)))[0]
    )
    y = sheet.top + layout.height + 36
    less, more = f"← {wording.text('axis.less')}", f"{wording.text('axis.more')} →"
    one = min(max(one, text_width(less, SMALL) + 9), sheet.width - text_width(more, SMALL) - 9)
    sheet.text(one - 9, y, less, size=SMALL, colour=BETTER, align="right")
    sheet.text(one + 9, y, more, size=SMALL, colour=WORSE)
