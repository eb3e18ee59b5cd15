"""Accept or quarantine: every staged row gets the list of reasons why it cannot be used; no reason = accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from cxlab.tables.engine import name, quote
from cxlab.tables.schema import TYPE_WORDS, Reference, Table

HAPPENED = ("at", "invited_at", "answered_at", "opened_at", "first_contact_at", "closed_at", "converted_at")
"""Columns about things that have happened: a date after the row was loaded cannot be."""

EARLIEST = 1950
"""Nobody's customer began, bought or answered before this year: by 0001-01-01, 1899-12-30 and 1900-01-01 programs
say that they know no date, and one of them makes every curve centuries long."""


def own_tests(
    table: Table, *, brought: tuple[str, ...], currency: str, rated_from: Mapping[str, date], today: date | None
) -> list[tuple[str, str]]:
    """Return reasons why a staged row can be wrong by itself, each with the SQL that says so.

    Parameters
    ----------
    brought : tuple of str
        Contract columns the sources brought.
    currency : str
        The study's own.
    rated_from : mapping of str to date
        Other currencies, each with the first day it has a rate.
    today : date or None
        Dates after it are in the future, where the row has no ``loaded_at``; None = not tested.
    """
    tests = [
        *_missing(table, brought),
        *_not_allowed(table, brought),
        *_rules(table, brought),
        *_future(brought, today),
        *_early(brought),
    ]
    if "currency" in brought and table.name == "transactions":
        tests.append(("currency_unknown", _without_rate(currency, rated_from)))
    return tests


def wrong(tests: Sequence[tuple[str, str]]) -> str:
    """Return SQL that is true of a staged row that could not be read or fails any of the tests."""
    return " OR ".join(["_misread", *(f"({test})" for _, test in tests)])


def suspects(tests: Sequence[tuple[str, str]]) -> str:
    """Return SQL of (_source, _record, reason) for every staged row that is wrong by itself."""
    listed = ", ".join(f"CASE WHEN {test} THEN {quote(reason)} END" for reason, test in tests)
    unread = "list_transform(_unread, lambda c: c || '_unreadable')"
    own = f"list_concat({unread}, list_filter([{listed}]::VARCHAR[], lambda r: r IS NOT NULL))"
    # lists are made of the few rows that fail a test, not of all
    return f"SELECT _source, _record, unnest({own}) AS reason FROM (SELECT * FROM staged WHERE {wrong(tests)})"


def repeated(table: Table, *, brought: tuple[str, ...], among: str | None = None) -> str:
    """Return SQL of (_source, _record, reason) for every row that repeats a key: the first one stays.

    Parameters
    ----------
    among : str, optional
        Table of ``digest``: only keys with one of these digests are looked at.
    """
    key = _key(table, brought=brought)
    narrowed = f"AND {_digest(key)} IN (SELECT digest FROM {among})" if among else ""
    return (
        f"SELECT _source, _record, 'duplicate_key' AS reason FROM staged WHERE {_whole(table)} {narrowed} "
        f"QUALIFY row_number() OVER (PARTITION BY {', '.join(key)} ORDER BY _source, _record) > 1"
    )


def digests_met_twice(table: Table, *, brought: tuple[str, ...]) -> str:
    """Return SQL of ``digest``, the engine's hash of a key, of keys that may stand twice."""
    digest = _digest(_key(table, brought=brought))
    return f"SELECT {digest} AS digest FROM staged WHERE {_whole(table)} GROUP BY digest HAVING count(*) > 1"


def _key(table: Table, *, brought: tuple[str, ...]) -> list[str]:
    return [name(column) for column in (*table.key, *(("valid_from",) if "valid_from" in brought else ()))]


def _digest(key: Sequence[str]) -> str:
    return f"hash({', '.join(key)})"


def _whole(table: Table) -> str:
    return " AND ".join(f"{name(column)} IS NOT NULL" for column in table.key)


def overlapping(table: Table) -> str:
    """Return SQL of (_source, _record, reason) for versions that begin before the earlier one is over."""
    key = ", ".join(name(column) for column in table.key)
    return (
        "SELECT _source, _record, 'versions_overlap' AS reason FROM staged "
        f"QUALIFY valid_from < max(valid_to) OVER (PARTITION BY {key} ORDER BY valid_from, _source, _record "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    )


def pointing_nowhere(reference: Reference, *, orphans: str) -> str:
    """Return SQL of (_source, _record, reason) for rows whose reference is among the orphans."""
    return (
        f"SELECT _source, _record, {quote(f'{reference.column}_not_in_{reference.table}')} AS reason "
        f"FROM staged WHERE {name(reference.column)} IN (SELECT orphan FROM {orphans})"
    )


def words(table: Table) -> Mapping[str, str]:
    """Return what each reason of a table means, for people."""
    said = {"duplicate_key": f"{' + '.join(table.key)} stands in an earlier row already (the first one is used)"}
    said |= {"ragged_row": "the row has more or fewer fields than the header"}
    said |= {"quote_not_closed": "a quoted value has no closing quote"}
    said |= {"not_utf_8": "the row is not written in UTF-8: declare its encoding in study.toml"}
    said |= {"line_too_long": "the row is longer than the reader can take"}
    said |= {"versions_overlap": "valid_from lies before valid_to of the earlier version"}
    said |= {"currency_unknown": "neither the study's currency nor one with a rate on that day"}
    for column in table.columns:
        said[f"{column.name}_unreadable"] = f"needed: {column.name} as {TYPE_WORDS[column.type]}"
        said[f"{column.name}_missing"] = f"needed: {column.name}, {column.meaning}"
        said[f"{column.name}_not_allowed"] = f"needed: {column.name} as one of {', '.join(column.codes)}"
        said[f"{column.name}_too_early"] = (
            f"needed: {column.name} in {EARLIEST} or later; a date that stands for none is made missing by values"
        )
        said[f"{column.name}_in_future"] = f"{column.name} lies after the day the row was loaded"
    said |= {rule.name: f"needed: {rule.words}" for rule in table.rules}
    for reference in table.references:
        said[f"{reference.column}_not_in_{reference.table}"] = (
            f"{reference.column} is not among the accepted rows of {reference.table}"
        )
    return said


def told(table: Table, *, reasons: Mapping[str, int], places: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield one line per reason, the commonest first: how many rows, where the first stand, what was needed."""
    said = words(table)
    for reason, rows in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        first = ", ".join(places.get(reason, ()))
        at = f" ({first}{', ...' if rows > len(places[reason]) else ''})" if first else ""
        count = f"{rows:,} {'row' if rows == 1 else 'rows'}{at}"
        yield f"{table.name}: {reason}, {count}: {said.get(reason, reason)}"


def _without_rate(currency: str, rated_from: Mapping[str, date]) -> str:
    rated = " OR ".join(
        f"(currency = {quote(code)} AND CAST(\"at\" AS DATE) >= DATE '{first}')"
        for code, first in rated_from.items()
    )
    return f"currency <> {quote(currency)} AND NOT ({rated or 'false'})"


def _missing(table: Table, brought: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        if column.filled and column.name in brought:
            # unreadable is its own reason
            test = f"{name(column.name)} IS NULL AND NOT list_contains(_unread, {quote(column.name)})"
            yield f"{column.name}_missing", test


def _not_allowed(table: Table, brought: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        if column.codes and column.name in brought:
            yield (
                f"{column.name}_not_allowed",
                # a function: that of few values is worked out once for each, where NOT IN is a join
                f"NOT list_contains([{', '.join(map(quote, column.codes))}], {name(column.name)})",
            )


def _rules(table: Table, brought: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for rule in table.rules:
        if set(rule.needs) <= set(brought):
            yield rule.name, f"NOT ({rule.holds})"


def _future(brought: tuple[str, ...], today: date | None) -> Iterator[tuple[str, str]]:
    limits = [
        *(["CAST(loaded_at AS DATE)"] if "loaded_at" in brought else []),
        *([f"DATE '{today}'"] if today else []),
    ]
    if not limits:
        return
    limit = f"coalesce({', '.join(limits)})"
    for column in HAPPENED:
        if column in brought:
            yield f"{column}_in_future", f"CAST({name(column)} AS DATE) > {limit}"


def _early(brought: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for column in ("start", *HAPPENED):
        if column in brought:
            yield f"{column}_too_early", f"{name(column)} < DATE '{EARLIEST}-01-01'"
