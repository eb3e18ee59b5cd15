"""What was forecast last quarter, graded on what came; whatever question made the forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cxlab.finding import MADE_AFTERWARDS, Estimate, Finding, Label, Message, Value
from cxlab.overview.reading import Found, code_column, number_of
from cxlab.quarter import Quarter

GRADED_ON = "graded_on"
"""Value of a forecast's message that names what it will be graded on.

``"churn.left"`` is the headline of that finding; ``"churn.left:lost_voluntary+lost_involuntary"`` the sum of these
rows of its table.
"""

NAIVE = "naive"
"""Value of a forecast's message: what repeating the last value would have forecast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """One forecast and what came, in the forecast's unit."""

    name: str
    forecast: Estimate
    came: float
    afterwards: bool
    naive: Estimate | None = None

    @property
    def held(self) -> bool:
        """Whether what came lies inside the interval, both ends included."""
        low, high = self.forecast.low, self.forecast.high
        return (low is None or low <= self.came) and (high is None or self.came <= high)

    @property
    def message(self) -> Message:
        """Say what was forecast, what came, and whether it held; that it was made afterwards, where it was."""
        case = ("inside" if self.held else "outside") + ".afterwards" * self.afterwards
        came = Estimate(value=self.came, low=self.came, high=self.came, unit=self.forecast.unit)
        values: dict[str, Value] = {
            "what": Label(of="forecast", code=self.name),
            "forecast": self.forecast,
            "came": came,
        }
        return Message(f"overview.said.forecast.{case}", values)


def graded(last: Found, found: Found, *, quarter: Quarter) -> tuple[Graded, ...]:
    """Grade every forecast that was published last quarter for this one.

    Parameters
    ----------
    last, found : mapping of str to Finding
        What was published last quarter, and what this run counted, by name.
    quarter : Quarter
        This quarter: forecasts about another one are not due.

    Returns
    -------
    tuple of Graded
        Missed ones first. A forecast that names nothing to be graded on, or names what this run did not count, is
        not graded.
    """
    made = [_graded(finding, found) for finding in last.values() if _is_forecast(finding, quarter)]
    return tuple(sorted((one for one in made if one is not None), key=lambda one: one.held))


def forecast_graded(found: Found, *, last: Found, quarter: Quarter) -> tuple[Message, ...]:
    """Say of every forecast published last quarter for this one whether it held; missed ones first."""
    return tuple(one.message for one in graded(last, found, quarter=quarter))


def _is_forecast(finding: Finding, quarter: Quarter) -> bool:
    number = number_of(finding)
    return number is not None and number.kind == "prediction" and finding.about == quarter


def _graded(forecast: Finding, found: Found) -> Graded | None:
    number, on = number_of(forecast), forecast.message.values.get(GRADED_ON)
    if number is None or not isinstance(on, str):
        return None
    came = _came(on, found)
    if came is None:
        return None
    afterwards = any(check.name == MADE_AFTERWARDS for check in forecast.checks)
    naive = forecast.message.values.get(NAIVE)
    return Graded(
        name=forecast.name, forecast=number, came=came, afterwards=afterwards,
        naive=naive if isinstance(naive, Estimate) else None,
    )  # fmt: skip


def _came(on: str, found: Mapping[str, Finding]) -> float | None:
    name, _, rows = on.partition(":")
    counted = found.get(name)
    number = number_of(counted)
    if counted is None or number is None or not rows:
        return None if number is None else number.value
    column = code_column(counted.table)
    if column is None:
        return None
    kept = counted.table[counted.table[column].isin(rows.split("+"))]
    return None if kept.empty else float(kept["estimate"].sum())
