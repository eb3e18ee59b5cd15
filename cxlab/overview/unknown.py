"""What we do not know, as plainly as what we do."""

from __future__ import annotations

from collections.abc import Mapping

from cxlab.finding import Finding, Label, Message
from cxlab.overview.reading import Found, moved, number_of, plain_value, verdict_of

MOST_UNKNOWNS = 4
"""A leader reads at most this many lines of what is not known."""

CONCERN_LEADERS = ("provisional", "hidden")
"""Checks that say something about the numbers of the page; the others say how an interval was made."""

ALL_JOINED = 0.995
"""From this share on nothing needs to be said about what could not be joined."""


def unknowns(
    found: Found, *, off: tuple[str, ...] = (), joined: Mapping[str, float] | None = None
) -> tuple[Message, ...]:
    """Return at most `MOST_UNKNOWNS` lines, in words that need nothing beside them.

    Parameters
    ----------
    found : mapping of str to Finding
        Everything this run recorded, by name.
    off : tuple of str
        Questions this report does not answer, such as ``("nps", "revenue")``: told in the last line.
    joined : mapping of str to float, optional
        Shares of answers that could be joined, by what they were joined to (`LoadReport.joined`).
    """
    lines = [
        *_cause(found),
        *_silent(found),
        *_not_joined(found, joined or {}),
        *_too_small(found),
        *_checks(found),
    ]
    once = list({line.id: line for line in reversed(lines)}.values())[::-1]
    last = [Message("overview.unknown.off", {"questions": tuple(Label(of="question", code=c) for c in off)})]
    kept = (*once[: MOST_UNKNOWNS - bool(off)], *(last if off else ()))
    return kept or (Message("overview.unknown.association"),)


def _cause(found: Found) -> list[Message]:
    """A part of the base moved with an event: nobody escaped it, so nobody can be compared with."""
    where = found.get("churn.left_where")
    if where is None or not where.message.id.endswith((".real_rise", ".real_fall")):
        return []
    return [Message("overview.unknown.cause", {"groups": where.message.values["groups"]})]


def _silent(found: Found) -> list[Message]:
    """What the score would be if the happy answered more often: the finding says it itself."""
    bound = found.get("nps.bound")
    return [] if bound is None or number_of(bound) is None else [bound.message]


def _not_joined(found: Found, joined: Mapping[str, float]) -> list[Message]:
    wanted = (
        "responses_to_money" if any(name.startswith("revenue.") for name in found) else "responses_to_customers"
    )
    share = joined.get(wanted, 1.0)
    if share >= ALL_JOINED or not any(name.startswith(("nps.", "revenue.")) for name in found):
        return []
    return [Message(f"overview.unknown.{wanted}", {"share": 1 - share})]


def _too_small(found: Found) -> list[Message]:
    """Say how large a change of the share that left has to be before it is seen, where none was."""
    change: Finding | None = found.get("churn.left_change")
    if change is None or moved(found.get("nps.change")) is not None or verdict_of(change) != "cannot_tell":
        return []
    mde = plain_value(change.message.values.get("mde"))
    return [] if mde is None else [Message("overview.unknown.detectable", {"mde": mde})]


def _checks(found: Found) -> list[Message]:
    return [
        Message(f"overview.unknown.{check.name}", check.message.values)
        for finding in found.values()
        if finding.question == "churn"
        for check in finding.checks
        if not check.passed and check.name in CONCERN_LEADERS
    ]
