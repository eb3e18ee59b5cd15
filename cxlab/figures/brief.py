"""What a drawer is asked for, and the words above its plot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from cxlab.figures.numbers import Number, drawn_of
from cxlab.figures.sheet import Heading, Sheet
from cxlab.figures.style import BETTER, INK, WORSE
from cxlab.finding import Estimate, Finding
from cxlab.wording import Wording

NARROW = 480
"""Below this many pixels labels stand above their marks instead of beside them."""

MORE_IS = {"churn": "worse", "voc": "neither"}
"""Whether a rise is bad news in a question; a column ``more_is`` of the table says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Brief:
    """A finding, its language, and the paper it is drawn on.

    ``detail`` is what stands in words beside a mark: 2 everything, 1 all but the n, 0 only the value; what is left
    out is in the marks and in the page's table.
    """

    finding: Finding
    wording: Wording
    width: float
    titled: bool = False
    events: pd.DataFrame | None = None
    target: float | None = None
    detail: int = 2

    @property
    def narrow(self) -> bool:
        """Whether it is drawn for a phone."""
        return self.width < NARROW

    def tone(self, change: float) -> str:
        """Colour of a rise or a fall: worse, better, or that of ink where neither is good."""
        more = MORE_IS.get(self.finding.question, "better")
        if "more_is" in self.finding.table:
            more = str(self.finding.table["more_is"].iloc[0])
        if more not in ("worse", "better"):
            return INK
        return WORSE if (change > 0) == (more == "worse") else BETTER

    def values(self, number: Number, *, style: str = "short") -> tuple[str, str]:
        """Write the value of a row with its interval, and its n, as far as the detail asks for them."""
        write = number.written if self.detail else number.said
        value = write(self.wording, style=style)
        if number.n is None or self.detail < 2:
            return value, ""
        if self.narrow:
            return value, self.wording.text("term.n_short", n=number.n)
        return value, self.wording.number(number.n, "count")

    def sheet(self, height: float, *, reading: list[str]) -> Sheet:
        """Open the sheet with room for a plot of this height below the words; ``reading`` is how to read it."""
        sentence = self.wording.say(self.finding.message) if self.titled else ""
        words = " · ".join(reading)
        heading = Heading(sentence, drawn_of(self.finding, wording=self.wording), words[:1].upper() + words[1:])
        return Sheet(heading, width=self.width, height=height)

    def sizes_note(self, sizes: Iterable[int | None]) -> list[str]:
        """Say how many stand behind the marks, where it is not written beside each."""
        known = [size for size in sizes if size is not None]
        if not known:
            return []
        if min(known) == max(known):
            return [self.wording.text("term.n_short", n=known[0])]
        return [self.wording.text("axis.n_range", low=min(known), high=max(known))]

    def interval_note(self, kind: str) -> str:
        """Say what a bar or band is: ``kind`` is ``"bar"`` or ``"band"``; a forecast says so."""
        headline = self.finding.headline
        level = headline.level if isinstance(headline, Estimate) else 0.95
        if isinstance(headline, Estimate) and headline.kind == "prediction":
            return self.wording.text("figure.range", level=level)
        return self.wording.text(f"figure.{kind}", level=level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """A finished sheet and its numbers in words, the most important first."""

    sheet: Sheet
    said: list[str]
