"""Where the worth sits: by plan, by segment, and by how it was reckoned."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimate_of, estimates, finding, hidden_check, shown
from cxlab.clv.whole import rule_of
from cxlab.clv.worth import Equity, ends
from cxlab.finding import Check, Finding, Label, Message, Value

WAYS = ("contract", "bought", "older", "not_yet")
"""How a customer is valued, in the order of pages (`cxlab.evidence.repeat.with_way`)."""

NEARLY = 0.1
"""Two methods that differ by no more than this share say nearly the same."""


def _sums(equity: Equity, *, by: str) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers, worth and beyond of each group, with the replicates of its worth."""
    table = equity.table
    sums = table.groupby(by, sort=True)[["customers", "worth", "beyond"]].sum()
    place = table.groupby(by, sort=True).ngroup().to_numpy()
    replicates = np.zeros((len(sums), equity.replicates.shape[1]))
    np.add.at(replicates, place, equity.replicates)
    return sums.reset_index(), replicates


def by_trait(equity: Equity, *, by: str) -> Finding:
    """Worth of one customer in each group, and of the group together.

    Parameters
    ----------
    by : {"plan", "segment"}
        The groups; those under ``terms.minimum`` customers are left out, and so is one that would give them away.

    Returns
    -------
    Finding
        ``clv.by_plan`` or ``clv.by_segment``: table: ``by``, ``together_amount``, ``share`` of the whole, then
        the worth of one customer; n = customers. Highest first.
    """
    sums, replicates = _sums(equity, by=by)
    sums = sums.assign(place=np.arange(len(sums)))[sums["customers"] > 0]
    show = shown(sums["customers"].to_numpy(dtype=float), least=equity.terms.minimum)
    kept = sums[show & (sums["worth"] > 0).to_numpy()]
    low, high = ends(
        kept["worth"].to_numpy(), replicates[kept["place"]], buckets=equity.buckets, level=equity.terms.level
    )
    each = 1 / kept["customers"].to_numpy()
    table = pd.DataFrame(
        {
            by: kept[by],
            "together_amount": kept["worth"],
            "worth_share": kept["worth"] / equity.table["worth"].sum(),
            **estimates(kept["worth"] * each, low * each, high * each, kept["customers"]),
        }
    ).sort_values("estimate", ascending=False, ignore_index=True)  # fmt: skip
    headline = None
    message = Message("clv.by.too_few", {"of": Label(of="term", code=by), "least": equity.terms.minimum})
    if set(table[by]) == {""}:
        message = Message("clv.by.unknown", {"of": Label(of="term", code=by)})
    elif len(table) and np.isfinite(table["low"].iloc[0]):
        headline = estimate_of(table.iloc[0], unit="amount", level=equity.terms.level)
        message = _compared(table, by=by, level=equity.terms.level) if len(table) > 1 else Message(
            "clv.by.one", {"group": Label(of=by, code=table[by].iloc[0]), "worth": headline}
        )  # fmt: skip
    return finding(
        f"clv.by_{by}", about=equity.quarter, rule=rule_of(equity), headline=headline, message=message,
        table=table, shape="bars", method=Message("clv.method.by"),
        checks=(hidden_check(int((~show).sum()), least=equity.terms.minimum),),
    )  # fmt: skip


def _compared(table: pd.DataFrame, *, by: str, level: float) -> Message:
    """Say the highest beside the lowest; where their intervals meet, that they cannot be told apart."""
    top, bottom = table.iloc[0], table.iloc[-1]
    values: dict[str, Value] = {
        "group": Label(of=by, code=top[by]), "other": Label(of=by, code=bottom[by]),
        "worth": estimate_of(top, unit="amount", level=level),
        "least": estimate_of(bottom, unit="amount", level=level),
        "times": float(top["estimate"] / bottom["estimate"]),
    }  # fmt: skip
    return Message("clv.by.apart" if top["low"] > bottom["high"] else "clv.by.alike", values)


def method_by(equity: Equity) -> Finding:
    """Which method values whom, and what came of it.

    Returns
    -------
    Finding
        ``clv.method_by``: table: ``way``, ``share`` of the customers, then the worth of each part; n = customers.
    """
    sums, replicates = _sums(equity, by="way")
    low, high = ends(sums["worth"].to_numpy(), replicates, buckets=equity.buckets, level=equity.terms.level)
    table = pd.DataFrame(
        {
            "way": sums["way"], "customers_share": sums["customers"] / max(1, sums["customers"].sum()),
            **estimates(sums["worth"], low, high, sums["customers"]),
        }
    )  # fmt: skip
    table = table[sums["worth"] > 0] if len(table) else empty_table("way", "customers_share")
    order = table["way"].map({way: place for place, way in enumerate(WAYS)})
    table = table.iloc[np.argsort(order.to_numpy(), kind="stable")].reset_index(drop=True)
    headline, message = None, Message("clv.method_by.nobody")
    if len(table) and np.isfinite(table["low"].iloc[0]):
        largest = table.iloc[int(np.argmax(table["estimate"].to_numpy(dtype=float)))]
        headline = estimate_of(largest, unit="amount", level=equity.terms.level)
        others = tuple(Label(of="way", code=code) for code in table["way"] if code != largest["way"])
        values: dict[str, Value] = {"way": Label(of="way", code=largest["way"]), "worth": headline}
        values |= {"share": headline.value / float(table["estimate"].sum())} | (
            {"others": others} if others else {}
        )
        message = Message("clv.method_by.several" if others else "clv.method_by.one", values)
    return finding(
        "clv.method_by", about=equity.quarter, rule=rule_of(equity), headline=headline, message=message,
        table=table, shape="bars", method=Message("clv.method.method_by"), checks=_both_ways(equity),
    )  # fmt: skip


def _both_ways(equity: Equity) -> tuple[Check, ...]:
    """Say what those valued by their buying would be worth by how long such customers stay."""
    if equity.buying is None or equity.bought_by_staying is None:
        return ()
    bought = float(equity.table.loc[equity.table["way"] == "bought", "worth"].sum())
    values: dict[str, Value] = {"worth": equity.bought_by_staying, "change": equity.bought_by_staying / bought - 1}
    near = abs(equity.bought_by_staying / bought - 1) <= NEARLY
    message = Message("clv.check.both_ways_close" if near else "clv.check.both_ways", values)
    return (Check(name="both_ways", passed=near, message=message),)
