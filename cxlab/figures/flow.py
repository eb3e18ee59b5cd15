"""Flow: from a total through what came in and what went out to the next total, one row a step."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.marks import WHISKER
from cxlab.figures.numbers import FORM, Number, codes, numbers, unit_of
from cxlab.figures.rows import Layout, Row
from cxlab.figures.style import BETTER, FAINT, INK, WORSE

TOTALS = "#4e5761"


@dataclass(frozen=True, slots=True)
class _Step:
    """One bar: from where, and which way its number goes; a total begins at zero."""

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

    The first and the last row are totals. Steps named ``lost...`` or ``transferred`` count what went out and are
    taken off; every other step is added with its own sign.
    """
    wording = brief.wording
    unit = "amount" if unit_of(brief.finding) == "amount" else "count"
    found = numbers(brief.finding.table, unit=unit)
    _, labels = codes(brief.finding, wording=wording)
    steps = _steps(found, [str(step) for step in brief.finding.table.iloc[:, 0]])
    words = [_written(step, brief) for step in steps]
    layout = Layout.of(
        [
            Row(label=label, value=value, bold=step.total)
            for label, value, step in zip(labels, words, steps, strict=True)
        ],
        brief,
    )
    with_interval = any(len(step.number.ends) > 1 for step in steps)
    sheet = brief.sheet(layout.height + 6, reading=[brief.interval_note("bar")] if with_interval else [])
    axes = layout.plot(sheet)
    places = [place for step in steps for place in (0.0, step.start, step.end)]
    room = (max(places) - min(places)) or 1.0
    axes.set_xlim(min(places) - (0.02 * room if min(places) < 0 else 0), max(places) + 0.02 * room)
    for step, middle in zip(steps, layout.centres, strict=True):
        _bar(axes, step, middle, thick=14.0 if brief.narrow else 16.0)
    for step, upper, lower in (
        [] if layout.stacked else zip(steps, layout.centres, layout.centres[1:], strict=False)
    ):
        axes.plot([step.end, step.end], [upper, lower], color=FAINT, linewidth=0.7, zorder=1)
    layout.write(sheet)
    said = [f"{label}: {value}" for label, value in zip(labels, words, strict=True)]
    return Drawing(sheet=sheet, said=said)


def _steps(found: list[Number], names: list[str]) -> list[_Step]:
    steps: list[_Step] = []
    for place, (number, name) in enumerate(zip(found, names, strict=True)):
        total = place in (0, len(found) - 1)
        out = not total and (name.startswith("lost") or name == "transferred")
        steps.append(_Step(0.0 if total else steps[-1].end, -1 if out else 1, total, number))
    return steps


def _written(step: _Step, brief: Brief) -> str:
    number, form = step.number, FORM.get(step.number.unit, step.number.unit)
    if step.total:
        return number.written(brief.wording)
    sign = "+" if step.end > step.start else "−" if step.end < step.start else ""
    words = sign + brief.wording.number(abs(number.value), f"{form}_short")
    return words if len(number.ends) < 3 else f"{words} ({brief.wording.number(number.estimate(), 'range')})"


def _bar(axes: Axes, step: _Step, middle: float, *, thick: float) -> None:
    colour = TOTALS if step.total else BETTER if step.end >= step.start else WORSE
    axes.barh(middle, step.end - step.start, left=step.start, height=thick, color=colour, zorder=2)
    number = step.number
    if len(number.ends) < 3:
        return
    ends = [step.at(end) for end in number.ends[1:]]
    x = [ends[0], ends[0], ends[0], ends[1], ends[1], ends[1]]
    caps = [middle - 3.5, middle + 3.5, middle, middle, middle - 3.5, middle + 3.5]
    axes.plot(x, caps, color=INK, linewidth=1.6, gid=WHISKER, zorder=4)
