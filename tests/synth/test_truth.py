"""What the truth file says came of the effects is near what was planted, and is what the tables hold."""

from __future__ import annotations

import json

import pytest

from cxlab.synth import voice
from cxlab.synth.coding import CODED
from cxlab.synth.days import NAMES


@pytest.fixture(scope="module")
def effects(company):
    return company.truth.realised["effects"]


def test_the_price_of_a_step_is_realised_within_customers(calm):
    """With VAT inside, as paid; amounts cut off at zero or at the smallest recharge weaken it a little."""
    found = calm.truth.realised["effects"]["score_money_extras"]
    assert found["promoter"] == pytest.approx(9_000, abs=1_800)
    assert found["detractor"] == pytest.approx(-18_000, abs=1_800)
    assert calm.truth.realised["effects"]["score_money_recharges"]["detractor"] < -8_000


def test_a_reversed_company_has_no_price(reverse):
    found = reverse.truth.realised["effects"]["score_money_extras"]
    assert abs(found["promoter"]) < 3_000
    assert abs(found["detractor"]) < 3_000


def test_all_customers_are_about_ten_points_less_happy_than_those_who_answer(company, effects):
    gaps = [
        quarter.nps_points - effects["nps_of_all_invited"][quarter.quarter] for quarter in company.truth.quarters
    ]
    assert sum(gaps) / len(gaps) == pytest.approx(11, abs=2)


def test_callbacks_and_waiting_are_realised_as_planted(calm):
    effects = calm.truth.realised["effects"]
    assert effects["callback_in_time"]["usual"] == pytest.approx(0.31, abs=0.02)
    assert effects["ces_per_minute_above_3"] == pytest.approx(-0.25, abs=0.05)
    rise = effects["rise_after_bad_score"]
    assert rise["not_called_in_time"] == pytest.approx(1.9, abs=0.35)
    assert 0.1 < rise["called_in_time"] - rise["not_called_in_time"] < 0.9


def test_fewer_long_standing_customers_answer_in_the_last_quarter(company, effects):
    share = effects["long_tenure_share_of_answers"]
    assert list(share) == list(NAMES)
    usual = sum(share[name] for name in NAMES[:-1]) / (len(NAMES) - 1)
    assert share["2026Q3"] < usual - 0.01
    assert -0.8 < effects["mix_of_tenures_2026Q3_nps_points"] < 0


def test_realised_shares_of_themes_are_those_of_the_texts(company):
    told = company.truth.realised
    counted = company.ask("""
        select theme, wave, count(distinct verbatim_id) as n from
            (select verbatim_id, unnest(themes) as theme, wave from truth_texts join verbatims using (verbatim_id)
             join (select distinct on (response_id) * from survey_responses) using (response_id))
        group by all""").set_index(["theme", "wave"])["n"]
    for code in voice.CODES:
        for name in NAMES:
            share = counted.get((code, name), 0) / told["comments"][name]
            assert told["themes"][code]["share"][name] == pytest.approx(share, abs=1e-4)


def test_parameters_of_themes_and_coders_are_written_down(company):
    planted = json.loads((company.folder / "truth.json").read_text(encoding="utf-8"))["planted"]
    assert planted["themes"]["app"]["shares"]["2025Q2"] == {"all": 0.14}
    assert planted["themes"]["app"]["leaving_ratio"] == 1.0
    assert planted["coders"]["B"]["misses"] == {"package_terms": 0.50}
    assert set(planted["alpha"]) == set(CODED)
    assert planted["alpha"]["package_terms"] == pytest.approx(0.61, abs=0.02)
