"""A list of checks: passed, failed or not possible, each with one sentence and its number."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlab.figures.brief import Brief, Drawing
from cxlab.figures.glyphs import text_width
from cxlab.figures.numbers import Number, name_of, unit_of
from cxlab.figures.sheet import LEADING, Sheet, wrap
from cxlab.figures.style import BETTER, MUTED, PAPER, SAME, SIZE, SMALL, WORSE

_LEFT = 30.0
_SIGNS = {
    "passed": (BETTER, [(-4.5, 0.0), (-1.2, 3.6), (4.6, -3.8)]),
    "failed": (WORSE, [(-3.6, -3.6), (3.6, 3.6), (float("nan"), 0.0), (-3.6, 3.6), (3.6, -3.6)]),
    "open": (SAME, [(-4.0, 0.0), (4.0, 0.0)]),
}
"""Colour and sign of each outcome: a tick, a cross, a dash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """One check: its outcome, its name, its sentence in lines, and its number."""

    outcome: str
    name: str
    lines: list[str]
    value: str

    @property
    def height(self) -> float:
        """Pixels taken."""
        return SIZE * LEADING + len(self.lines) * SMALL * LEADING + 12


def checks(brief: Brief) -> Drawing:
    """Draw a finding of shape ``grid`` whose table has a column ``passed``: a row of the table is a check.

    The first column names the check (labels ``check.<code>``); the messages ``check.<code>.passed``, ``.failed``
    and ``.open`` say what that means. A check without a number has no estimate.
    """
    rows = [_check(row, brief) for _, row in brief.finding.table.iterrows()]
    sheet = brief.sheet(sum(row.height for row in rows) + 2, reading=[])
    y = sheet.top
    for row in rows:
        _write(sheet, row, y, brief)
        y += row.height
    outcome = brief.wording.text
    said = [
        " ".join(part for part in (f"{row.name}: {outcome(f'check.{row.outcome}')}", row.value) if part)
        for row in rows
    ]
    return Drawing(sheet=sheet, said=said)


def _check(row: pd.Series, brief: Brief) -> _Check:
    wording = brief.wording
    outcome = "open" if pd.isna(row["passed"]) else "passed" if row["passed"] else "failed"
    of, code = str(row.index[0]), str(row.iloc[0])
    values = dict(brief.finding.message.values)
    number = None
    if not pd.isna(row["estimate"]):
        ends = [None if pd.isna(row[end]) else float(row[end]) for end in ("low", "high")]
        unit = str(row["unit"]) if "unit" in row else unit_of(brief.finding)
        number = Number(float(row["estimate"]), ends[0], ends[1], None, unit)
        values["estimate"] = number.estimate() if len(number.ends) > 1 else number.value
    message = f"{of}.{code}.{outcome}"
    sentence = wording.text(message, **values) if wording.knows(message) else ""
    room = brief.width - _LEFT
    value = "" if number is None else number.written(wording)
    return _Check(
        outcome=outcome,
        name=name_of(of, code, wording=wording),
        lines=wrap(sentence, room, SMALL, most=4),
        value=value,
    )


def _write(sheet: Sheet, row: _Check, top: float, brief: Brief) -> None:
    colour, sign = _SIGNS[row.outcome]
    base = top + SIZE * 1.05
    x, y = 11.0, base - 0.34 * SIZE
    sheet.dot(x, y, size=20, fill=colour, over=3)
    across, down = zip(*((x + dx, y + dy) for dx, dy in sign), strict=True)
    sheet.line(across, down, colour=PAPER, width=2.2, over=4)
    word = brief.wording.text(f"check.{row.outcome}")
    sheet.text(brief.width, base, word, bold=True, colour=colour, align="right")
    room = brief.width - _LEFT - text_width(word, SIZE, bold=True) - 12
    value = f" · {row.value}" if row.value else ""
    beside = text_width(row.name, SIZE, bold=True) + text_width(value, SMALL) <= room
    name = row.name if beside else wrap(row.name, room, SIZE, bold=True, most=1)[0]
    sheet.text(_LEFT, base, name, bold=True)
    if beside and value:
        sheet.text(_LEFT + text_width(name, SIZE, bold=True) + 4, base, value, size=SMALL, colour=MUTED)
    for number, line in enumerate(row.lines):
        sheet.text(_LEFT, base + (number + 1) * SMALL * LEADING + 2, line, size=SMALL, colour=MUTED)
