"""How a number and its interval are rounded: one factor and one step for all three."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MILLION, BILLION = 6, 9
"""Powers of ten that amounts are written in."""

_LARGE = 100_000
"""From this on a count that has an interval is written no finer than the interval can bear."""

_FINER, _MORE = frozenset({"share", "share_points", "months", "ratio", "score", "agreement"}), 2
"""Units that may have more digits than usual, and how many more."""

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """From a number to what is written of it.

    Parameters
    ----------
    power : int
        Power of ten the number is written in: -2 for percent, 6 for millions.
    step : Decimal
        Smallest step that is shown, in what is written.
    """

    power: int
    step: Decimal

    def __call__(self, value: float) -> Decimal:
        """Round half away from zero, never to minus zero."""
        steps = (exact(value).scaleb(-self.power) / self.step).to_integral_value(ROUND_HALF_UP)
        return steps * self.step if steps else Decimal(0)

    @property
    def decimals(self) -> int:
        """Digits after the decimal sign."""
        return max(0, -self.step.adjusted())


def rounding(unit: str, value: float, low: float | None, high: float | None, *, minor_digits: int = 0) -> Rounding:
    """Choose how to round: by the unit, by the size of the number and by what its interval can bear.

    Shares have one decimal, none from 10% on where the interval is 1.5 points wide; months have one, none where it
    is two months wide. Differences of shares have one decimal. Ratios have one, two where the value or an end is
    near 1 or the value would read like an end. Mean scores have one, two where the value would read like an end;
    agreements have two. Where rounding would leave nothing of an interval, all of these have a digit more, or two.
    What has no interval and is whole (a target, a rule) is written whole. Amounts have three digits, two where the
    interval is wide. Everything else is whole, to tens, hundreds or more where a large count has a wide interval.
    """
    if not math.isfinite(value):
        raise ValueError(f"only a finite number can be written; got {value}")
    ends = [end for end in (low, high) if end is not None]
    width = ends[1] - ends[0] if len(ends) == 2 else 0.0
    if unit == "amount":
        return _amount(value, ends, minor_digits)
    found = Rounding(power=_POWER.get(unit, 0), step=_step(unit, value, ends, width))
    return _telling(found, ends) if unit in _FINER and width > 0 else found


def _telling(usual: Rounding, ends: list[float]) -> Rounding:
    """Take a finer step where both ends read the same, as they do of millions of customers."""
    for digits in range(_MORE + 1):
        found = Rounding(power=usual.power, step=usual.step.scaleb(-digits))
        if found(ends[0]) != found(ends[1]):
            break
    return found


_POWER = {"share": -2, "share_points": -2, "probability": -2}


def _step(unit: str, value: float, ends: list[float], width: float) -> Decimal:
    match unit:
        case "share":
            return _tenth_unless((value >= 0.1 and width >= 0.015) or _whole(value * 100, ends))
        case "share_points":
            return _tenth_unless(_whole(value * 100, ends))
        case "months":
            return _tenth_unless(width >= 2 or _whole(value, ends))
        case "points_part":
            return TENTH
        case "agreement":
            return HUNDREDTH
        case "score":
            tenth = _tenth_unless(abs(value) >= 1 and _whole(value, ends))
            return HUNDREDTH if width and _reads_like_an_end(value, ends) else tenth
        case "ratio":
            near = 0.85 <= value < 1.15 or value < 0.25 or any(0.95 <= end < 1.05 for end in ends)
            if (near and not _whole(value * 10, ends)) or (width and _reads_like_an_end(value, ends)):
                return HUNDREDTH
            return _tenth_unless(_whole(value, ends))
    return _bearable(width) if abs(value) >= _LARGE else Decimal(1)


def _bearable(width: float) -> Decimal:
    """Step of which the half of an interval keeps at least five; 1 where there is none."""
    return Decimal(1).scaleb(max(exact(width / 10).adjusted(), 0)) if width > 0 else Decimal(1)


def _reads_like_an_end(value: float, ends: list[float]) -> bool:
    tenth = Rounding(power=0, step=TENTH)
    return tenth(value) in map(tenth, ends)


def exact(value: float) -> Decimal:
    """Return the shortest decimal that reads as this float: 0.15 stays 0.15."""
    return Decimal(repr(float(value)))


def _tenth_unless(whole: bool) -> Decimal:
    return Decimal(1) if whole else TENTH


def _whole(value: float, ends: list[float]) -> bool:
    return not ends and abs(value - round(value)) < 1e-9


def _amount(value: float, ends: list[float], minor_digits: int) -> Rounding:
    size = exact(abs(value) or max(map(abs, ends), default=0.0)).scaleb(-minor_digits)
    size = Decimal(f"{size:.2e}")  # 999.6 million is a billion
    power = BILLION if size >= 10**BILLION else MILLION if size >= 10**MILLION else 0
    if not size:
        return Rounding(power=minor_digits, step=Decimal(1))
    first = size.adjusted() - power
    if len(ends) == 2 and ends[1] > ends[0]:
        # the half width keeps at least five steps
        bearable = (exact(ends[1] - ends[0]).scaleb(-minor_digits - power) / 10).adjusted()
        last = min(max(bearable, first - 2), first - 1)
    else:
        last = first - 2
        while not ends and last < 0 and size.scaleb(-power - last - 1) % 1 == 0:
            last += 1
    least = -minor_digits if power == 0 else last
    return Rounding(power=power + minor_digits, step=Decimal(1).scaleb(max(last, least)))
