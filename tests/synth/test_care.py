from __future__ import annotations

import numpy as np
import pytest

from cxlab.synth.care import HOTLINE
from cxlab.synth.lives import live
from cxlab.synth.people import make_people


def test_callbacks_are_in_time_as_planted_and_better_in_the_pilot_region(company):
    cases = company.ask("""
        select region = 'mkd' and answered_at >= '2025-10-01' as pilot, count(*) as n,
               avg(coalesce(date_diff('day', answered_at, first_contact_at) <= 10, false)::int) as in_time
        from loop_cases l join customers using (customer_id)
        join (select distinct response_id, answered_at from survey_responses where answered_at < '2026-10-01') r
             using (response_id) group by pilot""").set_index("pilot")
    assert cases.loc[True, "n"] > 150
    assert cases.loc[True, "in_time"] == pytest.approx(0.74, abs=0.1)
    assert cases.loc[False, "in_time"] == pytest.approx(0.31, abs=0.025)


def test_every_bad_score_opens_a_case_and_no_other_does(company):
    assert (
        company.one("""
        select count(*) from (select distinct response_id, nps from survey_responses where nps <= 6) r
        full join loop_cases using (response_id)
        where nps is null or case_id is null""")
        == 0
    )


def test_nobody_is_called_after_leaving(company):
    assert (
        company.one("""
        select count(*) from loop_cases l join customers using (customer_id)
        where first_contact_at is not null and not exists (select 1 from truth_spells s
            where s.customer_id = l.customer_id and s.start <= first_contact_at
              and (exit is null or exit > first_contact_at))""")
        == 0
    )


def test_a_callback_in_time_is_followed_by_a_better_score(calm):
    again = calm.ask("""
        with bad as (select l.customer_id, r.wave, nps,
                            coalesce(date_diff('day', answered_at, first_contact_at) <= 10, false) as called
                     from loop_cases l join (select distinct * from survey_responses) r using (response_id)),
             next as (select distinct on (b.customer_id, b.wave) called, r.nps - b.nps as rise
                      from bad b join survey_responses r on r.customer_id = b.customer_id and r.nps is not null
                           and r.wave > b.wave order by b.customer_id, b.wave, r.wave)
        select called, avg(rise) as rise, count(*) as n from next group by called""").set_index("called")
    assert again["n"].min() > 400
    assert 0.15 < again.loc[True, "rise"] - again.loc[False, "rise"] < 0.8


def test_every_minute_above_three_on_hold_lowers_effort_scores(calm):
    """Slope of CES on minutes above three; the ends of the scale flatten the planted quarter point a little."""
    slope = calm.one("""select regr_slope(ces, greatest(wait_s / 60 - 3, 0)) from survey_responses
        join interactions using (interaction_id)
        where ces is not null and survey_responses.touchpoint_id = 'hotline'""")
    assert slope == pytest.approx(-0.25, abs=0.06)


def test_hotline_waits_double_for_ten_days_at_tet_unless_calm(company, calm):
    def ratio(made):
        tet = "date '2026-02-17'"
        crowd = f"i.at >= {tet} and i.at < {tet} + 10"
        return made.one(f"""select median(wait_s) filter ({crowd}) / median(wait_s) filter (not ({crowd}))
            from interactions i where touchpoint_id = 'hotline'""")

    assert ratio(company) == pytest.approx(2, abs=0.5)
    assert ratio(calm) == pytest.approx(1, abs=0.12)


def test_complaints_are_the_weakest_touchpoint_and_three_are_not_measured(company):
    scores = company.ask("""select touchpoint_id, avg(csat) as csat, avg(ces) as ces from survey_responses
        where kind = 'transactional' group by touchpoint_id""").set_index("touchpoint_id")
    assert scores["csat"]["complaint"] == pytest.approx(2.9, abs=0.2)
    assert scores["csat"]["activation"] > 3.8
    assert len(scores) == 7
    assert company.truth.rows["touchpoints"] == 10


def test_paying_in_the_app_is_hard_while_it_is_broken(calm, company):
    def effort(made):
        found = made.ask("""select wave in ('2025Q2', '2025Q3') as broken, avg(ces) as ces from survey_responses
            where touchpoint_id = 'app_payment' group by broken""").set_index("broken")["ces"]
        return found[False] - found[True]

    assert effort(company) > 0.8
    assert abs(effort(calm)) < 0.25


def test_friends_are_named_by_customers_who_were_there(company):
    assert (
        company.one("""
        select count(*) from referrals where not exists (select 1 from truth_spells s
            where s.customer_id = referrer_id and start <= asked_at and (exit is null or exit > asked_at))""")
        == 0
    )
    assert (
        company.one("""select count(*) from referrals r join customers c on c.customer_id = r.referred_id
        where acq_source <> 'referral' or first_seen <> converted_at""")
        == 0
    )
    recorded = company.one("select count(referred_id) from referrals")
    came = company.one(
        "select count(*) from customers where acq_source = 'referral' and first_seen >= '2023-10-01'"
    )
    assert 0.85 < recorded / came <= 1


def test_a_callback_in_time_and_minutes_on_hold_act_on_next_quarters_hazard():
    people = make_people(0, 5_000, seed=1, chunk=0, calm=True)
    history = live(people, seed=1, chunk=0, calm=True, reverse=False, asked=0.7)
    wave, contact = history.waves[4], history.contacts[4]
    expected = np.ones(people.size)
    waited = contact.kind == HOTLINE
    for who, wait in zip(contact.who[waited], contact.wait[waited], strict=True):
        expected[who] = max(expected[who], 1.02 ** max(wait / 60 - 3, 0))
    in_time = (contact.called >= 0) & (contact.called - wave.answered[contact.case_answer] <= 10)
    expected[wave.who[contact.case_answer[in_time]]] *= 0.90
    assert 10 < in_time.sum() < len(in_time)
    assert contact.ratio == pytest.approx(expected)


def test_called_back_as_a_fixed_flag_looks_far_better_than_it_is(calm, hazard_model):
    """Immortal time: who was ever called back had to stay until then."""
    called = calm.ask("""
        select distinct l.customer_id as customer_id from loop_cases l join survey_responses r using (response_id)
        where date_diff('day', answered_at, first_contact_at) <= 10""")["customer_id"]
    asked = calm.ask("select distinct customer_id from loop_cases")["customer_id"]
    spells = calm.spells().query("start >= '2023-10-01'")
    flagged = spells.assign(segment=spells["customer_id"].isin(called).map({True: "b", False: "a"}))
    everyone = hazard_model(flagged).loc[("segment", "b")]
    assert np.exp(everyone["log"]) < 0.55
    cases_only = hazard_model(flagged[flagged["customer_id"].isin(asked)]).loc[("segment", "b")]
    assert np.exp(cases_only["log"]) > 0.65
