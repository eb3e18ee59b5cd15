"""The numbers of the leader's page: each with its interval, its comparison and its verdict."""

from __future__ import annotations

from cxlab.finding import Estimate, Finding, Message, Verdict, Withheld
from cxlab.overview.board import Tile
from cxlab.overview.reading import change_on, estimate_in, number_of, plain_value, rows_of, verdict_of
from cxlab.overview.targets import Target, against


def feeling(score: Finding, change: Finding | None = None, *, target: Target | None = None) -> Tile:
    """How customers feel: the score of the relationship survey and its change.

    Parameters
    ----------
    score, change : Finding
        ``nps.score`` and ``nps.change``.
    target : Target, optional
        What the team set out to reach.
    """
    return _tile(
        score, title="overview.tile.nps", form="nps", change=change, more_is_worse=False, target=target,
        notes=_year_ago(change),
    )  # fmt: skip


def left(finding: Finding, change: Finding | None = None, *, where: Finding | None = None) -> Tile:
    """How many left: the share, its change and, where a part of the base was concerned by an event, that part.

    Parameters
    ----------
    finding, change : Finding
        ``churn.left`` and ``churn.left_change``.
    where : Finding, optional
        ``churn.left_where``: the change among those an event of the quarter concerned.
    """
    notes = _year_ago(change)
    if where is not None and number_of(where) is not None:
        told = where.message.id.replace("churn.left_where", "overview.where")
        notes = (Message(told, where.message.values), *notes)
    return _tile(
        finding, title="overview.tile.left", form="share", unit="overview.tile.left.unit", change=change,
        more_is_worse=True, notes=notes,
    )  # fmt: skip


def staying(finding: Finding, *, target: Target | None = None) -> Tile:
    """Share of newcomers who stay to the horizon (``churn.retention``), with the team's target."""
    return _tile(
        finding, title="overview.tile.staying", form="share", unit="overview.tile.staying.unit", target=target
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


def step_worth(price: Finding, checks: Finding | None = None) -> Tile:
    """What goes with a customer moving up one group (``revenue.price``), or why it cannot be priced.

    Parameters
    ----------
    price : Finding
        The first row is the step from detractor to passive, the second from passive to promoter.
    checks : Finding, optional
        ``revenue.checks``: what had to hold before a price may be given.
    """
    title = "overview.tile.price"
    if isinstance(price.headline, Withheld):
        return Tile(
            proof=price.name, title=Message(title), detail=price.headline.reason, number=None, form="amount",
            said=Message("overview.tile.price.vetoed"),
        )  # fmt: skip
    steps = {str(row.get("step")): estimate_in(row, unit="amount") for row in rows_of(price)}
    second = steps.get("passive_promoter")
    notes = (Message("overview.tile.price.second", {"second": second}),) if second is not None else ()
    done = () if checks is None else checks.checks
    if done and all(check.passed for check in done):
        notes = (*notes, Message("overview.tile.price.checked", {"n": len(done)}))
    return _tile(price, title=title, form="amount", unit="overview.tile.price.unit", notes=notes)


def base_value(base: Finding, change: Finding | None = None) -> Tile:
    """What those with us today are worth (``clv.base``) and its change (``clv.base_change``)."""
    notes = _year_ago(change)
    return _tile(base, title="overview.tile.base", form="amount", change=change, more_is_worse=False, notes=notes)


def forecasts(held: int, made: int, *, proof: str, missed: tuple[Message, ...] = ()) -> Tile:
    """How many of last quarter's forecasts held, and the first that did not."""
    return Tile(
        proof=proof, title=Message("overview.tile.forecasts"), number=None, form="count",
        said=Message("overview.tile.forecasts.held", {"held": held, "made": made}),
        detail=Message("overview.tile.forecasts.detail", {"n": made}), notes=missed[:1],
    )  # fmt: skip


def leaving_next(finding: Finding, *, came: float | None = None) -> Tile:
    """How many are expected to leave next quarter (``churn.next_quarter``): a forecast that will be graded.

    Parameters
    ----------
    finding : Finding
        The forecast.
    came : float, optional
        How many left this quarter, to read it by.
    """
    beside = () if came is None else (Message("overview.tile.next.came", {"came": round(came)}),)
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
    target: Target | None = None,
    notes: tuple[Message, ...] = (),
) -> Tile:
    number, named = finding.headline, Message(title, {"quarter": finding.about})
    beside = None if unit is None else Message(unit)
    if isinstance(number, Withheld):
        return Tile(
            proof=finding.name, title=named, detail=number.reason, number=None, form=form, unit=beside
        )  # fmt: skip
    verdict = verdict_of(change)
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
        last=_last(number, change),
        target=None if target is None else target.value,
        against=None if target is None else against(target, finding),
        notes=notes[:2],
    )


def _last(number: Estimate, change: Finding | None) -> Estimate | None:
    """The number last quarter, as the change finding tells it."""
    told = None if change is None else change.message.values.get("last")
    if isinstance(told, Estimate):
        return told
    value = plain_value(told)
    return None if value is None else Estimate(value=value, low=value, high=value, unit=number.unit)


def _verdict_line(change: Finding | None, verdict: Verdict | None) -> Message | None:
    number = number_of(change)
    if change is None:
        return None
    if verdict is None or number is None:
        return Message("overview.tile.first")
    side = ("rise" if number.value > 0 else "fall") if verdict == "real_change" else verdict
    return Message(f"overview.verdict.{side}", {"change": number})


def _worse(change: Finding | None, verdict: Verdict | None, *, more_is_worse: bool | None) -> bool | None:
    number = number_of(change)
    if number is None or more_is_worse is None or verdict != "real_change":
        return None
    return (number.value > 0) == more_is_worse


def _year_ago(change: Finding | None) -> tuple[Message, ...]:
    ago = None if change is None else change_on(change, "year_ago")
    return () if ago is None else (Message("overview.tile.year_ago", {"change": ago}),)
