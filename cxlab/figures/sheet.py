"""A sheet of paper measured in pixels from its top left corner, for text, lines and plots."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cxlab.figures.style import FAINT, INK, MUTED, PAPER, RULE, SIZE, SMALL, font, text_width

LEADING = 1.28
"""Line height over font size."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a plot: the sentence if wanted, what is drawn, and how to read it."""

    sentence: str
    drawn: str
    reading: str

    def lines(self, width: float) -> list[tuple[str, float, bool, str]]:
        """Text, size, boldness and colour of each line, top to bottom."""
        drawn = MUTED if self.sentence else INK
        return [
            *((line, 17.0, True, INK) for line in wrap(self.sentence, width, 17.0, bold=True)),
            *((line, 14.0, False, drawn) for line in wrap(self.drawn, width, 14.0)),
            *((line, SMALL, False, MUTED) for line in wrap(self.reading, width, SMALL)),
        ]

    def height(self, width: float) -> float:
        """Pixels taken, the gap below included."""
        return sum(size * LEADING for _, size, _, _ in self.lines(width)) + 10


class Sheet:
    """A figure of ``width`` by heading + ``height`` pixels; ``top`` is where the plot may begin."""

    def __init__(self, heading: Heading, *, width: float, height: float) -> None:
        self.width = float(width)
        self.top = heading.height(width)
        self.height = float(round(self.top + height))
        # at 72 dots an inch a point is a pixel
        self.figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=72, facecolor=PAPER)
        y = 0.0
        for line, size, bold, colour in heading.lines(width):
            y += size * LEADING
            self.text(0, y - 0.28 * size, line, size=size, bold=bold, colour=colour)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = SIZE,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
    ) -> None:
        """Write one line with its baseline at ``y``."""
        self.figure.text(
            x / self.width,
            1 - y / self.height,
            words,
            fontproperties=font(size, bold=bold),
            color=colour,
            ha=align,
            va="baseline",
        )

    def drop(self, x: float, *, top: float, bottom: float) -> None:
        """Draw a thin dashed line downward."""
        ends = [1 - top / self.height, 1 - bottom / self.height]
        at = x / self.width
        self.figure.add_artist(Line2D([at, at], ends, color=MUTED, linewidth=0.8, dashes=(2, 2)))

    def line(self, x: list[float], y: list[float], *, colour: str) -> None:
        """Draw a thin line through points."""
        across, down = [each / self.width for each in x], [1 - each / self.height for each in y]
        self.figure.add_artist(Line2D(across, down, color=colour, linewidth=0.8, alpha=0.7))

    def axes(self, *, left: float, top: float, width: float, height: float) -> Axes:
        """Open a plot without spines and ticks."""
        bounds = (left / self.width, 1 - (top + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(bounds, facecolor="none")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, colors=MUTED, pad=4)
        return axes


def bottom_axis(axes: Axes, ticks: list[float], words: list[str]) -> None:
    """Put words under a plot."""
    axes.set_xticks(ticks, words, fontproperties=font(SMALL), color=MUTED)


def left_axis(axes: Axes, ticks: list[float], words: list[str]) -> None:
    """Put words left of a plot with thin lines across; the zero line is darker."""
    axes.set_yticks(ticks, words, fontproperties=font(SMALL), color=MUTED)
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    axes.set_axisbelow(True)
    if 0 in ticks:
        axes.axhline(0, color=FAINT, linewidth=0.9, zorder=1)


def wrap(text: str, width: float, size: float, *, bold: bool = False, most: int = 9) -> list[str]:
    """Break a text into lines of at most ``width`` pixels.

    What does not fit into ``most`` lines ends in an ellipsis; a word wider than the line is cut.
    """
    lines: list[str] = []
    for word in text.split(" ") if text else []:
        word = cut(word, width, size, bold=bold)
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), width, size, bold=bold)]
    return lines


def cut(text: str, width: float, size: float, *, bold: bool = False) -> str:
    """Shorten a text to ``width`` pixels, with an ellipsis."""
    if text_width(text, size, bold=bold) <= width:
        return text
    kept = text
    while kept and text_width(f"{kept}…", size, bold=bold) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"
