"""Cox: R's values, replicated rows, strata, late entry, baseline, and designs that cannot be fitted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.errors import FitError
from cxlab.maths import cox_moments, separation, ties
from cxlab.maths.cox import baseline, cox, cox_counts, refits, refitted
from cxlab.maths.separation import unfit

ROSSI = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
LUNG = ["age", "sex", "ph.ecog"]


def test_lung_matches_r(published, cox_rows, lung):
    rows, expected = lung.dropna(subset=LUNG), published["lung_cox_efron"]
    counts = cox_rows(rows["time"], rows["status"], rows[LUNG])
    fit = cox(counts)
    assert fit.coefficients == pytest.approx(expected["coefficients"], abs=5e-9)
    assert fit.errors == pytest.approx(expected["errors"], abs=5e-9)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=5e-8)
    assert cox(counts, ties="breslow").log_likelihood == pytest.approx(
        expected["log_likelihood_breslow"], abs=5e-8
    )


def test_rossi_matches_r(published, cox_rows, rossi):
    fit, expected = cox(cox_rows(rossi["week"], rossi["arrest"], rossi[ROSSI])), published["rossi_cox_efron"]
    assert fit.coefficients == pytest.approx(expected["coefficients"], abs=6e-8)
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], abs=5e-5)


def test_leukaemia_matches_the_textbooks(published, cox_rows, leukaemia):
    fit = cox(cox_rows(leukaemia["time"], leukaemia["lost"], leukaemia["placebo"]))
    assert np.exp(fit.coefficients[0]) == pytest.approx(published["leukaemia"]["hazard_ratio_efron"], abs=5e-3)


def test_counts_are_replicated_rows_as_in_r(published, cox_rows):
    case = published["doweight"]
    fit = cox(cox_rows(case["time"], case["status"], case["x"], weight=case["weight"]))
    assert fit.coefficients[0] == pytest.approx(case["coefficient_replicated_efron"], abs=5e-5)


@pytest.mark.parametrize("method", ["efron", "breslow"])
def test_a_count_of_two_is_two_rows(cox_rows, late, method):
    weights = np.where(late["b"] == 2, 3, 2)
    rows = late.loc[late.index.repeat(weights)]
    counted = cox(
        cox_rows(late["time"], late["lost"], late[["a", "b"]], entry=late["entry"], weight=weights), ties=method
    )
    repeated = cox(cox_rows(rows["time"], rows["lost"], rows[["a", "b"]], entry=rows["entry"]), ties=method)
    assert counted.coefficients == pytest.approx(repeated.coefficients, rel=1e-9)
    assert counted.covariance == pytest.approx(repeated.covariance, rel=1e-8)
    assert counted.log_likelihood == pytest.approx(repeated.log_likelihood, rel=1e-12)


def test_late_entry_equals_lifelines(cox_rows, late):
    from lifelines import CoxPHFitter

    oracle = CoxPHFitter().fit(late, "time", "lost", entry_col="entry")
    fit = cox(cox_rows(late["time"], late["lost"], late[["a", "b"]], entry=late["entry"]))
    assert fit.coefficients == pytest.approx(oracle.params_.to_numpy(), abs=1e-6)
    assert fit.errors == pytest.approx(oracle.standard_errors_.to_numpy(), abs=1e-6)


def test_strata_equal_lifelines(grid, late):
    from lifelines import CoxPHFitter

    oracle = CoxPHFitter().fit(late, "time", "lost", entry_col="entry", strata=["b"])
    times, n, d, patterns = grid(late["time"], late["lost"], entry=late["entry"], group=late[["a", "b"]])
    fit = cox(cox_counts(times, n, d, design=patterns[:, :1], strata=patterns[:, 1]))
    assert fit.coefficients == pytest.approx(oracle.params_.to_numpy(), abs=1e-6)
    assert fit.errors == pytest.approx(oracle.standard_errors_.to_numpy(), abs=1e-6)


def test_the_closed_form_of_many_ties_is_the_direct_sum(monkeypatch, cox_rows, rossi):
    rows = rossi.loc[rossi.index.repeat(200)].assign(week=lambda frame: 1 + frame["week"] // 13)
    counts = cox_rows(rows["week"], rows["arrest"], rows[["fin", "age"]])
    closed = cox(counts)
    monkeypatch.setattr(ties, "DIRECT_BELOW", np.inf)
    direct = cox(counts)
    assert closed.coefficients == pytest.approx(direct.coefficients, rel=1e-9)
    assert closed.covariance == pytest.approx(direct.covariance, rel=1e-7)
    assert closed.log_likelihood == pytest.approx(direct.log_likelihood, rel=1e-12)


def test_everybody_lost_at_once_is_summed_directly():
    sums = ties.tie_sums(np.array([3.0]), np.array([3.0]), np.array([3.0]), ties="efron")
    assert sums.w == pytest.approx([1 / 3 + 1 / 2 + 1])
    assert sums.logs == pytest.approx([np.log(6)])


def test_breslow_equals_the_poisson_model(cox_rows, late):
    import statsmodels.api as sm

    counts = cox_rows(late["time"], late["lost"], late[["a", "b"]], entry=late["entry"])
    used = (counts.at_risk > 0).ravel()
    time = np.repeat(np.arange(len(counts.times)), counts.at_risk.shape[1])
    dummies = (time[:, None] == np.arange(len(counts.times))).astype(float)
    x = np.hstack([np.tile(counts.design, (len(counts.times), 1)), dummies])[used]
    model = sm.GLM(
        counts.lost.ravel()[used], x, family=sm.families.Poisson(), offset=np.log(counts.at_risk.ravel()[used])
    )
    assert cox(counts, ties="breslow").coefficients == pytest.approx(model.fit(tol=1e-12).params[:2], abs=1e-6)


def test_baseline_without_covariate_effect_is_nelson_aalen():
    counts = cox_counts([1, 2], [[10, 10], [8, 8]], [[2, 2], [1, 1]], design=[[0.0], [1.0]])
    fit = cox(counts, ties="breslow")
    assert fit.coefficients == pytest.approx([0.0], abs=1e-12)
    times, hazard = baseline(counts, fit)
    assert times.tolist() == [1, 2]
    assert hazard == pytest.approx([4 / 20, 4 / 20 + 2 / 16])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-50, 50), scale=st.floats(0.01, 100))
def test_shifting_and_scaling_a_covariate_scales_its_coefficient(seed, shift, scale):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(4, 1))
    n = rng.integers(20, 40, (5, 4))
    d = rng.integers(1, 4, (5, 4))
    plain, moved = (cox(cox_counts(range(5), n, d, design=design)) for design in (x, (x + shift) * scale))
    assert moved.coefficients * scale == pytest.approx(plain.coefficients, rel=1e-6, abs=1e-9)
    assert moved.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9)


MERGE = "leave the level out or merge it with another"
STILL = "does not vary among those at risk when someone was lost; leave it out"
CASES = {
    "none_lost": ([[5, 5], [5, 5]], [[1, 0], [1, 0]], [[0.0], [1.0]], "nobody with plan = x was lost; " + MERGE),
    "all_lost": ([[5, 5], [5, 5]], [[0, 1], [0, 1]], [[0.0], [1.0]], "nobody without plan = x was lost; " + MERGE),
    "constant": ([[5, 5], [5, 5]], [[1, 1], [1, 1]], [[1.0], [1.0]], "plan = x " + STILL),
}  # fmt: skip


@pytest.mark.parametrize("kind", list(CASES))
def test_a_coefficient_without_a_finite_value_is_refused_in_words(kind):
    at_risk, lost, design, problem = CASES[kind]
    counts = cox_counts([1, 2], at_risk, lost, design=design, names=["plan = x"])
    with pytest.raises(FitError) as caught:
        cox(counts)
    assert str(caught.value) == f"these coefficients have no finite value\n  - {problem}"
    assert [each.kind for each in unfit(at_risk, lost, design, strata=[0, 0])] == [kind]


def test_a_column_that_follows_from_others_is_refused():
    design = [[0.0, 0, 0], [1, 0, 1], [0, 1, 1], [1, 1, 2]]
    counts = cox_counts([1], [[9, 9, 9, 9]], [[1, 2, 1, 2]], design=design, names=["a", "b", "a + b"])
    with pytest.raises(FitError) as caught:
        cox(counts)
    assert str(caught.value) == (
        "these coefficients have no finite value\n  - a + b follows from a and b; leave it out"
    )


def test_the_dummies_of_every_level_are_refused_by_name():
    counts = cox_counts(
        [1, 2],
        [[9, 9, 9], [8, 8, 8]],
        [[1, 1, 1], [1, 2, 1]],
        design=np.eye(3),
        names=["plan a", "plan b", "plan c"],
    )
    with pytest.raises(FitError) as caught:
        cox(counts)
    assert str(caught.value) == (
        "these coefficients have no finite value\n"
        "  - plan a and plan b and plan c are all the levels there are; leave one out to compare the others with"
    )


def test_holes_in_covariates_are_named_and_counted():
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        cox_counts(
            [1], [[9, 9, 9]], [[1, 1, 1]], design=[[1, np.nan], [2, np.nan], [np.inf, 3]], names=["age", "spend"]
        )
    assert str(caught.value) == (
        "these columns have missing or infinite values: age (1 of 3 rows), spend (2 of 3 rows); "
        "fill them or leave those rows out"
    )


def test_separation_by_two_columns_together_is_found():
    """Neither column alone ranks all losses; their sum does."""
    at_risk, lost, design = [[9, 9, 9]], [[0, 2, 3]], [[0.0, 0.0], [2.0, -1.0], [-1.0, 2.0]]
    assert [each.kind for each in unfit(at_risk, lost, design, strata=[0, 0, 0])] == ["separated"]


def test_a_design_with_losses_everywhere_is_fit():
    assert unfit([[9, 9], [8, 8]], [[1, 2], [2, 1]], [[0.0], [1.0]], strata=[0, 0]) == []


def test_nobody_lost_is_refused():
    counts = cox_counts([1], [[5, 5]], [[0, 0]], design=[[0.0], [1.0]])
    with pytest.raises(FitError, match=r"^proportional hazards need someone lost; got nobody$"):
        cox(counts)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"lost": [[1, 1, 1]]},
            "at_risk and lost are times by patterns, the design patterns by columns; "
            "got (1, 2), (1, 3), (2, 1) for 1 times",
        ),
        ({"lost": [[6, 1]]}, "0 <= lost <= at risk must hold for every time and pattern; see the counts"),
        ({"names": ["a", "b"]}, "one name per column of the design: 1 needed; got 2"),
    ],
)
def test_impossible_counts_are_refused(arguments, message):
    given_ = {"times": [1], "at_risk": [[5, 5]], "lost": [[1, 1]], "design": [[0.0], [1.0]]} | arguments
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        cox_counts(**given_)
    assert str(caught.value) == message


@pytest.mark.parametrize("start", [np.nan, np.inf])
def test_a_fit_that_cannot_go_uphill_ends(cox_rows, leukaemia, start):
    counts = cox_rows(leukaemia["time"], leukaemia["lost"], leukaemia["placebo"])
    with np.errstate(invalid="ignore"), pytest.raises(FitError) as caught:
        cox(counts, start=[start])
    assert str(caught.value) == "the proportional hazards fit has no finite maximum; see the design's columns"


def two_strata(*, shared):
    """Patterns 0, 1, 0, 2 of two strata; with ``shared`` both have the first two, counted in two parts."""
    rng = np.random.default_rng(3)
    values = [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0] if shared else [0.0, 1.0], [0.0, 0.0]]
    lost = rng.integers(0, 4, (8, 5))
    at_risk = lost + rng.integers(5, 30, (8, 5))
    return cox_counts(range(8), at_risk, lost, design=np.array(values)[:, : 1 if shared else 2],
                      strata=[0, 0, 1, 1, 1])  # fmt: skip


@pytest.mark.parametrize("shared", [True, False])
def test_strata_laid_under_each_other_say_what_they_say_one_by_one(monkeypatch, shared):
    counts = two_strata(shared=shared)
    monkeypatch.setattr(cox_moments, "SPARE", 10)
    assert len(cox_moments.Layout.of(counts.design, counts.strata)) == 1
    together, again = cox(counts), refits([counts], cox(counts))
    monkeypatch.setattr(cox_moments, "SPARE", 0)
    assert len(cox_moments.Layout.of(counts.design, counts.strata)) == 2
    apart = cox(counts)
    assert together.coefficients == pytest.approx(apart.coefficients, rel=1e-12)
    assert together.covariance == pytest.approx(apart.covariance, rel=1e-12)
    assert together.log_likelihood == pytest.approx(apart.log_likelihood, rel=1e-12)
    assert again[0] == pytest.approx(refitted(counts, apart), rel=1e-12)
    assert again[0] == pytest.approx(apart.coefficients, rel=1e-12)


@settings(max_examples=150)
@given(
    lost=st.lists(st.lists(st.integers(0, 1), min_size=5, max_size=5), min_size=1, max_size=3),
    design=st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=2), min_size=5, max_size=5),
    strata=st.lists(st.integers(0, 1), min_size=5, max_size=5),
)
def test_the_short_way_never_passes_a_design_that_the_long_one_refuses(lost, design, strata):
    at_risk = np.array(lost) + 1
    pairs = separation._together(at_risk * 1.0, np.array(lost) * 1.0, np.array(strata))
    if separation._both_ways(np.array(design, dtype=float), pairs):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(separation, "SURE", 2.0)
            assert unfit(at_risk, lost, design, strata=strata) == []
