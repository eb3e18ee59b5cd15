"""The only way a table reaches a page: words for codes, numbers as the house writes them, everything escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import numpy as np
import pandas as pd
from markupsafe import Markup

from cxlab.finding import Estimate, Finding, Label, Unit
from cxlab.quarter import Quarter
from cxlab.report.clean import plain
from cxlab.wording import Wording

MOST_ROWS = 40
"""Longer tables are thinned on the page; the download holds every row."""

NOTHING = "·"
"""What stands in a cell that holds nothing."""

WORD_COLUMNS = {"verdict": "verdict", "against": "against", "step": "step", "of": "term"}
"""Columns whose values are words of the report, not codes of the data, and where those words are found."""

DOWNLOAD_ONLY = (
    "p", "change_low", "change_high", "unit", "more_is", "total", "together", "rank", "ordered", "needed",
    "scale_min", "scale_max",
)  # fmt: skip
"""Columns no page shows: others say what they mean, or they tell a figure how to draw."""

FORMS: dict[Unit, str] = {
    "share": "share", "share_points": "share_points", "points": "nps", "count": "count", "amount": "amount",
    "ratio": "ratio", "months": "months", "days": "days", "probability": "probability", "score": "score",
    "agreement": "agreement",
}  # fmt: skip
"""How a number of each unit is written."""

CHANGES: dict[Unit, Unit] = {"share": "share_points", "probability": "share_points"}
"""Unit of a difference, where it is another than that of the numbers."""

AS_TYPED = ("term", "word")
"""Columns of words people typed: they keep their small letters."""

COMPARED = ("last", "alone", "flat", "now", "before", "year_ago", "counted", "naive", "forecast", "others")
"""Columns in the unit of the estimates."""

SUFFIXES = {"_months": "months", "_days": "days", "_share": "share", "_amount": "amount", "_points": "nps"}


def unit_of(finding: Finding) -> Unit:
    """Return the unit of the estimates in a finding's table.

    The one its column ``unit`` names, else that of the headline; a flow whose headline is a share counts the
    customers it is a share of, and a forest without a headline holds ratios.
    """
    if "unit" in finding.table.columns and len(named := finding.table["unit"].dropna().unique()) == 1:
        return cast("Unit", str(named[0]))
    headline = finding.headline.unit if isinstance(finding.headline, Estimate) else None
    if finding.shape == "flow":
        return headline if headline in {"amount", "points", "share_points", "score"} else "count"
    if finding.shape == "forest" and headline in {None, "share", "count"}:
        return "ratio"
    if headline is not None:
        return headline
    estimates = finding.table["estimate"].dropna()
    return "share" if len(estimates) and estimates.between(0, 1).all() else "count"


def table_html(finding: Finding, *, wording: Wording, minimum_n: int, caption: str) -> Markup:
    """Write a finding's table as HTML.

    Parameters
    ----------
    finding : Finding
        Its table; the unit stands with every number, so a cell read alone is not misread.
    wording : Wording
        The language.
    minimum_n : int
        Rows with fewer behind them are not shown; nor is the next smallest where only one row is hidden,
        because the total would give it away.
    caption : str
        Plain text.

    Returns
    -------
    Markup
        ``<div class="scroll"><table>...``; wide tables scroll inside the ``div``, never the page.
    """
    rows = _thinned(finding.table)
    hidden = hidden_rows(rows, minimum_n=minimum_n, shape=finding.shape)
    columns = _columns(finding, rows, wording)
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="n"') if numeric else "", plain(title))
        for title, numeric, _ in columns
    )
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                _cells(columns, row, few=row["_few"], counted=finding.shape == "flow", wording=wording)
            )
        )
        for row in rows.assign(_few=hidden).to_dict("records")
    )
    label = plain(caption)
    return Markup(
        '<div class="scroll" tabindex="0" role="group" aria-label="{}">'
        "<table><caption>{}</caption>\n<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div>"
    ).format(label, label + _thinned_note(finding.table, rows, wording), head, body)


Row = Mapping[Any, Any]
Column = tuple[str, bool, Callable[[Row], str | Markup]]


def _columns(finding: Finding, rows: pd.DataFrame, wording: Wording) -> list[Column]:
    unit = unit_of(finding)
    columns: list[Column] = []
    for name in (name for name in rows.columns[:-4] if name not in DOWNLOAD_ONLY):
        numeric = pd.api.types.is_numeric_dtype(rows[name]) and not pd.api.types.is_bool_dtype(rows[name])
        columns.append((_title(name, wording), numeric, _writer(name, unit, wording)))
    title = wording.text(f"page.column.{unit}")
    columns.append((title, True, lambda row: interval_text(row, unit, wording)))
    if finding.shape != "flow":  # there the number is the count
        columns.append((wording.text("term.n"), True, lambda row: _number(row["n"], "count", wording)))
    return columns


def _title(column: str, wording: Wording) -> str:
    return wording.text(f"term.{column}") if wording.knows(f"term.{column}") else column.replace("_", " ")


def _writer(name: str, unit: Unit, wording: Wording) -> Callable[[Row], str | Markup]:
    if name == "change":
        return lambda row: _changed(row, CHANGES.get(unit, unit), wording)
    return lambda row: value_text(row[name], name, unit=unit, wording=wording, of=row.get("of"))


def value_text(value: object, column: str, *, unit: Unit, wording: Wording, of: str | None = None) -> str:
    """Write one value of a finding's table: codes by their labels, numbers by the unit their column names."""
    if missing(value):
        return NOTHING
    if isinstance(value, Quarter) or column == "quarter":
        quarter = value if isinstance(value, Quarter) else Quarter.parse(str(value))
        return wording.number(quarter, "quarter")
    if isinstance(value, str):
        if column in WORD_COLUMNS:
            return wording.text(f"{WORD_COLUMNS[column]}.{value}")
        return wording.label(Label(of=of if column in {"code", "reference"} and of else column, code=value))
    if isinstance(value, pd.Timestamp):
        return wording.number(value.date(), "date")
    return _number(value, _form(column, unit), wording)


def _form(column: str, unit: Unit) -> str:
    for suffix, form in SUFFIXES.items():
        if column.endswith(suffix):
            return form
    if column == "change":
        return FORMS[CHANGES.get(unit, unit)]
    return FORMS[unit] if column in COMPARED else "count"


def _number(value: object, form: str, wording: Wording) -> str:
    if missing(value):
        return NOTHING
    return wording.number(value.item() if isinstance(value, np.generic) else value, form)


def _changed(row: Row, unit: Unit, wording: Wording) -> str | Markup:
    low, high = (row.get(f"change_{end}", float("nan")) for end in ("low", "high"))
    if missing(row["change"]) or missing(low) or missing(high):
        return _number(row["change"], FORMS[unit], wording)
    estimate = Estimate(value=float(row["change"]), low=float(low), high=float(high), unit=unit)
    change, interval = (plain(wording.number(estimate, style)) for style in ("change", "range"))
    return Markup("{}<small>{}</small>").format(change, interval)


def interval_text(row: Row, unit: Unit, wording: Wording) -> str | Markup:
    """Write a row's number with its interval below it; a mark where there is none."""
    number, low, high = (None if missing(row[name]) else float(row[name]) for name in ("estimate", "low", "high"))
    if number is None:
        return NOTHING
    if low is None and high is None:
        return wording.number(number, FORMS[unit])
    estimate = Estimate(value=number, low=low, high=high, unit=unit)
    interval = "" if low == high else Markup("<small>{}</small>").format(plain(wording.number(estimate, "range")))
    return Markup("{}{}").format(plain(wording.number(estimate, "value")), interval)


def missing(value: object) -> bool:
    """Whether a cell of a table holds nothing.

    >>> missing(float("nan")), missing(None), missing(0.0), missing("")
    (True, True, False, False)
    """
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value).item())
    )


def _cells(columns: Iterable[Column], row: Row, *, few: bool, counted: bool, wording: Wording) -> Iterable[Markup]:
    as_typed = {_title(name, wording) for name in AS_TYPED}
    for place, (title, numeric, write) in enumerate(columns):
        if few and numeric:
            yield Markup('<td class="n few">{}</td>').format(plain(wording.text("term.not_shown")))
            continue
        text = write(row)
        text = text if isinstance(text, Markup) else plain(text)
        if place == 0 and not numeric:
            typed = Markup(' class="typed"') if title in as_typed else Markup("")
            yield Markup('<th scope="row"{}>{}</th>').format(typed, text)
        elif numeric:
            n = Markup("") if counted or missing(row["n"]) else Markup(' data-n="{}"').format(int(row["n"]))
            yield Markup('<td class="n"{}>{}</td>').format(n, text)
        else:
            yield Markup("<td>{}</td>").format(text)


def hidden_rows(rows: pd.DataFrame, *, minimum_n: int, shape: str) -> pd.Series[bool]:
    """Return which rows stand on too few to be shown; of a whole in parts never exactly one."""
    n = pd.to_numeric(rows["n"], errors="coerce")
    few: pd.Series[bool] = n.lt(minimum_n) & (shape != "flow")
    if few.sum() == 1 and len(rows) > 2 and shape in {"bars", "forest", "grid"}:
        few = few | n.eq(n[~few].min()) & (n[~few].idxmin() == n.index)
    return few


def _thinned(table: pd.DataFrame) -> pd.DataFrame:
    groups = [name for name in table.columns[:-4] if not pd.api.types.is_numeric_dtype(table[name])]
    if len(table) <= MOST_ROWS:
        return table
    lines = max(1, len(table[groups].drop_duplicates())) if groups else 1
    step = -(-len(table) // max(MOST_ROWS, 4 * lines))
    place = table.groupby(groups, sort=False, observed=True).cumcount() if groups else pd.RangeIndex(len(table))
    return table[pd.Series(place, index=table.index) % step == 0]


def _thinned_note(table: pd.DataFrame, rows: pd.DataFrame, wording: Wording) -> str:
    if len(rows) == len(table):
        return ""
    return " " + plain(wording.text("page.thinned", shown=len(rows), all=len(table)))
