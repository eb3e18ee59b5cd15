"""Grid: rows by columns, in each cell its value and its interval in words, tinted by the value; or checks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.colors import to_hex, to_rgb

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.checks import checks
from cxlab.figures.glyphs import text_width
from cxlab.figures.numbers import Number, code_columns, name_of, numbers, unit_of
from cxlab.figures.sheet import LEADING, Sheet, wrap
from cxlab.figures.style import BETTER, INK, MUTED, PAPER, SIZE, SMALL, WORSE
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOTHING = "·"
"""What stands in a cell that is not shown."""

_TINY = 11.0
_PAD = 4.0
_DEEPEST = 0.5
"""How much colour the highest value has; dark letters stay readable on it."""

_WIDEST = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """One cell: its number and, where its change is real, the colour of its frame."""

    number: Number
    frame: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """What is drawn: codes in order, their names, the cells that are shown, and how wide a column is.

    ``to_come`` are cells of a cohort that lie after the quarter reported: there is nothing to show yet.
    """

    rows: list[str]
    columns: list[str]
    row_names: list[str]
    column_names: list[str]
    cells: dict[tuple[str, str], _Cell]
    left: float = 0
    width: float = 0
    intervals: bool = True
    left_out: int = 0
    to_come: frozenset[tuple[str, str]] = frozenset()


def grid(brief: Brief) -> Drawing:
    """Draw a finding of shape ``grid``, one row of its table a cell.

    The first column of codes names the rows, the second one the columns (``quarter`` may be one of them); a cell
    that is missing is not shown, and has a dot; where the columns are quarters since those of the rows
    (``since``), cells after the quarter reported stay empty. Optional ``change`` and ``verdict``: a real change
    has a frame. With a column ``passed`` it is a list of checks.
    """
    if "passed" in brief.finding.table:
        return checks(brief)
    table = _fitted(_read(brief), brief)
    height = _TINY * LEADING + SIZE * LEADING + 10 if table.intervals else SIZE * LEADING + 10
    label = SIZE * LEADING + 2 if brief.narrow else 0.0
    in_time = _in_time(table.columns)
    tops = [
        name.split(" ") if in_time else wrap(name, table.width - 6, SMALL, most=3) for name in table.column_names
    ]
    head = max(map(len, tops)) * SMALL * LEADING + 6
    sheet = brief.sheet(head + len(table.rows) * (height + label) + 2, reading=_reading(table, brief))
    for place, lines in enumerate(tops):
        _write_top(sheet, table.left + (place + 0.5) * table.width, lines, sheet.top + head)
    y = sheet.top + head
    for code, name in zip(table.rows, table.row_names, strict=True):
        _write_name(sheet, name, y + label, height, table, narrow=brief.narrow)
        for place, column in enumerate(table.columns):
            left = table.left + place * table.width
            box = (left, y + label, table.width, height)
            if (code, column) not in table.to_come:
                _write_cell(sheet, table.cells.get((code, column)), box, table, brief)
        y += height + label
    return Drawing(sheet=sheet, said=_said(table, brief))


def _read(brief: Brief) -> _Grid:
    table, wording = brief.finding.table, brief.wording
    named = code_columns(table)
    if len(named) < 2:
        raise ValueError(
            f"a grid has a column for its rows and one for its columns; {brief.finding.name} has "
            f"{', '.join(named) or 'none'}"
        )
    found = numbers(table, unit=unit_of(brief.finding))
    down, across = ([_code(code) for code in table[column]] for column in named[:2])
    frames = [_frame(row, brief) for _, row in table.iterrows()]
    cells = {
        (row, column): _Cell(number=number, frame=frame)
        for row, column, number, frame in zip(down, across, found, frames, strict=True)
    }
    rows, columns = (_distinct(codes) for codes in (down, across))
    return _Grid(
        rows=rows,
        columns=columns,
        row_names=[_name(named[0], code, wording) for code in rows],
        column_names=[_name(named[1], code, wording) for code in columns],
        cells=cells,
        to_come=_to_come(rows, columns, brief) if named[:2] == ["quarter", "since"] else frozenset(),
    )


def _to_come(rows: Sequence[str], columns: Sequence[str], brief: Brief) -> frozenset[tuple[str, str]]:
    """Cells of cohorts, a quarter down and quarters since then across, that lie after the quarter reported."""
    about = brief.finding.about
    begun = {row: Quarter.parse(row, first_month=about.first_month) for row in rows}
    return frozenset((row, column) for row in rows for column in columns if begun[row] + int(column) > about)


def _distinct(codes: list[str]) -> list[str]:
    """Return codes in the order of the table, quarters in the order of time."""
    found = list(dict.fromkeys(codes))
    return sorted(found) if _in_time(found) else found


def _code(code: object) -> str:
    return "" if code is None or code is pd.NA or code != code else str(code)


def _name(of: str, code: str, wording: Wording) -> str:
    if of != "quarter":
        return name_of(of, code, wording=wording)
    quarter = Quarter.parse(code)
    words = wording.number(quarter, "quarter" if quarter.interim else "quarter_short")
    return f"{words[:1].upper()}{words[1:]}" + ("" if quarter.interim else f" {quarter.year}")


def _frame(row: pd.Series, brief: Brief) -> str:
    change = row.get("change")
    if row.get("verdict") != "real_change" or change is None or pd.isna(change):
        return ""
    return brief.tone(float(change))


def _fitted(table: _Grid, brief: Brief) -> _Grid:
    """Give the columns their width: without intervals, then without columns, if they do not fit."""
    labels = max(text_width(name, SIZE) for name in table.row_names) + 10
    left = 0.0 if brief.narrow else min(labels, 0.3 * brief.width)
    values, ends = _wide(table, brief)
    room = brief.width - left
    with_intervals = brief.detail == 2 and len(table.columns) * max(values, ends) <= room
    keep = len(table.columns) if with_intervals else min(len(table.columns), max(1, int(room // values)))
    if keep < len(table.columns) and _in_time(table.columns):
        first = len(table.columns) - keep
        columns, names = table.columns[first:], table.column_names[first:]
    else:
        columns, names = table.columns[:keep], table.column_names[:keep]
    width = min(room / keep, _WIDEST if not brief.narrow else room)
    return replace(
        table,
        columns=columns,
        column_names=names,
        left=left,
        width=width,
        intervals=with_intervals and any(len(cell.number.ends) > 1 for cell in table.cells.values()),
        left_out=len(table.columns) - keep,
    )


def _wide(table: _Grid, brief: Brief) -> tuple[float, float]:
    """Width a column needs for the values, and for the intervals."""
    shown = [cell.number for cell in table.cells.values()]
    words = [word for name in table.column_names for word in name.split()]
    values = max(text_width(number.said(brief.wording), SIZE, bold=True) for number in shown)
    ends = max(text_width(_range(number, brief), _TINY) for number in shown)
    least = max(text_width(word, SMALL) for word in words) if words else 0.0
    return max(values, min(least, 44.0)) + 2 * _PAD, ends + 2 * _PAD


def _in_time(codes: Sequence[str]) -> bool:
    return all(re.fullmatch(r"\d{4}(Q[1-4]|-\d\d)", code) for code in codes)


def _range(number: Number, brief: Brief) -> str:
    return brief.wording.number(number.estimate(), "range") if len(number.ends) > 1 else ""


def _reading(table: _Grid, brief: Brief) -> list[str]:
    wording, reading = brief.wording, []
    if table.intervals:
        reading.append(brief.interval_note("below"))
    reading += brief.sizes_note(cell.number.n for cell in table.cells.values())
    if any(cell.frame for cell in table.cells.values()):
        reading.append(wording.text("figure.frame"))
    drawn = {(row, column) for row in table.rows for column in table.columns} - table.to_come
    if drawn - set(table.cells):
        reading.append(wording.text("figure.hidden"))
    if table.left_out:
        reading.append(wording.text("figure.left_out", n=table.left_out))
    return reading


def _write_top(sheet: Sheet, middle: float, lines: list[str], bottom: float) -> None:
    for number, line in enumerate(reversed(lines)):
        y = bottom - 7 - number * SMALL * LEADING
        sheet.text(middle, y, line, size=SMALL, colour=MUTED, align="middle")


def _write_name(sheet: Sheet, name: str, top: float, height: float, table: _Grid, *, narrow: bool) -> None:
    if narrow:
        sheet.text(0, top - 5, name)
        return
    lines = wrap(name, table.left - 8, SIZE, most=2)
    first = top + height / 2 - (len(lines) - 1) * SIZE * 1.15 / 2 + 0.34 * SIZE
    for number, line in enumerate(lines):
        sheet.text(0, first + number * SIZE * 1.15, line)


def _write_cell(
    sheet: Sheet, cell: _Cell | None, box: tuple[float, float, float, float], table: _Grid, brief: Brief
) -> None:
    left, top, width, height = box
    middle = left + width / 2
    if cell is None:
        sheet.text(middle, top + height / 2 + 4, NOTHING, colour=MUTED, align="middle")
        return
    edges = (left + 1, top + 1, left + width - 1, top + height - 1)
    sheet.box(*edges, colour=_tint(cell.number.value, table))
    if cell.frame:
        near, above, far, below = (edge + inward for edge, inward in zip(edges, (1, 1, -1, -1), strict=True))
        x, y = [near, far, far, near, near], [above, above, below, below, above]
        sheet.line(x, y, colour=cell.frame, width=2.0, over=4)
    base = top + height / 2 + 0.34 * SIZE - (_TINY * 0.62 if table.intervals else 0)
    sheet.text(middle, base, cell.number.said(brief.wording), bold=True, align="middle")
    if table.intervals:
        sheet.text(middle, base + _TINY * 1.35, _range(cell.number, brief), size=_TINY, colour=INK, align="middle")


def _tint(value: float, table: _Grid) -> str:
    """Colour of a value: deeper the higher; on both sides of zero, each side has its own."""
    known = [cell.number.value for cell in table.cells.values()]
    low, high = min(known), max(known)
    if low < 0 < high or high <= 0:
        part, hue = abs(value) / (max(-low, high) or 1.0), WORSE if value < 0 else BETTER
    else:
        low = 0.0 if low < 0.5 * high else low - 0.15 * (high - low)
        part, hue = (value - low) / ((high - low) or 1.0), BETTER
    deep = 0.04 + (_DEEPEST - 0.04) * min(max(part, 0.0), 1.0) if high != low else 0.15
    red, green, blue = (deep * c + (1 - deep) * white for c, white in zip(to_rgb(hue), to_rgb(PAPER), strict=True))
    return to_hex((red, green, blue))


def _said(table: _Grid, brief: Brief) -> list[str]:
    names = dict(zip(table.rows, table.row_names, strict=True))
    tops = dict(zip(table.columns, table.column_names, strict=True))
    return [
        f"{names[row]}, {tops[column]}: {cell.number.written(brief.wording)}"
        for (row, column), cell in table.cells.items()
        if column in tops
    ]
