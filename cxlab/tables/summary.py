"""A load report in plain lines, for the terminal and the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cxlab.tables.check import words
from cxlab.tables.load_report import LoadReport, TableReport
from cxlab.tables.schema import TABLES
from cxlab.tables.study import open_study

_HEAD = ("table", "read", "accepted", "quarantined", "late", "from", "to")


def check_study(quarter: str, *, as_of: date | str | None = None, config: Path | str | None = None) -> LoadReport:
    """Check the sources of a study for a quarter.

    Raises
    ------
    UsageError, DataError
        As `cxlab.tables.open_study`.
    """
    return open_study(quarter, as_of=as_of, config=config).load


def describe(load: LoadReport) -> str:
    """Say what was read, what was refused and why, how tables join, and which questions can run."""
    return "\n".join(
        [
            *_counts(load),
            *_titled("Quarantined", _reasons(load)),
            *_titled("Joined", _joined(load)),
            *_titled("Good to know", _gaps(load)),
            *_titled("Questions", _questions(load)),
        ]
    )


def _counts(load: LoadReport) -> list[str]:
    rows = [_HEAD, *(_row(table) for table in load.tables.values())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
    return [
        "  ".join(
            cell.ljust(width) if place in (0, 5, 6) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _row(table: TableReport) -> tuple[str, ...]:
    counts = (table.read, table.accepted, table.quarantined, table.late)
    reach = (str(table.first or "-"), str(table.last or "-"))
    return (table.table, *(f"{count:,}" for count in counts), *reach)


def _reasons(load: LoadReport) -> Iterator[str]:
    for name, table in load.tables.items():
        said = words(TABLES[name])
        for reason, rows in sorted(table.reasons.items(), key=lambda item: (-item[1], item[0])):
            yield f"{name}: {reason}, {rows:,} {'row' if rows == 1 else 'rows'}: {said.get(reason, reason)}"


def _joined(load: LoadReport) -> Iterator[str]:
    for name, share in load.joined.items():
        yield f"{name.replace('_', ' ')}: {share:.1%}"


def _gaps(load: LoadReport) -> Iterator[str]:
    undated = [name for name, table in load.tables.items() if not table.dated]
    if undated:
        yield f"no loaded_at in {', '.join(undated)}: reconstructed, not as it was known at the time"
    current = [name for name, table in load.tables.items() if not table.versioned]
    if current:
        yield f"no valid_from in {', '.join(current)}: every column counts as current"


def _questions(load: LoadReport) -> Iterator[str]:
    for question, reason in load.questions.items():
        yield f"{question}: {'can run' if reason is None else reason}"


def _titled(title: str, lines: Iterator[str]) -> list[str]:
    found = list(lines)
    return ["", title, *(f"  {line}" for line in found)] if found else []
