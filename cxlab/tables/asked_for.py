"""Quarters and dates as people ask for them: read, and refused where nothing can be known of them."""

from __future__ import annotations

from datetime import date, timedelta

from cxlab.errors import DataError, UsageError
from cxlab.quarter import Quarter, Window
from cxlab.tables.config import StudyConfig


def quarters_seen(quarter: Quarter, *, window: Window) -> list[Quarter]:
    """Return every quarter a window shows from its first day to its last, oldest first."""
    first = quarter.beside(window.open)
    return [each for each in first.until(quarter) if each.start >= window.open] or [quarter]


def data_closed(quarter: Quarter, config: StudyConfig) -> date:
    """Return the knowledge date of a quarter: its close and the days of grace."""
    return quarter.end + timedelta(days=config.grace_days)


def quarter_of_name(text: str, *, first_month: int) -> Quarter:
    """Read a quarter somebody asked for.

    Raises
    ------
    UsageError
        If it does not look like one.
    """
    try:
        return Quarter.parse(text, first_month=first_month)
    except (ValueError, TypeError) as error:
        raise UsageError(str(error)) from None


def date_of_name(given: date | str | None, *, name: str) -> date | None:
    """Read a date somebody asked for.

    Raises
    ------
    UsageError
        If it does not look like one.
    """
    if not isinstance(given, str):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise UsageError(f"{name} must look like '2026-10-05'; got {given!r}") from None


def refuse_quarter(quarter: Quarter, *, today: date, config: StudyConfig, as_of: date) -> None:
    """Refuse a quarter of which nothing can be known.

    Raises
    ------
    DataError
        If it is not over, or ends before the window opens.
    UsageError
        If the knowledge date lies before its end.
    """
    last = quarter.end - timedelta(days=1)
    if quarter.end <= config.window_opens:
        needed = f"needed: a last day on or after {config.window_opens} (window_opens in study.toml); it is {last}"
        raise DataError(f"{quarter} ends before the study's window opens", [needed])
    if not config.made_up and quarter.end > today:
        needed = f"needed: a last day before today, {today}; it is {last}"
        raise DataError(f"{quarter} is not over", [needed])
    if as_of < last:
        raise UsageError(f"as_of lies before the end of {quarter}", [f"needed: {last} or later; got {as_of}"])
