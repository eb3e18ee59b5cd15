"""Words of a number: its digits, its unit, its direction and its interval."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal, get_currency_precision

from cxlab.finding import Estimate
from cxlab.wording.catalogue import knows, pattern
from cxlab.wording.rounding import BILLION, MILLION, Rounding, rounding

NBSP = "\u00a0"
MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number on its way to words: ends are None where there is no interval, one of them where it is open."""

    language: str
    currency: str
    unit: str
    value: float
    low: float | None
    high: float | None
    round: Rounding

    @classmethod
    def of(cls, value: Estimate | float, *, unit: str, language: str, currency: str) -> Quantity:
        """Take an estimate, or a number without an interval."""
        value, low, high = (
            (value.value, value.low, value.high) if isinstance(value, Estimate) else (float(value), None, None)
        )
        how = rounding(unit, value, low, high, minor_digits=get_currency_precision(currency))
        return cls(language, currency, unit, value, low, high, how)

    def written(self, style: str) -> str:
        """Write it in a style of `cxlab.wording`, ``""`` for the plain one.

        Raises
        ------
        ValueError
            If the style needs an interval and there is none.
        """
        if style in ("range", "span") and self.low is None and self.high is None:
            raise ValueError(f"the style {style!r} needs an estimate with an interval; got {self.value}")
        match style:
            case "ci":
                ends = self._ends()
                return f"{self._plain('')} ({ends})" if ends else self._plain("")
            case "range":
                return self._ends()
            case "span":
                return self._with_unit(self._ends(), "size")
            case "change":
                rounded = self.round(self.value)
                direction = "rise" if rounded > 0 else "fall" if rounded < 0 else "same"
                amount = self._with_unit(self._digits(abs(rounded)), "change")
                return self._words(f"number.{direction}", amount=amount)
            case "size":
                return self._with_unit(self._digits(abs(self.round(self.value))), "size")
            case "digits":
                return self._digits(self.round(self.value))
        return self._plain(style)

    def _plain(self, style: str) -> str:
        rounded = self.round(self.value)
        number = self._digits(rounded)
        if self.unit == "share_points":
            return ("+" if rounded > 0 else "") + self._with_unit(number, style)
        if self.unit in ("probability", "share") and self.low is None and self.high is None:
            return self._with_unit(self._inside(rounded), style)
        return self._with_unit(number, style or ("under" if self.unit == "ratio" and rounded <= 1 else ""))

    def _inside(self, rounded: Decimal) -> str:
        """Say "under 1%" and "over 99%" where rounding would promise 0% or 100%."""
        if 0 < self.value < 1 and rounded in (0, 100):
            if rounded:
                return self._words("number.over", number=self._digits(100 - self.round.step))
            return self._words("number.under", number=self._digits(self.round.step))
        return self._digits(rounded)

    def _ends(self) -> str:
        low, high = (None if end is None else self._digits(self.round(end)) for end in (self.low, self.high))
        if low is not None and high is not None:
            return self._words("number.range_negative" if MINUS in low else "number.range", low=low, high=high)
        if low is not None:
            return self._words("number.at_least", number=low)
        return "" if high is None else self._words("number.at_most", number=high)

    def _digits(self, rounded: Decimal) -> str:
        return _digits(rounded, self.round.decimals, self.language)

    def _with_unit(self, number: str, style: str) -> str:
        stem = f"number.{self.unit}"
        if self.unit == "amount":
            power = self.round.power - get_currency_precision(self.currency)
            stem = {MILLION: "number.million", BILLION: "number.billion"}.get(power, stem)
        name = f"{stem}_{style}" if style and knows(self.language, f"{stem}_{style}") else stem
        words = pattern(self.language, name, one=number.lstrip(MINUS) == "1").replace(" ", NBSP)
        return words.format(number=number, currency=self._currency())

    def _currency(self) -> str:
        name = f"currency.{self.currency}"
        return pattern(self.language, name) if knows(self.language, name) else self.currency

    def _words(self, name: str, **parts: str) -> str:
        return pattern(self.language, name).format(**parts)


@lru_cache(maxsize=10_000)
def _digits(rounded: Decimal, decimals: int, language: str) -> str:
    """Write digits; a page writes the same number in its sentence, its figures and its table."""
    shape = "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(rounded, format=shape, locale=language).replace("-", MINUS)
