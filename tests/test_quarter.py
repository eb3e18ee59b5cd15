"""Quarters of a fiscal year, and the three months to a month inside one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.quarter import Quarter

quarters = st.builds(Quarter, st.integers(1901, 2199), st.integers(1, 4), st.integers(1, 12))
interims = st.builds(lambda day: Quarter.parse(f"{day:%Y-%m}"), st.dates(date(1902, 1, 1), date(2198, 12, 31)))


@given(quarters | interims)
def test_quarters_of_one_count_touch_and_are_written_so_that_they_can_be_read(quarter):
    assert quarter.end == (quarter + 1).start
    assert (quarter + 1) - 1 == quarter
    assert (quarter + 1).ordinal - quarter.ordinal == 1
    assert quarter.year_ago.start == quarter.start.replace(year=quarter.start.year - 1)
    assert Quarter.parse(str(quarter), first_month=quarter.first_month) == quarter
    assert str(Quarter.numbered(quarter.ordinal)) == str(quarter)


@given(interims)
def test_an_interim_quarter_is_the_three_months_to_the_month_it_is_written_like(quarter):
    last = quarter.end - timedelta(days=1)
    assert str(quarter) == f"{last:%Y-%m}"
    assert (last.year * 12 + last.month) - (quarter.start.year * 12 + quarter.start.month) == 2
    assert {quarter.beside(quarter.start), quarter.beside(last)} == {quarter}
    assert str(quarter - 1) < str(quarter)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-8", "2026Q5", "2026-08-01", ""])
def test_another_form_is_no_quarter(text):
    with pytest.raises(ValueError, match="quarter must look like '2026Q3'; got "):
        Quarter.parse(text)


def test_a_month_is_no_whole_quarter():
    with pytest.raises(ValueError, match=r"^quarter must look like '2026Q3'; got '2026-08'$"):
        Quarter.whole("2026-08")
    with pytest.raises(ValueError, match=r"^quarter must look like '2026Q3'; got '2026-08'$"):
        Quarter.span("2026-08")


def test_numbers_of_different_counts_do_not_meet():
    summer, inside = Quarter.parse("2026Q3"), Quarter.parse("2026-08")
    assert abs(summer.ordinal - inside.ordinal) > 10_000
