"""Ready or not: what a table lacks at the end of a quarter, and what is passed over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cxlab.quarter import Quarter
from cxlab.run.ready import NotReadyError, missing, months, refuse_unready
from cxlab.tables.arrivals import Arrived
from cxlab.tables.config import Due

Q3 = Quarter.parse("2026Q3")
AS_OF = date(2026, 10, 5)
OPENS = date(2024, 1, 1)


def arrived(since, until, *, rows=100, without=(), table="transactions", late=0, **months):
    """So many rows every day; ``m2026_08=30`` says another number for the days of a month."""
    days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
    told = {tuple(map(int, name[1:].split("_"))): value for name, value in months.items()}
    per_day = {day: told.get((day.year, day.month), rows) for day in days if day not in set(without)}
    return Arrived(table=table, per_day={day: count for day, count in per_day.items() if count}, late=late)


def reasons(of, *, quarter=Q3, since=OPENS, **rules):
    return [str(reason) for reason in missing(of, quarter=quarter, since=since, rules=Due(**rules))]


def test_rows_to_the_last_day_are_complete():
    assert reasons(arrived(date(2025, 7, 1), date(2026, 9, 30))) == []
    assert reasons(arrived(date(2025, 7, 1), date(2026, 10, 4))) == []


def test_a_table_without_rows_is_named():
    assert reasons(Arrived(table="contracts", per_day={})) == ["contracts have no rows"]


def test_rows_that_end_early_are_named_with_their_last_day():
    assert reasons(arrived(date(2025, 7, 1), date(2026, 8, 31))) == ["transactions end 2026-08-31"]
    assert reasons(arrived(date(2025, 7, 1), date(2026, 9, 29))) == ["transactions end 2026-09-29"]


@pytest.mark.parametrize(
    ("ends", "rest", "found"),
    [(28, 1, ["transactions end 2026-09-28"]), (29, 1, []), (28, 2, []), (28, 30, [])],
)
def test_a_table_may_rest_at_the_end(ends, rest, found):
    table = arrived(date(2025, 7, 1), date(2026, 9, ends))
    assert reasons(table, rest_days={"transactions": rest}) == found


def test_the_rest_of_one_table_is_not_that_of_another():
    found = arrived(date(2025, 7, 1), date(2026, 9, 28))
    assert reasons(found, rest_days={"contracts": 9}) == ["transactions end 2026-09-28"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([date(2026, 8, 3)], "transactions have no rows on 2026-08-03"),
        ([date(2026, 8, 3), date(2026, 9, 6)], "transactions have no rows on 2026-08-03 and 1 more day"),
        ([date(2026, 7, 1), date(2026, 8, 3), date(2026, 9, 29)],
         "transactions have no rows on 2026-07-01 and 2 more days"),
    ],
)  # fmt: skip
def test_days_without_rows_inside_the_quarter_are_one_reason(days, said):
    assert reasons(arrived(date(2025, 7, 1), date(2026, 9, 30), without=days)) == [said]


def test_days_without_rows_before_the_quarter_are_nobodys_trouble():
    assert reasons(arrived(date(2025, 7, 1), date(2026, 9, 30), without=[date(2026, 6, 30)])) == []


def test_weekends_are_rests_and_a_week_is_not():
    sundays = [date(2026, 7, 5) + timedelta(days=7 * week) for week in range(13)]
    saturdays = [day - timedelta(days=1) for day in sundays]
    week = [date(2026, 8, 3) + timedelta(days=number) for number in range(5)]
    closed = arrived(date(2025, 7, 1), date(2026, 9, 30), without=[*sundays, *saturdays])
    assert reasons(closed, rest_days={"transactions": 2}) == []
    away = arrived(date(2025, 7, 1), date(2026, 9, 30), without=[*sundays, *saturdays, *week])
    assert reasons(away, rest_days={"transactions": 2}) == [
        "transactions have no rows on 2026-08-01 and 8 more days"
    ]


def test_a_silence_that_begins_before_the_quarter_is_counted_whole():
    silent = [date(2026, 6, 28) + timedelta(days=number) for number in range(6)]
    found = reasons(arrived(date(2025, 7, 1), date(2026, 9, 30), without=silent), rest_days={"transactions": 4})
    assert found == ["transactions have no rows on 2026-07-01 and 2 more days"]


def test_a_thin_month_is_held_against_last_quarter_and_a_year_ago():
    thin = arrived(date(2025, 7, 1), date(2026, 9, 30), m2026_08=40)
    assert reasons(thin) == ["transactions of 2026-08 have 0.40 times the rows of 2026-05"]
    seasonal = arrived(date(2025, 7, 1), date(2026, 9, 30), m2026_08=40, m2026_05=40)
    assert reasons(seasonal) == ["transactions of 2026-08 have 0.40 times the rows of 2025-08"]
    assert reasons(thin, band=[0.3, 2.0]) == []


def test_a_thick_month_is_named_as_well():
    twice = arrived(date(2025, 7, 1), date(2026, 9, 30), m2026_09=250)
    assert reasons(twice) == ["transactions of 2026-09 have 2.50 times the rows of 2026-06"]


def test_the_first_quarter_of_a_table_is_held_against_nothing():
    assert reasons(arrived(date(2026, 7, 1), date(2026, 9, 30))) == []
    begun_in_may = arrived(date(2026, 5, 20), date(2026, 9, 30))
    assert reasons(begun_in_may) == []


def test_months_before_the_window_opens_are_no_measure():
    grown = arrived(date(2025, 7, 1), date(2026, 9, 30), m2025_07=10, m2025_08=10, m2025_09=10)
    assert len(reasons(grown)) == 3
    assert reasons(grown, since=date(2025, 10, 1)) == []


def test_what_chance_alone_makes_of_small_numbers_is_passed_over():
    per_day = {date(2025, 7, 1): 1, date(2026, 5, 2): 9, date(2026, 8, 2): 3, date(2026, 9, 30): 2}
    few = Arrived(table="contracts", per_day=per_day)
    assert reasons(few, rest_days={"contracts": 100}, band=[0.9, 1.1]) == []


def test_months_after_the_end_are_not_called_thin():
    early = arrived(date(2025, 7, 1), date(2026, 8, 10))
    assert reasons(early) == ["transactions end 2026-08-10"]


def test_a_wave_that_did_not_come_is_a_thin_month():
    waves = [date(2025, 8, 10), date(2025, 11, 10), date(2026, 2, 10), date(2026, 5, 10), date(2026, 8, 10)]
    resting = {"rest_days": {"verbatims": 92}}
    assert reasons(Arrived(table="verbatims", per_day=dict.fromkeys(waves, 800)), **resting) == []
    without = Arrived(table="verbatims", per_day=dict.fromkeys(waves[:-1], 800))
    assert reasons(without, **resting) == ["verbatims end 2026-05-10"]
    strays = Arrived(table="verbatims", per_day={**without.per_day, date(2026, 7, 20): 3})
    assert reasons(strays, **resting) == ["verbatims of 2026-08 have 0.00 times the rows of 2026-05"]


def test_months_of_a_fiscal_quarter():
    fiscal = Quarter.parse("2026Q4", first_month=4)
    assert months(fiscal) == [date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1)]
    assert reasons(arrived(date(2026, 1, 1), date(2027, 3, 31)), quarter=fiscal) == []


def test_every_reason_of_every_table_is_told_at_once():
    tables = [
        arrived(date(2025, 7, 1), date(2026, 8, 31)),
        arrived(date(2025, 7, 1), date(2026, 9, 30), table="contracts", without=[date(2026, 7, 4)]),
        arrived(date(2025, 7, 1), date(2026, 9, 30), table="verbatims"),
    ]
    with pytest.raises(NotReadyError) as caught:
        refuse_unready(tables, quarter=Q3, as_of=AS_OF, since=OPENS, rules=Due())
    assert caught.value.exit_code == 69
    assert str(caught.value).splitlines() == [
        "not ready: transactions end 2026-08-31; contracts have no rows on 2026-07-04",
        "  See data/README.md#complete-or-not",
    ]


def test_rows_that_were_loaded_late_are_counted_with_what_to_do():
    late = arrived(date(2025, 7, 1), date(2026, 8, 31), late=3_000)
    with pytest.raises(NotReadyError) as caught:
        refuse_unready([late], quarter=Q3, as_of=AS_OF, since=OPENS, rules=Due())
    assert caught.value.problems == (
        "transactions: 3,000 rows of 2026Q3 were loaded after 2026-10-05, its knowledge date, and do not count; "
        "cxlab run 2026Q3 --as-of DAY takes in what was loaded by then",
    )


def test_complete_sources_are_let_through():
    late = arrived(date(2025, 7, 1), date(2026, 9, 30), late=200)
    refuse_unready([late], quarter=Q3, as_of=AS_OF, since=OPENS, rules=Due())
