"""Bars: one row a group, its value from zero, its interval, and what it is compared with as a ring."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.marks import target_below, whisker
from cxlab.figures.numbers import FORM, Number, codes, numbers, short, unit_of
from cxlab.figures.rows import Layout, Row
from cxlab.figures.style import BETTER, FAINT, FILL, INK, MUTED, TARGET, WORSE

COMPARED = ("last", "alone", "flat", "easy_amount")
"""Columns drawn as a ring, the first that is there."""

NOT_CODES = (*COMPARED, "change", "change_low", "change_high", "p", "verdict")
MORE_IS_WORSE = ("churn",)
"""Questions in which a rise is bad news."""


_FILLS = {WORSE: "#e7c3b4", BETTER: "#a9cfcb"}


def bars(brief: Brief) -> Drawing:
    """Draw a finding of shape ``bars``; groups that were compared stand highest first."""
    brief = _highest_first(brief)
    wording, table = brief.wording, brief.finding.table
    unit = unit_of(brief.finding)
    rows = numbers(table, unit=unit)
    _, labels = codes(brief.finding, wording=wording, besides=NOT_CODES)
    compared = next((name for name in COMPARED if name in table), None)
    notes = [_verdict(brief, row, unit=unit) for _, row in table.iterrows()]
    layout = Layout.of(
        [
            Row(
                label=label,
                value=brief.values(number)[0],
                n=brief.values(number)[1],
                note=note,
                strong=brief.detail == 2,
                note_colour=colour,
            )
            for label, number, (note, colour) in zip(labels, rows, notes, strict=True)
        ],
        brief,
    )
    reading = [brief.interval_note("bar")] if any(len(row.ends) > 1 for row in rows) else []
    reading += [wording.text(f"figure.{compared}")] if compared else []
    foot = 22.0 if brief.target is not None else 6.0
    sheet = brief.sheet(layout.height + foot, reading=reading)
    axes = layout.plot(sheet)
    rings = [] if compared is None else [float(value) for value in table[compared]]
    _limits(axes, [*(end for row in rows for end in row.ends), *rings, brief.target or 0.0])
    both_sides = min(row.value for row in rows) < 0 < max(row.value for row in rows)
    thick = 14.0 if brief.narrow else 16.0
    for row, middle, (_, colour) in zip(rows, layout.centres, notes, strict=True):
        fill = _fill(row, colour, brief) if both_sides else _FILLS.get(colour, FILL)
        axes.barh(middle, row.value, height=thick, color=fill, zorder=2)
        whisker(axes, row, middle)
        axes.plot([row.value], [middle], "o", color=INK, markersize=5, zorder=5)
    for value, middle in zip(rings, layout.centres, strict=False):
        if pd.notna(value):
            axes.plot([value], [middle], "o", color="none", markeredgecolor=MUTED, markersize=7.5, zorder=6)
    layout.verticals(
        axes, [0.0], color=INK if both_sides else FAINT, linewidth=1.1 if both_sides else 0.9, zorder=3
    )
    layout.write(sheet)
    if brief.target is not None:
        layout.verticals(axes, [brief.target], color=TARGET, linewidth=1.4, linestyle=(0, (4, 3)), zorder=3)
        target_below(axes, brief.target, short(brief.target, unit, wording), wording=wording)
    said = [f"{label}: {number.written(wording)}" for label, number in zip(labels, rows, strict=True)]
    return Drawing(sheet=sheet, said=[item.removeprefix(": ") for item in said])


def _highest_first(brief: Brief) -> Brief:
    """Order groups that have a verdict by their value; bands of time and steps keep their own order."""
    table = brief.finding.table
    if not {"change", "verdict"} <= set(table.columns):
        return brief
    ordered = table.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)
    return replace(brief, finding=replace(brief.finding, table=ordered))


def _fill(row: Number, colour: str, brief: Brief) -> str:
    """Colour of a bar that may lie on either side of zero: its side, where the interval leaves no other."""
    if colour in _FILLS:
        return _FILLS[colour]
    low, high = min(row.ends), max(row.ends)
    if len(row.ends) < 3 or low <= 0 <= high:
        return FILL
    worse = (row.value > 0) == (brief.finding.question in MORE_IS_WORSE)
    return _FILLS[WORSE if worse else BETTER]


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
        worse = (change > 0) == (brief.finding.question in MORE_IS_WORSE)
        name, colour = f"verdict.real_{'rise' if change > 0 else 'fall'}", WORSE if worse else BETTER
    words = brief.wording.text(name)
    if "change" not in row:
        return words, colour
    form = {"share": "points"}.get(unit, FORM.get(unit, unit))
    return f"{brief.wording.number(float(change), f'{form}_change')}: {words}", colour


def _limits(axes: Axes, values: list[float]) -> None:
    known = [value for value in values if pd.notna(value)]
    low, high = min(0.0, *known), max(0.0, *known)
    room = (high - low) or 1.0
    axes.set_xlim(low - (0.04 * room if low < 0 else 0.004 * room), high + 0.04 * room)
