"""A risk table laid out for regression: times by covariate patterns, dummies against reference levels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlab.churn.layout import as_codes, lost_columns
from cxlab.claim import hidden_check
from cxlab.finding import Check, Label, Message, Value
from cxlab.maths.cox import CoxCounts, cox_counts

Array = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """What is compared with what.

    Parameters
    ----------
    risk : DataFrame
        The risk table without the rows of levels left out; ``lost`` holds all losses.
    columns : tuple of Label
        The levels that get a ratio.
    reference : mapping
        Level of each variable the others are compared with.
    nobody_left, too_small : tuple of Label
        Levels left out, and why.
    one_level : tuple of Label
        Variables in which everybody is alike, so that nothing is compared.
    without, unknown : int, tuple of Label
        Losses left out because a variable is not known of them, and those variables.
    """

    risk: pd.DataFrame
    columns: tuple[Label, ...]
    reference: Mapping[str, str]
    nobody_left: tuple[Label, ...]
    too_small: tuple[Label, ...]
    one_level: tuple[Label, ...] = ()
    without: int = 0
    unknown: tuple[Label, ...] = ()

    def checks(self, *, least: int) -> tuple[Check, ...]:
        """Say which levels, variables and losses are left out, and why."""
        found = [hidden_check(len(self.too_small), least=least)]
        if self.one_level:
            message = Message("churn.check.one_level", {"variables": self.one_level})
            found.append(Check(name="one_level", passed=None, message=message))
        if self.unknown:
            values: dict[str, Value] = {"n": self.without, "variables": self.unknown}
            found.append(Check(name="unknown", passed=False, message=Message("churn.check.unknown_level", values)))
        return tuple(found)


def comparison(
    risk: pd.DataFrame,
    *,
    of: Sequence[str],
    reference: Mapping[str, str],
    minimum: int,
    strata: Sequence[str] = (),
) -> Comparison:
    """Leave out levels that are too small or that nobody left, again until none remains; and rows without a level.

    Without its members a level nobody left gives the others exactly what the fit tends to as its ratio goes to 0.
    """
    rows = as_codes(risk, [*of, *strata])
    rows["lost"] = sum(risk[name] for name in lost_columns(risk))
    known = rows[[*of, *strata]].notna()
    unknown = tuple(Label(of="term", code=str(name)) for name in known if not known[name].all())
    without = int(rows["lost"].to_numpy()[~known.to_numpy().all(axis=1)].sum())
    rows = rows.dropna(subset=[label.code for label in unknown]) if unknown else rows
    _refuse(rows, of=of, reference=reference)
    rows, small, nobody = _large_enough(rows, of=of, minimum=minimum)
    chosen: dict[str, str] = {}
    columns: list[Label] = []
    for name in of:
        losses = rows.groupby(name, observed=True)["lost"].sum().sort_index()
        if len(losses) > 1:
            wanted = reference.get(name, "")
            chosen[name] = wanted if wanted in losses.index else str(losses.idxmax())
            columns += [Label(of=name, code=str(code)) for code in losses.index if code != chosen[name]]
    alike = tuple(Label(of="term", code=name) for name in of if name not in chosen)
    return Comparison(
        risk=rows, columns=tuple(columns), reference=chosen, nobody_left=nobody, too_small=small, one_level=alike,
        without=without, unknown=unknown,
    )  # fmt: skip


def _refuse(risk: pd.DataFrame, *, of: Sequence[str], reference: Mapping[str, str]) -> None:
    wanted_of = {name: reference[name] for name in of if name in reference}
    unknown = [f"{name} = {code}" for name, code in wanted_of.items() if code not in risk[name].unique()]
    if unknown:
        raise ValueError(f"a reference must be a level in the risk table; not there: {', '.join(unknown)}")


def _large_enough(
    rows: pd.DataFrame, *, of: Sequence[str], minimum: int
) -> tuple[pd.DataFrame, tuple[Label, ...], tuple[Label, ...]]:
    """Rows without the levels that are too small, or that nobody left; those levels."""
    small: list[Label] = []
    nobody: list[Label] = []
    while True:
        tiny = [label for name in of for label in _levels(rows, name, least=minimum)]
        none = [label for name in of for label in _levels(rows, name, least=0) if label not in tiny]
        if not tiny and not none:
            return rows, tuple(small), tuple(nobody)
        small, nobody = small + tiny, nobody + none
        out = [rows[label.of] == label.code for label in (*tiny, *none)]
        rows = rows[~np.logical_or.reduce(out)]


def _levels(rows: pd.DataFrame, name: str, *, least: int) -> list[Label]:
    """Levels with a peak of fewer than ``least`` at risk; with ``least`` 0 those nobody left."""
    code, seen = _codes(rows, name)
    if least:
        time = rows["tenure"].to_numpy()
        wide = int(time.max(initial=0)) + 1
        at_risk = np.bincount(code * wide + time, weights=rows["at_risk"], minlength=len(seen) * wide)
        few = at_risk.reshape(-1, wide).max(axis=1) < least
    else:
        few = np.bincount(code, weights=rows["lost"], minlength=len(seen)) == 0
    return [Label(of=name, code=str(level)) for level in rows[name].cat.categories[few & seen]]


def _codes(rows: pd.DataFrame, name: str) -> tuple[Ints, NDArray[np.bool_]]:
    """Place of each row's level, and which levels there are."""
    code = rows[name].cat.codes.to_numpy().astype(np.int64)
    return code, np.bincount(code, minlength=len(rows[name].cat.categories)) > 0


def _patterns(rows: pd.DataFrame, keys: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
    """Place of each row's pattern among the sorted ones there are; their levels."""
    place = np.zeros(len(rows), dtype=np.int64)
    for name in keys:
        code, seen = _codes(rows, name)
        place = place * len(seen) + code
        place = (np.cumsum(np.bincount(place) > 0) - 1)[place]
    _, first = np.unique(place, return_index=True)
    return place, rows[list(keys)].iloc[first].reset_index(drop=True)


def _placed(rows: pd.DataFrame) -> tuple[Ints, Array]:
    """Place of each row's time among those of losses, -1 for others; those times."""
    time = rows["tenure"].to_numpy()
    gone = np.bincount(time, weights=rows["lost"]) > 0
    return np.where(gone, np.cumsum(gone) - 1, -1)[time], np.flatnonzero(gone).astype(float)


def counts_of(compared: Comparison, *, strata: Sequence[str]) -> tuple[CoxCounts, tuple[CoxCounts, ...]]:
    """Counts at the times of losses, one column per pattern of the comparison.

    Returns
    -------
    all, left_out : CoxCounts, tuple of CoxCounts
        Of everybody; with each occupied bucket left out (none where the table has no buckets).
    """
    rows, keys = as_codes(compared.risk, strata), [*compared.reference, *strata]
    time, times = _placed(rows)
    group, patterns = _patterns(rows, keys)
    bucket = np.zeros(len(rows), dtype=np.int64)
    if "bucket" in rows:
        bucket = np.unique(rows["bucket"], return_inverse=True)[1]
    shape = (int(bucket.max(initial=0)) + 1, len(times), len(patterns))
    used = np.flatnonzero(time >= 0)
    place = np.ravel_multi_index((bucket[used], time[used], group[used]), shape)
    at_risk, lost = (
        np.bincount(place, weights=rows[name].to_numpy()[used], minlength=math.prod(shape)).reshape(shape)
        for name in ("at_risk", "lost")
    )
    design = np.column_stack([patterns[label.of] == label.code for label in compared.columns]).astype(float)
    stratum = patterns.groupby(list(strata), observed=True).ngroup().to_numpy() if strata else None
    whole = cox_counts(
        times, at_risk.sum(axis=0), lost.sum(axis=0), design=design, strata=stratum,
        names=in_words(compared.columns),
    )  # fmt: skip
    if "bucket" not in rows:
        return whole, ()
    return whole, tuple(
        replace(whole, at_risk=whole.at_risk - n, lost=whole.lost - d) for n, d in zip(at_risk, lost, strict=True)
    )


def in_words(columns: Iterable[Label]) -> list[str]:
    """Names of the columns, such as ``plan = en90``."""
    return [f"{label.of} = {label.code}" for label in columns]
