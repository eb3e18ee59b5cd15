"""A finding by two codes as a cross table: one code down, one across, a number with its interval in each cell."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from cxlab.finding import Finding, Label, Unit
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.report.tables import DOWNLOAD_ONLY, NOTHING, Row, hidden_rows, interval_text, missing, unit_of
from cxlab.wording import Wording

MOST_ACROSS = 8
"""More columns than this are written as a plain table: nobody can read them side by side."""


def is_grid(finding: Finding) -> bool:
    """Whether a finding can be written as a cross table: two columns of codes, each pair once, not too wide."""
    down, across = _codes(finding) or ("", "")
    return (
        bool(down)
        and not finding.table.duplicated([down, across]).any()
        and (finding.table[across].nunique() <= MOST_ACROSS)
    )


def grid_html(finding: Finding, *, wording: Wording, minimum_n: int, caption: str) -> Markup:
    """Write a finding of shape ``grid`` as HTML.

    Parameters
    ----------
    finding : Finding
        `is_grid` holds.
    wording : Wording
        The language.
    minimum_n : int
        Cells with fewer behind them say that they are not shown; so does the next smallest of a row where a single
        one is hidden, because the others would give it away.
    caption : str
        Plain text.
    """
    down, across = _codes(finding) or ("", "")
    table, unit = _hidden(finding, down, minimum_n=minimum_n), unit_of(finding)
    columns = list(dict.fromkeys(table[across]))
    head = Markup("").join(
        Markup('<th scope="col" class="n">{}</th>').format(_name(across, code, wording)) for code in columns
    )
    body = Markup("\n").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            _name(down, code, wording), _cells(rows, across, columns, unit=unit, wording=wording)
        )
        for code, rows in table.groupby(down, sort=False)
    )
    label, corner = plain(caption), plain(_title(down, wording))
    return Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="{}">'
        '<table class="grid"><caption>{}</caption>\n<thead><tr><th scope="col">{}</th>{}</tr></thead>\n'
        "<tbody>\n{}\n</tbody></table></div>"
    ).format(label, label, corner, head, body)


def _codes(finding: Finding) -> tuple[str, str] | None:
    names = [
        str(name)
        for name in finding.table.columns[:-4]
        if not pd.api.types.is_numeric_dtype(finding.table[name]) and name not in (*DOWNLOAD_ONLY, "verdict")
    ]
    return (names[0], names[1]) if len(names) == 2 else None


def _hidden(finding: Finding, down: str, *, minimum_n: int) -> pd.DataFrame:
    few = pd.concat(
        [
            hidden_rows(rows, minimum_n=minimum_n, shape="grid")
            for _, rows in finding.table.groupby(down, sort=False)
        ]
    )
    return finding.table.assign(_few=few)


def _cells(rows: pd.DataFrame, across: str, columns: list[object], *, unit: Unit, wording: Wording) -> Markup:
    found = {row[across]: row for row in rows.to_dict("records")}
    return Markup("").join(_cell(found.get(code), unit, wording) for code in columns)


def _cell(row: Row | None, unit: Unit, wording: Wording) -> Markup:
    if row is None or missing(row["estimate"]):
        return Markup('<td class="n">{}</td>').format(NOTHING)
    if row["_few"]:
        return Markup('<td class="n few">{}</td>').format(plain(wording.text("term.not_shown")))
    n = Markup("") if missing(row["n"]) else Markup(' data-n="{}"').format(int(row["n"]))
    return Markup('<td class="n"{}>{}</td>').format(n, interval_text(row, unit, wording))


def _name(of: str, code: object, wording: Wording) -> str:
    if of == "quarter":
        return plain(wording.number(Quarter.parse(str(code)), "quarter"))
    words = plain(wording.label(Label(of=of.removeprefix("from_").removeprefix("to_"), code=str(code))))
    return words[:1].upper() + words[1:]


def _title(column: str, wording: Wording) -> str:
    return wording.text(f"term.{column}") if wording.knows(f"term.{column}") else column.replace("_", " ")
