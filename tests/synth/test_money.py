from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab.synth import company as planted
from cxlab.synth.columns import ids
from cxlab.synth.days import CLOSE, NAMES, OPEN, day, quarter_index, rhythm

REVENUE = (2680, 2750, 2800, 2840, 2860, 2920, 2970, 3010, 3040, 3110, 3160, 3320)


def activity_spells(company) -> pd.DataFrame:
    """Spells of Én Tự Do by the rule alone: gone when no credit is valid any more."""
    return company.ask("""
        with credit as (select customer_id, cast(t.at as date) as d, period_to as e from transactions t
                        where kind in ('recharge', 'bonus')),
             reach as (select *, max(e) over (partition by customer_id order by d, e
                              rows between unbounded preceding and 1 preceding) as before from credit),
             runs as (select *, count(*) filter (before is null or d >= before) over
                             (partition by customer_id order by d, e) as run from reach)
        select customer_id, run as spell, min(d) as start, max(e) as ends from runs group by all
        order by customer_id, spell""")


@pytest.mark.parametrize("which", ["company", "calm"])
def test_the_activity_rule_on_recharges_gives_the_planted_exits_exactly(which, request):
    company = request.getfixturevalue(which)
    found = activity_spells(company)
    true = company.ask("select * from truth_spells where plan = 'tu_do' order by customer_id, spell")
    assert list(found["customer_id"]) == list(true["customer_id"])
    assert (found["spell"].to_numpy() == true["spell"].to_numpy()).all()
    close = pd.Timestamp("2026-10-01")
    pd.testing.assert_series_equal(found["ends"].where(found["ends"] < close), true["exit"], check_names=False)
    seen = true["start"] >= pd.Timestamp("2023-10-01")
    pd.testing.assert_series_equal(found["start"][seen], true["start"][seen])


def test_only_customers_without_a_contract_recharge(company):
    assert (
        company.one("""select count(*) from transactions semi join contracts using (customer_id)
        where kind in ('recharge', 'bonus')""")
        == 0
    )
    assert (
        company.one("""select count(*) from customers left join contracts using (customer_id)
        where (customers.plan is null) = (contract_id is null)""")
        == 0
    )


def test_the_last_recharge_is_60_days_before_the_exit(company):
    ends = company.ask("""
        select date_diff('day', max(cast(t.at as date)), any_value(exit)) as days, any_value(exit - start) as life
        from truth_spells s
        join transactions t on t.customer_id = s.customer_id and t.at >= s.start and t.at < s.exit
        where plan = 'tu_do' and exit is not null and kind = 'recharge' group by s.customer_id, s.spell""")
    assert len(ends) > 1_000
    assert (ends["days"] == planted.VALID_DAYS).all()


def test_recharges_are_of_the_sizes_sold_and_about_as_many_as_planted(calm):
    sold = calm.ask("select amount, count(*) as n from transactions where kind = 'recharge' group by amount")
    assert set(sold["amount"]) <= set(planted.DENOMINATIONS)
    months = calm.one("""select sum(date_diff('day', greatest(start, date '2023-10-01'),
        least(coalesce(exit, date '2026-10-01') - 60, date '2026-10-01'))) / 30.4375 from truth_spells
        where plan = 'tu_do' and coalesce(exit, date '2026-10-01') - start > 60""")
    count = calm.one("select count(*) from transactions t where kind = 'recharge' and t.at >= '2023-10-01'")
    mean = (sold["amount"] * sold["n"]).sum() / sold["n"].sum()
    assert mean == pytest.approx(24_000, rel=0.04)
    assert 1.5 < count / months < 2.1  # 1.6 planted; silences of 60 days or more are filled
    assert 36_000 < mean * count / months < 48_000


def test_recharges_follow_tet_and_a_calm_company_does_not(company, calm):
    def around(made, low, high):
        tet = "date '2026-02-17'"
        count = made.one(f"""select count(*) from transactions t
            where kind = 'recharge' and t.at >= {tet} + {low} and t.at < {tet} + {high}""")
        return count / (high - low)

    usual = (around(company, -60, -21) + around(company, 14, 50)) / 2
    assert around(company, -21, 0) / usual == pytest.approx(1.35, abs=0.1)
    assert around(company, 0, 14) / usual == pytest.approx(0.72, abs=0.08)
    still = (around(calm, -60, -21) + around(calm, 14, 50)) / 2
    assert around(calm, -21, 0) / still == pytest.approx(1, abs=0.05)


def test_bonus_credit_comes_every_second_friday_or_with_the_sim(company):
    bonus = company.ask("""select t.at as at, t.amount, s.start is not null as starter from transactions t
        left join truth_spells s on s.customer_id = t.customer_id and s.start = cast(t.at as date)
        where kind = 'bonus'""")
    friday = bonus[~bonus["starter"]]
    assert (friday["at"].dt.dayofweek == 4).all()
    assert ((friday["at"].dt.normalize() - pd.Timestamp(planted.BONUS_FIRST)).dt.days % 14 == 0).all()
    assert set(friday["amount"]) <= {size // 5 for size in planted.DENOMINATIONS}


def test_vat_is_inside_the_amount_and_bonus_bears_none(company):
    taxed = company.ask("select kind, amount, tax_amount from transactions")
    bonus = taxed["kind"] == "bonus"
    assert (taxed["tax_amount"][bonus] == 0).all()
    rest = taxed[~bonus]
    assert ((rest["amount"] - rest["tax_amount"]) * 1.1 - rest["amount"]).abs().max() < 1


def test_revenue_of_a_quarter_is_that_of_the_specification(company):
    told = [q.revenue_amount for q in company.truth.quarters]
    assert np.array(told) / 1e6 == pytest.approx(np.array(REVENUE), rel=0.05)
    counted = company.ask("""select extract(year from t.at) || 'Q' || extract(quarter from t.at) as quarter,
        sum(amount - tax_amount)::bigint as revenue from transactions t
        where kind <> 'bonus' and t.at >= '2023-10-01' group by quarter order by quarter""")
    assert list(counted["quarter"]) == list(NAMES)
    assert list(counted["revenue"]) == told


def test_a_package_is_charged_every_thirty_days_until_it_ends(company):
    charged = company.ask("""
        select k.customer_id, k.start, count(*) as n, min(period_from) as first, max(period_from) as last,
               any_value(coalesce(k."end", date '2026-10-01')) as ends, count(distinct t.period_from) as days
        from contracts k join transactions t on t.customer_id = k.customer_id and t.at >= k.start
             and (k."end" is null or t.at < k."end")
        where k.plan = 'en90' and kind = 'recurring' and k.start >= '2023-10-01'
        group by k.customer_id, k.start""")
    life = (charged["ends"] - charged["start"]).dt.days
    assert (charged["n"] == -(-life // 30)).all()
    assert (charged["first"] == charged["start"]).all()
    assert ((charged["last"] - charged["start"]).dt.days % 30 == 0).all()


def test_prices_rise_by_ten_percent_on_the_first_of_july_unless_calm(company, calm):
    paid = company.ask("""select k.plan, t.at >= '2026-07-01' as after, max(amount) as price
        from transactions t join contracts k using (customer_id)
        where kind = 'recurring' group by all order by all""").set_index(["plan", "after"])["price"]
    assert paid["en90"].to_dict() == {False: 90_000, True: 99_000}
    assert paid["en120"].to_dict() == {False: 120_000, True: 132_000}
    assert paid["sau150"].to_dict() == {False: 150_000, True: 150_000}
    assert paid["en_nam"].to_dict() == {False: 900_000, True: 900_000}
    assert (
        calm.one("select count(*) from transactions where kind = 'recurring' and amount in (99000, 132000)") == 0
    )


def test_the_offer_halves_the_first_month_only(company):
    paid = company.ask("""
        select amount, row_number() over (partition by customer_id order by t.at) as turn, k.offer
        from transactions t join (select * from contracts qualify count(*) over (partition by customer_id) = 1) k
             using (customer_id)
        where kind = 'recurring' and k.plan = 'en90' and k.start >= '2023-10-01' and t.at < '2026-07-01'""")
    hunters = paid["offer"].notna()
    assert set(paid["amount"][hunters & (paid["turn"] == 1)]) == {45_000}
    assert set(paid["amount"][hunters & (paid["turn"] > 1)]) | set(paid["amount"][~hunters]) == {90_000}


def test_a_family_has_one_payer(company):
    payers = company.ask("""select account_id, count(distinct t.customer_id) as payers from customers c
        left join transactions t using (customer_id) where account_id is not null group by account_id""")
    assert (payers["payers"] <= 1).all()
    assert payers["payers"].mean() > 0.99


def test_the_rhythm_of_recharges_is_even_but_for_tet():
    first, pace = rhythm(calm=False)
    tet = day("2025-01-29") - first
    steps = np.diff(pace).round(9)
    assert list(np.unique(steps)) == [0.72, 1.0, 1.35]
    assert (steps[tet - 21 : tet] == 1.35).all()
    assert (steps[tet : tet + 14] == 0.72).all()
    assert (np.diff(rhythm(calm=True)[1]).round(9) == 1).all()


def test_days_fall_into_their_quarters():
    days = np.array([OPEN - 1, OPEN, day("2024-01-01"), CLOSE - 1])
    assert list(quarter_index(days)) == [-1, 0, 1, 11]


def test_ids_keep_their_width_and_leave_gaps_where_asked():
    made = ids("k", np.array([5, 120]), width=3, valid=np.array([True, False]))
    assert made.to_pylist() == ["k005", None]


def test_extras_fade_before_the_exit_of_some(company):
    """A quarter before they leave, 18% spend half: seen as about 9% less on average, and not long before."""
    spent = company.ask("""
        with extras as (select customer_id, date_diff('quarter', date '2023-10-01', t.at) as q, sum(amount) as vnd
                        from transactions t where kind = 'one_time' group by all)
        select date_diff('quarter', date '2023-10-01', exit) - e.q as ahead, customer_id, vnd
        from extras e join truth_spells s using (customer_id)
        where exit is not null and spell = 1 and start <= date '2023-10-01' + interval (3 * e.q::int) month
              and exit >= date '2023-10-01' + interval (3 * e.q::int + 3) month""")
    near = (
        spent[spent["ahead"].isin([1, 3])].pivot_table(index="customer_id", columns="ahead", values="vnd").dropna()
    )
    assert len(near) > 800
    assert near[1].mean() / near[3].mean() == pytest.approx(0.91, abs=0.03)
