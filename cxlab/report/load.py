"""The load report as tables of words, for the data page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cxlab.finding import Label
from cxlab.wording import Wording

if TYPE_CHECKING:
    from cxlab.tables.load_report import LoadReport, TableReport

_OF_A_COLUMN = re.compile(
    r"(?P<column>\w+)_(?P<what>missing|not_allowed|in_future|too_early|unreadable|outside_scale)\Z"
)
_OF_TWO = re.compile(r"(?P<column>\w+?)_(?P<what>not_in|before|same_day_as|below)_(?P<of>\w+)\Z")


def load_tables(load: LoadReport, *, wording: Wording) -> list[dict[str, Any]]:
    """Return the tables of the data page: rows by table, reasons of the rows set aside, shares joined.

    Parameters
    ----------
    load : LoadReport
        What a study read.
    wording : Wording
        The language.

    Returns
    -------
    list of dict
        ``id, title, note, columns, rows``; the first column names the row, the others are numbers.
    """
    tables = [_counts(load, wording)]
    if any(table.reasons for table in load.tables.values()):
        tables.append(_reasons(load, wording))
    if load.joined:
        tables.append(_joins(load, wording))
    return tables


def _counts(load: LoadReport, wording: Wording) -> dict[str, Any]:
    columns = ("table", "read", "accepted", "quarantined", "withheld", "late", "reach")
    rows = [
        [
            _name(name, wording),
            *(wording.number(count, "count") for count in _of(table)),
            _reach(table, wording),
        ]
        for name, table in load.tables.items()
    ]
    rebuilt = tuple(Label(of="table", code=name) for name, table in load.tables.items() if not table.dated)
    note = [wording.text("page.data.tables.note" if rows else "page.data.none")]
    note += [wording.text("page.data.rebuilt", tables=rebuilt)] if rebuilt else []
    note += _consent(load, wording)
    return _table("tables", columns, rows, note=" ".join(note), wording=wording)


def _of(table: TableReport) -> tuple[int, ...]:
    return table.read, table.accepted, table.quarantined, sum(table.withheld.values()), table.late


def _consent(load: LoadReport, wording: Wording) -> list[str]:
    """Say whether the rows of customers who did not agree to research are in."""
    if not load.refused:
        return []
    if not load.consent:
        return [wording.text("page.data.consent_off", n=load.refused)]
    tables = tuple(Label(of="table", code=name) for name in load.consent)
    return [wording.text("page.data.consent_on", n=load.refused, tables=tables)]


def _reasons(load: LoadReport, wording: Wording) -> dict[str, Any]:
    rows = [
        [f"{_name(name, wording)}: {reason_text(reason, wording=wording)}", wording.number(count, "count")]
        for name, table in load.tables.items()
        for reason, count in sorted(table.reasons.items(), key=lambda item: (-item[1], item[0]))
    ]
    note = wording.text("page.data.reasons.note")
    return _table("reasons", ("table_and_reason", "rows"), rows, note=note, wording=wording)


def _joins(load: LoadReport, wording: Wording) -> dict[str, Any]:
    rows = [
        [wording.text(f"page.data.join.{name}"), wording.number(share, "share")]
        for name, share in load.joined.items()
    ]
    return _table("joins", ("link", "joined"), rows, note="", wording=wording)


def reason_text(reason: str, *, wording: Wording) -> str:
    """Say why a row was set aside; names of columns and rules stay as the dictionary of the data writes them."""
    if wording.knows(f"page.data.reason.{reason}"):
        return wording.text(f"page.data.reason.{reason}")
    if found := _OF_TWO.match(reason):
        of = _name(found["of"], wording) if found["what"] == "not_in" else found["of"]
        return wording.text(f"page.data.reason.{found['what']}", column=found["column"], of=of)
    if found := _OF_A_COLUMN.match(reason):
        return wording.text(f"page.data.reason.{found['what']}", column=found["column"])
    return wording.text("page.data.reason.rule", rule=reason)


def _table(
    id_: str, columns: tuple[str, ...], rows: list[list[str]], *, note: str, wording: Wording
) -> dict[str, Any]:
    return {
        "id": id_,
        "title": wording.text(f"page.data.{id_}"),
        "note": note,
        "columns": [wording.text(f"page.data.{column}") for column in columns],
        "rows": rows,
    }


def _reach(table: TableReport, wording: Wording) -> str:
    if table.first is None or table.last is None:
        return "·"
    return wording.text("page.data.span", first=table.first, last=table.last)


def _name(table: str, wording: Wording) -> str:
    return wording.label(Label(of="table", code=table))
