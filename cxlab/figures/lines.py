"""Lines of a curve, and what they run along: months since joining, or customers from the highest value down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from cxlab.figures.numbers import Number, code_columns, name_of, numbers
from cxlab.figures.style import LINES
from cxlab.finding import Estimate, Finding
from cxlab.wording import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group: places and rows, from the left; ``steps`` if it stays level until the next place."""

    name: str
    colour: str
    x: NDArray[np.float64]
    rows: list[Number]
    start: float
    steps: bool

    @property
    def last(self) -> Number:
        """The last row: where the name stands."""
        return self.rows[-1]

    def at(self, place: float) -> Number | None:
        """The value at a place; None after the end of the line."""
        if not len(self.x) or place > self.x[-1]:
            return None
        here = int(np.searchsorted(self.x, place + 1e-9, side="right")) - 1
        return self.rows[here] if here >= 0 else None


def along(clock: str) -> Months | Customers:
    """Return what the lines of a table with this column run along."""
    return Months() if clock == "tenure_months" else Customers()


def lines_of(finding: Finding, *, wording: Wording, unit: str) -> tuple[str, list[Line]]:
    """Read the column lines run along, and the lines.

    Raises
    ------
    ValueError
        If the table has neither column, or more groups than can be told apart.
    """
    table = finding.table
    clock = next((column for column in ("tenure_months", "customer_share") if column in table), None)
    if clock is None:
        raise ValueError(
            f"a curve runs along a column tenure_months or customer_share; {finding.name} has "
            f"{', '.join(map(str, table.columns))}"
        )
    group = next((column for column in code_columns(table) if column != clock), None)
    codes = list(dict.fromkeys(table[group])) if group else [None]
    if len(codes) > len(LINES):
        raise ValueError(f"at most {len(LINES)} lines can be told apart in one picture; got {len(codes)}")
    lines = []
    for code, colour in zip(codes, LINES, strict=False):
        rows = (table if code is None else table[table[group] == code]).sort_values(clock, kind="stable")
        found = numbers(rows, unit=unit)
        name = "" if group is None else name_of(group, code, wording=wording)
        start = _start(found, unit) if clock == "tenure_months" else 0.0
        x, steps = rows[clock].to_numpy(dtype=float), clock == "tenure_months" and unit != "amount"
        lines.append(Line(name=name, colour=colour, x=x, rows=found, start=start, steps=steps))
    return clock, lines


def _start(found: list[Number], unit: str) -> float:
    """Where a share begins: everybody is still there, or nobody has left yet."""
    if unit not in ("share", "probability"):
        return found[0].value
    return 1.0 if found[-1].value < found[0].value or found[0].value > 0.5 else 0.0


class Months:
    """Months since joining."""

    _TOLD: ClassVar = (3, 6, 12, 18, 24, 36)

    def mark(self, finding: Finding, lines: list[Line]) -> float | None:
        """Month of the headline: as the sentence says, else where the curve has the headline's value."""
        told = finding.message.values.get("horizon_months")
        if isinstance(told, int | float):
            return float(told)
        headline = finding.headline
        if isinstance(headline, Estimate):
            for month, row in zip(lines[0].x, lines[0].rows, strict=True):
                if row.value == headline.value:
                    return float(month)
        return None

    def ticks(self, longest: float, *, most: int, wording: Wording) -> tuple[list[float], list[str]]:
        """Round months."""
        step = next((step for step in (1, 2, 3, 6, 12, 24, 36, 60) if longest / step <= max(most, 2)), 120)
        months = list(range(0, int(longest) + 1, step))
        return [float(month) for month in months], [wording.number(month, "count") for month in months]

    def written(self, place: float, wording: Wording) -> str:
        """Months in words."""
        return wording.number(round(place, 1), "months")

    def said(self, lines: list[Line], mark: float | None, wording: Wording) -> list[str]:
        """Say every line's value at the month marked, a single line's at a few round months as well."""
        said = []
        for line in lines:
            month = float(line.x[-1]) if mark is None or line.at(mark) is None else mark
            said.append(self._item(line, month, wording))
        if len(lines) == 1:
            said += [self._item(lines[0], month, wording) for month in self._TOLD if month != mark]
        return [item for item in said if item]

    def _item(self, line: Line, month: float, wording: Wording) -> str:
        here = line.at(month)
        if here is None:
            return ""
        time = self.written(month, wording)
        words = wording.text("alt.curve_item", name=line.name, value=here.written(wording), time=time)
        return words.removeprefix(": ")


class Customers:
    """Customers from the highest value down, as shares of all."""

    _TOLD: ClassVar = (0.1, 0.2, 0.5)

    def mark(self, finding: Finding, lines: list[Line]) -> float | None:
        """Share of customers the sentence speaks of, else a fifth."""
        told = finding.message.values.get("top_share")
        return float(told) if isinstance(told, int | float) else 0.2

    def ticks(self, longest: float, *, most: int, wording: Wording) -> tuple[list[float], list[str]]:
        """Every fifth of the customers, or fewer."""
        places = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] if most >= 4 else [0.0, 0.2, 0.5, 1.0]
        return places, [wording.number(place, "share_short") for place in places]

    def written(self, place: float, wording: Wording) -> str:
        """Write a share of customers."""
        return wording.number(place, "share_short")

    def said(self, lines: list[Line], mark: float | None, wording: Wording) -> list[str]:
        """Say what the first tenth, fifth and half hold."""
        said = []
        for line in lines:
            for place in dict.fromkeys([mark or 0.2, *self._TOLD]):
                here = line.at(place)
                if here is not None:
                    values = {
                        "name": line.name,
                        "value": here.written(wording),
                        "top": self.written(place, wording),
                    }
                    said.append(wording.text("alt.top_item", **values).removeprefix(": "))
        return said
