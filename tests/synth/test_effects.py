from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab.synth.days import NAMES

WAVES = list(NAMES)
QUARTER = "date_diff('quarter', date '2023-10-01', t.at)"


def person_quarters(company) -> pd.DataFrame:
    """Customers present at a quarter's start: their answer of the quarter before, and whether they left."""
    return company.ask(f"""
        with asked as (select distinct on (customer_id, wave) customer_id,
                       list_position({WAVES}, wave) as q,
                       case when nps >= 9 then 'promoter' when nps <= 6 then 'detractor'
                            when nps >= 7 then 'passive' else 'silent' end as said
                       from survey_responses
                       where survey = 'relationship' and customer_id like 'c%'),
             present as (select s.*, i as q, date '2023-10-01' + interval (3 * i) month as low
                         from truth_spells s, (select unnest(range(1, 12)) as i)
                         where start < low and (exit is null or exit >= low))
        select said, plan, p.q as q, least(date_diff('day', start, low) // 91, 8) as age, region, offer,
               count(*) as days,
               count(*) filter (exit < low + interval 3 month and reason <> 'owner_change') as lost
        from present p left join asked a on a.customer_id = p.customer_id and a.q = p.q group by all""")


def ratio_of(frame, group, against, rate_ratio):
    chosen = frame[frame["said"].isin([group, against])].assign(one=lambda f: (f["said"] == group).astype(int))
    cells = chosen.pivot_table(
        index=["plan", "age", "q"], columns="one", values=["days", "lost"], aggfunc="sum", fill_value=0
    )
    cells.columns = [f"{name}_{one}" for name, one in cells.columns]
    return rate_ratio(cells)


@pytest.mark.parametrize(("group", "ratio"), [("detractor", 1.40), ("promoter", 0.78), ("silent", 1.30)])
def test_last_quarters_answer_goes_with_leaving_as_planted(calm, rate_ratio, group, ratio):
    """Shares of a quarter's leavers, not hazards: a ratio of 1.40 shows as about 1.36."""
    log, se = ratio_of(person_quarters(calm), group, "passive", rate_ratio)
    assert se < 0.06
    assert abs(log - np.log(ratio)) < 3 * se + 0.03
    assert abs(log) > 2 * se


def test_reversed_the_answer_says_nothing_about_leaving_but_silence_does(reverse, rate_ratio):
    frame = person_quarters(reverse)
    for group in ("detractor", "promoter"):
        log, se = ratio_of(frame, group, "passive", rate_ratio)
        assert abs(log) < 3 * se
    log, se = ratio_of(frame, "silent", "passive", rate_ratio)
    assert log > np.log(1.3) - 3 * se


def extras(company) -> pd.DataFrame:
    """Extras of a quarter beside the answer of the quarter before, customers with a contract there all quarter."""
    return company.ask(f"""
        with bought as (select customer_id, {QUARTER} as q, sum(amount) as vnd
                        from transactions t where kind = 'one_time' group by all),
             asked as (select distinct on (customer_id, wave) customer_id, nps,
                       list_position({WAVES}, wave) as q
                       from survey_responses where survey = 'relationship' and nps is not null)
        select a.customer_id, a.q as q, coalesce(vnd, 0)::double as vnd, (nps >= 9)::int as p, (nps <= 6)::int as d
        from asked a join truth_spells s on s.customer_id = a.customer_id
             and s.start <= date '2023-10-01' + interval (3 * a.q::int) month
             and (s.exit is null or s.exit >= date '2023-10-01' + interval (3 * a.q::int + 3) month)
        left join bought b on b.customer_id = a.customer_id and b.q = a.q
        where a.q < 12 and plan not in ('tu_do', 'gia_dinh')""")


def within(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Fixed effects of customers, least squares: coefficients of promoter and detractor, standard errors."""
    some = frame[frame.groupby("customer_id")["vnd"].transform("size") > 1]
    centred = some[["vnd", "p", "d"]] - some.groupby("customer_id")[["vnd", "p", "d"]].transform("mean")
    x, y = centred[["p", "d"]].to_numpy(), centred["vnd"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    free = len(some) - some["customer_id"].nunique() - 2
    return beta, np.sqrt(np.diag(inverse) * ((y - x @ beta) ** 2).sum() / free)


def test_a_better_answer_is_followed_by_the_planted_money(calm):
    beta, se = within(extras(calm))
    assert (se < 800).all()
    assert np.abs(beta - [9_000, -18_000]).max() < 3.5 * se.max()


def test_comparing_customers_overstates_the_price_of_a_step_several_times(calm):
    frame = extras(calm)
    means_ = {group: frame["vnd"][frame[group] == 1].mean() for group in ("p", "d")}
    assert 2 < (means_["p"] - means_["d"]) / 27_000 < 5


def test_reversed_the_answer_is_worth_nothing_and_follows_the_money(reverse):
    beta, se = within(extras(reverse))
    assert (np.abs(beta) < 3.5 * se).all()
    before = reverse.ask(f"""
        with bought as (select customer_id, {QUARTER} as q, sum(amount) as vnd
                        from transactions t where kind = 'one_time' group by all),
             usual as (select customer_id, median(vnd) as vnd from bought group by all),
             asked as (select customer_id, nps, list_position({WAVES}, wave) - 1 as q from survey_responses
                       where survey = 'relationship' and nps is not null)
        select b.vnd < u.vnd - 12000 as fell, avg(nps) as score, count(*) as n from bought b
        join usual u using (customer_id) join asked a on a.customer_id = b.customer_id and a.q = b.q + 1
        group by fell""").set_index("fell")
    assert before.loc[False, "score"] - before.loc[True, "score"] > 0.4
