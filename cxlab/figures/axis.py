"""Scales, and the ticks beside a plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cxlab.figures.glyphs import text_width
from cxlab.figures.sheet import LEADING, Sheet
from cxlab.figures.style import FAINT, MUTED, RULE, SMALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From values to pixels: ``low`` lies at ``start``, ``high`` at ``end``; what is outside lies on the edge.

    >>> Scale(low=0, high=10, start=100, end=0)(2.5)
    75.0
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high, here = self.low, self.high, min(max(value, self.low), self.high)
        if self.log:
            low, high, here = math.log(low), math.log(high), math.log(here)
        return self.start + (self.end - self.start) * (here - low) / (high - low)

    def all(self, values: Sequence[float]) -> list[float]:
        """Return the pixels of several values."""
        return [self(float(value)) for value in values]

    @property
    def per_pixel(self) -> float:
        """How much of the value one pixel holds, on a scale that is not logarithmic."""
        return abs((self.high - self.low) / (self.end - self.start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A rectangle of the sheet with its two scales."""

    sheet: Sheet
    x: Scale
    y: Scale

    def left_axis(self, ticks: Sequence[float], words: Sequence[str]) -> None:
        """Put words left of the plot with thin lines across; the zero line is darker."""
        for tick, text in zip(ticks, words, strict=True):
            y, zero = self.y(tick), tick == 0
            self.sheet.text(self.x.start - 6, y + 0.34 * SMALL, text, size=SMALL, colour=MUTED, align="right")
            colour, width = (FAINT, 0.9) if zero else (RULE, 0.7)
            self.sheet.line([self.x.start, self.x.end], [y, y], colour=colour, width=width, over=0.5)

    def bottom_axis(self, ticks: Sequence[float], words: Sequence[Sequence[str]], *, name: str = "") -> None:
        """Put words, one line or more each, under the plot, and under them what is counted."""
        base = max(self.y.start, self.y.end) + 6 + 0.8 * SMALL
        for tick, lines in zip(ticks, words, strict=True):
            for number, text in enumerate(lines):
                at = _inside(self.x(tick), text, self.sheet.width)
                self.sheet.text(
                    at, base + number * SMALL * LEADING, text, size=SMALL, colour=MUTED, align="middle"
                )
        if name:
            middle = _inside((self.x.start + self.x.end) / 2, name, self.sheet.width)
            below = base + max(map(len, words), default=1) * SMALL * LEADING + 2
            self.sheet.text(middle, below, name, size=SMALL, colour=MUTED, align="middle")


def _inside(middle: float, text: str, width: float) -> float:
    """Move the middle of a text so that the text stays on the paper."""
    half = text_width(text, SMALL) / 2
    return min(max(middle, half), width - half)
