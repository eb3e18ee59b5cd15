"""Effect 12: what is wrong is wrong as often as planted, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.synth import dirt


def test_two_in_a_hundred_responses_belong_to_nobody(company):
    nobody = company.ask("""select customer_id is null as none, count(*) as n from survey_responses
        anti join customers using (customer_id) group by none""").set_index("none")["n"]
    rows = company.truth.rows["survey_responses"]
    assert nobody.sum() == company.truth.realised["responses_of_nobody"]
    assert nobody.sum() / rows == pytest.approx(0.02, abs=4 * np.sqrt(0.02 / rows))
    assert nobody[True] / nobody.sum() == pytest.approx(0.5, abs=0.06)


def test_about_five_in_a_hundred_responses_are_of_customers_without_revenue(company):
    share = company.one("""
        select avg((p.customer_id is null)::int) from survey_responses r semi join customers using (customer_id)
        left join (select distinct customer_id from transactions where kind <> 'bonus') p using (customer_id)
        where answered_at is not null""")
    assert share == pytest.approx(0.05, abs=0.012)


def test_three_in_a_thousand_responses_come_twice_and_word_for_word(company):
    rows, different, ids = company.engine.sql("""
        select count(*), (select count(*) from (select distinct * from survey_responses)),
               count(distinct response_id) from survey_responses""").fetchone()
    assert rows - ids == company.truth.realised["doubled_responses"]
    assert different == ids
    assert (rows - ids) / ids == pytest.approx(0.003, abs=0.001)


def test_forty_answers_are_dated_after_the_close(company):
    late = company.ask("""select distinct response_id, wave, answered_at from survey_responses
        where answered_at >= '2026-10-01'""")
    assert len(late) == 40 == company.truth.realised["answered_after_close"]
    assert set(late["wave"]) == {"2026Q3"}


def test_two_hundred_recharges_are_loaded_nine_days_late(company):
    late = company.ask("""select kind, t.at as at, loaded_at, date_diff('day', t.at, loaded_at) as days
        from transactions t where date_diff('day', t.at, loaded_at) <> 1""")
    assert len(late) == 200 == company.truth.realised["late_recharges"]
    assert set(late["kind"]) == {"recharge"}
    assert set(late["days"]) == {9}
    assert (late["loaded_at"].dt.strftime("%F") > "2026-10-05").all()


def test_nobody_seems_gone_because_a_recharge_is_late(company):
    assert (
        company.one("""
        with late as (select customer_id, min(t.at) as first from transactions t
                      where date_diff('day', t.at, loaded_at) = 9 group by all)
        select count(*) from late where not exists (select 1 from transactions t
            where t.customer_id = late.customer_id and kind = 'recharge' and t.at < late.first
              and period_to > '2026-10-01')""")
        == 0
    )


def test_three_numbers_in_a_hundred_had_another_owner_120_days_before(company):
    shared = company.ask("""
        select a.customer_id as former, b.customer_id as owner, b.first_seen,
               (select max(exit) from truth_spells s where s.customer_id = a.customer_id) as gone,
               (select count(*) from truth_spells s where s.customer_id = a.customer_id and exit is null) as active
        from customers a join customers b on a.msisdn_hash = b.msisdn_hash and a.first_seen < b.first_seen""")
    assert len(shared) == 600 == company.truth.realised["recycled_numbers"]
    assert ((shared["first_seen"] - shared["gone"]).dt.days >= 120).all()
    assert (shared["active"] == 0).all()
    assert company.one("select max(n) from (select count(*) as n from customers group by msisdn_hash)") == 2


def test_counts_follow_the_size():
    assert [dirt.part(200, first=0, size=size) for size in (2_000, 20_000, 1_000_000)] == [20, 200, 10_000]
    assert sum(dirt.part(40, first=first, size=700) for first in range(0, 21_000, 700)) == 42
