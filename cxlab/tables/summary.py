"""Check a study, and say what was found in plain lines, for the terminal and the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from cxlab.errors import DataError
from cxlab.quarter import Quarter
from cxlab.tables.config import find_config, read_config
from cxlab.tables.coverage import newest_quarter
from cxlab.tables.engine import connect
from cxlab.tables.load import load_tables, refusal, set_aside
from cxlab.tables.load_report import LoadReport, TableReport
from cxlab.tables.parts import part_files
from cxlab.tables.personal import personal_columns
from cxlab.tables.spans import misplaced_spans
from cxlab.tables.study import no_data, open_study

_HEAD = ("table", "read", "accepted", "quarantined", "withheld", "late", "from", "to")


_WHY = {"erased": "people who were erased", "no_consent": "customers who did not agree to research"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found.

    Parameters
    ----------
    quarter, as_of : Quarter, date
        What was checked for, and the knowledge date.
    chosen : bool
        Whether the check chose the quarter itself.
    load : LoadReport
        Counts, joins, questions.
    set_aside : tuple of str
        The quarantine in words: shares, files, reasons, places.
    spans : tuple of int
        Spans of codings that do not fit the text they stand in, and all that could be compared.
    personal : tuple of str
        Columns of sources that look personal and are not declared, or kept as they are.
    refused : DataError or None
        Why a run on this would end; None if it can go on.
    """

    quarter: Quarter
    as_of: date
    chosen: bool
    load: LoadReport
    set_aside: tuple[str, ...]
    spans: tuple[int, int]
    personal: tuple[str, ...]
    refused: DataError | None


def check_study(
    quarter: str | None = None, *, as_of: date | str | None = None, config: Path | str | None = None
) -> Checked:
    """Check the sources of a study for a quarter.

    Parameters
    ----------
    quarter : str, optional
        Such as ``"2026Q3"``; the last finished quarter that has data.
    as_of : date or str, optional
        Knowledge date, as for `cxlab.tables.open_study`.
    config : Path or str, optional
        The study file or its folder, as for `cxlab.tables.open_study`.

    Raises
    ------
    UsageError, DataError
        As `cxlab.tables.open_study`, but for too many refused rows and an empty quarter: these are told in
        ``refused``, beside all that was counted.
    """
    file = find_config(config)
    wanted = quarter or str(_newest(file))
    study = open_study(wanted, as_of=as_of, config=file, refuse=False)
    aside = [
        line
        for table in study.load.tables.values()
        for line in set_aside(table, config=study.config, folder=study.folder)
    ]
    over = refusal(study.load.tables.values(), config=study.config, folder=study.folder, reasons=False)
    return Checked(
        quarter=study.quarter,
        as_of=study.as_of,
        chosen=quarter is None,
        load=study.load,
        set_aside=tuple(aside),
        spans=misplaced_spans(study.tables),
        personal=tuple(personal_columns(study.config, folder=study.folder, engine=study._engine)),
        refused=_both(over, no_data(study.tables, load=study.load, quarter=study.quarter)),
    )


def _newest(file: Path) -> Quarter:
    config = read_config(file)
    today = datetime.now(config.zone).date()
    engine = connect(time_zone=config.time_zone, folder=file.parent / config.prepared)
    accepted = load_tables(config, folder=file.parent, engine=engine, today=today, refuse=False)
    tables = {name: engine.read_parquet(part_files(of.file)) for name, of in accepted.items()}
    found = newest_quarter(tables, before=today, made_up=config.made_up, first_month=config.first_month)
    engine.disconnect()
    return found or Quarter.holding(today, first_month=config.first_month) - 1


def _both(one: DataError | None, other: DataError | None) -> DataError | None:
    if one is None or other is None:
        return one or other
    return DataError(f"{one.message}; {other.message}", [*one.problems, *other.problems], see=one.see)


def describe(found: Checked) -> str:
    """Say what was read, what was refused and why, how tables join, and which questions can run."""
    load = found.load
    return "\n".join(
        [
            _heading(found),
            "",
            *_counts(load),
            *_titled("Quarantined", iter(found.set_aside)),
            *_titled("Withheld", _withheld(load)),
            *_titled("Joined", _joined(load)),
            *_titled("Personal columns", iter(found.personal)),
            *_titled("Good to know", _gaps(load, spans=found.spans)),
            *_titled("Questions", _questions(load)),
        ]
    )


def _heading(found: Checked) -> str:
    last = found.quarter.end - timedelta(days=1)
    any_data = any(table.last for table in found.load.tables.values())
    why = f", the last finished quarter{' with data' if any_data else ''}" if found.chosen else ""
    return f"{found.quarter}{why}: {found.quarter.start} to {last}, as known on {found.as_of}"


def _counts(load: LoadReport) -> list[str]:
    rows = [_HEAD, *(_row(table) for table in load.tables.values())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
    return [
        "  ".join(
            cell.ljust(width) if place in (0, 6, 7) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _row(table: TableReport) -> tuple[str, ...]:
    counts = (table.read, table.accepted, table.quarantined, sum(table.withheld.values()), table.late)
    reach = (str(table.first or "-"), str(table.last or "-"))
    return (table.table, *(f"{count:,}" for count in counts), *reach)


def _withheld(load: LoadReport) -> Iterator[str]:
    for name, table in load.tables.items():
        for why, rows in table.withheld.items():
            yield f"{name}: {rows:,} {'row' if rows == 1 else 'rows'} of {_WHY[why]}"
    if load.refused and not load.consent:
        refused = f"{load.refused:,} {'customer' if load.refused == 1 else 'customers'}"
        yield f"nothing of {refused} who did not agree to research: [privacy] consent in study.toml names no table"


def _joined(load: LoadReport) -> Iterator[str]:
    for name, share in load.joined.items():
        yield f"{name.replace('_', ' ')}: {share:.1%}"


def _gaps(load: LoadReport, *, spans: tuple[int, int]) -> Iterator[str]:
    if spans[0]:
        counts = f"{spans[0]:,} of {spans[1]:,}"
        yield f"{counts} spans of codings do not fit their text (span_hash): it was changed since"
    undated = [name for name, table in load.tables.items() if not table.dated]
    if undated:
        yield f"no loaded_at in {', '.join(undated)}: reconstructed, not as it was known at the time"
    current = [name for name, table in load.tables.items() if not table.versioned]
    if current:
        yield f"no valid_from in {', '.join(current)}: every column counts as current"


def _questions(load: LoadReport) -> Iterator[str]:
    for question, reason in load.questions.items():
        lacks = (reason or "").removeprefix(f"{question} ")
        yield f"{question}: cannot run, {lacks}" if lacks else f"{question}: can run"


def _titled(title: str, lines: Iterator[str]) -> list[str]:
    found = list(lines)
    return ["", title, *(f"  {line}" for line in found)] if found else []
