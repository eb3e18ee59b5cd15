"""From a finding to its picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from cxlab.figures.bars import bars
from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.curve import curve
from cxlab.figures.flow import flow
from cxlab.figures.forest import forest
from cxlab.figures.grid import grid
from cxlab.figures.numbers import drawn_of
from cxlab.figures.picture import Picture
from cxlab.figures.scatter import scatter
from cxlab.figures.style import settings
from cxlab.figures.svg import svg_of
from cxlab.figures.trend import trend
from cxlab.finding import Finding
from cxlab.wording import Wording

DRAWERS: dict[str, Callable[[Brief], Drawing]] = {
    "bars": bars,
    "curve": curve,
    "flow": flow,
    "forest": forest,
    "grid": grid,
    "scatter": scatter,
    "trend": trend,
}
"""Shape of a finding, and who draws it."""

LARGEST = 40_000
"""Bytes of an SVG; a picture that is larger is drawn with fewer words."""

MANY_ROWS = 12
"""More rows of words than this would not fit with everything written beside each."""

NOT_ROWS = ("curve", "trend", "grid", "scatter")
"""Shapes whose rows have no words beside them."""

LONGEST_ALT = 600
"""Letters of an alternative text."""


def draw(
    finding: Finding,
    *,
    wording: Wording,
    events: pd.DataFrame | None = None,
    target: float | None = None,
    titled: bool = False,
    width_px: int = 720,
) -> Picture:
    """Draw a finding in a language.

    Parameters
    ----------
    finding : Finding
        What is drawn; its table is only read.
    wording : Wording
        Language, labels and currency.
    events : DataFrame, optional
        What happened when: columns ``date``, ``name_en``, ``name_vi``; marked in trends.
    target : float, optional
        In the unit of the finding; marked in bars, curves and trends.
    titled : bool
        Whether the sentence stands above the picture, for a picture that travels without its page.
    width_px : int
        Width; under 480 pixels the layout for phones is taken.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the finding has no rows, or nobody draws its shape yet.
    """
    if finding.shape not in DRAWERS:
        known = ", ".join(sorted(DRAWERS))
        raise ValueError(f"the shape {finding.shape!r} of {finding.name} is not drawn; shapes that are: {known}")
    if finding.table.empty:
        raise ValueError(f"{finding.name} has no rows to draw")
    brief = Brief(
        finding=finding, wording=wording, width=float(width_px), titled=titled, events=events, target=target
    )
    details = (2, 1, 0) if len(finding.table) <= MANY_ROWS or finding.shape in NOT_ROWS else (1, 0)
    for detail in details:
        picture = _picture(replace(brief, detail=detail))
        if len(picture.svg.encode()) <= LARGEST:
            break
    return picture


def _picture(brief: Brief) -> Picture:
    with settings():
        drawing = DRAWERS[brief.finding.shape](brief)
        alt = _alt(brief.finding, drawing.said, wording=brief.wording)
        figure = drawing.sheet.figure
        svg = svg_of(figure, alt=alt)
    return Picture(svg=svg, alt=alt, width_px=int(brief.width), height_px=int(drawing.sheet.height), figure=figure)


def _alt(finding: Finding, said: list[str], *, wording: Wording) -> str:
    """The sentence, what is drawn, and as many of the numbers as there is room for."""
    sentence = wording.say(finding.message)
    text = f"{_shortened(sentence, LONGEST_ALT // 2)} {_shortened(drawn_of(finding, wording=wording), 150)}: "
    for place, item in enumerate(said):
        rest = f"; {wording.text('alt.more', n=len(said) - place)}."
        if len(text) + len(item) + 2 + len(rest) > LONGEST_ALT:
            return text.removesuffix("; ") + rest
        text += f"{item}; "
    return text.removesuffix("; ").removesuffix(": ") + "."


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
