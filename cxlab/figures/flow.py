"""Flow: a total and what came in and went out, the parts of a change, or how many are left at each step."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlab.figures.axis import Scale
from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.marks import whisker
from cxlab.figures.numbers import FORM, Number, codes, numbers, unit_of
from cxlab.figures.rows import Layout, Row
from cxlab.figures.sheet import Sheet
from cxlab.figures.style import BETTER, FAINT, FILL, INK, PALE, PAPER, WORSE
from cxlab.finding import Estimate

TOTALS = "#4e5761"

SMALL_PARTS = 0.25
"""Parts that move a total by less than this share of it are drawn larger, and the totals cut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One bar: from where, and which way its number goes; a total begins at zero."""

    label: str
    note: str = ""
    start: float
    sign: int
    total: bool
    number: Number

    def at(self, value: float) -> float:
        """Where a value of the step lies."""
        return self.start + self.sign * (abs(value) if self.sign < 0 else value)

    @property
    def end(self) -> float:
        """Where the bar ends."""
        return self.at(self.number.value)


def flow(brief: Brief) -> Drawing:
    """Draw a finding of shape ``flow``.

    Columns before the tail: what the rows are; optionally ``total`` (bool; else the first and the last row of a
    column ``step`` are totals, and other rows are parts that add up to the headline); ``of_before``, the share of
    the step before. Steps named ``lost...`` or ``transferred`` count what went out and are taken off; every other
    step is added with its own sign. What the parts leave unexplained becomes a step of its own.

    A waterfall has totals at both ends, the parts of a change one at the end, a funnel has nothing else.
    """
    steps = _steps(brief)
    words = [_written(step, brief) for step in steps]
    rows = [
        Row(label=step.label, value=value, note=step.note, bold=step.total)
        for step, value in zip(steps, words, strict=True)
    ]
    layout = Layout.of(rows, brief)
    with_interval = any(len(step.number.ends) > 1 for step in steps)
    x, cut = _scale(steps, layout)
    reading = [brief.interval_note("bar")] if with_interval else []
    reading += [brief.wording.text("figure.cut")] if cut else []
    sheet = brief.sheet(layout.height + 6, reading=reading)
    funnel = all(step.total for step in steps)
    for step, middle in zip(steps, layout.centres, strict=True):
        _bar(sheet, step, x, sheet.top + middle, brief, cut=cut, funnel=funnel)
    if not layout.stacked and not funnel:
        for step, upper, lower in zip(steps, layout.centres, layout.centres[1:], strict=False):
            ends = [sheet.top + upper, sheet.top + lower]
            sheet.line([x(step.end)] * 2, ends, colour=FAINT, width=0.7, over=1)
    if x.low < 0:
        layout.verticals(sheet, [x(0)], colour=INK, width=1.0, over=3)
    layout.write(sheet)
    return Drawing(sheet=sheet, said=[f"{step.label}: {value}" for step, value in zip(steps, words, strict=True)])


def _steps(brief: Brief) -> list[_Step]:
    table, (column, labels) = brief.finding.table, codes(brief.finding, wording=brief.wording)
    found = numbers(table, unit=unit_of(brief.finding))
    names = [str(name) for name in table[column]] if column else [""] * len(table)
    totals = [bool(t) for t in table["total"]] if "total" in table else _ends(len(table), column)
    notes = [_note(share, brief) for share in table.get("of_before", pd.Series([None] * len(table)))]
    steps: list[_Step] = []
    for number, name, label, note, total in zip(found, names, labels, notes, totals, strict=True):
        here = steps[-1].end if steps else 0.0
        if total and steps and not all(totals):
            steps += _rest(here, number, brief)
        out = not total and (name.startswith("lost") or name == "transferred")
        steps.append(
            _Step(
                label=label,
                note=note,
                start=0.0 if total else here,
                sign=-1 if out else 1,
                total=total,
                number=number,
            )
        )
    return steps if any(totals) else [*steps, *_whole(steps[-1].end, brief)]


def _ends(rows: int, column: str) -> list[bool]:
    """Steps begin and end with a total; other rows are parts of a change."""
    return [column == "step" and place in (0, rows - 1) for place in range(rows)]


def _whole(here: float, brief: Brief) -> list[_Step]:
    """The change that parts without a total add up to: the headline, after what they leave unexplained."""
    headline = brief.finding.headline
    if not isinstance(headline, Estimate):
        return []
    number = Number(headline.value, headline.low, headline.high, headline.n, headline.unit)
    whole = _Step(label=brief.wording.text("figure.whole"), start=0.0, sign=1, total=True, number=number)
    return [*_rest(here, number, brief), whole]


def _rest(here: float, total: Number, brief: Brief) -> list[_Step]:
    """What the parts before a total leave unexplained, if it would show."""
    rest = total.value - here
    if abs(rest) <= 0.005 * max(abs(total.value), abs(here)):
        return []
    number = Number(rest, None, None, None, total.unit)
    return [_Step(label=brief.wording.text("figure.rest"), start=here, sign=1, total=False, number=number)]


def _note(share: float | None, brief: Brief) -> str:
    return "" if share is None or pd.isna(share) else brief.wording.text("axis.of_before", share=float(share))


def _written(step: _Step, brief: Brief) -> str:
    """Write a total as it is, a part with its sign; parts of points have one decimal, so that they add up."""
    number, wording = step.number, brief.wording
    if step.total:
        return number.written(wording)
    change = step.end - step.start
    sign = "+" if change > 0 else "−" if change < 0 else ""
    form = {"points": "nps_part"}.get(number.unit, FORM.get(number.unit, number.unit))
    size = number.estimate() if len(number.ends) == 3 and number.unit != "amount" else abs(number.value)
    written = wording.number(size, f"{form}_short").lstrip("+−")
    words = sign + written if written.strip("0.,%") else written
    ends = wording.number(number.estimate(), f"{form}_range") if len(number.ends) == 3 else ""
    return f"{words} ({ends})" if ends else words


def _scale(steps: list[_Step], layout: Layout) -> tuple[Scale, bool]:
    """Hold every bar; where the parts are small the totals are cut, so that the parts can be seen."""
    places = [place for step in steps for place in (step.start, step.end, *map(step.at, step.number.ends))]
    running = [step.end for step in steps] + [step.at(end) for step in steps for end in step.number.ends]
    low, high = min(running), max(running)
    cut = not all(step.total for step in steps) and low > 0 and steps[0].total and high - low < SMALL_PARTS * low
    if cut:
        room = (high - low) or abs(high) * 0.01
        return layout.scale(low - 0.35 * room, high + 0.06 * room), True
    low, high = min(0.0, *places), max(0.0, *places)
    room = (high - low) or 1.0
    return layout.scale(low - (0.03 * room if low < 0 else 0), high + 0.03 * room), False


def _bar(sheet: Sheet, step: _Step, x: Scale, y: float, brief: Brief, *, cut: bool, funnel: bool) -> None:
    half = 7.0 if brief.narrow else 8.0
    left, right = sorted((x(step.start), x(step.end)))
    sheet.box(left, y - half, max(right, left + 1), y + half, colour=_colour(step, brief, funnel=funnel))
    if cut and step.total:
        for place in (left + 9, left + 14):
            sheet.line([place - 3, place + 3], [y + half + 1, y - half - 1], colour=PAPER, width=2.0, over=3)
    if len(step.number.ends) == 3:
        low, high = sorted(step.at(end) for end in step.number.ends[1:])
        shifted = Number(step.end, min(low, step.end), max(high, step.end), None, step.number.unit)
        whisker(sheet, shifted, x, y)


def _colour(step: _Step, brief: Brief, *, funnel: bool) -> str:
    if step.total:
        return FILL if funnel else TOTALS
    up = step.end >= step.start
    counted = step.number.unit in ("count", "amount")
    tone = (BETTER if up else WORSE) if counted else brief.tone(1 if up else -1)
    low, high = min(step.number.ends), max(step.number.ends)
    unsure = len(step.number.ends) == 3 and low <= 0 <= high
    return PALE[tone] if unsure else FAINT if tone == INK else tone
