from __future__ import annotations

import numpy as np
import pytest

from cxlab.synth import company as planted
from cxlab.synth.days import NAMES
from cxlab.synth.scores import answered_nps, means, targets

NPS = "avg(case when nps >= 9 then 100.0 when nps <= 6 then -100.0 else 0 end) filter (nps is not null)"
ANSWERS = """(select r.*, c.region, p.plan from survey_responses r join customers c using (customer_id)
              join (select distinct customer_id, plan from truth_spells) p using (customer_id)
              where r.survey = 'relationship')"""


def error(n: float) -> float:
    """Standard error of an NPS: the -100/0/100 score has a standard deviation of about 75."""
    return 75 / np.sqrt(n)


@pytest.mark.parametrize("calm_", [False, True])
def test_the_solved_means_give_the_planted_nps(calm_):
    assert answered_nps(means(calm=calm_)) == pytest.approx(targets(calm=calm_), abs=1e-6)


def test_planted_nps_is_that_of_the_specification():
    planted_nps = targets(calm=False)
    at = {name: q for q, name in enumerate(NAMES)}
    assert planted_nps[at["2024Q4"], :, 1].mean() == 12
    assert planted_nps[at["2025Q1"], :, 1].mean() == 22
    assert list(planted_nps[at["2026Q3"], 1]) == [20, 20]
    assert planted_nps[at["2026Q2"], 1, 0] == pytest.approx(33)
    assert (targets(calm=True)[:, 0] == targets(calm=True)[0, 0]).all()


def test_nps_of_each_quarter_is_the_planted_one(company):
    for quarter, target in zip(company.truth.quarters, planted.NPS, strict=True):
        assert abs(quarter.nps_points - target) < 3 * error(quarter.answered) + 0.5, quarter


def test_the_truth_counts_answers_as_the_table_has_them(company):
    counted = company.ask(f"""
        select wave, {NPS} as nps, count(nps) as answered, count(*) as invited
        from (select distinct * from survey_responses where survey = 'relationship')
        group by wave order by wave""")
    assert list(counted["nps"]) == pytest.approx([q.nps_points for q in company.truth.quarters], abs=1e-3)
    assert list(counted["answered"]) == [q.answered for q in company.truth.quarters]
    assert list(counted["invited"]) == [q.invited for q in company.truth.quarters]


@pytest.mark.parametrize(
    ("wave", "group", "target"),
    [
        ("2024Q3", "region = 'cch'", 30),
        ("2024Q4", "region = 'cch'", 12),
        ("2025Q1", "region = 'cch'", 22),
        ("2026Q2", "plan in ('en90', 'en120')", 33),
        ("2026Q3", "plan in ('en90', 'en120')", 20),
        ("2026Q3", "plan not in ('en90', 'en120')", 28),
    ],
)
def test_nps_moves_where_it_was_planted(company, wave, group, target):
    found = company.ask(f"select {NPS} as nps, count(nps) as n from {ANSWERS} where wave = '{wave}' and {group}")
    assert abs(found["nps"][0] - target) < 3 * error(found["n"][0]) + 1


def test_about_a_third_answer_and_a_quarter_of_them_by_each_mode(company):
    funnel = company.ask("""
        select count(*) as invited, count(delivered_at) as delivered, count(answered_at) as answered
        from survey_responses where survey = 'relationship'""").iloc[0]
    assert funnel["invited"] / 12 == pytest.approx(7_000, rel=0.06)
    assert funnel["delivered"] / funnel["invited"] == pytest.approx(0.9486, abs=0.003)
    assert funnel["answered"] / funnel["delivered"] == pytest.approx(0.343, abs=0.01)
    modes = company.ask("""select mode, count(*) / sum(count(*)) over () as share from survey_responses
        where survey = 'relationship' group by mode""").set_index("mode")["share"]
    assert modes.to_dict() == pytest.approx({"sms": 0.55, "app": 0.30, "call": 0.15}, abs=0.01)


def test_answers_by_phone_are_half_a_point_higher_before_rounding_and_the_cap(calm):
    found = calm.ask("select mode = 'call' as phone, avg(nps) as mean from survey_responses group by phone")
    gap = found.set_index("phone")["mean"]
    assert 0.3 < gap[True] - gap[False] < 0.5


def test_promoters_answer_one_and_a_half_times_as_often(calm):
    """Who would have answered what is unseen; earlier answers tell the liking that answering goes with."""
    planted_ratio = planted.ANSWER_SHARE["promoter"] / planted.ANSWER_SHARE["detractor"]
    assert planted_ratio == pytest.approx(1.5)
    found = calm.ask(f"""
        with person as (select customer_id, avg(nps) filter (wave <= '2025Q1') as before,
               avg((nps is not null)::int) filter (wave > '2025Q1') as answers,
               count(*) filter (wave > '2025Q1') as asked from {ANSWERS} group by customer_id)
        select before >= 9 as happy, sum(answers * asked) / sum(asked) as share from person
        where (before >= 9 or before <= 6) and asked > 0 group by happy""").set_index("happy")["share"]
    assert 1.1 < found[True] / found[False] < 1.5


def test_unhappy_customers_asked_again_rise_by_regression_to_the_mean(calm):
    again = calm.ask(f"""
        with a as (select customer_id, response_id, nps, list_position({list(NAMES)}, wave) as q from {ANSWERS}
                   where nps is not null)
        select avg(b.nps - a.nps) as rise, count(*) as n
        from a join a b on b.customer_id = a.customer_id and b.q = a.q + 1
        left join loop_cases l on l.response_id = a.response_id
        where a.nps <= 6 and l.first_contact_at is null""").iloc[0]
    assert again["n"] > 500
    assert again["rise"] == pytest.approx(1.9, abs=0.35)
