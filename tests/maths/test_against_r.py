"""Everything R's survival package was asked, asked of ours; tests/reference/survival.R made the values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlab.maths.competing import aalen_johansen
from cxlab.maths.cox import cox, cox_counts
from cxlab.maths.fine_gray import fine_gray_counts
from cxlab.maths.grading import concordance
from cxlab.maths.multiplicity import holm
from cxlab.maths.pairwise import pairwise_log_rank
from cxlab.maths.proportional import proportionality
from cxlab.maths.restricted import restricted_mean
from cxlab.maths.survival import kaplan_meier, log_rank, quantile

HERE = Path(__file__).parents[1] / "reference"
R = pd.read_csv(HERE / "survival_r.csv", dtype={"group": str, "at": str}).fillna({"group": "", "at": ""})
AS_PRINTED = 1e-9
"""R's values stand with ten digits."""


def asked(case, of, *, group=None):
    found = R[(R["case"] == case) & (R["of"] == of) & ((R["group"] == group) if group is not None else True)]
    assert len(found)
    return found


@pytest.fixture(scope="session")
def rows(lung, rossi, leukaemia):
    """Rows of each case: time, lost, entry, and the columns its groups are made of."""
    from lifelines.datasets import load_gbsg2

    made = pd.read_csv(HERE / "survival_rows.csv").assign(lost=lambda rows: rows["cause"] > 0)
    late = made[made["case"] == "late"]
    ways = made[made["case"] == "ways"].drop(columns="entry")
    lung = lung.assign(lost=lung["status"])
    return {
        "lung": lung,
        "lung by score": lung[lung["ph.ecog"] < 3].assign(score=lambda rows: rows["ph.ecog"].astype(int)),
        "leukaemia": leukaemia,
        "rossi": rossi.assign(time=rossi["week"], lost=rossi["arrest"]),
        "gbsg2": load_gbsg2().assign(lost=lambda rows: rows["cens"]),
        "late": late,
        "apart": late.assign(time=late["apart"]),
        "ways": ways,
        "first": ways.assign(lost=ways["cause"] == 1),
        "second": ways.assign(lost=ways["cause"] == 2),
    }


def entry_of(frame):
    return frame.get("entry")


CURVES = [
    ("lung", "lung", "sex"),
    ("lung by score", "lung by score", "score"),
    ("leukaemia", "leukaemia", "placebo"),
    ("late", "late", None),
    ("late by a", "late", "a"),
]


def curves_of(grid, rows, case, source, by):
    """Curve of each group of a case, by the group's name."""
    frame = rows[source]
    if case == "lung":  # R read the file, where men are 1 and women 2
        frame = frame.assign(sex=frame["sex"] + 1 - frame["sex"].min())
    for group, mine in [("", frame)] if by is None else frame.groupby(by):
        times, n, d, _ = grid(mine["time"], mine["lost"], entry=entry_of(mine), every=True)
        yield str(group), kaplan_meier(times, n[:, 0], d[:, 0])


@pytest.mark.parametrize(("case", "source", "by"), CURVES)
def test_curves_and_their_log_log_intervals(grid, rows, case, source, by):
    for group, curve in curves_of(grid, rows, case, source, by):
        for _, r in asked(case, "survival", group=group).iterrows():
            at = float(r["at"])
            assert curve.at(at) == pytest.approx(r["value"], rel=AS_PRINTED)
            assert curve.at(at) * np.sqrt(curve.variance_at(at)) == pytest.approx(r["error"], rel=AS_PRINTED)
            assert np.array(curve.interval(at)) == pytest.approx([r["low"], r["high"]], rel=AS_PRINTED)


@pytest.mark.parametrize(("case", "source", "by"), CURVES)
def test_quantiles_and_their_intervals(grid, rows, case, source, by):
    for group, curve in curves_of(grid, rows, case, source, by):
        for _, r in asked(case, "quantile", group=group).iterrows():
            expected = [None if np.isnan(r[name]) else r[name] for name in ("value", "low", "high")]
            assert list(quantile(curve, float(r["at"]))) == expected


@pytest.mark.parametrize(("case", "source", "by"), CURVES)
def test_restricted_means_and_their_errors(grid, rows, case, source, by):
    for group, curve in curves_of(grid, rows, case, source, by):
        ((_, r),) = asked(case, "restricted mean", group=group).iterrows()
        found = restricted_mean(curve, float(r["at"]))
        assert found.value == pytest.approx(r["value"], rel=AS_PRINTED)
        assert np.sqrt(found.variance) == pytest.approx(r["error"], rel=AS_PRINTED)


LOG_RANK = [
    ("lung by sex", "lung", "sex", None),
    ("lung by score", "lung by score", "score", None),
    ("lung by score within sex", "lung by score", "score", "sex"),
    ("gbsg2 by grade", "gbsg2", "tgrade", None),
    ("gbsg2 by grade within hormone", "gbsg2", "tgrade", "horTh"),
    ("late by b, times apart", "apart", "b", None),
    ("late by b within a, times apart", "apart", "b", "a"),
]


def counts_of(grid, frame, by, within):
    """Counts (strata x times, groups)."""
    parts = [frame] if within is None else [mine for _, mine in frame.groupby(within)]
    found = [grid(mine["time"], mine["lost"], entry=entry_of(mine), group=mine[by])[1:3] for mine in parts]
    return np.vstack([n for n, _ in found]), np.vstack([d for _, d in found])


@pytest.mark.parametrize(("case", "source", "by", "within"), LOG_RANK)
def test_log_rank_of_k_groups_and_within_strata(grid, rows, case, source, by, within):
    ((_, r),) = asked(case, "log-rank").iterrows()
    found = log_rank(*counts_of(grid, rows[source], by, within))
    assert found.statistic == pytest.approx(r["value"], rel=AS_PRINTED)
    assert found.degrees == int(r["at"])


def test_log_rank_of_every_pair_and_its_holm(grid, rows):
    n, d = counts_of(grid, rows["gbsg2"], "tgrade", None)
    found = pairwise_log_rank(n, d)
    adjusted = asked("gbsg2 by grade", "Holm")
    assert [(each.first, each.second) for each in found] == [(0, 1), (0, 2), (1, 2)]
    assert adjusted["group"].tolist() == ["I II", "I III", "II III"]
    assert [each.adjusted for each in found] == pytest.approx(adjusted["value"].tolist(), rel=1e-8)
    assert [each.adjusted for each in found] == pytest.approx(list(holm([each.p for each in found])))


@pytest.mark.parametrize(
    ("case", "source", "by"), [("ways", "ways", None), ("ways by a", "ways", "a"), ("late", "late", None)]
)
def test_shares_lost_to_each_cause(grid, rows, case, source, by):
    """R's errors are the infinitesimal jackknife's: equal where nobody enters late, else near."""
    frame = rows[source]
    for group, mine in [("", frame)] if by is None else frame.groupby(by):
        entry = entry_of(mine)
        parts = [grid(mine["time"], mine["cause"] == cause, entry=entry, every=True) for cause in (1, 2)]
        times, n = parts[0][0], parts[0][1][:, 0]
        found = aalen_johansen(times, n, np.column_stack([d[:, 0] for _, _, d, _ in parts]))
        for cause in (1, 2):
            for _, r in asked(case, f"incidence of {cause}", group=str(group)).iterrows():
                place = np.searchsorted(times, float(r["at"]), side="right") - 1
                assert found.share[place, cause - 1] == pytest.approx(r["value"], rel=AS_PRINTED)
                near = AS_PRINTED if entry is None else 0.05
                assert np.sqrt(found.variance[place, cause - 1]) == pytest.approx(r["error"], rel=near)


COX = {
    "lung": ("lung", ["age", "sex", "ph.ecog"], None),
    "rossi": ("rossi", ["fin", "age", "race", "wexp", "mar", "paro", "prio"], None),
    "leukaemia": ("leukaemia", ["placebo"], None),
    "gbsg2": ("gbsg2", ["age", "pnodes"], "tgrade"),
    "late": ("late", ["a", "b"], None),
    "late within b": ("late", ["a"], "b"),
    "ways, first cause": ("first", ["a", "b"], None),
    "ways, second cause": ("second", ["a", "b"], None),
}


def cox_of(grid, frame, columns, within):
    frame = frame.dropna(subset=columns)
    strata = [] if within is None else [within]
    if within is not None:
        frame = frame.assign(**{within: np.unique(frame[within], return_inverse=True)[1]})
    times, n, d, patterns = grid(
        frame["time"], frame["lost"], entry=entry_of(frame), group=frame[columns + strata].to_numpy(dtype=float)
    )
    stratum = None if within is None else patterns[:, -1].astype(int)
    return cox_counts(times, n, d, design=patterns[:, : len(columns)], strata=stratum)


@pytest.mark.parametrize("case", list(COX))
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_proportional_hazards_with_late_entry_and_strata(grid, rows, case, ties):
    source, columns, within = COX[case]
    fit = cox(cox_of(grid, rows[source], columns, within), ties=ties)
    r = asked(case, f"coxph {ties}")
    assert r["group"].tolist() == columns
    assert fit.coefficients == pytest.approx(r["value"].to_numpy(), rel=1e-8)
    assert fit.errors == pytest.approx(r["error"].to_numpy(), rel=1e-8)
    height = asked(case, f"log-likelihood {ties}")["value"].item()
    assert fit.log_likelihood == pytest.approx(height, rel=AS_PRINTED)


@pytest.mark.parametrize("case", [case for case, (_, _, within) in COX.items() if within is None])
def test_whether_the_ratios_hold(grid, rows, case):
    source, columns, within = COX[case]
    counts = cox_of(grid, rows[source], columns, within)
    each, together = proportionality(counts, cox(counts), groups=[[place] for place in range(len(columns))])
    expected = asked(case, "zph km")["value"].tolist()
    assert [one.statistic for one in [*each, together]] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("case", [case for case, (_, _, within) in COX.items() if within is None])
def test_how_often_the_one_lost_first_was_put_first(grid, rows, case):
    source, columns, within = COX[case]
    counts = cox_of(grid, rows[source], columns, within)
    found = concordance(counts.at_risk, counts.lost, counts.design @ cox(counts).coefficients)
    assert found == pytest.approx(asked(case, "concordance")["value"].item(), rel=AS_PRINTED)


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_fine_gray_from_counts_is_finegray_and_coxph(grid, rows, cause, ties):
    frame = rows["ways"]
    clock = np.arange(1, frame["time"].max() + 1)

    def dense(lost):
        times, n, d, patterns = grid(frame["time"], lost, group=frame[["a", "b"]], every=True)
        place = np.searchsorted(times, clock).clip(max=len(times) - 1)  # at risk as at the next time of anybody
        return n[place], np.where((times[place] == clock)[:, None], d[place], 0), patterns

    n, own, patterns = dense(frame["cause"] == cause)
    other = dense(frame["cause"] == 3 - cause)[1]
    fit = cox(fine_gray_counts(n, own, other, design=patterns), ties=ties)
    r = asked(f"ways, {'first' if cause == 1 else 'second'} cause", f"finegray {ties}")
    assert fit.coefficients == pytest.approx(r["value"].to_numpy(), abs=1e-8)
    assert fit.errors == pytest.approx(r["error"].to_numpy(), abs=1e-8)
