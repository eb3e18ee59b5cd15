"""What the team itself wrote down: events, decisions, commentary, targets, initiatives, costs, touchpoints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from cxlab.synth import company
from cxlab.synth.days import QUARTERS
from cxlab.synth.words import COMMENTARY, DECISIONS, EVENTS, INITIATIVES, TARGETS

_Row = Sequence[str | float | int | None]


def team_tables(*, calm: bool, customers: int) -> dict[str, pa.Table]:
    """Return every table the team keeps, by name. A calm company has no events."""
    return {
        "events": _events(() if calm else EVENTS),
        "touchpoints": _touchpoints(),
        "initiatives": _initiatives(),
        "costs": _costs(customers),
        "targets": _targets(),
        "decisions": _decisions(),
        "commentary": _commentary(),
    }


def _text(rows: Sequence[_Row], place: int) -> pa.Array:
    return pa.array([row[place] for row in rows], pa.string())


def _date(rows: Sequence[_Row], place: int) -> pa.Array:
    return pa.array([date.fromisoformat(str(row[place])) if row[place] else None for row in rows], pa.date32())


def _events(rows: Sequence[_Row]) -> pa.Table:
    """One row per event; ``scope`` names whom it concerned, null for everyone."""
    return pa.table(
        {
            "event_id": _text(rows, 0),
            "name_en": _text(rows, 4),
            "name_vi": _text(rows, 5),
            "at": _date(rows, 1),
            "kind": _text(rows, 2),
            "scope": _text(rows, 3),
        }
    )


def _touchpoints() -> pa.Table:
    rows = [(code, *row) for code, row in company.TOUCHPOINTS.items()]
    return pa.table(
        {
            "touchpoint_id": _text(rows, 0),
            "name": _text(rows, 1),
            "name_vi": _text(rows, 2),
            "stage": _text(rows, 3),
            "owner_unit": _text(rows, 4),
            "channel": _text(rows, 5),
        }
    )


def _initiatives() -> pa.Table:
    rows = INITIATIVES
    return pa.table(
        {
            "initiative_id": _text(rows, 0),
            "name_en": _text(rows, 1),
            "name_vi": _text(rows, 2),
            "owner": _text(rows, 3),
            "start": _date(rows, 4),
            "end": _date(rows, 5),
            "scope": _text(rows, 6),
            "control_rule": _text(rows, 7),
        }
    )


def _costs(customers: int) -> pa.Table:
    """Return a month's spending: initiatives while they run, and the price of newcomers by source."""
    scale = customers / company.REFERENCE_SIZE
    rows: list[tuple[str, date, str, int]] = []
    for quarter, joined in zip(QUARTERS, company.JOINED, strict=True):
        months = [date(quarter.start.year, quarter.start.month + step, 1) for step in range(3)]
        for month in months:
            for code, (share, cost, _) in company.SOURCES.items():
                rows.append((code, month, "acquisition", round(joined / 3 * share * cost * scale)))
            for name, _, _, _, start, end, _, _, monthly in INITIATIVES:
                if str(start) <= month.isoformat() and (end is None or month.isoformat() < str(end)):
                    rows.append((str(name), month, "running", round(int(monthly or 0) * scale)))
    return pa.table(
        {
            "of": pa.array([row[0] for row in rows]),
            "month": pa.array([row[1] for row in rows], pa.date32()),
            "kind": pa.array([row[2] for row in rows]),
            "amount": pa.array([row[3] for row in rows], pa.int64()),
        }
    )


def _targets() -> pa.Table:
    rows = TARGETS
    return pa.table(
        {
            "metric": _text(rows, 0),
            "segment": _text(rows, 1),
            "period": _text(rows, 2),
            "baseline": pa.array([row[3] for row in rows], pa.float64()),
            "target": pa.array([row[4] for row in rows], pa.float64()),
            "due": _date(rows, 5),
            "owner": _text(rows, 6),
        }
    )


def _decisions() -> pa.Table:
    rows = DECISIONS
    return pa.table(
        {
            "decision_id": _text(rows, 0),
            "quarter": _text(rows, 1),
            "decided_at": _date(rows, 2),
            "role": _text(rows, 3),
            "due": _date(rows, 4),
            "done_at": _date(rows, 5),
            "cost_amount": pa.array([row[6] for row in rows], pa.int64()),
            "text_en": _text(rows, 7),
            "text_vi": _text(rows, 8),
        }
    )


def _commentary() -> pa.Table:
    rows = COMMENTARY
    return pa.table(
        {
            "commentary_id": _text(rows, 0),
            "quarter": _text(rows, 1),
            "question": _text(rows, 2),
            "role": _text(rows, 3),
            "language": _text(rows, 4),
            "text": _text(rows, 6),
            "written_at": _date(rows, 5),
        }
    )
