"""The worth of the whole base, how it was reckoned, and whether it changed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import cluster_check, empty_table, estimate_of, estimates, finding
from cxlab.clv.worth import Equity, ends
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Message, Value, Withheld, definition
from cxlab.maths import intervals, jackknife
from cxlab.verdicts import case_of, verdicts

UNRELATED = 0.1
"""A rank correlation of how often and how much at a time beyond this fails the check that they are unrelated."""

MOST_BEYOND = 0.25
"""A larger share of the worth past what was seen fails the check of the horizon."""


def rule_of(equity: Equity) -> str:
    """Hash of the rules of value, so that like is compared with like."""
    terms = equity.terms
    return definition("customer equity", discount=terms.discount_share_year, amount=terms.amount)


def base(equity: Equity) -> Finding:
    """Worth of everybody active at the close: discounted margin (or revenue) still to come.

    Returns
    -------
    Finding
        ``clv.base``: headline the amount (confidence: of an expectation, its rates taken as those of the years
        seen). Message values: ``n`` customers, ``each``, ``discount``, ``beyond`` (share past what was seen).
        Withheld where nobody, or not everybody who matters, can be valued.
    """
    total = float(equity.table["worth"].sum())
    customers = int(equity.table["customers"].sum())
    reason = _reason(equity, total)
    low, high = ends(
        np.array([total]), equity.replicates.sum(axis=0)[None], buckets=equity.buckets, level=equity.terms.level
    )
    if reason is None and not np.isfinite(low[0]):
        reason = Message("clv.base.no_interval", {"n": equity.buckets, "least": jackknife.FEWEST_BUCKETS})
    if reason is not None:
        return finding(
            "clv.base", about=equity.quarter, rule=rule_of(equity), headline=None, message=reason,
            table=empty_table(), shape="number", method=Message("clv.method.base"),
        )  # fmt: skip
    tail = estimates(total, float(low[0]), float(high[0]), customers)
    headline = estimate_of(tail, unit="amount", level=equity.terms.level)
    values: dict[str, Value] = {
        "worth": headline, "n": customers, "each": total / customers, "quarter": equity.quarter,
        "discount": equity.terms.discount_share_year,
    }  # fmt: skip
    return finding(
        "clv.base", about=equity.quarter, rule=rule_of(equity), headline=headline,
        message=Message(f"clv.base.{equity.terms.amount}", values), table=pd.DataFrame([tail]), shape="number",
        method=Message("clv.method.base", {"discount": equity.terms.discount_share_year}),
        checks=checks(equity), replicates=equity.replicates.sum(axis=0),
    )  # fmt: skip


def _reason(equity: Equity, total: float) -> Message | None:
    if not len(equity.table) or equity.unvalued:
        return Message("clv.base.nobody_left" if equity.unvalued else "clv.base.nobody", {"n": equity.unvalued})
    return Message("clv.base.nothing") if not total > 0 else None


def checks(equity: Equity) -> tuple[Check, ...]:
    """Everything that could make the worth wrong, said with its size."""
    found = [_beyond(equity), cluster_check(equity.buckets or None)]
    if equity.no_buying:
        found.append(Check(name="buying", passed=None, message=Message("clv.check.no_buying")))
    if equity.buying is not None:
        found += [_births(equity), _dropout(equity), _unrelated(equity)]
    waiting = int(equity.table.loc[equity.table["way"] == "not_yet", "customers"].sum())
    if waiting:
        found.append(Check(name="not_yet", passed=None, message=Message("clv.check.not_yet", {"n": waiting})))
    return tuple(found)


def _beyond(equity: Equity) -> Check:
    share = float(equity.table["beyond"].sum() / equity.table["worth"].sum())
    passed = share <= MOST_BEYOND
    message = Message("clv.check.beyond" if passed else "clv.check.beyond_much", {"share": share})
    return Check(name="beyond", passed=passed, message=message)


def _births(equity: Equity) -> Check:
    """Say how much of what those without a contract spent is theirs whose births were not seen."""
    amount = equity.counts.groupby("born")["amount"].sum()
    share = float(amount.get(False, 0) / amount.sum())
    assert equity.buying is not None
    values: dict[str, Value] = {"n": equity.buying.customers, "share": share}
    case = "clv.check.births" if share == 0 else "clv.check.older"
    return Check(name="births", passed=True if share == 0 else None, message=Message(case, values))


def _dropout(equity: Equity) -> Check:
    assert equity.buying is not None
    dropout = equity.buying.buys.dropout
    return Check(
        name="dropout",
        passed=True if dropout == "varied" else None,
        message=Message(f"clv.check.dropout.{dropout}"),
    )


def _unrelated(equity: Equity) -> Check:
    assert equity.buying is not None
    found = equity.buying.correlation
    passed = abs(found) <= UNRELATED
    case = "unrelated" if passed else "more_often_more" if found > 0 else "more_often_less"
    return Check(
        name="unrelated", passed=passed, message=Message(f"clv.check.{case}", {"correlation": round(found, 2)})
    )


def base_change(
    now: Finding, last: Finding | None, year_ago: Finding | None = None, *, band: float = 0.01
) -> Finding:
    """Change of the worth of the base, on last quarter and on the same quarter a year ago.

    Parameters
    ----------
    now, last, year_ago : Finding
        ``clv.base`` of this and the earlier quarters, each from the data known then; None where there is none. The
        quarters share most of their customers and records: joint replicates carry that into the interval.
    band : float
        Changes within this share of last quarter's worth are too small to matter.

    Returns
    -------
    Finding
        ``clv.base_change``: table: ``against``, ``p``, ``verdict``.
    """
    earlier = {"last_quarter": last, "year_ago": year_ago}
    rows = [
        _compared(now, then, against=against)
        for against, then in earlier.items()
        if then is not None and isinstance(now.headline, Estimate) and isinstance(then.headline, Estimate)
    ]
    table = pd.DataFrame(rows) if rows else empty_table("against", "p", "verdict")
    headline, message = None, Message("clv.base_change.first")
    if isinstance(now.headline, Withheld):
        message = now.headline.reason
    elif rows and last is not None and isinstance(last.headline, Estimate):
        width = band * last.headline.value
        table["verdict"] = verdicts(table, band=width)
        row = table.iloc[0]
        headline = estimate_of(row, unit="amount", level=now.headline.level)
        values: dict[str, Value] = {
            "worth": now.headline, "last": last.headline, "change": headline, "before": last.about, "band": width,
        }  # fmt: skip
        message = Message(f"clv.base_change.{case_of(row['verdict'], headline.value)}", values)
    return finding(
        "clv.base_change", about=now.about, rule=now.definition, headline=headline, message=message, table=table,
        shape="bars", method=Message("clv.method.base_change"),
    )  # fmt: skip


def _compared(now: Finding, then: Finding, *, against: str) -> dict[str, object]:
    if now.definition != then.definition:
        raise ValueError(
            f"only findings of one rule are compared; {now.about} has {now.definition}, "
            f"{then.about} has {then.definition}"
        )
    if now.replicates is None or then.replicates is None or len(now.replicates) != len(then.replicates):
        raise ValueError(f"a change needs the replicates of both findings; see clv.base of {then.about}")
    assert isinstance(now.headline, Estimate)
    assert isinstance(then.headline, Estimate)
    change = now.headline.value - then.headline.value
    try:
        spread = jackknife.spread(now.replicates - then.replicates)
    except FitError:
        return {"against": against, "p": np.nan, "verdict": None,
                **estimates(change, np.nan, np.nan, now.headline.n)}  # fmt: skip
    low, high = intervals.symmetric(
        change, np.sqrt(spread.variance), level=now.headline.level, degrees=spread.degrees
    )
    return {
        "against": against, "p": jackknife.p_value(change, spread), "verdict": None,
        **estimates(change, float(low), float(high), now.headline.n),
    }  # fmt: skip
