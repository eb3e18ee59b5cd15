"""Small, plain and repeatable SVG: matplotlib draws into it; no more digits than a screen can show."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform

from cxlab.figures.glyphs import is_bold, words_of
from cxlab.figures.lettering import Texts, lettering, short
from cxlab.figures.outline import outline
from cxlab.figures.style import INK


def svg_of(figure: Figure, *, alt: str) -> str:
    """Write a figure of 72 dots an inch as one ``<svg>`` element with its alternative text as label.

    Names inside it are as short as can be: put it into a page as an image, not as markup among others.
    """
    width, height = (float(side) * 72 for side in figure.get_size_inches())
    renderer = Renderer(width, height)
    figure.draw(renderer)
    size = f"{width:g}", f"{height:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label={quoteattr(alt)} width="{size[0]}" '
        f'height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}" stroke-linejoin="round" fill="{INK}">'
        f"{renderer.written()}</svg>"
    )


class Renderer(RendererBase):
    """What matplotlib's artists draw on; lines of one look that follow each other become one path.

    Nothing is clipped: drawers keep their marks inside the plot.
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self._marks: list[str] = []
        self._line = ("", "")
        self._texts: Texts = {}
        self._turned = Affine2D().scale(1, -1).translate(0, height)

    def written(self) -> str:
        """Return the marks as SVG, the outlines of letters first and the texts last."""
        self._end_line()
        outlines, texts = lettering(self._texts)
        return f"{outlines}{''.join(self._marks)}{texts}"

    def flipy(self) -> bool:
        """Texts count from the top."""
        return True

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Size in pixels."""
        return self.width, self.height

    def points_to_pixels(self, points: Any) -> Any:  # noqa: ANN401
        """At 72 dots an inch a point is a pixel."""
        return points

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: ANN401
    ) -> None:
        """Write a line or an area."""
        look = _look(gc, rgbFace)
        shown = path.cleaned(transform + self._turned, remove_nans=True, curves=True)
        data = outline(np.asarray(shown.vertices), np.asarray(shown.codes), digits=1)
        if not look or not data:
            return
        if look == self._line[0]:
            self._line = (look, f"{self._line[1]}M{data[1:]}")
            return
        self._end_line()
        self._line = (look, data)
        if 'fill="none"' not in look:
            self._end_line()

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,  # noqa: ANN401
    ) -> None:
        """Write a mark at each point; round ones as circles."""
        if marker_path is not Path.unit_circle():
            super().draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
            return
        look, radius = _look(gc, rgbFace), float(marker_trans.transform([(1, 0)])[0, 0])
        for x, y in (trans + self._turned).transform(path.vertices):
            if look and np.isfinite([x, y]).all():
                self._end_line()
                self._marks.append(f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}"{look}/>')

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,  # noqa: ANN401
        mtext: Any = None,  # noqa: ANN401
    ) -> None:
        """Take a line of text, which will lie above every mark; ``angle`` is always 0."""
        look = (prop.get_size_in_points(), to_hex(gc.get_rgb()))
        self._texts.setdefault(look, []).append((x, y, words_of(s, bold=is_bold(prop))))

    def _end_line(self) -> None:
        look, data = self._line
        if data:
            self._marks.append(f'<path d="{data}"{look}/>')
        self._line = ("", "")


def _look(gc: GraphicsContextBase, face: Any) -> str:  # noqa: ANN401
    """Colours and line of a mark, as attributes; empty for what paints nothing."""
    red, green, blue, solid = gc.get_rgb()
    stroked = gc.get_linewidth() > 0 and solid > 0
    filled = face is not None and (len(face) < 4 or face[3] > 0)
    if not stroked and not filled:
        return ""
    look = {"fill": to_hex(face[:3]) if filled else "none"}
    if filled and len(face) == 4 and face[3] < 1:
        look["fill-opacity"] = f"{face[3]:.3g}"
    if stroked:
        look |= {"stroke": to_hex((red, green, blue)), "stroke-width": f"{gc.get_linewidth():g}"}
        look |= {"stroke-opacity": f"{solid:.3g}"} if solid < 1 else {}
        look |= _line(gc)
    return "".join(f' {name}="{value}"' for name, value in look.items())


def _line(gc: GraphicsContextBase) -> dict[str, str]:
    cap = {"butt": "", "projecting": "square"}.get(gc.get_capstyle(), gc.get_capstyle())
    dashes: Any = gc.get_dashes()[1]
    look = {"stroke-linecap": cap} if cap else {}
    return look if dashes is None else look | {"stroke-dasharray": " ".join(f"{dash:g}" for dash in dashes)}
