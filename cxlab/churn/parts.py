"""Why the share that left moved: what happened inside each group, and what the mix of groups adds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.movement import RULE
from cxlab.claim import empty_table, estimates, finding, hidden_check, needs, shown
from cxlab.errors import FitError
from cxlab.finding import Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife
from cxlab.maths.jackknife import BUCKETS
from cxlab.quarter import Quarter

MIX = "mix_of_customers"
"""Code of the part that comes from the mix of groups; its words are in the catalogue."""
REST = "smaller_groups"
"""Code of the groups too small to be shown, taken together."""

Array = NDArray[np.float64]


def left_parts(
    moves: pd.DataFrame, *, by: str, quarter: Quarter, level: float = 0.95, minimum: int = 10
) -> Finding:
    """Split the change of the share that left into parts that add up to it.

    With weights w (a group's share of the customers at the start) and rates r, the change is the sum over groups
    of mean w x change of r (within) plus mean r x change of w (mix), means over the two quarters [1]_.

    Parameters
    ----------
    moves : DataFrame
        ``movements(lives, quarters=[quarter - 1, quarter], by=[by], bucket=True)``; more quarters do no harm.
    by : str
        Column of the groups.
    quarter : Quarter
        The quarter to answer for; it is compared with the one before.
    minimum : int
        Groups that began either quarter with fewer customers are taken together.

    Returns
    -------
    Finding
        ``churn.left_parts``: headline the whole change (share points); table: one row per group and one for the
        mix, estimates in share points that sum to the headline, intervals by leaving out buckets.

    References
    ----------
    .. [1] Kitagawa, E. M. (1955). Components of a difference between two rates. JASA 50.
    """
    needs(moves, "quarter", by, "bucket", "open", "lost_voluntary", "lost_involuntary", source="movements")
    codes = sorted(moves[by].unique())
    now, before = (_counts(moves, quarter=each, by=by, codes=codes) for each in (quarter, quarter - 1))
    rule = definition(RULE, by=by, split="within and mix, midpoints")
    method, check = Message("churn.method.parts"), hidden_check(0, least=minimum)
    whole = _parts(now, before)
    if not all(start.sum() for start, _ in (now, before)) or not np.isfinite(whole).all():
        message = Message("churn.left_parts.nothing", {"quarter": quarter})
        return finding(
            "churn.left_parts", about=quarter, rule=rule, headline=None, message=message, table=empty_table(by),
            shape="flow", method=method,
        )  # fmt: skip
    sizes = np.minimum(now[0].sum(axis=1), before[0].sum(axis=1))
    show = shown(np.maximum(sizes, 1.0), least=minimum)
    left_out = np.array([_parts(_without(now, bucket), _without(before, bucket)) for bucket in range(BUCKETS)])
    table = _table(by, codes, show, whole, left_out, sizes, _buckets(now[0]), level=level)
    change = _whole(table, left_out, whole, int(now[0].sum()), _buckets(now[0]), level=level)
    if change is None:
        message = Message("churn.left_parts.nothing", {"quarter": quarter})
    else:
        groups = table[table[by] != MIX]
        largest = groups.loc[groups["estimate"].abs().idxmax()]
        values: dict[str, Value] = {
            "quarter": quarter, "before": quarter - 1, "change": change,
            "group": Label(of=by, code=str(largest[by])), "part": float(largest["estimate"]),
            "mix": float(table.loc[table[by] == MIX, "estimate"].iloc[0]),
        }  # fmt: skip
        message = Message("churn.left_parts", values)
        check = hidden_check(int((~show).sum()), least=minimum)
    return finding(
        "churn.left_parts", about=quarter, rule=rule, headline=change, message=message, table=table, shape="flow",
        method=method, checks=(check,),
    )  # fmt: skip


def _buckets(start: Array) -> int:
    return int((start.sum(axis=0) > 0).sum())


def _counts(moves: pd.DataFrame, *, quarter: Quarter, by: str, codes: list[str]) -> tuple[Array, Array]:
    """Customers at the start and lost, (groups, buckets) each."""
    rows = moves[moves["quarter"] == str(quarter)]
    place = pd.Categorical(rows[by], categories=codes).codes.astype(int) * BUCKETS + rows["bucket"].to_numpy()
    lost = rows["lost_voluntary"] + rows["lost_involuntary"]
    shape = (len(codes), BUCKETS)
    start, gone = (
        np.bincount(place, weights=column.to_numpy(dtype=float), minlength=len(codes) * BUCKETS).reshape(shape)
        for column in (rows["open"], lost)
    )
    return start.astype(float), gone.astype(float)


def _without(counts: tuple[Array, Array], bucket: int) -> tuple[Array, Array]:
    start, lost = (part.copy() for part in counts)
    start[:, bucket] = lost[:, bucket] = 0
    return start, lost


def _parts(now: tuple[Array, Array], before: tuple[Array, Array]) -> Array:
    """Within-part of each group, then the mix; a group absent from a quarter has the other quarter's rate."""
    (start, lost), (start_0, lost_0) = ((s.sum(axis=1), d.sum(axis=1)) for s, d in (now, before))
    with np.errstate(invalid="ignore", divide="ignore"):
        weight, weight_0 = start / start.sum(), start_0 / start_0.sum()
        rate, rate_0 = lost / start, lost_0 / start_0
        whole = lost.sum() / start.sum() - lost_0.sum() / start_0.sum()
    rate, rate_0 = np.where(start > 0, rate, rate_0), np.where(start_0 > 0, rate_0, rate)
    within = np.nan_to_num((weight + weight_0) / 2 * (rate - rate_0))
    return np.append(within, whole - within.sum())


def _table(
    by: str,
    codes: list[str],
    show: NDArray[np.bool_],
    whole: Array,
    left_out: Array,
    sizes: Array,
    buckets: int,
    *,
    level: float,
) -> pd.DataFrame:
    groups = [*(np.flatnonzero(show)[:, None].tolist())]
    names = [codes[group[0]] for group in groups]
    if not show.all():
        groups, names = [*groups, np.flatnonzero(~show).tolist()], [*names, REST]
    groups, names = [*groups, [len(codes)]], [*names, MIX]
    values = np.array([whole[group].sum() for group in groups])
    replicates = np.column_stack([left_out[:, group].sum(axis=1) for group in groups])
    low, high = _ends(values, replicates, buckets, level=level)
    n = [sizes[[place for place in group if place < len(codes)]].sum() for group in groups[:-1]]
    table = pd.DataFrame({by: names, **estimates(values, low, high, [*n, sizes.sum()])})
    order = table["estimate"].abs().where(~table[by].isin([MIX, REST]), -1.0 - (table[by] == MIX))
    return table.loc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _ends(values: Array, replicates: Array, buckets: int, *, level: float) -> tuple[Array, Array]:
    try:
        spread = jackknife.spread(replicates, occupied=buckets)
    except FitError:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    low, high = intervals.symmetric(values, np.sqrt(spread.variance), level=level, degrees=spread.degrees)
    return np.asarray(low), np.asarray(high)


def _whole(
    table: pd.DataFrame, left_out: Array, whole: Array, n: int, buckets: int, *, level: float
) -> Estimate | None:
    value = np.array([whole.sum()])
    low, high = _ends(value, left_out.sum(axis=1, keepdims=True), buckets, level=level)
    if table.empty or not np.isfinite(low[0]):
        return None
    return Estimate(
        value=float(value[0]), low=float(low[0]), high=float(high[0]), unit="share_points", n=n, level=level
    )
