"""What the definition does: the share that left if customers without contracts were gone sooner, or later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxlab.churn.change import difference
from cxlab.churn.movement import RULE, Shares, share_estimate, shares
from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding
from cxlab.finding import Estimate, Finding, Label, Message, Value
from cxlab.finding import definition as rule_of
from cxlab.quarter import Quarter

OWN = "own"
"""Code of the rule of the study file."""

_PART = ("part_share", "part_last_share", "change_low", "change_high", "p")

Concerned = tuple[str, Sequence[str]]


def definition(
    moves: Mapping[str, pd.DataFrame],
    *,
    concerned: Concerned | None = None,
    quarter: Quarter,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """Share that left under several rules of when a customer without a contract is gone.

    A change in the part that an event concerned stands if it is there under every rule: each has p below
    1 - level, which needs no allowance for their number.

    Parameters
    ----------
    moves : mapping of str to DataFrame
        ``movements(..., quarters=[quarter - 1, quarter], by=[of], bucket=True)`` of lives under each rule:
        ``"own"`` that of the study, ``"days_30"`` gone after 30 days, and so on, from the fewest days to the most.
    concerned : (str, sequence of str) tuple, optional
        Column and codes of the part an event concerned; without it nothing is said of a change.
    minimum : int
        A part that began either quarter with fewer customers is not spoken of.

    Returns
    -------
    Finding
        ``churn.definition``: headline the share under the fewest days less that under the most (share points, from
        joint replicates); table: ``rule``, ``back_share`` (who came back in the quarter, over customers at its
        start: what a short rule calls leaving is often silence), ``part_share``, ``part_last_share``,
        ``change_low``, ``change_high``, ``p`` (of the change in the part), then the share under the rule.
    """
    days = {name: int(name.removeprefix("days_")) for name in moves if name != OWN}
    found = {name: shares(frame, quarter=quarter) for name, frame in moves.items()}
    told = {name: share_estimate(each, 0, level=level) for name, each in found.items()}
    about = rule_of(RULE, rules=sorted(moves))
    method = Message("churn.method.definition", {"days": ", ".join(map(str, days.values()))})
    known = {name: share for name, share in told.items() if share is not None}
    if len(known) < len(moves):
        return finding(
            "churn.definition", about=quarter, rule=about, headline=None, shape="bars", method=method,
            message=Message("churn.definition.nothing", {"quarter": quarter}),
            table=empty_table("rule", "back_share", *_PART),
        )  # fmt: skip
    parts = {name: _part(frame, concerned, quarter=quarter, level=level) for name, frame in moves.items()}
    back = {name: _back(frame, quarter=quarter, level=level) for name, frame in moves.items()}
    table = pd.DataFrame([_row(name, known[name], back[name], parts[name]) for name in moves])
    short, long = min(days, key=days.__getitem__), max(days, key=days.__getitem__)
    values: dict[str, Value] = {
        "short": days[short], "short_share": known[short], "long": days[long], "long_share": known[long],
        "own_share": known[OWN], "back": back[short],
    }  # fmt: skip
    case = _case(moves, table, concerned, quarter=quarter, level=level, minimum=minimum)
    if case and concerned is not None:
        values["groups"] = tuple(Label(of=concerned[0], code=code) for code in concerned[1])
    return finding(
        "churn.definition", about=quarter, rule=about, headline=_spread(found[short], found[long], level=level),
        message=Message(f"churn.definition{case}", values), table=table, shape="bars", method=method,
        checks=(cluster_check(int(found[OWN].buckets[0])),),
    )  # fmt: skip


def _row(
    name: str, share: Estimate, back: Estimate | float, part: Mapping[str, float]
) -> dict[str, object]:  # fmt: skip
    came = back.value if isinstance(back, Estimate) else back
    tail = estimates(share.value, share.low, share.high, share.n)
    return {"rule": name, "unit": "share", "back_share": came, **part, **tail}


def _back(frame: pd.DataFrame, *, quarter: Quarter, level: float) -> Estimate | float:
    """Share that came back, of those at the start; no estimate where nobody did."""
    came = shares(frame.assign(lost_voluntary=frame["back"], lost_involuntary=0), quarter=quarter)
    return share_estimate(came, 0, level=level) or 0.0


def _spread(short: Shares, long: Shares, *, level: float) -> Estimate:
    """By how much the shares under two rules differ; the same customers are in both."""
    apart = difference(
        float(short.share[0] - long.share[0]), short.replicates[0] - long.replicates[0], level=level,
        buckets=int(min(short.buckets[0], long.buckets[0])),
    )  # fmt: skip
    return estimate_of({**apart, "n": int(short.start[0])}, unit="share_points", level=level)


def _part(frame: pd.DataFrame, concerned: Concerned | None, *, quarter: Quarter, level: float) -> dict[str, float]:
    """Share that left among those concerned, in the quarter and in the one before, and its change."""
    nothing = dict.fromkeys(_PART, np.nan)
    if concerned is None or str(quarter - 1) not in set(frame["quarter"]):
        return nothing
    now, before = _inside(frame, concerned, quarter=quarter)
    share, last = float(now.share[0]), float(before.share[0])
    if not np.isfinite(share - last):
        return nothing
    change = difference(
        share - last, now.replicates[0] - before.replicates[0], level=level,
        buckets=int(min(now.buckets[0], before.buckets[0])),
    )  # fmt: skip
    return dict(zip(_PART, (share, last, change["low"], change["high"], change["p"]), strict=True))  # type: ignore[arg-type]


def _inside(frame: pd.DataFrame, concerned: Concerned, *, quarter: Quarter) -> tuple[Shares, Shares]:
    inside = frame[frame[concerned[0]].isin(list(concerned[1]))]
    return shares(inside, quarter=quarter), shares(inside, quarter=quarter - 1)


def _case(
    moves: Mapping[str, pd.DataFrame], table: pd.DataFrame, concerned: Concerned | None, *, quarter: Quarter,
    level: float, minimum: int,
) -> str:  # fmt: skip
    """Last part of the sentence's name: what becomes of the change in the part."""
    if concerned is None or table["p"].isna().any():
        return ""
    inside = [_inside(frame, concerned, quarter=quarter) for frame in moves.values()]
    counted = [np.concatenate([(each.start[0], each.lost[0]) for each in both]) for both in inside]
    if min(each[[0, 2]].min() for each in counted) < minimum:
        return ""
    real, change = table["p"] < 1 - level, table["part_share"] - table["part_last_share"]
    if not real.any():
        return ".no_change"
    if not real.all() or change.min() < 0 < change.max():
        return ".not_all"
    way = ".rise" if change.iloc[0] > 0 else ".fall"
    return way + ("_untouched" if all(np.array_equal(each, counted[0]) for each in counted) else "")
