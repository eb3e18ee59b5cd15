"""The score by group: who may be shown, what changed, and which parts of the change they make up."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.claim import empty_table, estimates, finding, shown
from cxlab.errors import FitError
from cxlab.evidence.scores import ANSWERS
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths import intervals, jackknife, net_change
from cxlab.maths.jackknife import BUCKETS
from cxlab.maths.mix import within_and_mix
from cxlab.maths.net_score import POINTS
from cxlab.nps.change import BAND
from cxlab.nps.waves import RULE, Wave, tables, wave
from cxlab.quarter import Quarter
from cxlab.verdicts import by_headline, verdicts

Array = NDArray[np.float64]

COLUMNS = ["last", "change", "change_low", "change_high", "p", "verdict"]

MIX = "mix_of_answers"
"""Code of the part that comes from who answered; its words are in the catalogue."""
REST = "smaller_groups"
"""Code of the groups too small to be shown, taken together."""


def by(
    counts: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    by: str,
    quarter: Quarter,
    name: str | None = None,
    band: float = BAND,
    level: float = 0.95,
    minimum: int = 10,
    arrows: int = 100,
) -> Finding | None:
    """Score of each group, and its change on the quarter before.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses, by=[by])``; other keys are summed over.
    pairs : DataFrame
        ``pairs(responses, quarter=quarter, against=[quarter - 1], by=[by])``.
    by : str
        Column of the groups; customers of whom it is not known ('') are left out.
    name : str, optional
        Name of the finding; ``nps.by_<by>``, unless told.
    minimum : int
        Groups with fewer answers in either quarter are left out, and so is a group that would give the only hidden
        one away.
    arrows : int
        Groups with fewer answers in either quarter get no change.

    Returns
    -------
    Finding or None
        One row per group: ``by``, ``last``, ``change``, ``change_low``, ``change_high``, ``p``, ``verdict`` (p
        adjusted over the groups); headline the group that moved most for real, else the one with the lowest score.
        None where no group is known of anybody.
    """
    name = name or f"nps.by_{by}"
    codes = sorted(code for code in counts[by].unique() if code != "")
    if not codes:
        return None
    now, then = (wave(counts, quarter=each, by=by, codes=codes) for each in (quarter, quarter - 1))
    compared = bool(then.n.sum())
    show = shown(_sizes(now, then, compared=compared), least=minimum)
    rows = []
    for group in np.flatnonzero(show & (now.n > 0)).tolist():
        estimate = now.estimate(group, level=level)
        tail = estimates(estimate.value, estimate.low, estimate.high, estimate.n)
        moved = {}
        if compared and min(now.n[group], then.n[group]) >= arrows:
            table = tables(pairs, against=quarter - 1, by=by, codes=codes)[group]
            moved = _moved(table, now, then, group, level=level)
        rows.append({by: codes[group], **moved, **tail})
    table = pd.DataFrame(rows).reindex(columns=[by, *COLUMNS, "estimate", "low", "high", "n"])
    tested = table["p"].notna().any()
    judged = verdicts(table, band=band, low="change_low", high="change_high") if tested else [None] * len(rows)
    table["verdict"] = pd.Series(judged, dtype="object")
    headline, message = by_headline(
        table, stem=name, by=by, quarter=quarter, compared=bool(tested), least=minimum, unit="points", level=level
    )
    message = Message(message.id, {**message.values, "mde": _smallest(table, level=level)})
    return finding(
        name, about=quarter, rule=definition(RULE, by=by, band=band), headline=headline, message=message,
        table=table, shape="bars", method=Message("nps.method.by"),
        checks=(hidden(int((now.n > 0).sum()) - len(rows), least=minimum), *_few(table, least=arrows)),
    )  # fmt: skip


def hidden(groups: int, *, least: int) -> Check:
    """Say how many groups are left out because they, or what they complete, have too few answers."""
    if groups:
        values: dict[str, Value] = {"n": groups, "least": least}
        return Check(name="hidden", passed=None, message=Message("nps.check.hidden", values))
    return Check(name="hidden", passed=True, message=Message("nps.check.nothing_hidden", {"least": least}))


def _sizes(now: Wave, then: Wave, *, compared: bool) -> Array:
    """Size that decides whether a group is shown; a group nobody answered in needs no hiding."""
    sizes = np.minimum(now.n, then.n) if compared else now.n
    return np.asarray(np.where(now.n + then.n > 0, np.maximum(sizes, 1), 0), dtype=float)


def _moved(table: Array, now: Wave, then: Wave, group: int, *, level: float) -> dict[str, object]:
    effect = float(max(now.effect[group], then.effect[group]))
    found = net_change.change(table, level=level, design_effect=effect)
    ends = {"change_low": float(found.low), "change_high": float(found.high)}
    return {"last": float(then.score[group]), "change": float(found.value), **ends, "p": float(found.p)}


def _smallest(table: pd.DataFrame, *, level: float) -> float:
    """Smallest change that would have been seen in the group where it is seen best; 0 without any change."""
    reach = (table["change_high"] - table["change_low"]).min() / 2
    if not np.isfinite(reach):
        return 0.0
    return float(net_change.smallest_seen(reach / intervals.multiplier(level), level=level))


def _few(table: pd.DataFrame, *, least: int) -> tuple[Check, ...]:
    """Say how many groups are shown without a change because too few answered."""
    few = int(table["p"].isna().sum())
    if not few or few == len(table):
        return ()
    return (Check(name="arrows", passed=None, message=Message("nps.check.no_arrows", {"n": few, "least": least})),)


def parts(
    counts: pd.DataFrame,
    *,
    by: str,
    mix: str | None = None,
    quarter: Quarter,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Split the change of the score into what happened inside groups and who answered.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses, by=[by, mix], bucket=True)`` of this quarter and the one before.
    by : str
        Column of the groups that are shown.
    mix : str, optional
        A further column, such as the band of tenure: a change of who answers by it is mix as well.
    minimum : int
        Groups with fewer answers in either quarter are taken together.

    Returns
    -------
    Finding or None
        ``nps.parts``: headline the whole change; table: one row per group and one for the mix, in points, that
        sum to the headline; intervals by leaving out buckets. None where no quarter was ever asked.
    """
    if counts.empty:
        return None
    cells = [by, *([mix] if mix else [])]
    rule, method = definition(RULE, cells=cells, split="within and mix, midpoints"), Message("nps.method.parts")
    keys = counts[cells].drop_duplicates().sort_values(cells, ignore_index=True)
    now, then = (_laid(counts, keys=keys, quarter=each) for each in (quarter, quarter - 1))
    if not min(now[0].sum(), then[0].sum()) >= max(minimum, 1):
        message = Message("nps.parts.nothing", {"quarter": quarter})
        return finding(
            "nps.parts", about=quarter, rule=rule, headline=None, message=message, table=empty_table(by),
            shape="flow", method=method,
        )  # fmt: skip
    codes, group = np.unique(keys[by].to_numpy(dtype=object), return_inverse=True)
    whole, left_out = _split(now, then, group=group)
    sizes = np.minimum(*(np.bincount(group, weights=n.sum(axis=1)) for n, _ in (now, then)))
    show = shown(np.maximum(sizes, 1.0), least=minimum)
    answers = int(now[0].sum())
    table = _table(by, codes, show, whole, left_out, sizes, answers=answers, level=level)
    low, high = _ends(np.array([whole.sum()]), left_out.sum(axis=1, keepdims=True), level=level)
    headline, message = None, Message("nps.parts.nothing", {"quarter": quarter})
    if np.isfinite(low[0]):
        headline = Estimate(
            value=float(whole.sum()), low=float(low[0]), high=float(high[0]), unit="points",
            n=answers, level=level,
        )  # fmt: skip
        message = _parts_message(table, headline, by=by, quarter=quarter)
    return finding(
        "nps.parts", about=quarter, rule=rule, headline=headline, message=message, table=table, shape="flow",
        method=method, checks=(hidden(int((~show).sum()), least=minimum),),
    )  # fmt: skip


def _parts_message(table: pd.DataFrame, headline: Estimate, *, by: str, quarter: Quarter) -> Message:
    groups = table[table[by] != MIX]
    largest = groups.loc[groups["estimate"].abs().idxmax()]
    values: dict[str, Value] = {
        "quarter": quarter, "before": quarter - 1, "change": headline,
        "group": Label(of=by, code=str(largest[by])), "part": float(largest["estimate"]),
        "mix": float(table.loc[table[by] == MIX, "estimate"].iloc[0]),
    }  # fmt: skip
    return Message("nps.parts", values)


def _laid(counts: pd.DataFrame, *, keys: pd.DataFrame, quarter: Quarter) -> tuple[Array, Array]:
    """Answers and promoters less detractors, (cells, buckets) each."""
    rows = counts[counts["quarter"] == str(quarter)].merge(keys.reset_index(names="cell"), on=list(keys.columns))
    place = rows["cell"].to_numpy() * BUCKETS + rows["bucket"].to_numpy()
    p, m, d = (rows[name].to_numpy(dtype=float) for name in ANSWERS)
    n, net = (np.bincount(place, weights=each, minlength=len(keys) * BUCKETS) for each in (p + m + d, p - d))
    return n.astype(float).reshape(-1, BUCKETS), net.astype(float).reshape(-1, BUCKETS)


def _split(now: tuple[Array, Array], then: tuple[Array, Array], *, group: NDArray[np.intp]) -> tuple[Array, Array]:
    """Part of each group and then of the mix, in points: whole, and with each bucket left out."""
    sums = [each.sum(axis=1) for each in (*then, *now)]
    rest = [(total[:, None] - each).T for total, each in zip(sums, (*then, *now), strict=True)]
    found = []
    for within, mix in (within_and_mix(*sums), within_and_mix(*rest)):
        grouped = np.atleast_2d(within) @ np.eye(int(group.max()) + 1)[group]
        found.append(POINTS * np.column_stack([grouped, np.atleast_1d(mix)]))
    return found[0][0], found[1]


def _table(
    by: str,
    codes: NDArray[np.object_],
    show: NDArray[np.bool_],
    whole: Array,
    left_out: Array,
    sizes: Array,
    *,
    answers: int,
    level: float,
) -> pd.DataFrame:
    groups = [[place] for place in np.flatnonzero(show).tolist()]
    names = [str(codes[place]) for (place,) in groups]
    if not show.all():
        groups, names = [*groups, np.flatnonzero(~show).tolist()], [*names, REST]
    n = [sizes[group].sum() for group in groups]
    groups, names, n = [*groups, [len(codes)]], [*names, MIX], [*n, answers]
    values = np.array([whole[group].sum() for group in groups])
    low, high = _ends(values, np.column_stack([left_out[:, group].sum(axis=1) for group in groups]), level=level)
    table = pd.DataFrame({by: names, **estimates(values, low, high, n)})
    order = table["estimate"].abs().where(~table[by].isin([MIX, REST]), -1.0 - (table[by] == MIX))
    return table.loc[order.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _ends(values: Array, replicates: Array, *, level: float) -> tuple[Array, Array]:
    moved = (np.abs(replicates - values) > 1e-12).any(axis=1)
    try:
        spread = jackknife.spread(replicates, occupied=int(moved.sum()))
    except FitError:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    low, high = intervals.symmetric(values, np.sqrt(spread.variance), level=level, degrees=spread.degrees)
    return np.asarray(low), np.asarray(high)
