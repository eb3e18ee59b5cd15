"""One calm style: colours that colour-blind readers tell apart, one font with every Vietnamese letter."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from font_source_sans_pro import SourceSansPro, SourceSansProSemibold
from matplotlib import rc_context
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.textpath import TextToPath

INK, MUTED, FAINT, RULE, PAPER = "#17202a", "#566173", "#8892a0", "#dfe3e8", "#ffffff"
WORSE, BETTER, SAME, TARGET = "#b0441b", "#0b6e6e", "#6b7280", "#8a6d1d"
FILL = "#c3d3d3"
"""Of bars that are neither better nor worse."""

LINES = ("#0b6e6e", "#b0441b", "#4a6fa5", "#8a6d1d", "#17202a", "#7a5195")
"""Of several lines in one picture; each carries its name as well."""

REGULAR, BOLD = "Source Sans Pro", "Source Sans Pro Semibold"
SIZE, SMALL = 13.5, 12.0
"""Of labels and of notes, in pixels."""

_SETTINGS: Any = {
    "svg.fonttype": "path",
    "svg.hashsalt": "cxlab",
    "text.parse_math": False,
    "axes.unicode_minus": True,
    "path.simplify": True,
    "font.family": [REGULAR, "DejaVu Sans"],
}


def settings() -> AbstractContextManager[None]:
    """Matplotlib's settings while a figure is drawn or written."""
    return rc_context(_SETTINGS)


@cache
def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return the font at a size in pixels; registers the files on first use."""
    _register()
    return FontProperties(family=[BOLD if bold else REGULAR, "DejaVu Sans"], size=size)


@cache
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text, in pixels."""
    width, _, _ = TextToPath().get_text_width_height_descent(text, font(size, bold=bold), ismath=False)
    return float(width)


@cache
def _register() -> None:
    for path in (SourceSansPro, SourceSansProSemibold):
        fontManager.addfont(path)
