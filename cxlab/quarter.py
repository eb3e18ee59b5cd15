"""Quarters of a fiscal year, and the window a study looks through. Intervals are half-open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

Period = Literal["day", "week", "month", "quarter", "term"]

_APART = 100_000
"""Counts of interim quarters lie so far apart that no number of one is a number of another."""

DAYS_PER_MONTH = 365.25 / 12
"""Days in an average month; tenure in months is tenure in days over this."""


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a fiscal year that begins in ``first_month``.

    A fiscal year carries the calendar year in which it begins: with ``first_month=4``,
    2026Q1 is April to June 2026.

    Examples
    --------
    >>> q3 = Quarter.parse("2026Q3")
    >>> q3.start.isoformat(), q3.end.isoformat(), q3.days
    ('2026-07-01', '2026-10-01', 92)
    >>> str(q3 - 1), str(q3.year_ago), str(Quarter.parse("2025Q4") + 1)
    ('2026Q2', '2025Q3', '2026Q1')

    The three months to a month inside a quarter are ``interim``: as long as a quarter, compared with the three
    months before and with the same ones a year ago, and written like that month.

    >>> summer = Quarter.parse("2026-08")
    >>> summer.start.isoformat(), summer.end.isoformat(), str(summer - 1), str(summer.year_ago)
    ('2026-06-01', '2026-09-01', '2026-05', '2025-08')
    """

    year: int
    number: int
    first_month: int = 1
    interim: bool = False

    def __post_init__(self) -> None:
        if self.number not in (1, 2, 3, 4) or not 1 <= self.first_month <= 12 or not 1900 <= self.year <= 2200:
            raise ValueError(
                "a quarter needs a year 1900 to 2200, a number 1 to 4 and a first month 1 to 12; "
                f"got {self.year}, {self.number}, {self.first_month}"
            )

    @classmethod
    def parse(cls, text: str, *, first_month: int = 1) -> Quarter:
        """Read ``'2026Q3'``, or ``'2026-08'`` for the three months to August.

        Raises
        ------
        ValueError
            If the text has another form.
        """
        match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text)
        if match is None:
            return cls.whole(text, first_month=first_month)
        first = int(match[1]) * 12 + int(match[2]) - 3  # months since the year 0
        begins = first % 3 + 1
        return cls((first + 1 - begins) // 12, (first + 1 - begins) % 12 // 3 + 1, begins, interim=True)

    @classmethod
    def whole(cls, text: str, *, first_month: int = 1) -> Quarter:
        """Read ``'2026Q3'`` and nothing else.

        Raises
        ------
        ValueError
            If the text has another form.
        """
        match = re.fullmatch(r"(\d{4})Q([1-4])", text)
        if match is None:
            raise ValueError(f"quarter must look like '2026Q3'; got {text!r}")
        return cls(int(match[1]), int(match[2]), first_month)

    @classmethod
    def holding(cls, day: date, *, first_month: int = 1) -> Quarter:
        """Return the quarter a day lies in.

        >>> str(Quarter.holding(date(2026, 9, 30)))
        '2026Q3'
        """
        months = day.year * 12 + day.month - first_month
        return cls(months // 12, months % 12 // 3 + 1, first_month)

    @classmethod
    def span(cls, text: str, *, first_month: int = 1) -> list[Quarter]:
        """Read ``'2025Q1..2026Q3'`` or a single quarter; oldest first.

        >>> [str(q) for q in Quarter.span("2025Q4..2026Q2")]
        ['2025Q4', '2026Q1', '2026Q2']
        """
        first, _, last = text.partition("..")
        low = cls.whole(first, first_month=first_month)
        high = cls.whole(last, first_month=first_month) if last else low
        if high < low:
            raise ValueError(f"a span of quarters runs from the older to the newer; got {text!r}")
        return list(low.until(high))

    def until(self, last: Quarter) -> Iterator[Quarter]:
        """Yield the quarters from this one to ``last``, both included."""
        quarter = self
        while quarter <= last:
            yield quarter
            quarter = quarter + 1

    def beside(self, day: date) -> Quarter:
        """Return the quarter a day lies in, in the same count of quarters as this one."""
        return replace(self.holding(day, first_month=self.first_month), interim=self.interim)

    @property
    def last_month(self) -> date:
        """First day of the last month."""
        return (self.end - timedelta(days=1)).replace(day=1)

    @property
    def start(self) -> date:
        """First day."""
        months = self.year * 12 + self.first_month - 1 + 3 * (self.number - 1)
        return date(months // 12, months % 12 + 1, 1)

    @property
    def end(self) -> date:
        """First day after the quarter: the close."""
        return (self + 1).start

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days

    @property
    def ordinal(self) -> int:
        """Number of the quarter in an unbroken count: the next quarter has the next number.

        >>> Quarter.parse("2026Q1").ordinal - Quarter.parse("2025Q4").ordinal
        1
        """
        return self.first_ordinal + self.year * 4 + self.number - 1

    @property
    def first_ordinal(self) -> int:
        """Where the count of quarters begins: each count of interim ones has numbers of its own."""
        return _APART * self.first_month if self.interim else 0

    @classmethod
    def numbered(cls, ordinal: int) -> Quarter:
        """Return the quarter that has a number; of a fiscal year, one that is written the same.

        >>> [str(Quarter.numbered(Quarter.parse(text).ordinal)) for text in ("2026Q3", "2026-08")]
        ['2026Q3', '2026-08']
        """
        begins, number = divmod(ordinal, _APART)
        return cls(number // 4, number % 4 + 1, begins or 1, interim=begins > 0)

    @property
    def year_ago(self) -> Quarter:
        """The same quarter one year earlier."""
        return self - 4

    def __add__(self, quarters: int) -> Quarter:
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1, self.first_month, self.interim)

    def __sub__(self, quarters: int) -> Quarter:
        return self + -quarters

    def __str__(self) -> str:
        return f"{self.last_month:%Y-%m}" if self.interim else f"{self.year}Q{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The time a study can see: from the first day followed to the first day after the close.

    A customer who joined before ``open`` enters late: time before ``open`` is never counted as survived.
    """

    open: date
    close: date

    def __post_init__(self) -> None:
        if self.open >= self.close:
            raise ValueError(f"a window opens before it closes; got {self.open} to {self.close}")

    @property
    def open_day(self) -> int:
        """``open`` in days since 1970-01-01."""
        return day_number(self.open)

    @property
    def close_day(self) -> int:
        """``close`` in days since 1970-01-01."""
        return day_number(self.close)


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    >>> day_number(date(1970, 1, 2))
    1
    """
    return (day - date(1970, 1, 1)).days
