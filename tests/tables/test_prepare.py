"""Spells: contracts that join, signs of life that end, returns that erase nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from cxlab.quarter import Window, day_number
from cxlab.tables.activity import log_opens
from cxlab.tables.config import Activity, Rules
from cxlab.tables.known import as_known
from cxlab.tables.prepare import lives
from cxlab.tables.schema import TABLES

from .conftest import contract_table

OPEN = date(2024, 1, 1)
LOOSE = Rules(activity=Activity(plans=("loose",), kinds=("recharge",), idle_days=60))


@pytest.fixture
def spells(engine):
    """Spells of hand-made rows as (customer, spell, start, exit, cause, reason), and the frame they come from."""

    def make(*, customers=None, contracts=None, transactions=None, rules=LOOSE, close=date(2024, 10, 1), log=None):
        given = {"customers": customers, "contracts": contracts, "transactions": transactions}
        tables = {
            name: None if rows is None else as_known(
                contract_table(name, rows), table=TABLES[name], close=close, as_of=close, team_as_of=close
            )
            for name, rows in given.items()
        }  # fmt: skip
        rows = lives(**tables, rules=rules, window=Window(open=OPEN, close=close), log_day=log)
        return engine.to_pandas(rows.order_by(["customer_id", "spell"]))

    return make


def told(frame):
    """Spells as (customer, number, first day, first day without)."""
    return [
        (row.customer_id, row.spell, _date(row.start_day), _date(row.exit_day))
        for row in frame.itertuples(index=False)
    ]


def _date(day):
    return None if day is None or day != day else (date(1970, 1, 1) + timedelta(days=int(day)))


def contract(number, customer, start, end=None, **more):
    return {"contract_id": number, "customer_id": customer, "start": start, "end": end, **more}


def recharge(customer, day, **more):
    number = f"{customer}{day}{more.get('kind', '')}"
    at = datetime.combine(day, time(20))
    return {"txn_id": number, "customer_id": customer, "at": at, "amount": 11_000, "kind": "recharge", **more}


def test_contracts_without_a_gap_are_one_spell_and_a_gap_begins_the_next(spells):
    found = spells(
        contracts=[
            contract("1", "a", date(2023, 6, 1), date(2024, 2, 1), plan="old", offer="welcome"),
            contract("2", "a", date(2024, 2, 1), date(2024, 3, 1), plan="new", end_type="involuntary"),
            contract("3", "a", date(2024, 3, 2), plan="newer"),
        ]
    )
    assert told(found) == [
        ("a", 1, date(2023, 6, 1), date(2024, 3, 1)),
        ("a", 2, date(2024, 3, 2), None),
    ]
    assert found[["plan", "offer", "cause", "reason"]].to_numpy().tolist() == [
        ["new", "welcome", "involuntary", "unknown"],
        ["newer", "", None, None],
    ]


def test_contracts_inside_another_do_not_end_it(spells):
    found = spells(
        contracts=[
            contract("1", "a", date(2024, 1, 1), date(2024, 9, 1), end_type="transfer", end_reason="owner_change"),
            contract("2", "a", date(2024, 2, 1), date(2024, 3, 1), end_type="voluntary"),
        ]
    )
    assert told(found) == [("a", 1, date(2024, 1, 1), date(2024, 9, 1))]
    assert found[["cause", "reason"]].to_numpy().tolist() == [["transfer", "owner_change"]]


def test_spells_over_before_the_window_are_absent_and_still_counted(spells):
    found = spells(
        contracts=[
            contract("1", "a", date(2023, 1, 1), OPEN),
            contract("2", "a", date(2024, 5, 1)),
            contract("3", "b", date(2023, 1, 1), OPEN + timedelta(days=1)),
        ]
    )
    assert told(found) == [("a", 2, date(2024, 5, 1), None), ("b", 1, date(2023, 1, 1), date(2024, 1, 2))]
    assert found[["entry_days", "tenure_days"]].to_numpy().tolist() == [[0, 153], [365, 366]]


def test_an_exit_by_silence_is_dated_when_the_rule_fires_and_a_return_does_not_erase_it(spells):
    people = [{"customer_id": "a", "first_seen": date(2024, 2, 1), "plan": "loose"}]
    first = recharge("a", date(2024, 2, 1))
    silent = spells(customers=people, transactions=[first], close=date(2024, 4, 2))
    assert told(silent) == [("a", 1, date(2024, 2, 1), date(2024, 4, 1))]
    assert silent[["cause", "reason", "idle_days", "provisional"]].to_numpy().tolist() == [
        ["voluntary", "lapsed", 60, True]
    ]
    not_yet = spells(customers=people, transactions=[first], close=date(2024, 4, 1))
    assert told(not_yet) == [("a", 1, date(2024, 2, 1), None)]
    returned = spells(
        customers=people, transactions=[first, recharge("a", date(2024, 5, 1))], close=date(2024, 7, 1)
    )
    assert told(returned) == [
        ("a", 1, date(2024, 2, 1), date(2024, 4, 1)),
        ("a", 2, date(2024, 5, 1), date(2024, 6, 30)),
    ]
    assert returned["provisional"].tolist() == [False, True]


def test_a_recharge_on_the_last_covered_day_goes_on(spells):
    people = [{"customer_id": "a", "first_seen": date(2024, 2, 1), "plan": "loose"}]
    pair = [recharge("a", date(2024, 2, 1)), recharge("a", date(2024, 4, 1))]
    assert told(spells(customers=people, transactions=pair)) == [("a", 1, date(2024, 2, 1), date(2024, 5, 31))]


def test_validity_counts_where_it_is_declared_and_given(spells):
    rules = Rules(activity=Activity(plans=("loose",), kinds=("recharge",), idle_days=60, validity=True))
    people = [{"customer_id": name, "first_seen": date(2024, 2, 1), "plan": "loose"} for name in "ab"]
    money = [
        recharge("a", date(2024, 2, 1), period_to=date(2024, 2, 11)),
        recharge("b", date(2024, 2, 1)),
    ]
    assert told(spells(customers=people, transactions=money, rules=rules)) == [
        ("a", 1, date(2024, 2, 1), date(2024, 2, 11)),
        ("b", 1, date(2024, 2, 1), date(2024, 4, 1)),
    ]


def test_joining_before_the_log_reaches_back_only_while_the_rule_holds(spells):
    people = [
        {"customer_id": "log", "first_seen": date(2024, 1, 1), "plan": "loose"},
        {"customer_id": "old", "first_seen": date(2020, 1, 1), "plan": "loose"},
        {"customer_id": "returned", "first_seen": date(2020, 1, 1), "plan": "loose"},
        {"customer_id": "unseen", "first_seen": date(2020, 1, 1), "plan": "loose"},
        {"customer_id": "silent", "first_seen": date(2024, 7, 1), "plan": "loose"},
    ]
    money = [
        recharge("log", date(2024, 1, 1)),
        recharge("old", date(2024, 2, 20)),
        recharge("returned", date(2024, 8, 20)),
    ]
    assert told(spells(customers=people, transactions=money)) == [
        ("log", 1, date(2024, 1, 1), date(2024, 3, 1)),
        ("old", 1, date(2020, 1, 1), date(2024, 4, 20)),
        ("returned", 2, date(2024, 8, 20), None),
        ("silent", 1, date(2024, 7, 1), date(2024, 8, 30)),
    ]


def test_a_part_of_the_customers_is_told_when_the_log_of_all_begins(spells):
    old = [{"customer_id": "old", "first_seen": date(2020, 1, 1), "plan": "loose"}]
    late = [recharge("old", date(2024, 8, 20))]
    assert told(spells(customers=old, transactions=late)) == [("old", 1, date(2020, 1, 1), None)]
    begins = day_number(date(2024, 1, 1))
    assert told(spells(customers=old, transactions=late, log=begins)) == [("old", 2, date(2024, 8, 20), None)]
    joined = [{"customer_id": "new", "first_seen": date(2024, 7, 1), "plan": "loose"}]
    assert told(spells(customers=joined, transactions=late, log=begins)) == [
        ("new", 1, date(2024, 7, 1), date(2024, 8, 30))
    ]


def test_the_log_begins_with_the_first_sign_of_those_the_rule_is_for(engine):
    people = contract_table(
        "customers", [{"customer_id": name, "plan": plan} for name, plan in (("a", "loose"), ("b", "tight"))]
    )
    money = contract_table(
        "transactions",
        [
            recharge("b", date(2024, 1, 1)),
            recharge("a", date(2024, 1, 2), kind="one_time"),
            recharge("a", date(2024, 1, 4)),
            recharge("a", date(2024, 1, 3)),
        ],
    )
    rule = LOOSE.activity
    first = log_opens(money, customers=people, contracts=None, rule=rule)
    assert engine.execute(first) == day_number(date(2024, 1, 3))
    everyone = log_opens(money, customers=None, contracts=None, rule=rule)
    assert engine.execute(everyone) == day_number(date(2024, 1, 1))


def test_a_contract_and_signs_of_life_of_one_customer_join(spells):
    people = [
        {"customer_id": name, "first_seen": date(2024, 3, 1), "plan": "loose"} for name in ("a", "b", "c", "d")
    ]
    found = spells(
        customers=people,
        contracts=[
            contract("1", "a", date(2023, 6, 1), date(2024, 3, 1), plan="tight", offer="welcome"),
            contract("2", "b", date(2024, 5, 1), date(2024, 6, 1)),
            contract("3", "d", date(2023, 6, 1), date(2024, 2, 1)),
        ],
        transactions=[
            recharge("a", date(2024, 3, 1)),
            recharge("b", date(2024, 1, 1)),
            recharge("c", date(2024, 6, 1)),
            recharge("d", date(2024, 6, 1)),
        ],
    )
    assert told(found) == [
        ("a", 1, date(2023, 6, 1), date(2024, 4, 30)),
        ("b", 1, date(2024, 1, 1), date(2024, 3, 1)),
        ("b", 2, date(2024, 5, 1), date(2024, 6, 1)),
        ("c", 1, date(2024, 3, 1), date(2024, 4, 30)),
        ("c", 2, date(2024, 6, 1), date(2024, 7, 31)),
        ("d", 1, date(2023, 6, 1), date(2024, 2, 1)),
        ("d", 2, date(2024, 3, 1), date(2024, 4, 30)),
        ("d", 3, date(2024, 6, 1), date(2024, 7, 31)),
    ]
    assert found["offer"].tolist()[0] == "welcome"
    assert found["idle_days"].isna().tolist() == [False, False, True, False, False, True, False, False]


def test_a_short_validity_inside_a_longer_one_ends_nothing(spells):
    rules = Rules(activity=Activity(plans=("loose",), kinds=("recharge",), idle_days=60, validity=True))
    money = [
        recharge("a", date(2024, 2, 1), period_to=date(2024, 5, 1)),
        recharge("a", date(2024, 2, 5), period_to=date(2024, 2, 8)),
        recharge("a", date(2024, 4, 30), period_to=date(2024, 6, 1)),
    ]
    people = [{"customer_id": "a", "plan": "loose"}]
    assert told(spells(customers=people, transactions=money, rules=rules)) == [
        ("a", 1, date(2024, 2, 1), date(2024, 6, 1))
    ]


def test_several_signs_on_the_day_of_a_return_are_one(spells):
    people = [{"customer_id": "a", "first_seen": date(2024, 1, 1), "plan": "loose"}]
    days = [date(2024, 1, 1), *[date(2024, 4, 1)] * 5, *[date(2024, 7, 1)] * 5]
    money = [recharge("a", day) | {"txn_id": f"t{number}"} for number, day in enumerate(days)]
    assert told(spells(customers=people, transactions=money)) == [
        ("a", 1, date(2024, 1, 1), date(2024, 3, 1)),
        ("a", 2, date(2024, 4, 1), date(2024, 5, 31)),
        ("a", 3, date(2024, 7, 1), date(2024, 8, 30)),
    ]


def test_a_recycled_number_is_another_customer(spells):
    people = [
        {"customer_id": "first owner", "account_id": "0901", "first_seen": date(2024, 1, 1), "plan": "loose"},
        {"customer_id": "second owner", "account_id": "0901", "first_seen": date(2024, 3, 1), "plan": "loose"},
    ]
    money = [recharge("first owner", date(2024, 1, 1)), recharge("second owner", date(2024, 3, 1))]
    found = spells(customers=people, transactions=money)
    assert found["spell"].tolist() == [1, 1]
    assert found["account_id"].tolist() == ["0901", "0901"]


def test_without_declared_plans_the_rule_is_for_everyone_without_a_contract(spells):
    rules = Rules(activity=Activity(kinds=(), idle_days=60))
    found = spells(
        customers=[{"customer_id": "a", "first_seen": OPEN}, {"customer_id": "b", "first_seen": OPEN}],
        contracts=[contract("1", "a", OPEN)],
        transactions=[recharge("a", OPEN, kind="recurring"), recharge("b", OPEN, kind="one_time")],
        rules=rules,
    )
    assert told(found) == [("a", 1, OPEN, None), ("b", 1, OPEN, date(2024, 3, 1))]
    assert found["idle_days"].isna().tolist() == [True, False]


def test_a_log_of_recharges_alone_is_enough(spells):
    money = [recharge("a", OPEN), recharge("a", date(2024, 2, 20)), recharge("b", date(2024, 8, 20))]
    found = spells(transactions=money, rules=Rules(activity=Activity(idle_days=60)))
    assert told(found) == [
        ("a", 1, OPEN, date(2024, 4, 20)),
        ("b", 1, date(2024, 8, 20), None),
    ]
    assert found["plan"].tolist() == ["", ""]
    assert found["account_id"].tolist() == ["a", "b"]


def test_traits_come_from_the_customer_and_missing_ones_are_empty(spells):
    found = spells(
        customers=[
            {
                "customer_id": "a",
                "account_id": "A",
                "region": "hn",
                "acq_source": "shop",
                "segment": "x",
                "offer": "o",
            }
        ],
        contracts=[contract("1", "a", OPEN, plan="p"), contract("2", "stranger", OPEN)],
    )
    columns = ["customer_id", "account_id", "plan", "region", "acq_source", "segment", "offer"]
    assert found[columns].to_numpy().tolist() == [
        ["a", "A", "p", "hn", "shop", "x", "o"],
        ["stranger", "stranger", "", "", "", "", ""],
    ]


def test_lives_need_contracts_or_a_rule(spells):
    with pytest.raises(ValueError, match="lives needs") as error:
        spells(customers=[{"customer_id": "a"}])
    assert str(error.value) == "lives needs contracts, or transactions with rules.activity"


def test_day_numbers_are_those_of_the_window(spells):
    found = spells(contracts=[contract("1", "a", date(1969, 12, 31), date(2024, 2, 29))])
    assert found["start_day"].tolist() == [-1]
    assert found["exit_day"].tolist() == [day_number(date(2024, 2, 29))]
