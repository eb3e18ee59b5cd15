"""What drawing gives back."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cxlab.figures.style import settings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """A drawn finding.

    Parameters
    ----------
    svg : str
        One ``<svg>`` element, glyphs as paths, at most 40 kB; the same bytes for the same finding. Made to be
        shown as an image: names inside it are not unique among pictures.
    alt : str
        The sentence and the numbers, in the language of the picture; plain text, at most 600 characters.
    width_px, height_px : int
        Size at which the letters have their natural size.
    figure : matplotlib.figure.Figure
        What the SVG was written from.
    """

    svg: str
    alt: str
    width_px: int
    height_px: int
    figure: Figure = field(repr=False)

    def png(self, *, scale: float = 2) -> bytes:
        """Return the picture as PNG, by default at twice its size for sharp screens."""
        written = io.BytesIO()
        with settings():
            canvas = FigureCanvasAgg(self.figure)
            canvas.print_figure(written, format="png", dpi=72 * scale, metadata={"Software": None})
        return written.getvalue()
