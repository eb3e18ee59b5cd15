"""What left with them: the money of those who left, by reason, and the money's own way from close to close."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import cluster_check, empty_table, estimates, finding, needs, shown
from cxlab.errors import FitError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.jackknife import BUCKETS
from cxlab.quarter import Quarter

Amount = Literal["margin", "revenue"]
Array = NDArray[np.float64]

LOST = ("lost_voluntary", "lost_involuntary")
REST = "smaller_groups"
"""Code of the reasons too few gave to be shown, taken together."""

RULE = "run-rate at last close of those who left in the quarter, transfers not"


def value_lost(
    moved: pd.DataFrame, *, quarter: Quarter, amount: Amount = "margin", level: float = 0.95, minimum: int = 10
) -> Finding:
    """Amount that customers who left in the quarter had brought, by reason: counted, not estimated.

    What a customer brought is the run-rate of the last close, as known then; who joined and left inside the
    quarter had none.

    Parameters
    ----------
    moved : DataFrame
        ``value_moves(lives, before, quarter=..., bucket=True)``.
    amount : {"margin", "revenue"}
        Which of the two.
    minimum : int
        Reasons fewer customers gave are taken together.

    Returns
    -------
    Finding
        ``churn.value_lost``: headline the share of the amount at the start that left (n = customers then;
        leave-one-bucket-out, on the log-odds scale), table: ``reason``, ``unit``, then the amount (its ends are
        itself: counted; n = customers), rows that add up to all that left. Message values: ``lost``,
        ``customers`` (share of the customers who left), ``most`` and ``reason`` of the largest row.
    """
    _refuse(moved, amount, "reason")
    rule, method = definition(RULE, amount=amount), Message("churn.method.value_lost")
    rows = _before(moved)
    gone = rows[rows["move"].isin(LOST) & (rows["customers"] > 0)]
    whole, lost = float(rows[f"{amount}_before"].sum()), float(gone[f"{amount}_before"].sum())
    values: dict[str, Value] = {"quarter": quarter}
    leavers = int(gone["customers"].sum())
    if not whole > 0 or leavers < minimum:
        message = Message("churn.value_lost.first" if moved.empty else "churn.value_lost.nothing", values)
        if whole > 0:
            message = Message("churn.value_lost.few", values | {"least": minimum})
        return finding(
            "churn.value_lost", about=quarter, rule=rule, headline=None, message=message,
            table=empty_table("reason", "unit"), shape="bars", method=method,
        )  # fmt: skip
    table = _by_reason(gone, amount=amount, minimum=minimum)
    share, buckets = _share_lost(rows, column=f"{amount}_before", level=level)
    there = rows[rows["move"] != "restated"]
    largest = table.iloc[0]
    values |= {
        "lost": lost, "customers": float(gone["customers"].sum() / there["customers"].sum()),
        "most": float(largest["estimate"]), "reason": Label(of="reason", code=str(largest["reason"])),
    }  # fmt: skip
    if share is not None:
        values["share"] = share
    case = "churn.value_lost" + ".revenue" * (amount == "revenue") + ".no_interval" * (share is None)
    return finding(
        "churn.value_lost", about=quarter, rule=rule, headline=share, message=Message(case, values), table=table,
        shape="bars", method=method, checks=(unpriced_check(rows), cluster_check(buckets)),
    )  # fmt: skip


def _refuse(moved: pd.DataFrame, amount: str, *columns: str) -> None:
    source = "value_moves(..., bucket=True)"
    needs(moved, "move", *columns, "bucket", "customers", "unpriced", f"{amount}_before", amount, source=source)


def _before(moved: pd.DataFrame) -> pd.DataFrame:
    """Rows of those who were there at last close."""
    return moved[~moved["move"].isin(["joined", "back", "passed"])]


def _by_reason(gone: pd.DataFrame, *, amount: str, minimum: int) -> pd.DataFrame:
    """One row per reason, largest amount first, small ones together last."""
    sums = gone.groupby("reason")[["customers", f"{amount}_before"]].sum()
    few = ~shown(sums["customers"].to_numpy(dtype=float), least=minimum)
    names = np.where(few, REST, sums.index.to_numpy(dtype=object))
    sums = sums.groupby(names).sum().sort_values(f"{amount}_before", ascending=False, kind="stable")
    order = sorted(sums.index, key=lambda code: code == REST)
    sums = sums.loc[order]
    lost = sums[f"{amount}_before"].to_numpy(dtype=float)
    return pd.DataFrame(
        {"reason": list(sums.index), "unit": "amount", **estimates(lost, lost, lost, sums["customers"].to_numpy())}
    )


def _by_bucket(rows: pd.DataFrame, column: str) -> Array:
    return np.bincount(rows["bucket"], weights=rows[column].to_numpy(dtype=float), minlength=BUCKETS).astype(float)


def _share_lost(rows: pd.DataFrame, *, column: str, level: float) -> tuple[Estimate | None, int]:
    """Share of a column that went with those who left, and the buckets that hold anybody."""
    whole, lost = _by_bucket(rows, column), _by_bucket(rows[rows["move"].isin(LOST)], column)
    people = _by_bucket(rows, "customers")
    occupied, rest = int((people > 0).sum()), whole.sum() - whole
    if not 0 < lost.sum() < whole.sum() or (rest <= 0).any():
        return None, occupied
    share = float(lost.sum() / whole.sum())
    try:
        low, high = jackknife.share_ends(share, (lost.sum() - lost) / rest, level=level, occupied=occupied)
    except FitError:
        return None, occupied
    return Estimate(value=share, low=low, high=high, unit="share", n=int(people.sum()), level=level), occupied


def unpriced_check(rows: pd.DataFrame) -> Check:
    """Say of how many it was not known at last close what they brought, or that they were there."""
    n, restated = int(rows["unpriced"].sum()), int(rows["customers"][rows["move"] == "restated"].sum())
    if n or restated:
        values: dict[str, Value] = {"n": n, "restated": restated}
        return Check(name="unpriced", passed=None, message=Message("churn.check.unpriced", values))
    return Check(name="unpriced", passed=True, message=Message("churn.check.all_priced"))


def kept(moved: pd.DataFrame, *, quarter: Quarter, amount: Amount = "margin", level: float = 0.95) -> Finding:
    """Share of the customers at the start who are still there at the close, and of what they brought.

    Who was transferred is neither lost nor known to have stayed, and left out.

    Returns
    -------
    Finding
        ``churn.kept``: headline the share of customers (leave-one-bucket-out, log-odds; n = customers at the
        start), one row. Message values: ``money`` (the share of the amount).
    """
    _refuse(moved, amount)
    rows = moved[moved["move"].isin(["stayed", *LOST])]
    rule, method = definition("still there at the close, transfers left out"), Message("churn.method.kept")
    lost, buckets = _share_lost(rows, column="customers", level=level)
    n = int(rows["customers"].sum())
    if lost is None or lost.low is None or lost.high is None:
        values: dict[str, Value] = {"n": int(rows["customers"][rows["move"] == "stayed"].sum()), "start": n}
        message = Message("churn.kept.no_interval", {"quarter": quarter, **values})
        return finding(
            "churn.kept", about=quarter, rule=rule, headline=None, message=message, table=empty_table(),
            shape="number", method=method, checks=(cluster_check(buckets),),
        )  # fmt: skip
    share = Estimate(value=1 - lost.value, low=1 - lost.high, high=1 - lost.low, unit="share", n=n, level=level)
    whole, gone = (float(of[f"{amount}_before"].sum()) for of in (rows, rows[rows["move"].isin(LOST)]))
    case = "churn.kept" + (".no_money" if not whole > 0 else f".{amount}")
    money: dict[str, Value] = {"money": 1 - gone / whole} if whole > 0 else {}
    return finding(
        "churn.kept", about=quarter, rule=rule, headline=share,
        message=Message(case, {"kept": share, "quarter": quarter, **money}),
        table=pd.DataFrame([estimates(share.value, share.low, share.high, n)]), shape="number", method=method,
        checks=(cluster_check(buckets),),
    )  # fmt: skip


def value_steps(
    moved: pd.DataFrame, *, quarter: Quarter, amount: Amount = "margin", level: float = 0.95
) -> Finding:
    """Way of the run-rate from last close to this one: what came, what left, what changed among those who stayed.

    Returns
    -------
    Finding
        ``churn.value_steps``: headline what those who were there at the start bring now, over what they brought
        (share, may pass 1; leave-one-bucket-out on the log scale); table: ``step``, ``unit``, then the amount,
        counted: losses are taken off, all others added, and the last row is what they come to.
    """
    _refuse(moved, amount)
    rows = _before(moved)
    rule, method = definition("run-rate from close to close", amount=amount), Message("churn.method.value_steps")
    whole = float(rows[f"{amount}_before"].sum())
    if not whole > 0:
        message = Message("churn.value_steps.nothing", {"quarter": quarter})
        return finding(
            "churn.value_steps", about=quarter, rule=rule, headline=None, message=message,
            table=empty_table("step", "unit"), shape="flow", method=method,
        )  # fmt: skip
    steps = _steps(moved, amount=amount)
    counted, n = (np.array([of[place] for of in steps.values()]) for place in (0, 1))
    rest = estimates(counted, counted, counted, n)
    table = pd.DataFrame({"step": list(steps), "unit": "amount", **rest})
    still, buckets = _still(rows, amount=amount, level=level)
    values: dict[str, Value] = {"quarter": quarter, "open": whole, "close": steps["close"][0]}
    case = "churn.value_steps" + ".revenue" * (amount == "revenue") + ".no_interval" * (still is None)
    return finding(
        "churn.value_steps", about=quarter, rule=rule, headline=still,
        message=Message(case, values | ({} if still is None else {"still": still})), table=table, shape="flow",
        method=method, checks=(_ties_out(steps), unpriced_check(rows), cluster_check(buckets)),
    )  # fmt: skip


def _steps(moved: pd.DataFrame, *, amount: str) -> dict[str, tuple[float, int]]:
    """Amount and customers of each step, each summed on its own: that they add up is a check."""
    sums = moved.groupby("move")[["customers", f"{amount}_before", amount]].sum()
    moves = ["stayed", "joined", "back", *LOST, "transferred", "restated"]
    sums = sums.reindex(moves, fill_value=0).astype(float)
    people, then, now = (sums[name] for name in ("customers", f"{amount}_before", amount))
    rows, closing = _before(moved), moved[moved["move"].isin(["stayed", "joined", "back"])]

    def step(value: float, n: float) -> tuple[float, int]:
        return float(value), int(n)

    steps = {
        "open": step(rows[f"{amount}_before"].sum(), rows["customers"].sum()),
        "joined": step(now["joined"], people["joined"]),
        "back": step(now["back"], people["back"]),
        "stayed": step(now["stayed"] - then["stayed"], people["stayed"]),
        **{name: step(then[name], people[name]) for name in (*LOST, "transferred")},
        "restated": step(-then["restated"], people["restated"]),
        "close": step(closing[amount].sum(), closing["customers"].sum()),
    }
    if not people["restated"]:
        del steps["restated"]
    return steps


def _ties_out(steps: dict[str, tuple[float, int]]) -> Check:
    signs = {name: -1 if name.startswith("lost") or name == "transferred" else 1 for name in steps} | {"close": -1}
    gap = sum(signs[name] * value for name, (value, _) in steps.items())
    if gap:
        return Check(name="ties_out", passed=False, message=Message("churn.check.money_gap", {"gap": gap}))
    return Check(name="ties_out", passed=True, message=Message("churn.check.money_ties_out"))


def _still(rows: pd.DataFrame, *, amount: str, level: float) -> tuple[Estimate | None, int]:
    """What those there at the start bring now, over what they brought."""
    then, now = _by_bucket(rows, f"{amount}_before"), _by_bucket(rows, amount)
    people = _by_bucket(rows, "customers")
    occupied = int((people > 0).sum())
    out_then, out_now = then.sum() - then, now.sum() - now
    if not now.sum() > 0 or (out_then <= 0).any() or (out_now <= 0).any():
        return None, occupied
    share = float(now.sum() / then.sum())
    try:
        spread = jackknife.spread(np.log(out_now / out_then), occupied=occupied)
    except FitError:
        return None, occupied
    error = float(np.sqrt(spread.variance))
    low, high = np.exp(intervals.symmetric(np.log(share), error, level=level, degrees=spread.degrees))
    return Estimate(
        value=share, low=min(float(low), share), high=max(float(high), share), unit="share",
        n=int(people.sum()), level=level,
    ), occupied  # fmt: skip
