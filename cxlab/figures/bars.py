"""Bars and dots: one row a group, its value, its interval, and what it is compared with as a ring."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from cxlab.figures.axis import Plot, Scale
from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.marks import named_below, whisker
from cxlab.figures.numbers import FORM, Number, codes, nice_ticks, numbers, short, tick_words, unit_of
from cxlab.figures.rows import Layout, Row
from cxlab.figures.sheet import Sheet
from cxlab.figures.style import BETTER, FAINT, FILL, INK, MUTED, PALE, RULE, TARGET, WORSE

COMPARED = ("last", "year_ago", "alone", "flat", "counted", "naive", "forecast", "easy_amount", "others")
"""Columns drawn as a ring, the first that is there."""

DOTTED = ("points", "score", "ratio", "agreement")
"""Units whose zero means little: dots on a scale, not bars from zero."""

WIDEST = {"points": (-100.0, 100.0)}
"""Ends a scale never passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What is drawn: numbers, their names, what each is compared with, and the word of its verdict."""

    unit: str
    numbers: list[Number]
    labels: list[str]
    rings: list[float]
    needed: list[float]
    notes: list[tuple[str, str]]

    @property
    def one_needed(self) -> float | None:
        """What all rows have to reach, if it is the same for all."""
        return self.needed[0] if self.needed and len(set(self.needed)) == 1 else None


def bars(brief: Brief) -> Drawing:
    """Draw a finding of shape ``bars``.

    Shares, counts and amounts are bars from zero; NPS, mean scores and ratios are dots on a scale, unless the rows
    are changes (column ``against``).

    Columns before the tail: what the rows are; optionally one of `COMPARED` (a ring), ``change`` and ``verdict``
    (in words; the highest row first, unless ``rank`` orders them), ``needed`` (to be reached), ``together`` (rows
    of one number cannot be told apart), ``scale_min`` and ``scale_max`` of a score, ``unit``, ``more_is``.
    """
    brief = _ordered(brief)
    rows = _rows(brief)
    dotted = rows.unit in DOTTED and "against" not in brief.finding.table
    layout = _layout(rows, brief)
    marked = rows.one_needed if rows.needed else brief.target
    foot = (20.0 if dotted else 4.0) + (18.0 if marked is not None else 2.0)
    sheet = brief.sheet(layout.height + foot, reading=_reading(rows, brief))
    x, ticks = _scale(rows, layout, brief, dotted=dotted)
    plot = Plot(sheet=sheet, x=x, y=Scale(low=0, high=1, start=sheet.top, end=sheet.top + layout.height))
    if dotted:
        plot.bottom_axis(ticks, [[word] for word in tick_words(ticks, rows.unit, brief.wording)])
        layout.verticals(sheet, [x(tick) for tick in ticks], colour=RULE, width=0.7, over=0)
    _marks(rows, plot, layout, brief, dotted=dotted)
    _between(sheet, layout, brief)
    layout.write(sheet)
    if marked is not None:
        words = short(marked, rows.unit, brief.wording)
        layout.verticals(sheet, [x(marked)], colour=TARGET, width=1.4, dashes=(5.6, 4.2), over=3)
        name = brief.wording.text("axis.needed" if rows.needed else "axis.target", value=words)
        named_below(sheet, x, marked, sheet.top + layout.height + foot - 6, name)
    return Drawing(sheet=sheet, said=_said(rows, brief))


def _said(rows: _Rows, brief: Brief) -> list[str]:
    """Say each row's number and what it is compared with."""
    compared = _compared(brief.finding.table)
    what = brief.wording.text(f"figure.{compared}").rpartition(": ")[2] if compared else ""
    said = []
    for place, (label, number) in enumerate(zip(rows.labels, rows.numbers, strict=True)):
        words = f"{label}: {number.written(brief.wording)}".removeprefix(": ")
        ring = rows.rings[place] if rows.rings else float("nan")
        said.append(words if pd.isna(ring) else f"{words}, {what} {short(ring, rows.unit, brief.wording)}")
    return said


def _ordered(brief: Brief) -> Brief:
    """Order groups that have a verdict by their value; bands of time and steps keep their own order."""
    table = brief.finding.table
    if "rank" in table:
        ordered = table.sort_values("rank", kind="stable", ignore_index=True)
    elif {"change", "verdict"} <= set(table.columns):
        ordered = table.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    else:
        return brief
    return replace(brief, finding=replace(brief.finding, table=ordered))


def _rows(brief: Brief) -> _Rows:
    table, unit = brief.finding.table, unit_of(brief.finding)
    compared = _compared(table)
    return _Rows(
        unit=unit,
        numbers=numbers(table, unit=unit),
        labels=codes(brief.finding, wording=brief.wording)[1],
        rings=[float(value) for value in table[compared]] if compared else [],
        needed=[float(value) for value in table["needed"]] if "needed" in table else [],
        notes=[_verdict(brief, row, unit=unit) for _, row in table.iterrows()],
    )


def _compared(table: pd.DataFrame) -> str | None:
    return next((name for name in COMPARED if name in table and table[name].notna().any()), None)


def _layout(rows: _Rows, brief: Brief) -> Layout:
    made = []
    for label, number, (note, colour) in zip(rows.labels, rows.numbers, rows.notes, strict=True):
        value, n = brief.values(number)
        made.append(Row(label=label, value=value, n=n, note=note, strong=brief.detail == 2, note_colour=colour))
    return Layout.of(made, brief)


def _reading(rows: _Rows, brief: Brief) -> list[str]:
    table, wording = brief.finding.table, brief.wording
    compared = _compared(table)
    reading = [brief.interval_note("bar")] if any(len(row.ends) > 1 for row in rows.numbers) else []
    reading += [wording.text(f"figure.{compared}")] if compared else []
    reading += [wording.text("figure.needed")] if rows.needed and rows.one_needed is None else []
    reading += [wording.text("figure.together")] if "together" in table and table["together"].nunique() > 1 else []
    return reading + ([] if brief.detail == 2 else brief.sizes_note(row.n for row in rows.numbers))


def _scale(rows: _Rows, layout: Layout, brief: Brief, *, dotted: bool) -> tuple[Scale, list[float]]:
    """Hold every mark: dots between two ticks, bars from zero."""
    known = [end for row in rows.numbers for end in row.ends]
    marked = [*rows.rings, *rows.needed, *([] if brief.target is None else [brief.target])]
    known += [value for value in marked if pd.notna(value)]
    table = brief.finding.table
    if not dotted:
        low, high = min(0.0, *known), max(0.0, *known)
        room = (high - low) or 1.0
        return layout.scale(low - (0.04 * room if low < 0 else 0), high + 0.04 * room), []
    if {"scale_min", "scale_max"} <= set(table.columns):
        low, high = float(table["scale_min"].min()), float(table["scale_max"].max())
        return layout.scale(low, high), nice_ticks(low, high, most=6)
    ticks = nice_ticks(min(known), max(known), most=5 if brief.narrow else 6)
    low, high = WIDEST.get(rows.unit, (ticks[0], ticks[-1]))
    ticks = [tick for tick in ticks if low <= tick <= high]
    return layout.scale(ticks[0], ticks[-1]), ticks


def _marks(rows: _Rows, plot: Plot, layout: Layout, brief: Brief, *, dotted: bool) -> None:
    sheet, x, zero = plot.sheet, plot.x, plot.x(0.0)
    both_sides = not dotted and min(row.value for row in rows.numbers) < 0 < max(row.value for row in rows.numbers)
    half = 7.0 if brief.narrow else 8.0
    for place, (row, middle) in enumerate(zip(rows.numbers, layout.centres, strict=True)):
        y, colour = sheet.top + middle, rows.notes[place][1]
        if dotted:
            sheet.line([x.start, x.end], [y, y], colour=RULE, width=0.8, over=0)
        else:
            fill = _fill(row, colour, brief) if both_sides else PALE.get(_reached(rows, place) or colour, FILL)
            left, right = sorted((zero, x(row.value)))
            sheet.box(left, y - half, right, y + half, colour=fill)
        whisker(sheet, row, x, y)
        tone = _reached(rows, place) or (colour if colour in (WORSE, BETTER) else INK)
        sheet.dot(x(row.value), y, size=7.5 if dotted else 5, fill=tone if dotted else INK)
        if rows.rings and pd.notna(rows.rings[place]):
            sheet.dot(x(rows.rings[place]), y, size=8, fill="none", edge=MUTED, over=6)
        if rows.needed and rows.one_needed is None:
            at = x(rows.needed[place])
            sheet.line([at, at], [y - half - 2, y + half + 2], colour=TARGET, width=2.0, over=3)
    if x.low <= 0 <= x.high:
        colour, width = (INK, 1.1) if both_sides else (FAINT, 0.9)
        layout.verticals(sheet, [zero], colour=colour, width=width, over=3)


def _reached(rows: _Rows, place: int) -> str:
    """Colour of a row that has something to reach."""
    if not rows.needed:
        return ""
    return BETTER if rows.numbers[place].value >= rows.needed[place] else WORSE


def _between(sheet: Sheet, layout: Layout, brief: Brief) -> None:
    """Draw a line between rows that can be told apart."""
    if "together" not in brief.finding.table:
        return
    groups = list(brief.finding.table["together"])
    for before, here, top in zip(groups, groups[1:], layout.tops[1:], strict=False):
        if before != here:
            y = sheet.top + top
            sheet.line([0, sheet.width], [y, y], colour=FAINT, width=0.8, over=1)


def _fill(row: Number, colour: str, brief: Brief) -> str:
    """Colour of a bar that may lie on either side of zero: its side, where the interval leaves no other."""
    if colour in PALE:
        return PALE[colour]
    low, high = min(row.ends), max(row.ends)
    if len(row.ends) < 3 or low <= 0 <= high:
        return FILL
    return PALE.get(brief.tone(row.value), FILL)


def _verdict(brief: Brief, row: pd.Series, *, unit: str) -> tuple[str, str]:
    """Word of a row's verdict, with its change if the table gives one, and its colour."""
    verdict = row.get("verdict")
    if not isinstance(verdict, str) or not brief.wording.knows(f"verdict.{verdict}"):
        return "", MUTED
    change = row.get("change", row["estimate"])
    if pd.isna(change):
        return "", MUTED
    name, colour = f"verdict.{verdict}", MUTED
    if verdict == "real_change":
        name, colour = f"verdict.real_{'rise' if change > 0 else 'fall'}", brief.tone(change)
    words = brief.wording.text(name)
    if "change" not in row:
        return words, colour
    form = {"share": "points"}.get(unit, FORM.get(unit, unit))
    return f"{brief.wording.number(float(change), f'{form}_change')}: {words}", colour
