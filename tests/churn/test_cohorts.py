"""What of each joining quarter is still there: the table is the counts, the sentence two of its cells."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlab import churn
from cxlab.evidence import cohort_customers
from cxlab.finding import Withheld
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")


@pytest.fixture(scope="module")
def counts(company):
    return cohort_customers(company.lives, quarters=list(Quarter.holding(company.window.open).until(NOW)))


def revenue_of(counts, each=100):
    return counts.assign(revenue=counts["customers"] * each)[["joined", "quarter", "revenue"]]


def test_every_cell_is_the_count(counts):
    found = churn.cohorts(counts, revenue_of(counts), quarter=NOW).table.set_index(["quarter", "since"])
    assert len(found) == 12 * 13 // 2
    for row in counts[counts["joined"] != ""].itertuples():
        since = str(Quarter.parse(row.quarter).ordinal - Quarter.parse(row.joined).ordinal)
        mine = found.loc[(row.joined, since)]
        assert (mine["customers"], mine["n"]) == (row.customers, row.began)
        assert mine["estimate"] == mine["low"] == mine["high"] == row.customers / row.began
        assert mine["revenue_amount"] == row.customers * 100


def test_the_sentence_sets_the_cohort_of_a_year_ago_against_the_one_before(counts):
    found = churn.cohorts(counts, revenue_of(counts), quarter=NOW)
    table = found.table.set_index(["quarter", "since"])
    values = found.message.values
    assert found.message.id == "churn.cohorts"
    assert values["joined"] == NOW - 4
    assert values["staying"].value == table["estimate"][("2025Q3", "4")]
    assert values["before"] == table["estimate"][("2024Q3", "4")]
    money = table["revenue_amount"]
    assert values["revenue"] == money[("2025Q3", "4")] / money[("2025Q3", "1")]


def test_what_is_missing_is_said(counts):
    assert churn.cohorts(counts, quarter=NOW).message.id == "churn.cohorts.customers"
    year = counts[counts["joined"] >= "2025Q3"]
    assert churn.cohorts(year, quarter=NOW).message.id == "churn.cohorts.first"
    none = churn.cohorts(counts[counts["joined"] == ""], quarter=NOW)
    assert isinstance(none.headline, Withheld)
    assert none.message.id == "churn.cohorts.none"
    no_money = churn.cohorts(counts, revenue_of(counts, each=0), quarter=NOW)
    assert no_money.message.id == "churn.cohorts.customers"


def test_small_cohorts_are_left_out_and_counted():
    rows = [("2025Q3", "2025Q3", 9, 9), ("2025Q4", "2025Q4", 90, 80)]
    found = churn.cohorts(pd.DataFrame(rows, columns=["joined", "quarter", "began", "customers"]), quarter=NOW)
    assert found.table["quarter"].tolist() == ["2025Q4"]
    assert (found.checks[0].name, found.checks[0].passed) == ("hidden", None)
