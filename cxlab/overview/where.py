"""Where the score moved: the groups that hold most of the change, and the bridge from last quarter to this one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlab.finding import Finding, Label, Message, Unit
from cxlab.overview.answer import Where, real_part
from cxlab.overview.board import Bridge, Part
from cxlab.overview.reading import Found, code_column, moved, number_of, plain_value, value_in
from cxlab.quarter import Quarter

NAMED_PARTS = 3
"""More groups than this are drawn together."""

MOST, ALMOST_ALL = 0.5, 0.8
"""Shares of a change that are called most of it, and almost all of it."""

MIX = "mix"
"""How the code of the part begins that comes from who was counted, not from what they said."""

EVENTS_NAMED = ("price", "outage", "launch", "campaign")
"""Kinds of events a sentence can name."""


def score_bridge(found: Found) -> Bridge | None:
    """The bridge of the score from ``nps.parts``, or of the share that left from ``churn.left_parts``."""
    change = found.get("nps.change")
    score = None
    if moved(change) or real_part(found.get("nps.where")) or "churn.left_parts" not in found:
        parts, end = found.get("nps.parts"), found.get("nps.score")
        score = _bridge(parts, end=end, change=change, unit="points", more_is_worse=False)
    return score or _bridge(
        found.get("churn.left_parts"), end=found.get("churn.left"), change=found.get("churn.left_change"),
        unit="share_points", more_is_worse=True,
    )  # fmt: skip


def where_moved(found: Found, *, events: pd.DataFrame, quarter: Quarter) -> Where | None:
    """The groups that hold most of a real change of the score; None where it is spread, or not real.

    Parameters
    ----------
    found : mapping of str to Finding
        Everything this run recorded, by name.
    events : DataFrame
        What happened when; an event of the quarter with a scope such as ``plan=en90,en120`` names groups.
    quarter : Quarter
        The quarter judged.
    """
    parts, change = found.get("nps.parts"), number_of(found.get("nps.change"))
    if parts is None or change is None or moved(found.get("nps.change")) is None:
        return None
    groups = [part for part in _parts(parts) if not part.label.code.startswith(MIX)]
    event = _event(events, quarter=quarter, of={part.label.of for part in groups})
    hit = [part for part in groups if event is not None and part.label.code in event[1]]
    if event is not None and _share(hit, change.value) >= MOST:
        return Where(groups=_labels(hit), extent=_extent(_share(hit, change.value)), event=event[0])
    for few in (1, 2):
        first = sorted(groups, key=lambda part: part.value * change.value, reverse=True)[:few]
        if _share(first, change.value) >= (ALMOST_ALL if few == 1 else MOST) and _sure(first[0]):
            return Where(groups=_labels(first), extent=_extent(_share(first, change.value)))
    return None


def _bridge(
    finding: Finding | None, *, end: Finding | None, change: Finding | None, unit: Unit, more_is_worse: bool
) -> Bridge | None:
    last, now = number_of(change), number_of(end)
    if finding is None or change is None or last is None or now is None or number_of(finding) is None:
        return None
    parts, told = _together(_parts(finding)), plain_value(change.message.values.get("last"))
    start = now.value - last.value if told is None else told
    return Bridge(
        proof=finding.name,
        what=Message(f"overview.bridge.{unit}"),
        unit=unit,
        start=start,
        parts=_with_rest(parts, now.value - start),
        end=now.value,
        more_is_worse=more_is_worse,
    )


def _parts(finding: Finding) -> list[Part]:
    """Rows of a finding whose parts sum to its change; totals at either end are left out."""
    rows, column = finding.table.to_dict("records"), code_column(finding.table)
    if column is None:
        return []
    if "total" in finding.table.columns:
        rows = [row for row in rows if not row["total"]]
    values = [float(row["estimate"]) for row in rows]
    if len(rows) > 2 and abs(values[0] + sum(values[1:-1]) - values[-1]) < 1e-6 * (1 + abs(values[-1])):
        rows = rows[1:-1]
    return [
        Part(
            label=Label(of=_of(column), code=str(row[column])),
            value=float(row["estimate"]),
            low=value_in(row, "low"),
            high=value_in(row, "high"),
        )
        for row in rows
    ]


def _of(column: str) -> str:
    return "plan" if column in ("part", "step") else column


def _together(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The largest parts by name, the others as one, the mix last."""
    mix = [part for part in parts if part.label.code.startswith(MIX)]
    groups = sorted((part for part in parts if part not in mix), key=lambda part: -abs(part.value))
    named, others = groups[:NAMED_PARTS], groups[NAMED_PARTS:]
    if len(others) == 1:
        named, others = groups, []
    rest = (
        [Part(label=Label(of="bridge", code="others"), value=sum(part.value for part in others))] if others else []
    )
    return (*named, *rest, *mix)


def _with_rest(parts: tuple[Part, ...], change: float) -> tuple[Part, ...]:
    """Add what the parts do not explain, so that they sum to the change."""
    rest = change - sum(part.value for part in parts)
    if abs(rest) < 1e-6 * (1 + abs(change)):
        return parts
    return (*parts, Part(label=Label(of="bridge", code="rest"), value=rest))


def _share(parts: Sequence[Part], change: float) -> float:
    return sum(part.value for part in parts) / change if change else 0.0


def _sure(part: Part) -> bool:
    """Whether a part's interval, where it has one, leaves out zero."""
    return part.low is None or part.high is None or part.low > 0 or part.high < 0


def _extent(share: float) -> Label:
    return Label(of="extent", code="almost_all" if share >= ALMOST_ALL else "most")


def _labels(parts: Sequence[Part]) -> tuple[Label, ...]:
    return tuple(part.label for part in parts)


def _event(events: pd.DataFrame, *, quarter: Quarter, of: set[str]) -> tuple[Label, set[str]] | None:
    """The quarter's event that concerned groups of this kind: what it was, the codes of the groups."""
    if not {"date", "kind", "scope"} <= set(events.columns):
        return None
    for row in events.to_dict("records"):
        day, scope = pd.Timestamp(row["date"]).date(), "" if pd.isna(row["scope"]) else str(row["scope"])
        column, _, codes = scope.partition("=")
        if quarter.start <= day < quarter.end and column in of and row["kind"] in EVENTS_NAMED:
            return Label(of="since", code=str(row["kind"])), set(codes.split(","))
    return None
