"""Ready or not: what a quarter still waits for, table by table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from cxlab.errors import DataError
from cxlab.finding import Label, Message
from cxlab.quarter import Quarter

if TYPE_CHECKING:
    from cxlab.tables.arrivals import Arrived
    from cxlab.tables.config import Due

Kind = Literal["none", "ends", "gap", "few", "many"]

SEE = "data/README.md#complete-or-not"

_DAY = timedelta(days=1)
_CHANCE = 3.0
"""Counts of two months differ by chance up to so many times the root of their sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a table is not complete.

    Parameters
    ----------
    table : str
        Its name.
    kind : str
        ``none``: no rows at all; ``ends``: too early, on ``day``; ``gap``: ``days`` without rows, the first of
        them ``day``; ``few``, ``many``: the month that begins on ``day`` has ``ratio`` times the rows of the one
        that begins on ``against``.
    """

    table: str
    kind: Kind
    day: date | None = None
    days: int = 0
    ratio: float = 0.0
    against: date | None = None

    def __str__(self) -> str:
        """Say it in English, days as in the data."""
        match self.kind:
            case "none":
                return f"{self.table} have no rows"
            case "ends":
                return f"{self.table} end {self.day}"
            case "gap":
                more = f" and {self.days - 1} more days" if self.days > 2 else " and 1 more day"
                return f"{self.table} have no rows on {self.day}{more if self.days > 1 else ''}"
            case _:
                rows = f"{self.ratio:.2f} times the rows of {self.against:%Y-%m}"
                return f"{self.table} of {self.day:%Y-%m} have {rows}"

    @property
    def message(self) -> Message:
        """The same for people, in a language of the study."""
        values: dict[str, Label | date | int] = {"table": Label(of="table", code=self.table)}
        if self.day is not None:
            values |= {"day": self.day, "month": self.day, "days": self.days}
        if self.against is not None:
            values["against"] = self.against
        return Message(f"notice.reason.{self.kind}", values)


class NotReadyError(DataError):
    """The sources of a quarter are not complete.

    Parameters
    ----------
    quarter : Quarter
        Which quarter.
    reasons : sequence of Reason
        Every reason; at least one.
    advice : sequence of str
        What a person could do beside waiting.
    """

    def __init__(self, quarter: Quarter, reasons: Sequence[Reason], *, advice: Sequence[str] = ()) -> None:
        self.quarter, self.reasons = quarter, tuple(reasons)
        super().__init__(f"not ready: {'; '.join(map(str, reasons))}", advice, see=SEE)


def refuse_unready(arrived: Iterable[Arrived], *, quarter: Quarter, as_of: date, since: date, rules: Due) -> None:
    """Refuse a quarter whose sources are not complete.

    Parameters
    ----------
    arrived : iterable of Arrived
        Every table it waits for.
    quarter, as_of : Quarter, date
        The quarter and its knowledge date.
    since : date
        The day the study's window opens: what lies before it is no measure of what is to come.
    rules : Due
        The study's [due].

    Raises
    ------
    NotReadyError
        With every reason of every table.
    """
    tables = list(arrived)
    reasons = {table.table: list(missing(table, quarter=quarter, since=since, rules=rules)) for table in tables}
    found = [reason for of in reasons.values() for reason in of]
    if not found:
        return
    advice = [
        f"{table.table}: {table.late:,} rows of {quarter} were loaded after {as_of}, its knowledge date, "
        f"and do not count; cxlab run {quarter} --as-of DAY takes in what was loaded by then"
        for table in tables
        if table.late and reasons[table.table]
    ]
    raise NotReadyError(quarter, found, advice=advice)


def missing(arrived: Arrived, *, quarter: Quarter, since: date, rules: Due) -> Iterator[Reason]:
    """Yield what one table lacks: its end, days in between, rows of a month."""
    if arrived.last is None:
        yield Reason(table=arrived.table, kind="none")
        return
    rest = rules.rest_days.get(arrived.table, 0)
    ends = arrived.last < quarter.end - _DAY - rest * _DAY
    if ends:
        yield Reason(table=arrived.table, kind="ends", day=arrived.last)
    yield from _gap(arrived, quarter=quarter, rest=rest)
    until = arrived.last + _DAY if ends else quarter.end
    yield from _odd_months(arrived, quarter=quarter, window=(since, until), band=rules.band)


def _gap(arrived: Arrived, *, quarter: Quarter, rest: int) -> Iterator[Reason]:
    """Yield one reason for all days of the quarter in stretches without rows that are longer than the rest."""
    assert arrived.first is not None
    assert arrived.last is not None
    empty: list[date] = []
    stretch: list[date] = []
    day = max(arrived.first, quarter.start - rest * _DAY)
    end = min(arrived.last, quarter.end - _DAY)
    while day <= end + _DAY:
        if day <= end and day not in arrived.per_day:
            stretch.append(day)
        else:
            empty += [each for each in stretch if each >= quarter.start] if len(stretch) > rest else []
            stretch = []
        day += _DAY
    if empty:
        yield Reason(table=arrived.table, kind="gap", day=empty[0], days=len(empty))


def _odd_months(
    arrived: Arrived, *, quarter: Quarter, window: tuple[date, date], band: tuple[float, float]
) -> Iterator[Reason]:
    """Yield a reason for each month whose rows leave the band; the first comparison that does names it.

    Only months that lie whole in the window, and after the table began, are compared.
    """
    assert arrived.first is not None
    for place in range(3):
        opens, closes = months(quarter)[place : place + 2]
        if closes > window[1]:
            return
        for earlier in (quarter - 1, quarter.year_ago):
            begins, ends = months(earlier)[place : place + 2]
            before, now = arrived.rows(begins, ends), arrived.rows(opens, closes)
            if (
                max(arrived.first, window[0]) > begins
                or not before
                or abs(now - before) <= _CHANCE * (now + before) ** 0.5
            ):
                continue
            ratio = now / before
            if not band[0] <= ratio <= band[1]:
                kind: Kind = "few" if ratio < band[0] else "many"
                yield Reason(table=arrived.table, kind=kind, day=opens, ratio=ratio, against=begins)
                break


def months(quarter: Quarter) -> list[date]:
    """Return the first day of each month of a quarter, and of the month after it."""
    first = quarter.start.year * 12 + quarter.start.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, first + 4)]
