"""The numbers of the leader's page: each with its interval, its comparison and its verdict."""

from __future__ import annotations

from cxlab.finding import Estimate, Finding, Message, Verdict, Withheld
from cxlab.overview.board import Tile


def left(finding: Finding, change: Finding, *, where: Finding | None = None) -> Tile:
    """How many left: the share, its change and, where a part of the base moved for real, that part.

    Parameters
    ----------
    finding, change : Finding
        ``churn.left`` and ``churn.left_change``.
    where : Finding, optional
        ``churn.left_where``: the change among those an event of the quarter concerned.
    """
    notes = [Message("overview.tile.year_ago", {"change": ago})] if (ago := _row(change, "year_ago")) else []
    if where is not None and isinstance(where.headline, Estimate):
        notes.insert(
            0, Message(where.message.id.replace("churn.left_where", "overview.where"), where.message.values)
        )
    return _tile(
        finding,
        title="overview.tile.left",
        form="share",
        unit="overview.tile.left.unit",
        change=change,
        more_is_worse=True,
        notes=tuple(notes),
    )


def staying(finding: Finding, *, target: float | None = None) -> Tile:
    """Share of newcomers who stay to the horizon (``churn.retention``), with the team's target."""
    notes = () if target is None else (_against(target, finding),)
    return _tile(
        finding, title="overview.tile.staying", form="share", unit="overview.tile.staying.unit", notes=notes,
        target=target,
    )  # fmt: skip


def at_risk(finding: Finding) -> Tile:
    """Money likely to go next quarter (``churn.at_risk``), with the flat rule beside it."""
    flat = finding.message.values.get("flat")
    notes = (Message("overview.tile.at_risk.flat", {"flat": flat}),) if flat is not None else ()
    title = "overview.tile.at_risk" + ".revenue" * counts_revenue(finding)
    return _tile(finding, title=title, form="amount", notes=notes)


def counts_revenue(finding: Finding) -> bool:
    """Whether ``churn.at_risk`` speaks of revenue, because the study declares no margin."""
    return ".revenue" in finding.message.id


def leaving_next(finding: Finding, *, came: int | None = None) -> Tile:
    """How many are expected to leave next quarter (``churn.next_quarter``): a forecast that will be graded.

    Parameters
    ----------
    finding : Finding
        The forecast.
    came : int, optional
        How many left this quarter, to read it by.
    """
    beside = () if came is None else (Message("overview.tile.next.came", {"came": came}),)
    return _tile(
        finding, title="overview.tile.next", form="count", unit="overview.tile.next.unit",
        notes=(*beside, Message("overview.tile.next.note")),
    )  # fmt: skip


def nothing() -> Tile:
    """Build the tile of a report in which no question could be answered."""
    reason = Message("overview.answer.nothing")
    return Tile(
        proof="overview.answer", title=Message("overview.tile.nothing"), detail=reason, number=None, form="count",
        unit=Message("overview.tile.nothing"),
    )  # fmt: skip


def _tile(
    finding: Finding,
    *,
    title: str,
    form: str,
    unit: str | None = None,
    change: Finding | None = None,
    more_is_worse: bool | None = None,
    target: float | None = None,
    notes: tuple[Message, ...] = (),
) -> Tile:
    number, named = finding.headline, Message(title, {"quarter": finding.about})
    beside = None if unit is None else Message(unit)
    if isinstance(number, Withheld):
        return Tile(
            proof=finding.name, title=named, detail=number.reason, number=None, form=form, unit=beside
        )  # fmt: skip
    verdict = verdict_of(change) if change is not None else None
    last = None if change is None else change.message.values.get("last")
    return Tile(
        proof=finding.name,
        title=named,
        number=number,
        form=form,
        unit=beside,
        detail=Message(f"{title}.detail", {**finding.message.values, "number": number, "n": number.n or 0}),
        verdict=verdict,
        verdict_line=_verdict_line(change, verdict),
        worse=_worse(change, verdict, more_is_worse=more_is_worse),
        last=last if isinstance(last, Estimate) else None,
        target=target,
        notes=notes[:2],
    )


def _against(target: float, finding: Finding) -> Message:
    """Say whether more than the target was reached, by the whole interval."""
    number = finding.headline
    case = "cannot_tell"
    if isinstance(number, Estimate) and number.low is not None and number.low >= target:
        case = "reached"
    elif isinstance(number, Estimate) and number.high is not None and number.high < target:
        case = "missed"
    return Message(f"overview.tile.target.{case}", {"target": target})


def verdict_of(change: Finding) -> Verdict | None:
    """Verdict of the change on last quarter; None where there is nothing to compare with."""
    rows = change.table[change.table["against"] == "last_quarter"]
    if isinstance(change.headline, Withheld) or rows.empty:
        return None
    verdict: Verdict = rows["verdict"].iloc[0]
    return verdict


def _verdict_line(change: Finding | None, verdict: Verdict | None) -> Message | None:
    if change is None:
        return None
    if verdict is None:
        return Message("overview.tile.first")
    assert isinstance(change.headline, Estimate)
    side = ("rise" if change.headline.value > 0 else "fall") if verdict == "real_change" else verdict
    return Message(f"overview.verdict.{side}", {"change": change.headline})


def _worse(change: Finding | None, verdict: Verdict | None, *, more_is_worse: bool | None) -> bool | None:
    if change is None or more_is_worse is None or verdict != "real_change":
        return None
    assert isinstance(change.headline, Estimate)
    return (change.headline.value > 0) == more_is_worse


def _row(change: Finding, against: str) -> Estimate | None:
    rows = change.table[change.table["against"] == against]
    if rows.empty:
        return None
    row = rows.iloc[0]
    return Estimate(value=row["estimate"], low=row["low"], high=row["high"], unit="share_points", n=int(row["n"]))
