"""A picture that travels without its page: its sentence above it, a margin around it, on paper."""

from __future__ import annotations

import io
import re

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from cxlab.figures.picture import Picture
from cxlab.figures.style import PAPER, settings

MARGIN = 20
"""Pixels on every side."""

QUICK = 3
"""How hard a PNG is pressed: the hardest, 9, takes four times as long for a fiftieth less."""

_SIZE = re.compile(r'width="[\d.]+" height="[\d.]+" viewBox="[^"]*"')


def svg_alone(picture: Picture, *, margin_px: int = MARGIN) -> str:
    """Return a picture as an SVG file: a margin, and paper below it, whatever it is laid on.

    Parameters
    ----------
    picture : Picture
        Drawn with its sentence: ``draw(..., titled=True)``.
    margin_px : int
        On every side.
    """
    width, height = picture.width_px + 2 * margin_px, picture.height_px + 2 * margin_px
    place = f'x="-{margin_px}" y="-{margin_px}" width="{width}" height="{height}"'
    size = f'width="{width}" height="{height}" viewBox="-{margin_px} -{margin_px} {width} {height}"'
    opening, close, marks = picture.svg.partition(">")
    return f'{_SIZE.sub(size, opening, count=1)}{close}<rect {place} fill="{PAPER}"/>{marks}\n'


def png_alone(picture: Picture, *, scale: float = 2, margin_px: int = MARGIN) -> bytes:
    """Return a picture as a PNG file with a margin, by default at twice its size for sharp screens."""
    reach, written = margin_px / 72, io.BytesIO()
    paper = Bbox([[-reach, -reach], [picture.width_px / 72 + reach, picture.height_px / 72 + reach]])
    with settings():
        canvas = FigureCanvasAgg(picture.figure)
        canvas.print_figure(
            written, format="png", dpi=72 * scale, bbox_inches=paper, facecolor=PAPER, metadata={"Software": None},
            pil_kwargs={"compress_level": QUICK},
        )  # fmt: skip
    return written.getvalue()
