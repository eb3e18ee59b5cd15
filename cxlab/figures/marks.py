"""Marks that several shapes share: whiskers, targets, labels that keep apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes

from cxlab.figures.numbers import Number
from cxlab.figures.style import INK, SMALL, TARGET, font, text_width
from cxlab.wording import Wording

WHISKER = "interval"
"""Name (gid) of the artists that draw an interval."""

_CAP = 3.5


def whisker(
    axes: Axes, number: Number, y: float, *, colour: str = INK, width: float = 1.6, cap: float = 3.5
) -> None:
    """Draw the interval of a row; an open end runs to the edge of the plot and has an arrow there.

    The y axis counts pixels.
    """
    if number.low is None and number.high is None:
        return
    edges = axes.get_xlim()
    low = edges[0] if number.low is None else number.low
    high = edges[1] if number.high is None else number.high
    begin = [] if number.low is None else [(low, y - _CAP), (low, y + _CAP)]
    end = [] if number.high is None else [(high, y - _CAP), (high, y + _CAP)]
    x, down = zip(*begin, (low, y), (high, y), *end, strict=True)
    axes.plot(x, down, color=colour, linewidth=width, solid_capstyle="butt", gid=WHISKER, clip_on=False, zorder=4)
    for place, known, arrow in ((low, number.low, "<"), (high, number.high, ">")):
        if known is None:
            axes.plot([place], [y], arrow, color=colour, markersize=5, clip_on=False, zorder=4)


def target_below(axes: Axes, value: float, words: str, *, wording: Wording) -> None:
    """Name the target below its line."""
    words = wording.text("axis.target", value=words)
    low, high = axes.get_xlim()
    side = "right" if value > (low + high) / 2 else "left"
    axes.annotate(
        words,
        (value, 0),
        xycoords=("data", "axes fraction"),
        xytext=(-4 if side == "right" else 4, -14),
        textcoords="offset points",
        ha=side,
        color=TARGET,
        fontproperties=font(SMALL),
        annotation_clip=False,
    )


def target_across(
    axes: Axes, value: float, words: str, *, wording: Wording, band: Sequence[tuple[float, float, float]]
) -> None:
    """Mark the target across time; its name stands where the interval leaves most room."""
    axes.axhline(value, color=TARGET, linewidth=1.4, dashes=(4, 3), zorder=3)
    words = wording.text("axis.target", value=words)
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    wide = (right - left) * (text_width(words, SMALL) + 12) / axes.bbox.width
    tall = (top - bottom) * 20 / axes.bbox.height

    def room(spot: tuple[float, bool]) -> float:
        """Distance from the words to the nearest interval; enough is enough, so that the left end is preferred."""
        start, above = spot
        low, high = (value, value + tall) if above else (value - tall, value)
        inside = [pair for pair in band if start - 0.05 * wide <= pair[0] <= start + 1.05 * wide]
        return min((max(below - high, low - over) for _, below, over in inside), default=tall)

    spots = [(left + (right - left - wide) * place / 8, above) for place in range(9) for above in (True, False)]
    start, above = max(spots, key=lambda spot: min(room(spot), tall / 3))
    axes.annotate(
        words,
        (start, value),
        xytext=(6, 4 if above else -4),
        textcoords="offset points",
        va="bottom" if above else "top",
        color=TARGET,
        fontproperties=font(SMALL),
    )


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
