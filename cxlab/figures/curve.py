"""Curve: a share along the months since joining, one line a group, with bands; names stand at the lines' ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.marks import WHISKER, apart, target_across
from cxlab.figures.numbers import Number, name_of, nice_ticks, numbers, short, tick_words, unit_of
from cxlab.figures.sheet import Sheet, bottom_axis, left_axis, wrap
from cxlab.figures.style import FAINT, INK, LINES, MUTED, SIZE, SMALL, font, text_width
from cxlab.finding import Estimate

CLOCK = "tenure_months"
_MOST_POINTS = 360
_LEADING = SIZE * 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One group: months, values and ends (NaN where there are none), oldest month first."""

    name: str
    colour: str
    months: NDArray[np.float64]
    rows: list[Number]
    start: float

    @property
    def last(self) -> Number:
        """The last row: where the name stands."""
        return self.rows[-1]

    def at(self, month: float) -> Number | None:
        """The value at a month; None after the end of the line."""
        if not len(self.months) or month > self.months[-1]:
            return None
        place = int(np.searchsorted(self.months, month, side="right")) - 1
        return self.rows[place] if place >= 0 else None


def curve(brief: Brief) -> Drawing:
    """Draw a finding of shape ``curve``: column ``tenure_months`` and at most one column of groups before it."""
    wording, unit = brief.wording, unit_of(brief.finding)
    lines = _lines(brief, unit)
    horizon = _horizon(brief, lines)
    ends = [end for line in lines for row in line.rows for end in row.ends] + [line.start for line in lines]
    longest = max(float(line.months[-1]) for line in lines) or 1.0
    ticks = _value_ticks([*ends, *([] if brief.target is None else [brief.target])], unit)
    words = tick_words(ticks, unit, wording)
    left = max(text_width(word, SMALL) for word in words) + 10
    named_at = _named_at(lines, horizon)
    names = _names(lines, brief, month=named_at)
    right = 14 + max((text_width(line, SIZE, bold=True) for label in names for line in label), default=0.0)
    tall = max(250.0 if brief.narrow else 300.0, sum(_height(words) for words in names) + 20)
    sheet = brief.sheet(tall + 50, reading=_reading(lines, brief, month=named_at))
    width = brief.width - left - right
    axes = sheet.axes(left=left, top=sheet.top + 8, width=width, height=tall)
    axes.set_xlim(0, longest)
    axes.set_ylim(ticks[0], ticks[-1])
    left_axis(axes, ticks, words)
    months = _month_ticks(longest, most=int(width // 60))
    bottom_axis(axes, months, [wording.number(int(month), "count") for month in months])
    axes.set_xlabel(wording.text("axis.tenure_months"), fontproperties=font(SMALL), color=MUTED, labelpad=4)
    for line in lines:
        _draw(axes, line, alone=len(lines) == 1, most=_MOST_POINTS // len(lines))
    taken = [*_band(lines), *_mark(axes, lines, horizon, brief)]
    if brief.target is not None:
        target_across(axes, brief.target, short(brief.target, unit, wording), wording=wording, band=taken)
    _label(sheet, axes, lines, names, left=left + width, top=sheet.top + 8, tall=tall)
    return Drawing(sheet=sheet, said=_said(lines, horizon, brief))


def _lines(brief: Brief, unit: str) -> list[_Line]:
    table = brief.finding.table
    group = next((str(c) for c in table.columns[:-4] if c != CLOCK), None)
    codes = list(dict.fromkeys(table[group])) if group else [None]
    if len(codes) > len(LINES):
        raise ValueError(f"at most {len(LINES)} lines can be told apart in one picture; got {len(codes)}")
    lines = []
    for code, colour in zip(codes, LINES, strict=False):
        rows = (table if code is None else table[table[group] == code]).sort_values(CLOCK, kind="stable")
        found = numbers(rows, unit=unit)
        start = _start(found, unit)
        name = "" if group is None else name_of(group, code, wording=brief.wording)
        months = rows[CLOCK].to_numpy(dtype=float)
        lines.append(_Line(name=name, colour=colour, months=months, rows=found, start=start))
    return lines


def _start(found: list[Number], unit: str) -> float:
    """Where a share begins: everybody is still there, or nobody has left yet."""
    if unit not in ("share", "probability"):
        return found[0].value
    return 1.0 if found[-1].value < found[0].value or found[0].value > 0.5 else 0.0


def _horizon(brief: Brief, lines: list[_Line]) -> float | None:
    """Month of the headline: as the sentence says, else where the curve has the headline's value."""
    told = brief.finding.message.values.get("horizon_months")
    if isinstance(told, int | float):
        return float(told)
    headline = brief.finding.headline
    if isinstance(headline, Estimate):
        for month, row in zip(lines[0].months, lines[0].rows, strict=True):
            if row.value == headline.value:
                return float(month)
    return None


def _value_ticks(ends: list[float], unit: str) -> list[float]:
    if unit in ("share", "probability"):
        high = max(ends)
        return [0.0, 0.25, 0.5, 0.75, 1.0] if high > 0.5 else nice_ticks(0, high, most=5)
    return nice_ticks(min(0.0, *ends), max(ends), most=5)


def _month_ticks(longest: float, *, most: int) -> list[float]:
    step = next((step for step in (1, 2, 3, 6, 12, 24, 36, 60) if longest / step <= max(most, 2)), 120)
    return [float(month) for month in range(0, int(longest) + 1, step)]


def _named_at(lines: list[_Line], horizon: float | None) -> float | None:
    """Month of the values beside the names of several lines: the one marked, if every line reaches it."""
    if len(lines) == 1 or horizon is None or any(line.at(horizon) is None for line in lines):
        return None
    return horizon


def _names(lines: list[_Line], brief: Brief, *, month: float | None) -> list[list[str]]:
    """Words at the end of each line: its name and its value at ``month``, without one its last value."""
    room = (0.30 if brief.narrow else 0.26) * brief.width
    values = [(line.at(month) if month is not None else None) or line.last for line in lines]
    return [
        [*wrap(line.name, room, SIZE, bold=True, most=3), value.said(brief.wording)]
        if len(lines) > 1
        else [value.said(brief.wording)]
        for line, value in zip(lines, values, strict=True)
    ]


def _reading(lines: list[_Line], brief: Brief, *, month: float | None) -> list[str]:
    """Say what the band is, how many are followed at the start, and which month the values in words are of."""
    words = [brief.interval_note("band"), *brief.sizes_note(line.rows[0].n for line in lines)]
    if month is not None:
        words.append(brief.wording.text("figure.dots", time=brief.wording.number(round(month, 1), "months")))
    return words


def _draw(axes: Axes, line: _Line, *, alone: bool, most: int) -> None:
    kept = _thinned(line, most)
    months, rows = line.months[kept], [line.rows[place] for place in kept]
    low = [row.value if row.low is None else row.low for row in rows]
    high = [row.value if row.high is None else row.high for row in rows]
    begins = months[0] > 0
    x = np.concatenate([[0.0], months]) if begins else months

    def led(values: list[float]) -> NDArray[np.float64]:
        return np.array([line.start, *values] if begins else values)

    axes.fill_between(
        x,
        led(low),
        led(high),
        step="post",
        color=line.colour,
        alpha=0.18 if alone else 0.13,
        linewidth=0,
        gid=WHISKER,
    )
    axes.step(x, led([row.value for row in rows]), where="post", color=line.colour, linewidth=2.0, zorder=4)


def _thinned(line: _Line, most: int) -> NDArray[np.intp]:
    """Rows to draw: all of them, or the last one of each of ``most`` equal stretches of time."""
    if len(line.rows) <= most:
        return np.arange(len(line.rows))
    stretch = np.ceil(line.months / line.months[-1] * most)
    last = np.append(np.flatnonzero(np.diff(stretch)), len(line.rows) - 1)
    return np.union1d([0], last)


def _band(lines: list[_Line]) -> list[tuple[float, float, float]]:
    return [
        (float(month), min(row.ends), max(row.ends))
        for line in lines
        for month, row in zip(line.months, line.rows, strict=True)
    ]


def _mark(axes: Axes, lines: list[_Line], horizon: float | None, brief: Brief) -> list[tuple[float, float, float]]:
    """Mark the month the sentence speaks of; a single line gets its value, whose place is returned."""
    if horizon is None or horizon > axes.get_xlim()[1]:
        return []
    axes.axvline(horizon, color=FAINT, linewidth=0.9, dashes=(2, 2), zorder=1)
    for line in lines:
        here = line.at(horizon)
        if here is not None:
            size = 6 if len(lines) > 1 else 8
            axes.plot([horizon], [here.value], "o", color=line.colour, markersize=size, zorder=6)
    here = lines[0].at(horizon)
    return [] if len(lines) > 1 or here is None else _name_mark(axes, here, horizon, brief)


def _name_mark(axes: Axes, here: Number, horizon: float, brief: Brief) -> list[tuple[float, float, float]]:
    words = here.written(brief.wording)
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    month, step = (right - left) / axes.bbox.width, (top - bottom) / axes.bbox.height
    wide = text_width(words, 15, bold=True)
    high = max(here.ends) + 26 * step
    free = brief.target is None or not max(here.ends) - 4 * step <= brief.target <= high
    # a falling curve leaves room above to the right and below to the left
    after = horizon + (wide + 8) * month <= right and free
    axes.annotate(
        words,
        (horizon, max(here.ends) if free else min(here.ends)),
        xytext=(8 if after else -8, 8 if free else -8),
        textcoords="offset points",
        ha="left" if after else "right",
        va="bottom" if free else "top",
        fontproperties=font(15, bold=True),
        color=INK,
        zorder=7,
    )
    start = horizon if after else horizon - (wide + 8) * month
    low, high = (max(here.ends), high) if free else (min(here.ends) - 26 * step, min(here.ends))
    return [(start + part * (wide + 8) * month, low, high) for part in (0, 0.25, 0.5, 0.75, 1)]


def _label(
    sheet: Sheet, axes: Axes, lines: list[_Line], names: list[list[str]], *, left: float, top: float, tall: float
) -> None:
    """Write each line's words beside its end, moved apart; a thin line leads back to the end where needed."""
    bottom, ceiling = axes.get_ylim()

    def pixel(value: float) -> float:
        return (ceiling - value) / (ceiling - bottom) * tall

    gaps = [_height(words) for words in names]
    wanted = [pixel(line.last.value) for line in lines]
    placed = apart(wanted, gap=gaps, low=max(gaps) / 2 - 6, high=tall - max(gaps) / 2 + 12)
    for line, words, at, middle in zip(lines, names, wanted, placed, strict=True):
        first = top + middle - (len(words) - 1) * _LEADING / 2 + 0.34 * SIZE
        for number, text in enumerate(words):
            bold = len(lines) > 1 and number < len(words) - 1
            colour = line.colour if len(lines) > 1 else MUTED
            sheet.text(left + 12, first + number * _LEADING, text, bold=bold, colour=colour)
        x = float(line.months[-1]) / axes.get_xlim()[1]
        start = left - (1 - x) * (axes.get_position().width * sheet.width)
        if abs(at - middle) > 3 or x < 0.985:
            sheet.line([start + 2, left + 2, left + 9], [top + at, top + at, top + middle], colour=line.colour)


def _height(words: list[str]) -> float:
    return len(words) * _LEADING + 5


def _said(lines: list[_Line], horizon: float | None, brief: Brief) -> list[str]:
    wording = brief.wording
    said = []
    for line in lines:
        month = float(line.months[-1]) if horizon is None or line.at(horizon) is None else horizon
        here = line.at(month)
        if here is not None:
            time = wording.number(round(month, 1), "months")
            words = wording.text("alt.curve_item", name=line.name, value=here.written(wording), time=time)
            said.append(words.removeprefix(": "))
    if len(lines) == 1:
        said += _along(lines[0], horizon, brief)
    return said


def _along(line: _Line, horizon: float | None, brief: Brief) -> list[str]:
    """Values of a single line at a few round months."""
    wording = brief.wording
    said = []
    for month in (3, 6, 12, 18, 24, 36):
        here = line.at(month)
        if here is not None and month != horizon:
            time = wording.number(month, "months")
            said.append(
                wording.text("alt.curve_item", name="", value=here.written(wording), time=time).removeprefix(": ")
            )
    return said
