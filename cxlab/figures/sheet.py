"""A sheet of paper measured in pixels from its top left corner, for text, lines and marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.transforms import Affine2D

from cxlab.figures.glyphs import drawable, font, text_width
from cxlab.figures.style import INK, MUTED, PAPER, SIZE, SMALL

LEADING = 1.28
"""Line height over font size."""

DASHED = (2.0, 2.0)
"""Of thin lines that mark a place."""


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


class Words(Artist):
    """One line of text at a pixel of the sheet, as `cxlab.figures.glyphs` measures it."""

    def __init__(self, x: float, y: float, words: str, *, size: float, bold: bool, colour: str) -> None:
        super().__init__()
        self.place, self.words, self.colour = (x, y), drawable(words), colour
        self.font = font(size, bold=bold)
        self.set_zorder(8)

    def draw(self, renderer: RendererBase) -> None:
        """Write the line."""
        x, y = self.get_transform().transform(self.place)
        gc = renderer.new_gc()
        gc.set_foreground(self.colour)
        y = renderer.get_canvas_width_height()[1] - y if renderer.flipy() else y
        renderer.draw_text(gc, float(x), float(y), self.words, self.font, 0.0)
        gc.restore()


class Sheet:
    """A figure of ``width`` by heading + ``height`` pixels; ``top`` is where the plot may begin.

    What is drawn ``over`` a higher number lies above the rest; words lie above everything.
    """

    def __init__(self, heading: Heading, *, width: float, height: float) -> None:
        self.width = float(width)
        self.top = heading.height(width)
        self.height = float(round(self.top + height))
        # at 72 dots an inch a point is a pixel
        self.figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=72, facecolor=PAPER)
        down = Affine2D().scale(1 / 72, -1 / 72).translate(0, self.height / 72)
        self._pixels = down + self.figure.dpi_scale_trans
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
        """Write one line with its baseline at ``y``; ``align`` is left, middle or right."""
        if not words:
            return
        back = {"left": 0.0, "middle": 0.5, "right": 1.0}[align]
        left = x - back * text_width(words, size, bold=bold) if back else x
        self._add(Words(left, y, words, size=size, bold=bold, colour=colour))

    def line(
        self,
        x: Sequence[float],
        y: Sequence[float],
        *,
        colour: str,
        width: float = 0.8,
        dashes: tuple[float, float] | None = None,
        alpha: float = 1.0,
        over: float = 1,
        gid: str | None = None,
    ) -> None:
        """Draw a line through points; NaN interrupts it."""
        line = Line2D(
            x, y, color=colour, linewidth=width, linestyle="-", marker="", alpha=alpha, zorder=over, gid=gid,
            solid_capstyle="butt", dash_capstyle="butt", solid_joinstyle="round",
        )  # fmt: skip
        if dashes:
            line.set_linestyle((0, [dash / width for dash in dashes]))
        self._add(line)

    def area(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str,
        alpha: float = 1.0,
        over: float = 2,
        gid: str | None = None,
    ) -> None:
        """Fill the inside of a polygon."""
        area = Polygon(points, facecolor=colour, edgecolor="none", alpha=alpha, zorder=over, gid=gid)
        area.set_linewidth(0)
        self._add(area)

    def box(self, left: float, top: float, right: float, bottom: float, *, colour: str, over: float = 2) -> None:
        """Fill a rectangle."""
        self.area([(left, top), (right, top), (right, bottom), (left, bottom)], colour=colour, over=over)

    def dot(
        self,
        x: float,
        y: float,
        *,
        size: float,
        fill: str,
        edge: str | None = None,
        mark: str = "o",
        over: float = 5,
    ) -> None:
        """Draw a mark; ``size`` is its width, ``mark`` one of matplotlib's."""
        self._add(
            Line2D(
                [x],
                [y],
                linestyle="",
                marker=mark,
                markersize=size,
                markerfacecolor=fill,
                markeredgecolor=edge or fill,
                markeredgewidth=1.2 if edge else 0.0,
                zorder=over,
            )
        )

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self._pixels)
        self.figure.add_artist(artist, clip=False)


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
