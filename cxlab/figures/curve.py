"""Curve: a share along the months since joining, or along the customers from the highest value down.

One line a group, with bands; names stand at the lines' ends.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.figures.axis import Plot, Scale
from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.glyphs import text_width
from cxlab.figures.lines import Line, along, lines_of
from cxlab.figures.marks import WHISKER, apart, target_across
from cxlab.figures.numbers import Number, nice_ticks, short, tick_words, unit_of
from cxlab.figures.sheet import DASHED, wrap
from cxlab.figures.style import FAINT, INK, MUTED, PAPER, SIZE, SMALL

_MOST_POINTS = 360
_LEADING = SIZE * 1.15
_NAMED = 15.0
"""Size of the letters of the value that is marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    """What is drawn: the lines, what they run along, and the place the sentence speaks of."""

    lines: list[Line]
    clock: str
    unit: str
    mark: float | None

    @property
    def named_at(self) -> float | None:
        """Place of the values beside the names of several lines: the one marked, if every line reaches it."""
        if len(self.lines) == 1 or self.mark is None or any(line.at(self.mark) is None for line in self.lines):
            return None
        return self.mark


def curve(brief: Brief) -> Drawing:
    """Draw a finding of shape ``curve``.

    Column ``tenure_months`` (months since joining) or ``customer_share`` (share of customers, from the highest
    value down; the estimates are shares of the value), and at most one column of groups before it.
    """
    wording, unit = brief.wording, unit_of(brief.finding)
    clock, lines = lines_of(brief.finding, wording=wording, unit=unit)
    shown = _Curve(lines=lines, clock=clock, unit=unit, mark=along(clock).mark(brief.finding, lines))
    ends = [end for line in lines for row in line.rows for end in row.ends] + [line.start for line in lines]
    ticks = _value_ticks([*ends, *([] if brief.target is None else [brief.target])], unit)
    words = tick_words(ticks, unit, wording)
    left = max(text_width(word, SMALL) for word in words) + 10
    names = _names(shown, brief)
    right = 14 + max((text_width(line, SIZE, bold=True) for label in names for line in label), default=0.0)
    tall = max(250.0 if brief.narrow else 300.0, sum(_height(words) for words in names) + 20)
    sheet = brief.sheet(tall + 50, reading=_reading(shown, brief))
    longest = max(float(line.x[-1]) for line in lines) or 1.0
    plot = Plot(
        sheet=sheet,
        x=Scale(low=0, high=longest, start=left, end=brief.width - right),
        y=Scale(low=ticks[0], high=ticks[-1], start=sheet.top + 8 + tall, end=sheet.top + 8),
    )
    plot.left_axis(ticks, words)
    places, place_words = along(clock).ticks(longest, most=int((plot.x.end - left) // 60), wording=wording)
    plot.bottom_axis(places, [[word] for word in place_words], name=wording.text(f"axis.{clock}"))
    if clock == "customer_share":
        _alike(plot, brief)
    for line in lines:
        _draw(plot, line, alone=len(lines) == 1, most=_MOST_POINTS // len(lines))
    taken = [*_band(lines), *_mark(plot, shown, brief)]
    if brief.target is not None:
        target_across(plot, brief.target, short(brief.target, unit, wording), wording=wording, band=taken)
    _label(plot, lines, names)
    return Drawing(sheet=sheet, said=along(clock).said(lines, shown.mark, wording))


def _value_ticks(ends: list[float], unit: str) -> list[float]:
    if unit in ("share", "probability"):
        high = max(ends)
        return [0.0, 0.25, 0.5, 0.75, 1.0] if high > 0.5 else nice_ticks(0, high, most=5)
    return nice_ticks(min(0.0, *ends), max(ends), most=5)


def _names(shown: _Curve, brief: Brief) -> list[list[str]]:
    """Words at the end of each line: its name and its value at the place marked, without one its last value."""
    room = (0.30 if brief.narrow else 0.26) * brief.width
    if len(shown.lines) == 1:
        only = shown.lines[0]
        return [[] if shown.clock == "customer_share" else [only.last.said(brief.wording)]]
    names = []
    for line in shown.lines:
        value = (line.at(shown.named_at) if shown.named_at is not None else None) or line.last
        names.append([*wrap(line.name, room, SIZE, bold=True, most=3), value.said(brief.wording)])
    return names


def _reading(shown: _Curve, brief: Brief) -> list[str]:
    """Say what the band is, how many are followed at the start, and which place the values in words are of."""
    words = [brief.interval_note("band"), *brief.sizes_note(line.rows[0].n for line in shown.lines)]
    if shown.named_at is not None:
        time = along(shown.clock).written(shown.named_at, brief.wording)
        words.append(brief.wording.text("figure.dots", time=time))
    return words


def _alike(plot: Plot, brief: Brief) -> None:
    """Draw the diagonal on which every customer would be worth the same."""
    x, y = plot.x, plot.y
    plot.sheet.line([x(0), x(1)], [y(0), y(1)], colour=FAINT, width=1.0, dashes=DASHED, over=1)
    words = brief.wording.text("axis.alike")
    # below the diagonal, where no curve of customers sorted by value can be
    at = x(0.97) if x(0.97) - x(0.5) > text_width(words, SMALL) else x(1)
    plot.sheet.text(at, y(0.14), words, size=SMALL, colour=MUTED, align="right")


def _draw(plot: Plot, line: Line, *, alone: bool, most: int) -> None:
    kept = _thinned(line, most)
    rows = [line.rows[place] for place in kept]
    low = [row.value if row.low is None else row.low for row in rows]
    high = [row.value if row.high is None else row.high for row in rows]
    values, places = [row.value for row in rows], list(line.x[kept])
    if places[0] > 0:
        low, high, values, places = (
            [first, *each]
            for first, each in zip((*[line.start] * 3, 0.0), (low, high, values, places), strict=True)
        )
    upper, lower = _path(plot, places, high, line), _path(plot, places, low, line)
    plot.sheet.area([*upper, *reversed(lower)], colour=line.colour, alpha=0.18 if alone else 0.13, gid=WHISKER)
    x, y = zip(*_path(plot, places, values, line), strict=True)
    plot.sheet.line(x, y, colour=line.colour, width=2.0, over=4)


def _path(plot: Plot, places: list[float], values: list[float], line: Line) -> list[tuple[float, float]]:
    """Pixels of a line; one that is told month by month stays level until the next month."""
    x, y = plot.x.all(places), plot.y.all(values)
    if not line.steps:
        return list(zip(x, y, strict=True))
    level = [(at, before) for at, before in zip(x[1:], y, strict=False)]
    points = [
        point for pair in zip(zip(x[1:], y[1:], strict=True), level, strict=True) for point in reversed(pair)
    ]
    return [(x[0], y[0]), *points]


def _thinned(line: Line, most: int) -> NDArray[np.intp]:
    """Rows to draw: all of them, or the last one of each of ``most`` equal stretches."""
    if len(line.rows) <= most:
        return np.arange(len(line.rows))
    stretch = np.ceil(line.x / line.x[-1] * most)
    last = np.append(np.flatnonzero(np.diff(stretch)), len(line.rows) - 1)
    return np.union1d([0], last)


def _band(lines: list[Line]) -> list[tuple[float, float, float]]:
    return [
        (float(place), min(row.ends), max(row.ends))
        for line in lines
        for place, row in zip(line.x, line.rows, strict=True)
    ]


def _mark(plot: Plot, shown: _Curve, brief: Brief) -> list[tuple[float, float, float]]:
    """Mark the place the sentence speaks of; a single line gets its value, whose place is returned."""
    mark, lines = shown.mark, shown.lines
    if mark is None or mark > plot.x.high:
        return []
    at = plot.x(mark)
    plot.sheet.line([at, at], [plot.y.start, plot.y.end], colour=FAINT, width=0.9, dashes=DASHED, over=1)
    for line in lines:
        here = line.at(mark)
        if here is not None:
            plot.sheet.dot(at, plot.y(here.value), size=7 if len(lines) > 1 else 9, fill=line.colour, over=6)
    here = lines[0].at(mark)
    if len(lines) > 1 or here is None:
        return []
    return _name_mark(plot, here, mark, brief, rising=shown.clock == "customer_share")


def _name_mark(
    plot: Plot, here: Number, mark: float, brief: Brief, *, rising: bool
) -> list[tuple[float, float, float]]:
    """Write the value beside its mark: a falling curve leaves room above to the right, a rising one below."""
    words, step = here.written(brief.wording), plot.y.per_pixel
    wide = text_width(words, _NAMED, bold=True)
    high = max(here.ends) + 26 * step
    free = not rising and (brief.target is None or not max(here.ends) - 4 * step <= brief.target <= high)
    after = rising or (mark + (wide + 8) * plot.x.per_pixel <= plot.x.high and free)
    x = plot.x(mark) + (8 if after else -8 - wide)
    y = plot.y(max(here.ends)) - 9 if free else plot.y(min(here.ends)) + 8 + 0.72 * _NAMED
    if rising:  # the diagonal may run below the words
        plot.sheet.box(x - 3, y - 0.8 * _NAMED, x + wide + 3, y + 0.25 * _NAMED, colour=PAPER, over=1.5)
    plot.sheet.text(x, y, words, size=_NAMED, bold=True, colour=INK)
    start = mark if after else mark - (wide + 8) * plot.x.per_pixel
    low, high = (max(here.ends), high) if free else (min(here.ends) - 26 * step, min(here.ends))
    return [(start + part * (wide + 8) * plot.x.per_pixel, low, high) for part in (0, 0.25, 0.5, 0.75, 1)]


def _label(plot: Plot, lines: list[Line], names: list[list[str]]) -> None:
    """Write each line's words beside its end, moved apart; a thin line leads back to the end where needed."""
    gaps = [_height(words) for words in names]
    wanted = plot.y.all([line.last.value for line in lines])
    low, high = plot.y.end + max(gaps) / 2 - 6, plot.y.start - max(gaps) / 2 + 12
    placed = apart(wanted, gap=gaps, low=low, high=high)
    for line, words, at, middle in zip(lines, names, wanted, placed, strict=True):
        first = middle - (len(words) - 1) * _LEADING / 2 + 0.34 * SIZE
        for number, text in enumerate(words):
            bold = len(lines) > 1 and number < len(words) - 1
            colour = line.colour if len(lines) > 1 else MUTED
            plot.sheet.text(plot.x.end + 12, first + number * _LEADING, text, bold=bold, colour=colour)
        start, edge = plot.x(float(line.x[-1])), plot.x.end
        if words and (abs(at - middle) > 3 or edge - start > 0.015 * (edge - plot.x.start)):
            x, y = [start + 2, edge + 2, edge + 9], [at, at, middle]
            plot.sheet.line(x, y, colour=line.colour, alpha=0.7)


def _height(words: list[str]) -> float:
    return len(words) * _LEADING + 5
