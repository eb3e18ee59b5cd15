"""Forest: one row a group against a reference: times as likely (half and double equally far), or a difference."""

from __future__ import annotations

import math

import pandas as pd

from cxlab.figures.axis import Plot, Scale
from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.glyphs import text_width
from cxlab.figures.marks import whisker
from cxlab.figures.numbers import Number, code_columns, name_of, nice_ticks, numbers, tick_words, unit_of
from cxlab.figures.rows import Layout, Row
from cxlab.figures.sheet import Sheet
from cxlab.figures.style import INK, MUTED, PAPER, RULE, SAME, SMALL
from cxlab.finding import Label

_TICKS = (1.0, 0.5, 2.0, 0.2, 5.0, 0.1, 10.0, 0.3, 3.0, 0.7, 1.5, 0.8, 1.2, 0.6, 0.4, 20.0, 50.0)
"""Places worth a tick, the most telling first."""

Entry = tuple[Row, Number | None, Number | None]
"""A row, its number and the easy answer beside it."""


def forest(brief: Brief) -> Drawing:
    """Draw a finding of shape ``forest``.

    Ratios lie on a logarithmic axis about 1; amounts, points and scores on a plain one about 0. Columns before the
    tail: ``of`` and ``code``, or one column of codes; ``reference`` names whom ratios are compared with; a
    reference row is 1 without interval; ``naive`` (``naive_low``, ``naive_high``) is the easy answer beside.
    """
    unit = unit_of(brief.finding)
    entries, said = _entries(brief, unit)
    found = [number for _, *pair in entries for number in pair if number]
    layout = Layout.of([row for row, *_ in entries], brief)
    less, more = _side_words(brief)
    sheet = brief.sheet(layout.height + (44 if less else 26), reading=_reading(brief, found, layout))
    x, ticks, words = _scale(layout, [end for number in found for end in number.ends], brief, unit=unit)
    centre = 1.0 if x.log else 0.0
    plot = Plot(sheet=sheet, x=x, y=Scale(low=0, high=1, start=sheet.top, end=sheet.top + layout.height))
    plot.bottom_axis(ticks, [[word] for word in words])
    layout.verticals(sheet, [x(tick) for tick in ticks], colour=RULE, width=0.7, over=0)
    layout.verticals(sheet, [x(centre)], colour=INK, width=1.0, over=1)
    for (_, number, naive), middle in zip(entries, layout.centres, strict=True):
        if number is not None:
            _mark(plot, number, naive, sheet.top + middle, brief)
    layout.write(sheet)
    if less:
        _sides(sheet, x(centre), sheet.top + layout.height + 36, (less, more), brief)
    return Drawing(sheet=sheet, said=said)


def _entries(brief: Brief, unit: str) -> tuple[list[Entry], list[str]]:
    """Rows to draw with headings between the groups, and what is said of them."""
    table = brief.finding.table
    if "of" not in table:
        column = next(iter(code_columns(table)), "")
        table = table.assign(of=column, code=table[column] if column else "")
    found, easy = numbers(table, unit=unit), _naive(table, unit)
    entries: list[Entry] = []
    said = []
    for group, inside in table.assign(place=range(len(table))).groupby("of", sort=False):
        if table["of"].nunique() > 1 or "reference" in table:
            entries.append((_heading(str(group), inside, brief), None, None))
        for place, code in zip(inside["place"], inside["code"], strict=True):
            label, number, naive = name_of(str(group), code, wording=brief.wording), found[place], easy[place]
            words, n = brief.values(number, style="digits" if unit == "ratio" else "short")
            note = "" if naive is None else brief.wording.text("axis.naive", value=naive.said(brief.wording))
            if _reference(number):
                words = brief.wording.text("term.reference")
            else:
                said.append(
                    "; ".join(part for part in (f"{label}: {number.written(brief.wording)}", note) if part)
                )
            strong = brief.detail == 2
            entries.append((Row(label=label, value=words, n=n, note=note, strong=strong), number, naive))
    return entries, said


def _naive(table: pd.DataFrame, unit: str) -> list[Number | None]:
    if "naive" not in table:
        return [None] * len(table)
    easy = table.reindex(columns=["naive", "naive_low", "naive_high"]).astype(float)
    ends = [[None if math.isnan(end) else end for end in row] for row in easy.to_numpy()]
    return [None if value is None else Number(value, low, high, None, unit) for value, low, high in ends]


def _heading(group: str, rows: pd.DataFrame, brief: Brief) -> Row:
    """Name what the groups differ in and, where the table tells, whom they are compared with."""
    name = f"term.{group}"
    words = brief.wording.text(name) if brief.wording.knows(name) else group.replace("_", " ")
    words = words[:1].upper() + words[1:]
    if "reference" not in rows:
        return Row(label=words)
    reference = Label(of=group, code=str(rows["reference"].iloc[0]))
    return Row(label=words, note=brief.wording.text("axis.compared_with", reference=reference))


def _reading(brief: Brief, found: list[Number], layout: Layout) -> list[str]:
    reading = [brief.interval_note("bar")] if any(len(number.ends) > 1 for number in found) else []
    if "naive" in brief.finding.table:
        reading.append(brief.wording.text("figure.naive"))
    if layout.with_n:
        return reading
    return reading + brief.sizes_note(number.n for number in found if not _reference(number))


def _scale(layout: Layout, ends: list[float], brief: Brief, *, unit: str) -> tuple[Scale, list[float], list[str]]:
    """Both sides of the reference, as far as the intervals go; a hundredfold each way at most."""
    if unit == "ratio":
        low, high = max(min(*ends, 0.8), 0.01) / 1.08, min(max(*ends, 1.25), 100.0) * 1.08
        ticks = _ticks(low, high, width=layout.right - layout.left)
        return layout.scale(low, high, log=True), ticks, [brief.wording.number(t, "ratio_digits") for t in ticks]
    ticks = nice_ticks(min(0.0, *ends), max(0.0, *ends), most=4 if brief.narrow else 6)
    return layout.scale(ticks[0], ticks[-1]), ticks, tick_words(ticks, unit, brief.wording)


def _ticks(low: float, high: float, *, width: float) -> list[float]:
    """As many ticks as stand 40 pixels apart."""
    scale = width / math.log(high / low)
    kept: list[float] = []
    for tick in _TICKS:
        if low <= tick <= high and all(abs(math.log(tick / other)) * scale >= 40 for other in kept):
            kept.append(tick)
    return sorted(kept)


def _mark(plot: Plot, number: Number, naive: Number | None, y: float, brief: Brief) -> None:
    colour, x = _colour(number, brief), plot.x
    if naive is not None:
        whisker(plot.sheet, naive, x, y + 6, colour=MUTED, width=1.2, cap=2.5)
        plot.sheet.dot(x(naive.value), y + 6, size=7.5, fill=PAPER, edge=MUTED, mark="D")
        y -= 5
    whisker(plot.sheet, number, x, y, colour=colour, width=2.0)
    fill = PAPER if _reference(number) else colour
    plot.sheet.dot(x(number.value), y, size=8, fill=fill, edge=colour)


def _reference(number: Number) -> bool:
    return number.unit == "ratio" and number.value == 1 and {number.low, number.high} <= {None, 1.0}


def _colour(number: Number, brief: Brief) -> str:
    """Colour of the side on which the whole interval lies."""
    centre = 1.0 if number.unit == "ratio" else 0.0
    above = number.low is not None and number.low > centre
    below = number.high is not None and number.high < centre
    return brief.tone(number.value - centre) if above or below else SAME


def _side_words(brief: Brief) -> tuple[str, str]:
    """What less and more than the reference mean, if the catalogue says it of this finding or its question."""
    for stem in (f"axis.{brief.finding.name}", f"axis.{brief.finding.question}"):
        if brief.wording.knows(f"{stem}.less"):
            return f"← {brief.wording.text(f'{stem}.less')}", f"{brief.wording.text(f'{stem}.more')} →"
    return "", ""


def _sides(sheet: Sheet, centre: float, y: float, words: tuple[str, str], brief: Brief) -> None:
    """Say left and right of the reference what the sides mean."""
    less, more = words
    at = min(max(centre, text_width(less, SMALL) + 9), sheet.width - text_width(more, SMALL) - 9)
    sheet.text(at - 9, y, less, size=SMALL, colour=brief.tone(-1), align="right")
    sheet.text(at + 9, y, more, size=SMALL, colour=brief.tone(1))
