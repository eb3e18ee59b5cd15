"""How the forecasts of a series have held over the quarters, and whether repeating the last value did better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxlab.finding import Estimate, Label, Message, Value
from cxlab.maths.grading import at_most, interval_score
from cxlab.overview.forecasts import Graded, graded
from cxlab.overview.reading import Found
from cxlab.quarter import Quarter

FEWEST = 2
"""One forecast is no series."""

WATCH, DOUBT = 0.06, 0.006
"""Chance that forecasts as good as they promise hold so seldom: of eight, 6 are watched, 5 not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Forecasts of one name over the quarters.

    Parameters
    ----------
    name : str
        Name of the forecast.
    made, held, afterwards : int
        How many were graded, held, and were made when their quarter was already over.
    verdict : {"no_sign", "watch", "doubt"}
        Whether they hold as often as they promise.
    against_naive : float or None
        Sum of their interval scores over that of repeating the last value, where both were stored; under 1 is
        better.
    """

    name: str
    made: int
    held: int
    afterwards: int
    verdict: str
    against_naive: float | None

    @property
    def message(self) -> Message:
        """Say how many held, what to think of it, and how repeating the last value would have done."""
        values: dict[str, Value] = {
            "what": Label(of="forecast", code=self.name), "n": self.made, "held": self.held,
        }  # fmt: skip
        case = f"overview.said.series.{self.verdict}"
        if self.afterwards:
            case, values = f"{case}.afterwards", values | {"afterwards": self.afterwards}
        if self.against_naive is not None:
            case, values = f"{case}.naive", values | {"ratio": self.against_naive}
        return Message(case, values)


def forecast_series(ledgers: Sequence[tuple[Found, Found, Quarter]]) -> tuple[Series, ...]:
    """Grade every series over several quarters.

    Parameters
    ----------
    ledgers : sequence of (last, found, quarter)
        What was published the quarter before, what was counted in the quarter at its own close, and the quarter.

    Returns
    -------
    tuple of Series
        By name; names forecast once only are left out.
    """
    every = [one for last, found, quarter in ledgers for one in graded(last, found, quarter=quarter)]
    names = sorted({one.name for one in every})
    series = [_series(name, [one for one in every if one.name == name]) for name in names]
    return tuple(one for one in series if one.made >= FEWEST)


def _series(name: str, every: Sequence[Graded]) -> Series:
    made, held = len(every), sum(one.held for one in every)
    level = max(one.forecast.level for one in every)
    chance = at_most(held, made, level)
    verdict = "doubt" if chance < DOUBT else "watch" if chance < WATCH else "no_sign"
    both = [(one.forecast, one.naive, one.came) for one in every if one.naive is not None]
    ours, theirs = (sum(_score(pair[place], pair[2]) for pair in both) for place in (0, 1))
    return Series(
        name=name, made=made, held=held, afterwards=sum(one.afterwards for one in every), verdict=verdict,
        against_naive=ours / theirs if both and theirs else None,
    )  # fmt: skip


def _score(forecast: Estimate | float | None, came: Estimate | float | None) -> float:
    assert isinstance(forecast, Estimate)
    assert isinstance(came, float)
    low, high = (forecast.value if end is None else end for end in (forecast.low, forecast.high))
    return interval_score(low, high, came, level=forecast.level)
