"""Forest: how many times as likely, one row a group; half and double are equally far from one."""

from __future__ import annotations

from matplotlib.axes import Axes

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.marks import whisker
from cxlab.figures.numbers import Number, name_of, numbers
from cxlab.figures.rows import Layout, Row
from cxlab.figures.sheet import Sheet, bottom_axis
from cxlab.figures.style import BETTER, INK, PAPER, RULE, SAME, SMALL, WORSE, text_width
from cxlab.wording import Wording

_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_FINE_TICKS = (0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5)


def forest(brief: Brief) -> Drawing:
    """Draw a finding of shape ``forest``: columns ``of`` and ``code``; a reference row is 1 without interval."""
    wording, table = brief.wording, brief.finding.table
    found = numbers(table, unit="ratio")
    rows: list[tuple[Row, Number | None]] = []
    said = []
    for group, inside in table.assign(place=range(len(table))).groupby("of", sort=False):
        if table["of"].nunique() > 1:
            rows.append((Row(label=_heading(str(group), brief)), None))
        for place, code in zip(inside["place"], inside["code"], strict=True):
            label, number = name_of(str(group), code, wording=wording), found[place]
            words, n = brief.values(number)
            if _reference(number):
                words = wording.text("term.reference")
            else:
                said.append(f"{label}: {number.written(wording)}")
            rows.append((Row(label=label, value=words, n=n, strong=not brief.sparse), number))
    layout = Layout.of([row for row, _ in rows], brief)
    sheet = brief.sheet(layout.height + 44, reading=[brief.interval_note("bar")])
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
    ticks = [tick for tick in (_FINE_TICKS if high / low < 4 else _TICKS) if low <= tick <= high]
    axes.set_xticks([], minor=True)
    bottom_axis(axes, ticks, [wording.number(tick, "ratio_digits") for tick in ticks])
    layout.verticals(axes, ticks, color=RULE, linewidth=0.7, zorder=0)
    layout.verticals(axes, [1.0], color=INK, linewidth=1.0, zorder=1)
    layout.write(sheet)
    _sides(sheet, layout, axes, wording)
    return Drawing(sheet=sheet, said=said)


def _heading(group: str, brief: Brief) -> str:
    name = f"term.{group}"
    words = brief.wording.text(name) if brief.wording.knows(name) else group.replace("_", " ")
    return words[:1].upper() + words[1:]


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
    left = max(one - 10, text_width(less, SMALL))
    right = min(max(one + 10, left + 16), sheet.width - text_width(more, SMALL))
    sheet.text(left, y, less, size=SMALL, colour=BETTER, align="right")
    sheet.text(max(right, left + 12), y, more, size=SMALL, colour=WORSE)
