"""What happened: events of the team's file as thin marked lines, their words kept apart in lanes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from cxlab.figures.glyphs import text_width
from cxlab.figures.sheet import cut
from cxlab.figures.style import SMALL
from cxlab.quarter import Quarter
from cxlab.wording import Wording

MOST = 6
"""Events in one picture: the latest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event: ``at`` is 0 to 1 along the plot; ``place`` and ``left`` (of its words) are pixels."""

    at: float
    words: str
    place: float = 0
    left: float = 0
    lane: int = 0


def happenings(events: pd.DataFrame | None, *, wording: Wording, quarters: list[Quarter]) -> list[Happening]:
    """Events inside the quarters drawn, oldest first; columns ``date``, ``name_en``, ``name_vi``."""
    if events is None or events.empty or "date" not in events:
        return []
    found = []
    for _, row in events.sort_values("date", kind="stable").iterrows():
        day = pd.Timestamp(row["date"]).date()
        name = next((row[c] for c in _name_columns(wording.language) if c in row and isinstance(row[c], str)), "")
        at = _place(day, quarters)
        if name and at is not None:
            found.append(Happening(at=at, words=f"{wording.number(day, 'date_short')}: {name}"))
    return found[-MOST:]


def lanes(found: list[Happening], *, width: float, most: int) -> list[Happening]:
    """Give each event a lane in which its words touch no others, the latest first; what finds none is left out."""
    placed: list[Happening] = []
    for each in reversed(found):
        words = cut(each.words, 0.9 * width, SMALL)
        wide, place = text_width(words, SMALL), each.at * width
        sides = [left for left in (place + 4, place - 4 - wide) if left >= 0 and left + wide <= width]
        spots = (
            replace(each, words=words, place=place, left=left, lane=lane) for lane in range(most) for left in sides
        )
        free = next((spot for spot in spots if all(_clear(spot, other) for other in placed)), None)
        placed += [free] if free else []
    return sorted(placed, key=lambda each: each.at)


def _clear(one: Happening, other: Happening) -> bool:
    """Whether the words of two events touch neither each other nor the line that the upper one drops."""
    upper, lower = sorted((one, other), key=lambda each: each.lane)
    start, end = lower.left - 6, lower.left + text_width(lower.words, SMALL) + 6
    if upper.lane == lower.lane:
        return upper.left > end or upper.left + text_width(upper.words, SMALL) < start
    return not start <= upper.place <= end


def _name_columns(language: str) -> list[str]:
    return [f"name_{language}", "name_en", "name_vi", "name"]


def _place(day: date, quarters: list[Quarter]) -> float | None:
    for place, quarter in enumerate(quarters):
        if quarter.start <= day < quarter.end:
            return (place + (day - quarter.start).days / quarter.days) / len(quarters)
    return None
