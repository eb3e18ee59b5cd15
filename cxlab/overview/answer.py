"""The answer: what happened, is it real, where, what it costs; at most three sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cxlab.finding import Estimate, Finding, Label, Message
from cxlab.overview.tiles import counts_revenue, verdict_of
from cxlab.quarter import Quarter


def answer(
    left: Finding,
    change: Finding,
    *,
    where: Finding | None = None,
    at_risk: Finding | None = None,
) -> tuple[Message, ...]:
    """Compose the answer from findings.

    Parameters
    ----------
    left, change : Finding
        ``churn.left`` and ``churn.left_change``.
    where : Finding, optional
        ``churn.left_where``: told when it is a real change, because an average can hide it.
    at_risk : Finding, optional
        ``churn.at_risk``.
    """
    sentences = [_what(left, change)]
    if where is not None and where.message.id.endswith((".real_rise", ".real_fall")):
        sentences.append(Message("overview.answer.where", dict(where.message.values)))
    if at_risk is not None and isinstance(at_risk.headline, Estimate):
        kind = ".revenue" if counts_revenue(at_risk) else ""
        sentences.append(Message(f"overview.answer.at_risk{kind}", {"amount": at_risk.headline}))
    return tuple(sentences)


def _what(left: Finding, change: Finding) -> Message:
    if not isinstance(left.headline, Estimate):
        return left.headline.reason
    verdict = verdict_of(change)
    if verdict is None or not isinstance(change.headline, Estimate):
        case = "first"
    elif verdict == "real_change":
        case = "rise" if change.headline.value > 0 else "fall"
    else:
        case = verdict
    values = {"before": left.about - 1, **change.message.values, "left": left.headline, "about": left.about}
    values["lost"] = left.message.values.get("n", 0)
    if isinstance(change.headline, Estimate):
        values["change"] = change.headline
    return Message(f"overview.answer.{case}", values)


def scope(*, customers: int, quarter: Quarter) -> tuple[Message, ...]:
    """Who was counted, and on which day; when the data were closed stands in the masthead."""
    last_day = date.fromordinal(quarter.end.toordinal() - 1)
    return (Message("overview.scope.active", {"n": customers, "day": last_day}),)


MOST_UNKNOWNS = 4
"""A leader reads at most this many lines of what is not known."""

CONCERN_LEADERS = ("provisional", "hidden")
"""Checks that say something about the numbers of the page; the others say how an interval was made."""


def unknowns(found: Mapping[str, Finding], *, off: tuple[str, ...] = ()) -> tuple[Message, ...]:
    """What we do not know, in words that need nothing beside them; at most `MOST_UNKNOWNS` lines.

    Parameters
    ----------
    found : mapping of str to Finding
        Everything this run recorded, by name.
    off : tuple of str
        Questions this report does not answer, such as ``("nps", "revenue")``: told in the last line.
    """
    lines = [*_why(found.get("churn.left_where")), *_too_small(found.get("churn.left_change"))]
    for finding in found.values():
        for check in finding.checks:
            if not check.passed and check.name in CONCERN_LEADERS:
                lines.append(Message(f"overview.unknown.{check.name}", check.message.values))
    once = list({line.id: line for line in reversed(lines)}.values())[::-1]
    last = [Message("overview.unknown.off", {"questions": tuple(Label(of="question", code=c) for c in off)})]
    return (*once[: MOST_UNKNOWNS - bool(off)], *(last if off else ()))


def _why(where: Finding | None) -> list[Message]:
    """A part of the base moved with an event: nobody escaped it, so nobody can be compared with."""
    if where is None or not where.message.id.endswith((".real_rise", ".real_fall")):
        return []
    return [Message("overview.unknown.cause", {"groups": where.message.values["groups"]})]


def _too_small(change: Finding | None) -> list[Message]:
    """Say how large a change has to be before it is seen, where none was."""
    if change is None or "mde" not in change.message.values or verdict_of(change) != "cannot_tell":
        return []
    return [Message("overview.unknown.detectable", {"mde": change.message.values["mde"]})]
