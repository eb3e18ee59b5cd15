"""What may not be shown, what is not compared, and bad input in words."""

import pandas as pd
import pytest

from cxlab import nps
from cxlab.evidence import pairs, rating_counts, score_counts
from cxlab.finding import Withheld


def answers(cells, *, now):
    """Rows of plans: ``{plan: ((promoters, passives, detractors) last quarter, the same now)}``."""
    rows = []
    for plan, waves in cells.items():
        for quarter, (p, m, d) in zip((now - 1, now), waves, strict=True):
            for score, times in ((10, p), (8, m), (2, d)):
                rows += [
                    {"plan": plan, "nps": score, "customer_id": "", "quarter_number": quarter.ordinal}
                ] * times
    return [{**row, "response_id": f"r{place}"} for place, row in enumerate(rows)]


@pytest.fixture
def by_plan(responses, now):
    def build(cells, **options):
        table = responses(answers(cells, now=now))
        met = pairs(table, quarter=now, against=[now - 1], by=["plan"])
        return nps.by(score_counts(table, by=["plan"]), met, by="plan", quarter=now, **options)

    return build


BIG = ((60, 50, 40), (55, 50, 45))


def test_groups_under_ten_are_hidden_and_so_is_what_would_give_them_away(by_plan):
    found = by_plan({"a": BIG, "b": ((12, 0, 0), (11, 0, 0)), "c": ((4, 0, 0), (3, 0, 0))})
    assert found.table["plan"].tolist() == ["a"]
    hidden = next(check for check in found.checks if check.name == "hidden")
    assert hidden.message.values["n"] == 2


def test_groups_that_are_small_in_either_quarter_are_hidden(by_plan):
    found = by_plan({"a": BIG, "b": ((2, 1, 1), (30, 30, 30)), "c": ((30, 30, 30), (1, 1, 4))})
    assert found.table["plan"].tolist() == ["a"]


def test_groups_under_a_hundred_get_no_change(by_plan):
    found = by_plan({"a": BIG, "b": ((30, 20, 20), (20, 20, 30))})
    rows = found.table.set_index("plan")
    assert pd.isna(rows.change["b"])
    assert not pd.isna(rows.change["a"])
    assert [check.name for check in found.checks] == ["hidden", "arrows"]


def test_a_few_answers_are_not_singled_out(by_plan):
    found = by_plan({"a": BIG, "b": ((0, 5, 15), (0, 0, 20))})
    assert found.table["estimate"].min() == -100
    assert found.message.values["group"].code == "a"
    assert found.message.values["among"].code == "large"


def test_a_first_quarter_has_nothing_to_compare_with(responses, now):
    rows = [{"nps": score, "response_id": f"r{place}"} for place, score in enumerate([10] * 30 + [3] * 10)]
    table = responses(rows)
    counts = score_counts(table)
    change = nps.change(counts, pairs(table, quarter=now, against=[now - 1, now - 4]), quarter=now)
    assert change.message.id == "nps.change.first"
    assert isinstance(change.headline, Withheld)
    assert nps.trend(counts, quarter=now).message.id == "nps.trend.first"


def test_few_answers_before_are_told_from_none(responses, now):
    table = responses(answers({"a": ((3, 1, 0), (60, 50, 40))}, now=now))
    counts = score_counts(table)
    change = nps.change(counts, pairs(table, quarter=now, against=[now - 1, now - 4]), quarter=now)
    assert change.message.id == "nps.change.too_few_before"


def test_nine_answers_are_no_score(responses, now):
    table = responses([{"nps": 9, "response_id": f"r{place}"} for place in range(9)])
    score = nps.score(score_counts(table), quarter=now)
    assert isinstance(score.headline, Withheld)
    assert score.message.id == "nps.score.too_few"
    assert score.table.empty


def test_a_study_that_never_asked_says_nothing_more(responses, now):
    table = responses([{"csat": 4.0, "scale_min": 1.0, "scale_max": 5.0}])
    counts = score_counts(table, bucket=True)
    waves = pairs(table, quarter=now, against=[now - 1])
    assert nps.score(counts, quarter=now).message.id == "nps.score.nobody"
    assert nps.change(counts, waves, quarter=now) is None
    assert nps.migration(waves, quarter=now) is None
    for measure in (nps.trend, nps.bound, nps.sample, nps.next_quarter):
        assert measure(counts, quarter=now) is None


def test_a_score_published_otherwise_is_called_restated(responses, now):
    table = responses(answers({"a": BIG}, now=now))
    counts, met = score_counts(table), pairs(table, quarter=now, against=[now - 1, now - 4])
    published = nps.score(score_counts(responses(answers({"a": (BIG[1], BIG[1])}, now=now))), quarter=now - 1)
    change = nps.change(counts, met, quarter=now, last=published)
    (restated,) = [check for check in change.checks if check.name == "restated"]
    assert restated.message.values["old"] == pytest.approx(100 * 10 / 150)
    assert restated.message.values["new"] == pytest.approx(100 * 20 / 150)
    same = nps.change(counts, met, quarter=now, last=nps.score(counts, quarter=now - 1))
    assert "restated" not in [check.name for check in same.checks]


def test_answers_on_another_scale_are_left_out_and_counted(responses, now):
    rows = [{"csat": 4.0, "scale_min": 1.0, "scale_max": 5.0}] * 40 + [{"csat": 9.0, "scale_max": 10.0}] * 12
    rows = [{**row, "response_id": f"r{place}", "touchpoint_id": "shop"} for place, row in enumerate(rows)]
    counts = rating_counts(responses(rows), measure="csat", by=["touchpoint"])
    found = nps.ratings_by(counts, measure="csat", by="touchpoint", quarter=now, name="nps.touchpoints")
    assert found.headline.value == 4
    assert found.headline.n == 40
    (other,) = [check for check in found.checks if check.name == "scales"]
    assert other.message.values["n"] == 12


def test_wrong_evidence_is_refused_in_words(now):
    with pytest.raises(ValueError, match=r"^score_counts must give quarter, promoters, .* not among plan$"):
        nps.score(pd.DataFrame({"plan": ["a"]}), quarter=now)
    with pytest.raises(ValueError, match=r"^rating_counts must give quarter, shop, .* not among plan$"):
        nps.ratings_by(pd.DataFrame({"plan": ["a"]}), measure="csat", by="shop", quarter=now, name="nps.csat_by")
