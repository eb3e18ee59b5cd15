"""Marks that several shapes share: whiskers, targets, labels that keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cxlab.figures.axis import Plot, Scale
from cxlab.figures.glyphs import text_width
from cxlab.figures.numbers import Number
from cxlab.figures.sheet import Sheet
from cxlab.figures.style import INK, SMALL, TARGET
from cxlab.wording import Wording

WHISKER = "interval"
"""Name (gid) of the artists that draw an interval."""

_CAP = 3.5


def whisker(
    sheet: Sheet, number: Number, x: Scale, y: float, *, colour: str = INK, width: float = 1.6, cap: float = _CAP
) -> None:
    """Draw the interval of a row; an end that is open or outside the plot has an arrow at its edge."""
    if number.low is None and number.high is None:
        return
    shut = [end is not None and x.low <= end <= x.high for end in (number.low, number.high)]
    low = x(x.low if number.low is None else number.low)
    high = x(x.high if number.high is None else number.high)
    begin = [(low, y - cap), (low, y + cap)] if shut[0] else []
    end = [(high, y - cap), (high, y + cap)] if shut[1] else []
    across, down = zip(*begin, (low, y), (high, y), *end, strict=True)
    sheet.line(across, down, colour=colour, width=width, gid=WHISKER, over=4)
    for place, known, arrow in zip((low, high), shut, "<>", strict=True):
        if not known:
            sheet.dot(place, y, size=6, fill=colour, mark=arrow, over=4)


def upright(sheet: Sheet, low: float, high: float, x: float, *, colour: str = INK, cap: float = _CAP) -> None:
    """Draw an interval that stands upright, between two pixels."""
    across, down = [x - cap, x + cap, x, x, x - cap, x + cap], [low, low, low, high, high, high]
    sheet.line(across, down, colour=colour, width=1.2, gid=WHISKER, over=4)


def named_below(sheet: Sheet, x: Scale, value: float, y: float, words: str) -> None:
    """Name a marked value below its line."""
    at = x(value)
    if at + 4 + text_width(words, SMALL) <= sheet.width:
        sheet.text(at + 4, y, words, size=SMALL, colour=TARGET)
    else:
        sheet.text(max(at - 4, text_width(words, SMALL)), y, words, size=SMALL, colour=TARGET, align="right")


def target_across(
    plot: Plot, value: float, words: str, *, wording: Wording, band: Sequence[tuple[float, float, float]]
) -> None:
    """Mark the target across the plot; its name stands where the interval (x, low, high) leaves most room."""
    words = wording.text("axis.target", value=words)
    left, right = plot.x.low, plot.x.high
    wide, tall = (text_width(words, SMALL) + 12) * plot.x.per_pixel, 20 * plot.y.per_pixel

    def room(spot: tuple[float, bool]) -> float:
        """Distance from the words to the nearest interval."""
        start, above = spot
        low, high = (value, value + tall) if above else (value - tall, value)
        inside = [pair for pair in band if start - 0.05 * wide <= pair[0] <= start + 1.05 * wide]
        return min((max(below - high, low - over) for _, below, over in inside), default=tall)

    spots = [(left + (right - left - wide) * place / 8, above) for place in range(9) for above in (True, False)]
    # enough is enough, so that the left end is preferred
    start, above = max(spots, key=lambda spot: min(room(spot), tall / 3))
    y = plot.y(value)
    plot.sheet.line([plot.x.start, plot.x.end], [y, y], colour=TARGET, width=1.4, dashes=(5.6, 4.2), over=3)
    plot.sheet.text(plot.x(start) + 6, y - 5 if above else y + 5 + 0.72 * SMALL, words, size=SMALL, colour=TARGET)


def apart(wanted: Sequence[float], *, gap: float | Sequence[float], low: float, high: float) -> list[float]:
    """Move positions as little as needed until neighbours keep ``gap``, between ``low`` and ``high``.

    Where the room is too small the gaps shrink alike, so that the order is kept and nothing leaves the room.

    >>> apart([10, 11, 40], gap=10, low=0, high=50)
    [5.5, 15.5, 40.0]
    """
    gaps = [float(gap)] * len(wanted) if isinstance(gap, int | float) else [float(g) for g in gap]
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    steps = [(gaps[a] + gaps[b]) / 2 for a, b in pairwise(order)]
    shrink = min(1.0, (high - low) / sum(steps)) if sum(steps) else 1.0
    offsets = [0.0]
    for step in steps:
        offsets.append(offsets[-1] + step * shrink)
    # blocks of neighbours that touch sit at the mean of what they want (pool adjacent violators)
    blocks: list[tuple[float, int]] = []
    for place, index in enumerate(order):
        blocks.append((wanted[index] - offsets[place], 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, na), (b, nb) = blocks[-2], blocks[-1]
            blocks[-2:] = [((a * na + b * nb) / (na + nb), na + nb)]
    bases = [min(max(base, low), high - offsets[-1]) for base, count in blocks for _ in range(count)]
    placed = {index: bases[place] + offsets[place] for place, index in enumerate(order)}
    return [placed[i] for i in range(len(wanted))]
