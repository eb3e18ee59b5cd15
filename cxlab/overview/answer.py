"""The answer: what happened, is it real, where, what it costs; at most three sentences."""

from __future__ import annotations

from datetime import date

from cxlab.finding import Estimate, Finding, Label, Message
from cxlab.overview.tiles import verdict_of
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
        sentences.append(Message("overview.answer.at_risk", {"amount": at_risk.headline}))
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
    values = {**change.message.values, "left": left.headline, "about": left.about}
    values["lost"] = left.message.values.get("n", 0)
    if isinstance(change.headline, Estimate):
        values["change"] = change.headline
    return Message(f"overview.answer.{case}", values)


def scope(*, customers: int, quarter: Quarter, closed: date) -> tuple[Message, ...]:
    """Who was counted, on which day, and when the data were closed."""
    last_day = date.fromordinal(quarter.end.toordinal() - 1)
    return (
        Message("overview.scope.active", {"n": customers, "day": last_day}),
        Message("overview.scope.closed", {"day": closed}),
    )


def unknowns(*findings: Finding, off: tuple[str, ...] = ()) -> tuple[Message, ...]:
    """What we do not know: every check that failed or could not be done, then the questions that are off.

    Parameters
    ----------
    findings : Finding
        Those the page speaks of.
    off : tuple of str
        Questions this report does not answer, such as ``("nps", "revenue")``.
    """
    seen: dict[str, Message] = {}
    for finding in findings:
        for check in finding.checks:
            if not check.passed:
                seen.setdefault(check.message.id, check.message)
    lines = [message for key, message in seen.items() if not key.endswith(".computed_now")]
    if off:
        labels = tuple(Label(of="question", code=code) for code in off)
        lines.append(Message("overview.unknown.off", {"questions": labels}))
    return tuple(lines)
