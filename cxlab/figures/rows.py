"""Rows with a label, a mark and its numbers in words: side by side on paper, stacked on a phone."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from cxlab.figures.axis import Scale
from cxlab.figures.brief import Brief
from cxlab.figures.glyphs import text_width
from cxlab.figures.sheet import LEADING, Sheet, cut, wrap
from cxlab.figures.style import INK, MUTED, SIZE, SMALL

_GAP = 14.0
_BAND = 22.0
"""Height kept for the mark of a stacked row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: ``bold`` is its label, ``strong`` its value; without a value it heads the rows below.

    The note stands below the label, beside that of a heading.
    """

    label: str
    value: str = ""
    n: str = ""
    note: str = ""
    note_colour: str = MUTED
    bold: bool = False
    strong: bool = True

    @property
    def heading(self) -> bool:
        """Whether it names a group of rows."""
        return not self.value


@dataclass(slots=True)
class Layout:
    """Where each row stands: pixels from the top of the plot."""

    rows: list[Row]
    width: float
    stacked: bool
    with_n: bool
    label_width: float = 0
    value_width: float = 0
    n_width: float = 0
    n_title: str = ""
    labels: list[list[str]] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    centres: list[float] = field(default_factory=list)
    height: float = 0

    @classmethod
    def of(cls, rows: list[Row], brief: Brief) -> Layout:
        """Measure the words and place the rows."""
        layout = cls(rows, brief.width, brief.narrow, any(row.n for row in rows))
        layout.value_width = max(text_width(row.value, SIZE, bold=True) for row in rows)
        layout.n_width = max(text_width(row.n, SMALL) for row in rows) if layout.with_n else 0
        layout.n_title = brief.wording.text("term.n") if layout.with_n and not layout.stacked else ""
        layout.height = SMALL * LEADING if layout.n_title else 0.0
        if layout.stacked:
            layout._stack()
        else:
            layout._beside()
        return layout

    @property
    def left(self) -> float:
        """Left edge of the plot."""
        return 0.0 if self.stacked else self.label_width + _GAP

    @property
    def right(self) -> float:
        """Right edge of the plot."""
        if self.stacked:
            return self.width - 4
        return self.width - self.value_width - self.n_width - _GAP * (2 if self.with_n else 1)

    def scale(self, low: float, high: float, *, log: bool = False) -> Scale:
        """Return the scale of the plot, from its left edge to its right one."""
        return Scale(low=low, high=high, start=self.left, end=self.right, log=log)

    def verticals(self, sheet: Sheet, places: list[float], **style: Any) -> None:  # noqa: ANN401
        """Draw vertical lines at pixels, from top to bottom; where rows are stacked, beside the marks only."""
        bands = [(self.tops[0], self.height)]
        if self.stacked:
            marks = zip(self.rows, self.centres, strict=True)
            bands = [(centre - _BAND / 2, centre + _BAND / 2) for row, centre in marks if not row.heading]
        for place in places:
            down = [y for top, end in bands for y in (sheet.top + top, sheet.top + end, math.nan)]
            sheet.line([place] * len(down), down, **style)

    def write(self, sheet: Sheet) -> None:
        """Write labels and numbers."""
        sheet.text(self.width, sheet.top + SMALL, self.n_title, size=SMALL, colour=MUTED, align="right")
        for row, lines, top, centre in zip(self.rows, self.labels, self.tops, self.centres, strict=True):
            self._write_row(sheet, row, lines, sheet.top + top, sheet.top + centre)

    def _write_row(self, sheet: Sheet, row: Row, lines: list[str], top: float, centre: float) -> None:
        first = top + SIZE * 1.05 if self.stacked else centre - self._block(row, lines) / 2 + SIZE * 0.98
        for number, line in enumerate(lines):
            sheet.text(0, first + number * SIZE * LEADING, line, bold=row.bold or row.heading)
        if row.heading:
            start = text_width(lines[0], SIZE, bold=True) + 8
            note = cut(row.note, self.width - start, SMALL)
            sheet.text(start, first, note, size=SMALL, colour=row.note_colour)
            return
        note_y = first + len(lines) * SIZE * LEADING - 1
        for number, line in enumerate(self._note(row)):
            sheet.text(0, note_y + number * SMALL * LEADING, line, size=SMALL, colour=row.note_colour)
        if self.stacked:
            sheet.text(self.width, first, row.value, bold=row.strong, align="right")
            if row.n:
                sheet.text(self.width, first + SMALL * LEADING, row.n, size=SMALL, colour=MUTED, align="right")
            return
        base = centre + 0.34 * SIZE
        sheet.text(self.right + _GAP, base, row.value, bold=row.strong, colour=INK)
        if row.n:
            sheet.text(self.width, base, row.n, size=SMALL, colour=MUTED, align="right")

    def _note(self, row: Row) -> list[str]:
        return [] if row.heading else wrap(row.note, self.label_width, SMALL, most=2)

    def _block(self, row: Row, lines: list[str]) -> float:
        return len(lines) * SIZE * LEADING + len(self._note(row)) * SMALL * LEADING

    def _beside(self) -> None:
        widest = max(
            max(text_width(row.label, SIZE, bold=row.bold), text_width(row.note, SMALL))
            for row in self.rows
            if not row.heading
        )
        self.label_width = min(widest + 2, 0.36 * self.width)
        for row in self.rows:
            self.labels.append(self._wrapped(row))
            tall = max(28.0, self._block(row, self.labels[-1]) + 10)
            self._place(tall, centre=tall / 2 + (3 if row.heading else 0))

    def _stack(self) -> None:
        self.label_width = self.width - max(self.value_width, self.n_width) - _GAP
        for row in self.rows:
            self.labels.append(self._wrapped(row))
            words = max(self._block(row, self.labels[-1]), SIZE * LEADING + (SMALL * LEADING if row.n else 0))
            mark = 0.0 if row.heading else _BAND
            self._place(words + mark + 6, centre=words + mark / 2 + 2)

    def _wrapped(self, row: Row) -> list[str]:
        if row.heading:
            return [cut(row.label, 0.6 * self.width, SIZE, bold=True)]
        return wrap(row.label, self.label_width, SIZE, bold=row.bold, most=3)

    def _place(self, tall: float, *, centre: float) -> None:
        self.tops.append(self.height)
        self.centres.append(self.height + centre)
        self.height += tall
