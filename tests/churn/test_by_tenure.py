"""A ratio that changes with tenure is found and told band by band; steady ones are not split."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab import churn
from cxlab.finding import Label, Withheld
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")


def weekly(late_ratio, *, early_ratio=3.0, weeks=80, seed=1, size=4_000, buckets=1):
    """Plan b leaves ``early_ratio`` times as often as a in the first 13 weeks, then ``late_ratio`` times."""
    rng, rows = np.random.default_rng(seed), []
    for bucket in range(buckets):
        for plan in ("a", "b"):
            for region, factor in (("x", 1.0), ("y", 1.3)):
                n = size // buckets
                for week in range(1, weeks + 1):
                    ratio = (early_ratio if week <= 13 else late_ratio) if plan == "b" else 1.0
                    d = rng.binomial(n, 0.012 * ratio * factor)
                    rows.append((week, plan, region, bucket, n, d))
                    n -= d
    table = pd.DataFrame(rows, columns=["tenure", "plan", "region", "bucket", "at_risk", "lost"])
    return table if buckets > 1 else table.drop(columns="bucket")


def test_each_band_has_its_planted_ratio():
    found = churn.ratio_by_tenure(
        weekly(0.5, buckets=25), of=["plan", "region"], quarter=NOW, reference={"plan": "a", "region": "x"}
    )
    rows = found.table.set_index("tenure_band")
    assert list(rows.index) == ["1-3", "4-11", "12+"]
    for band, planted in (("1-3", 3.0), ("4-11", 0.5), ("12+", 0.5)):
        assert rows.low[band] <= planted <= rows.high[band]
    assert found.message.id == "churn.ratio_by_tenure"
    assert found.message.values["group"] == Label(of="plan", code="b")
    assert found.message.values["reference"] == Label(of="plan", code="a")
    assert found.message.values["band_most"] == Label(of="tenure_band", code="1-3")
    assert found.headline.value == rows.estimate.max()
    assert found.checks[-1].message.id == "check.indicative"


def test_a_steady_ratio_is_not_split():
    found = churn.ratio_by_tenure(weekly(3.0), of=["plan", "region"], quarter=NOW)
    assert found.headline == Withheld(found.message)
    assert found.message.id == "churn.ratio_by_tenure.steady"
    assert found.table.empty


def test_a_band_in_which_nobody_of_the_group_left_is_named():
    found = churn.ratio_by_tenure(weekly(2.0, early_ratio=0.0), of=["plan"], quarter=NOW, reference={"plan": "a"})
    assert found.table["tenure_band"].tolist() == ["4-11", "12+"]
    check = next(each for each in found.checks if each.name == "bands")
    assert check.message.values == {"bands": (Label(of="tenure_band", code="1-3"),)}


def test_a_single_band_tells_nothing():
    risk = weekly(0.0, size=20_000)
    found = churn.ratio_by_tenure(risk, of=["plan"], quarter=NOW, reference={"plan": "a"})
    assert found.message.id == "churn.ratio_by_tenure.one_band"
    assert isinstance(found.headline, Withheld)


def test_what_cannot_be_compared_is_said():
    found = churn.ratio_by_tenure(weekly(1.0).query("plan == 'a'"), of=["plan"], quarter=NOW)
    assert found.message.id == "churn.hazard_ratios.no_groups"


def test_the_bands_are_cut_where_a_spell_is_cut():
    """Fitted to rows cut at the edge of a band, the first band is the same."""
    from cxlab.maths.cox import cox, cox_counts

    risk = weekly(0.5)
    found = churn.ratio_by_tenure(risk, of=["plan"], quarter=NOW, reference={"plan": "a"})
    first = risk[risk["tenure"] <= 13].pivot_table(
        index="tenure", columns="plan", values=["at_risk", "lost"], aggfunc="sum"
    )
    fit = cox(cox_counts(first.index, first["at_risk"], first["lost"], design=[[0.0], [1.0]]))
    assert found.table["estimate"].iloc[0] == pytest.approx(np.exp(fit.coefficients[0]), rel=1e-9)


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_sentence_can_be_said(language):
    wording = Wording(language)
    for found in (
        churn.ratio_by_tenure(weekly(0.5), of=["plan"], quarter=NOW),
        churn.ratio_by_tenure(weekly(3.0), of=["plan"], quarter=NOW),
        churn.ratio_by_tenure(weekly(2.0, early_ratio=0.0), of=["plan"], quarter=NOW, reference={"plan": "a"}),
        churn.ratio_by_tenure(weekly(0.0, size=20_000), of=["plan"], quarter=NOW, reference={"plan": "a"}),
    ):
        for message in (found.message, found.method, *(check.message for check in found.checks)):
            assert "{" not in wording.say(message)
