from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab.synth import company as planted
from cxlab.synth.days import NAMES

SIZE = 20_000


def quarters(company) -> pd.DataFrame:
    return pd.DataFrame([
        {name: getattr(q, name) for name in q.__slots__} for q in company.truth.quarters
    ]).set_index("quarter")  # fmt: skip


def test_the_truth_counts_what_the_spells_say(company):
    counted = company.ask("""
        with q as (select quarter, date '2023-10-01' + interval (3 * i) month as low,
                          date '2023-10-01' + interval (3 * i + 3) month as high
                   from (select unnest(range(12)) as i), lateral (select (2023 + (i + 3) // 4) || 'Q' ||
                        ((i + 3) % 4 + 1) as quarter))
        select quarter,
               count(*) filter (start >= low and start < high and spell = 1) as joined,
               count(*) filter (start >= low and start < high and spell > 1) as back,
               count(*) filter (exit >= low and exit < high and reason <> 'owner_change') as left_,
               count(*) filter (exit >= low and exit < high and reason = 'owner_change') as transferred,
               count(*) filter (start < low and (exit is null or exit >= low)) as open,
               count(*) filter (start < high and (exit is null or exit >= high)) as active
        from q, truth_spells group by quarter order by quarter""").rename(columns={"left_": "left"})
    counted = counted.set_index("quarter")
    told = quarters(company)
    pd.testing.assert_frame_equal(told[list(counted.columns)], counted, check_dtype=False, check_names=False)
    assert (told["active"] == told["open"] + told["joined"] - told["left_net"]).all()
    assert (told["active"].to_numpy()[:-1] == told["open"].to_numpy()[1:]).all()


def test_quarters_are_those_of_the_specification(company):
    """Joined, left and active of the page that describes the company, 4 standard deviations and 5% around them."""
    told = quarters(company)
    left = np.array([810, 831, 811, 790, 809, 829, 804, 796, 789, 834, 828, 862])
    active = np.array([9590, 9740, 9750, 9790, 9740, 9920, 9970, 10030, 10060, 10260, 10330, 10210])
    assert told["joined"].to_numpy() == pytest.approx(np.array(planted.JOINED), rel=0.03)
    assert np.abs(told["left_net"].to_numpy() - left).max() < 0.05 * 810 + 4 * np.sqrt(810)
    assert told["left_net"].sum() == pytest.approx(left.sum(), rel=0.04)
    assert told["active"].to_numpy() == pytest.approx(active, rel=0.04)


@pytest.mark.parametrize(
    ("plan", "share"),
    [("tu_do", 0.32), ("en90", 0.47), ("en120", 0.55), ("en_nam", 0.72), ("sau150", 0.67), ("gia_dinh", 0.75)],
)
def test_newcomers_stay_twelve_months_as_planted(calm, plan, share):
    followed = calm.ask(f"""
        select count(*) as n, count(distinct coalesce(account_id, s.customer_id)) as units,
               avg((exit is null or exit > start + 365)::int) as stayed
        from truth_spells s join customers using (customer_id)
        where spell = 1 and start >= '2023-10-01' and start < date '2026-10-01' - 365 and s.plan = '{plan}'
          and not (coalesce(reason, '') = 'owner_change' and exit <= start + 365)""").iloc[0]
    error = np.sqrt(share * (1 - share) / followed["units"])
    assert abs(followed["stayed"] - share) < 3.5 * error + 0.015
    assert calm.truth.realised["stayed_12_months"][plan] == pytest.approx(followed["stayed"], abs=1e-4)


def test_about_46_percent_of_all_newcomers_stay_twelve_months(company):
    assert company.truth.realised["stayed_12_months"]["all"] == pytest.approx(0.46, abs=0.03)


def test_48_percent_joined_before_the_window_and_nobody_of_them_had_left(company):
    assert company.one("select avg((first_seen < '2023-10-01')::int) from customers") == pytest.approx(
        0.48, abs=5e-3
    )
    assert company.one("select count(*) from truth_spells where exit <= '2023-10-01'") == 0
    assert company.one("select count(*) from truth_spells where exit <= start") == 0
    assert (
        company.one("select count(*) from truth_spells where start >= '2026-10-01' or exit >= '2026-10-01'") == 0
    )


def test_a_family_comes_and_goes_as_one_account(company):
    accounts = company.ask("""
        select account_id, count(*) as members, count(distinct start) as starts,
               count(distinct coalesce("end", date '2099-01-01')) as ends, count(distinct end_reason) as reasons,
               count(distinct k.plan) as plans, count(distinct region) as regions, sum(price_per_month) as price
        from contracts k join customers c using (customer_id) where account_id is not null group by account_id""")
    assert len(accounts) > 150
    assert accounts["members"].between(2, 5).all()
    assert (accounts[["starts", "ends", "plans", "regions"]] == 1).all(axis=None)
    assert (accounts["reasons"] <= 1).all()
    assert (accounts["price"] == 260_000).all()
    assert company.one("select count(*) from contracts k join customers c using (customer_id) "
                       "where (k.plan = 'gia_dinh') <> (account_id is not null)") == 0  # fmt: skip


def test_five_in_a_hundred_leavers_return_within_120_days(calm):
    seen = calm.ask("""
        select s.exit, n.start as again from truth_spells s
        left join truth_spells n on n.customer_id = s.customer_id and n.spell = s.spell + 1
        where s.exit < date '2026-10-01' - 120 and s.reason <> 'owner_change' and s.plan <> 'gia_dinh'""")
    returned = seen["again"].notna()
    assert returned.mean() == pytest.approx(0.05, abs=3.5 * np.sqrt(0.05 * 0.95 / len(seen)))
    gap = (seen["again"] - seen["exit"])[returned].dt.days
    assert gap.min() >= 20
    assert gap.max() < 120


def test_exits_are_of_the_planted_kinds(company):
    reasons = company.truth.realised["exits_by_reason"]
    leavers = sum(reasons.values()) - reasons["owner_change"]
    assert reasons["lapsed"] / leavers == pytest.approx(0.58, abs=0.025)
    assert reasons["port_out"] / leavers == pytest.approx(0.20, abs=0.02)
    assert reasons["cancelled"] / leavers == pytest.approx(0.10, abs=0.015)
    assert (reasons["papers"] + reasons["unpaid"]) / leavers == pytest.approx(0.12, abs=0.02)


def test_one_contract_in_a_hundred_changes_owner_in_a_year(calm):
    years = calm.one("""select sum(date_diff('day', greatest(start, date '2023-10-01'),
        coalesce(exit, date '2026-10-01'))) / 365.25 from truth_spells where plan <> 'tu_do'""")
    moved = calm.one("select count(*) from truth_spells where reason = 'owner_change'")
    assert moved / years == pytest.approx(0.01, abs=4 * np.sqrt(moved) / years)


def season_ratio(company, quarter, groups, rate_ratio):
    """Leaving in a quarter against the quarters beside it, by tenure band and trait."""
    at = NAMES.index(quarter)
    rows = []
    for q in (at - 2, at - 1, at):
        low = f"date '2023-10-01' + interval ({3 * q}) month"
        rows.append(
            company.ask(f"""
            select {int(q == at)} as now, plan, region, least(date_diff('day', start, {low}) // 90, 9) as age,
                   count(*) as days,
                   count(*) filter (exit < {low} + interval 3 month and reason <> 'owner_change') as lost
            from truth_spells where start < {low} and (exit is null or exit >= {low}) and {groups}
            group by all""")
        )
    cells = pd.concat(rows).pivot_table(index=["plan", "region", "age"], columns="now", values=["lost", "days"],
                                        aggfunc="sum", fill_value=0)  # fmt: skip
    cells.columns = [f"{name}_{now}" for name, now in cells.columns]
    return rate_ratio(cells[(cells["days_0"] > 0) & (cells["days_1"] > 0)])


@pytest.mark.parametrize(
    ("quarter", "groups", "ratio"),
    [
        ("2026Q3", "plan in ('en90', 'en120')", 1.25),
        ("2026Q3", "plan not in ('en90', 'en120')", 1.00),
        ("2024Q4", "region = 'cch'", 1.35),
        ("2024Q4", "region <> 'cch'", 1.00),
    ],
)
def test_events_raise_leaving_where_they_were_planted_and_nowhere_else(
    company, rate_ratio, quarter, groups, ratio
):
    log, se = season_ratio(company, quarter, groups, rate_ratio)
    assert abs(log - np.log(ratio)) < 3 * se
    assert se < 0.12


def test_a_calm_company_has_neither_price_rise_nor_outage(calm, rate_ratio):
    for quarter, groups in (("2026Q3", "plan in ('en90', 'en120')"), ("2024Q4", "region = 'cch'")):
        log, se = season_ratio(calm, quarter, groups, rate_ratio)
        assert abs(log) < 3 * se


def test_tet_brings_newcomers_who_leave_sooner_and_a_calm_company_has_none(company, calm):
    joined = quarters(company)["joined"]
    assert joined["2026Q1"] / joined["2025Q4"] > 1.2
    still = quarters(calm)["joined"]
    assert still.max() / still.min() < 1.05
    months3 = company.ask("""select coalesce(offer = 'sim_tet', false) as tet,
        avg((exit is null or exit > start + 91)::int) as stayed, count(*) as n
        from truth_spells where plan = 'tu_do' and spell = 1 and start >= '2023-10-01' and start < '2026-07-01'
        group by tet""").set_index("tet")
    assert months3.loc[True, "stayed"] == pytest.approx(0.5, abs=0.06)
    assert months3.loc[True, "stayed"] < months3.loc[False, "stayed"] - 0.02
    assert calm.one("select count(*) from truth_spells where offer = 'sim_tet'") == 0
