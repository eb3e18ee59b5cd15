"""One calm style: colours that colour-blind readers tell apart, and the sizes of letters."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from matplotlib import rc_context

INK, MUTED, FAINT, RULE, PAPER = "#17202a", "#566173", "#8892a0", "#dfe3e8", "#ffffff"
WORSE, BETTER, SAME, TARGET = "#b0441b", "#0b6e6e", "#6b7280", "#8a6d1d"
FILL = "#c3d3d3"
"""Of bars that are neither better nor worse."""

PALE = {WORSE: "#e7c3b4", BETTER: "#a9cfcb", INK: "#8fa7ad"}
"""The same colours as areas behind marks and words; that of ink is of a real change that is neither."""

LINES = ("#0b6e6e", "#b0441b", "#4a6fa5", "#8a6d1d", "#17202a", "#7a5195")
"""Of several lines in one picture; each carries its name as well."""

SIZE, SMALL = 13.5, 12.0
"""Of labels and of notes, in pixels."""

_SETTINGS: Any = {"path.simplify": False, "path.snap": True, "lines.antialiased": True, "path.sketch": None}


def settings() -> AbstractContextManager[None]:
    """Matplotlib's settings while a figure is written, whatever its user has set."""
    return rc_context(_SETTINGS)
