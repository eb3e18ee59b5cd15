"""The answer: what happened, is it real, where, what it costs; at most three sentences."""

from __future__ import annotations

from dataclasses import dataclass

from cxlab.finding import Estimate, Finding, Label, Message, Value, Withheld
from cxlab.overview.reading import Found, moved, number_of, plain_value, verdict_of
from cxlab.overview.tiles import counts_revenue

MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The groups that hold most of a change, how much of it, and the event that met them this quarter."""

    groups: tuple[Label, ...]
    extent: Label
    event: Label | None = None


def answer(found: Found, *, where: Where | None = None) -> tuple[Message, ...]:
    """Choose what matters most: how customers feel, who left, what goes with it in money.

    Parameters
    ----------
    found : mapping of str to Finding
        Everything this run recorded, by name.
    where : Where, optional
        The groups that hold most of the change of the score.
    """
    feeling, leaving = _feeling(found, where), _leaving(found)
    if not feeling:
        alone = _left_alone(found)
        return (*alone, *_at_risk(found))[:MOST_SENTENCES] or (Message("overview.answer.nothing"),)
    real = moved(found.get("nps.change"))
    part = found.get("nps.where")
    groups = where.groups if where else part.message.values.get("groups") if part and real_part(part) else None
    left = _also(found, groups) if real or groups else leaving
    money = _cost(found, real) if real else _at_risk(found)
    room = MOST_SENTENCES - len(feeling)
    return (*feeling, *[*left, *money][:room])


def _feeling(found: Found, where: Where | None) -> tuple[Message, ...]:
    score, change = number_of(found.get("nps.score")), found.get("nps.change")
    if score is None:
        return ()
    values: dict[str, Value] = {"score": score}
    if change is None or (number := number_of(change)) is None or (judged := verdict_of(change)) is None:
        return (Message("overview.answer.nps.first", values),)
    values["change"] = number
    real = moved(change)
    if real is not None:
        return (_really(real, values, where),)
    last = plain_value(change.message.values.get("last"))
    values["last"] = score.value - number.value if last is None else last
    part, side = found.get("nps.where"), real_part(found.get("nps.where"))
    if part is not None and side:
        case = f"{side}.same" if judged == "no_material_change" else side
        told = {**part.message.values, "all": score, "before": values["last"]}
        return (Message(f"overview.answer.nps.part.{case}", told),)
    sentence = Message(f"overview.answer.nps.{judged}", values)
    mde = plain_value(change.message.values.get("mde"))
    if judged == "cannot_tell" and mde is not None:
        return (sentence, Message("overview.answer.nps.detectable", {"mde": mde}))
    return (sentence,)


def _really(real: str, values: dict[str, Value], where: Where | None) -> Message:
    if where is None:
        return Message(f"overview.answer.nps.{real}", values)
    values |= {"groups": where.groups, "extent": where.extent}
    if where.event is None:
        return Message(f"overview.answer.nps.{real}.where", values)
    return Message(f"overview.answer.nps.{real}.since", {**values, "event": where.event})


def _also(found: Found, groups: Value | None) -> tuple[Message, ...]:
    """Say after a real change of the score, of all or of these groups, that leaving changed for real, too."""
    part, whole = found.get("churn.left_where"), found.get("churn.left_change")
    side = real_part(part)
    if part is not None and side:
        same = part.message.values.get("groups") == groups
        return (Message(f"overview.answer.{'there' if same else 'among'}.{side}", part.message.values),)
    left, side = number_of(found.get("churn.left")), moved(whole) or ""
    if left is None or not side:
        return ()
    return (Message(f"overview.answer.also.{side}", {"left": left, "change": number_of(whole)}),)  # type: ignore[dict-item]


def real_part(part: Finding | None) -> str:
    """``"rise"`` or ``"fall"`` where the groups an event concerned changed for real, else an empty text."""
    case = "" if part is None or number_of(part) is None else part.message.id.rpartition(".")[2]
    return {"real_rise": "rise", "real_fall": "fall"}.get(case, "")


def _leaving(found: Found) -> tuple[Message, ...]:
    """Say who left where the score did not move: the part that moved for real, else the whole."""
    part, side = found.get("churn.left_where"), real_part(found.get("churn.left_where"))
    if part is not None and side:
        return (Message(f"overview.answer.among.{side}", part.message.values),)
    left, change = number_of(found.get("churn.left")), found.get("churn.left_change")
    number, judged = number_of(change), verdict_of(change)
    if left is None or number is None or judged is None:
        return ()
    return (Message(f"overview.answer.left.{moved(change) or judged}", {"left": left, "change": number}),)


def _cost(found: Found, real: str) -> tuple[Message, ...]:
    """What goes with the change in money; that it cannot be priced is an answer."""
    price, cost = found.get("revenue.price"), found.get("revenue.change_cost")
    number = number_of(cost)
    if cost is not None and number is not None and cost.message.id.endswith(".cannot_tell"):
        return (Message("overview.answer.cost.cannot_tell"),)
    if cost is not None and number is not None:
        year = next(
            (cost.message.values[key] for key in ("year", "four_quarters") if key in cost.message.values), None
        )
        side = "less" if number.value < 0 else "more"
        if isinstance(year, Estimate):
            return (Message(f"overview.answer.cost.{side}.year", {"amount": year}),)
        return (Message(f"overview.answer.cost.{side}", {"amount": number}),)
    if price is not None and isinstance(price.headline, Withheld):
        return (Message(f"overview.answer.cost.veto.{real}"),)
    return _at_risk(found)


def _at_risk(found: Found) -> tuple[Message, ...]:
    at_risk = found.get("churn.at_risk")
    number = number_of(at_risk)
    if at_risk is None or number is None:
        return ()
    kind = ".revenue" if counts_revenue(at_risk) else ""
    return (Message(f"overview.answer.at_risk{kind}", {"amount": number}),)


def _left_alone(found: Found) -> tuple[Message, ...]:
    """The answer of a report that knows only who left."""
    left, change = found.get("churn.left"), found.get("churn.left_change")
    if left is None:
        return ()
    if isinstance(left.headline, Withheld):
        return (left.headline.reason,)
    judged = verdict_of(change)
    values: dict[str, Value] = {"before": left.about - 1, **(change.message.values if change else {})}
    values |= {"left": left.headline, "about": left.about, "lost": left.message.values.get("n", 0)}
    number = number_of(change)
    if number is None or judged is None:
        return (Message("overview.answer.first", values),)
    sentence = Message(f"overview.answer.{moved(change) or judged}", {**values, "change": number})
    part = found.get("churn.left_where")
    if part is None or not real_part(part):
        return (sentence,)
    return (sentence, Message("overview.answer.where", part.message.values))
