"""Scatter: one dot a group, its share along, its value up, both with intervals; names that touch nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cxlab.figures.axis import Plot, Scale
from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.glyphs import text_width
from cxlab.figures.marks import upright, whisker
from cxlab.figures.numbers import Number, codes, nice_ticks, numbers, tick_words, unit_of
from cxlab.figures.sheet import LEADING, cut, wrap
from cxlab.figures.style import BETTER, FAINT, INK, MUTED, RULE, SAME, SMALL, WORSE

ALONG = ("share", "ratio", "amount", "points", "score", "count")
"""Columns that may run along; each is called like its unit."""

_RADIUS = 4.5
_TALL = SMALL * 1.25

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dot:
    """One group: its name, where it lies, and its two numbers."""

    name: str
    x: float
    y: float
    along: Number
    up: Number
    colour: str

    @property
    def box(self) -> Box:
        """Room taken by the mark."""
        return (self.x - 6, self.y - 6, self.x + 6, self.y + 6)


def scatter(brief: Brief) -> Drawing:
    """Draw a finding of shape ``scatter``: a column of codes, and one of `ALONG` with its ``_low`` and ``_high``.

    Where the names find no room beside the dots, the dots have numbers and the names stand below.
    """
    along, up = _numbers(brief)
    ticks = {
        "x": _ticks(
            [end for number in along for end in number.ends], along[0].unit, most=4 if brief.narrow else 6
        ),
        "y": _ticks([end for number in up for end in number.ends], up[0].unit, most=5),
    }
    words = {axis: tick_words(places, _unit(axis, along, up), brief.wording) for axis, places in ticks.items()}
    left = max(text_width(word, SMALL) for word in words["y"]) + 10
    tall = 270.0 if brief.narrow else 340.0
    names = codes(brief.finding, wording=brief.wording)[1]
    x = Scale(low=ticks["x"][0], high=ticks["x"][-1], start=left, end=brief.width - 12)
    y = Scale(low=ticks["y"][0], high=ticks["y"][-1], start=tall, end=0)
    dots = [
        _Dot(name=name, x=x(a.value), y=y(u.value), along=a, up=u, colour=_colour(u))
        for name, a, u in zip(names, along, up, strict=True)
    ]
    spots = _spots(dots, (left, 0, brief.width, tall), [box for dot in dots for box in _lines(dot, x, y)])
    key = [] if spots else _key(dots, brief.width)
    sheet = brief.sheet(26 + tall + 42 + len(key) * SMALL * LEADING, reading=_reading(brief, along, up))
    top = sheet.top + 26
    plot = Plot(sheet=sheet, x=x, y=Scale(low=y.low, high=y.high, start=top + tall, end=top))
    sheet.text(0, sheet.top + SMALL, _axis_words(brief, "y"), size=SMALL, colour=MUTED)
    plot.left_axis(ticks["y"], words["y"])
    plot.bottom_axis(ticks["x"], [[word] for word in words["x"]], name=_axis_words(brief, "x"))
    for dot in dots:
        _draw(plot, dot, top)
    _name(plot, dots, spots, top)
    for number, line in enumerate(key):
        sheet.text(0, top + tall + 48 + number * SMALL * LEADING, line, size=SMALL, colour=INK)
    return Drawing(sheet=sheet, said=[f"{dot.name}: {_both(dot, brief)}" for dot in dots])


def _numbers(brief: Brief) -> tuple[list[Number], list[Number]]:
    table = brief.finding.table
    column = next((name for name in ALONG if name in table), None)
    if column is None:
        known = ", ".join(ALONG)
        raise ValueError(f"a scatter needs one of the columns {known} to run along; {brief.finding.name} has none")
    ends = table.reindex(columns=[column, f"{column}_low", f"{column}_high", "n"]).set_axis(
        ["estimate", "low", "high", "n"], axis=1
    )
    return numbers(ends, unit=column), numbers(table, unit=unit_of(brief.finding))


def _unit(axis: str, along: list[Number], up: list[Number]) -> str:
    return (along if axis == "x" else up)[0].unit


def _ticks(ends: list[float], unit: str, *, most: int) -> list[float]:
    low, high = min(ends), max(ends)
    if unit in ("share", "count", "amount") and low >= 0:
        low = 0.0
    return nice_ticks(low, high, most=most)


def _colour(up: Number) -> str:
    """Colour of the side of zero on which the whole interval lies, for what has two sides."""
    if (
        up.unit not in ("points", "share_points", "amount")
        or len(up.ends) < 3
        or min(up.ends) <= 0 <= max(up.ends)
    ):
        return SAME
    return BETTER if up.value > 0 else WORSE


def _axis_words(brief: Brief, axis: str) -> str:
    name = f"axis.{brief.finding.name}.{axis}"
    if brief.wording.knows(name):
        return brief.wording.text(name)
    column = next(name for name in ALONG if name in brief.finding.table) if axis == "x" else unit_of(brief.finding)
    for known in (f"term.{column}", f"page.column.{column}"):
        if brief.wording.knows(known):
            return brief.wording.text(known)
    return column


def _reading(brief: Brief, along: list[Number], up: list[Number]) -> list[str]:
    lines = any(len(number.ends) > 1 for number in (*along, *up))
    return ([brief.interval_note("lines")] if lines else []) + brief.sizes_note(number.n for number in up)


def _draw(plot: Plot, dot: _Dot, top: float) -> None:
    y = top + dot.y
    whisker(plot.sheet, dot.along, plot.x, y, colour=FAINT, width=1.0, cap=2.5)
    if len(dot.up.ends) > 1:
        low, high = (plot.y(end) for end in (min(dot.up.ends), max(dot.up.ends)))
        upright(plot.sheet, low, high, dot.x, colour=FAINT, cap=2.5)
    plot.sheet.dot(dot.x, y, size=2 * _RADIUS, fill=dot.colour, over=6)


def _spots(dots: list[_Dot], inside: Box, lines: list[Box]) -> list[Box]:
    """Find a place beside each dot for its name, the crowded ones first; none at all if one of them finds none."""
    taken = [dot.box for dot in dots]
    found: dict[int, Box] = {}
    for place in sorted(range(len(dots)), key=lambda i: (-_crowd(dots[i], dots), i)):
        free = [spot for spot in _beside(dots[place]) if _free(spot, taken, inside)]
        if not free:
            return []
        found[place] = next((spot for spot in free if _free(spot, lines, inside)), free[0])
        taken.append(found[place])
    return [found[place] for place in range(len(dots))]


def _lines(dot: _Dot, x: Scale, y: Scale) -> list[Box]:
    """Room taken by the intervals."""
    across, down = x.all([min(dot.along.ends), max(dot.along.ends)]), y.all([min(dot.up.ends), max(dot.up.ends)])
    return [(across[0], dot.y - 2, across[1], dot.y + 2), (dot.x - 2, down[1], dot.x + 2, down[0])]


def _crowd(dot: _Dot, dots: list[_Dot]) -> int:
    return sum(abs(dot.x - other.x) < 90 and abs(dot.y - other.y) < 24 for other in dots)


def _beside(dot: _Dot) -> Iterator[Box]:
    """Places for a name: right, left, above, below, then further away."""
    wide = text_width(dot.name, SMALL)
    for away in (0.0, 10.0, 20.0, 32.0):
        for dx, dy in ((1, -0.5), (-1, -0.5), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1)):
            left = {1: dot.x + 9, -1: dot.x - 9 - wide, 0: dot.x - wide / 2}[dx]
            top = dot.y + {-0.5: -_TALL / 2, -1: -_TALL - 6 - away, 1: 6 + away}[dy]
            if away and dy == -0.5:
                continue
            yield (left, top, left + wide, top + _TALL)


def _free(spot: Box, taken: list[Box], inside: Box) -> bool:
    left, top, right, bottom = spot
    if left < inside[0] or top < inside[1] or right > inside[2] or bottom > inside[3]:
        return False
    return all(right <= a or left >= c or bottom <= b or top >= d for a, b, c, d in taken)


def _name(plot: Plot, dots: list[_Dot], spots: list[Box], top: float) -> None:
    """Write the names at their places, with a thin line to a dot that is further away; or numbers in the dots."""
    for dot, spot in zip(dots, spots, strict=False):
        left, above, right, below = spot
        gap = max(above - dot.y, dot.y - below)
        if gap > 12:
            end = top + (above if above > dot.y else below)
            plot.sheet.line([dot.x, min(max(dot.x, left), right)], [top + dot.y, end], colour=RULE, width=0.8)
        plot.sheet.text(left, top + above + 0.95 * SMALL, dot.name, size=SMALL, colour=INK)
    if not spots:
        for place, dot in enumerate(dots):
            words = str(place + 1)
            plot.sheet.text(dot.x + 7, top + dot.y - 5, words, size=SMALL, bold=True, colour=INK)


def _key(dots: list[_Dot], width: float) -> list[str]:
    words = (cut(f"{place + 1}\u00a0{dot.name}", width, SMALL) for place, dot in enumerate(dots))
    return wrap(" · ".join(word.replace(" ", "\u00a0") for word in words), width, SMALL, most=99)


def _both(dot: _Dot, brief: Brief) -> str:
    return f"{dot.along.written(brief.wording)} × {dot.up.written(brief.wording)}"
