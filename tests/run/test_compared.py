"""Two ledgers compared: what counts as equal, and how a difference is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlab import ledger
from cxlab.finding import Check, Estimate, Finding, Label, Message, Withheld
from cxlab.quarter import Quarter
from cxlab.run.compared import ABSOLUTE, RELATIVE, compared, told

Q3 = Quarter(2026, 3)


def finding(**changes):
    table = pd.DataFrame(
        {
            "plan": ["en90", "payg"],
            "verdict": ["cannot_tell", None],
            "last": [0.07, np.nan],
            "estimate": [0.08, 0.12],
            "low": [0.07, 0.11],
            "high": [0.09, 0.13],
            "n": [5210, 2875],
        }
    )
    share = Estimate(value=0.088, low=0.083, high=0.094, unit="share", n=10_207)
    made = {
        "name": "churn.left",
        "about": Q3,
        "definition": "abc",
        "headline": share,
        "message": Message("churn.left", {"share": share, "plans": (Label(of="plan", code="en90"),)}),
        "table": table,
        "shape": "bars",
        "method": Message("churn.method.left"),
        "checks": (Check(name="links", passed=True, message=Message("check.links_counted", {"n": 40})),),
        "replicates": np.array([0.087, 0.089]),
    }
    return Finding(**(made | changes))


def places(then, now):
    return [(each.place, each.then, each.now) for each in compared([then], [now]).differences]


def test_what_was_written_and_read_back_is_equal_in_every_place(tmp_path):
    ledger.write([finding()], tmp_path / "findings.json", header={})
    found = compared([finding()], ledger.read(tmp_path / "findings.json").findings)
    assert found.equal
    assert (found.findings, found.numbers, found.words) == (1, found.numbers_equal, found.words_equal)
    parts = {"headline": 5, "message": 5, "check": 1, "rows": 1, "cells": 9, "replicates": 2}
    assert found.numbers == sum(parts.values())


def test_everything_a_finding_says_has_a_place():
    said = told(finding())
    assert said["headline: value"] == 0.088
    assert said["message: share: high"] == 0.094
    assert said["message: plans"] == "plan.en90"
    assert said["check links: passed"] is True
    assert said["table: estimate, plan=payg"] == 0.12
    assert said["table: verdict, plan=en90"] == "cannot_tell"
    assert said["table: last, plan=payg"] is None
    assert said["replicate 2"] == 0.089


@pytest.mark.parametrize(("factor", "equal"), [(1 + 0.5 * RELATIVE, True), (1 + 2 * RELATIVE, False)])
def test_floats_may_differ_by_the_tolerance_and_no_more(factor, equal):
    moved = finding()
    moved.table.loc[0, "estimate"] *= factor
    assert compared([finding()], [moved]).equal is equal


def test_what_cancels_counts_as_zero():
    one, other = (finding(replicates=np.array([value, 0.1])) for value in (ABSOLUTE / 3, -ABSOLUTE / 3))
    assert compared([one], [other]).equal


def test_counts_have_to_be_the_same_however_large():
    ends = {"low": 0.0, "high": 1e13, "unit": "count"}
    one, other = (finding(headline=Estimate(value=float(10**12 + more), **ends)) for more in (0, 1))
    assert places(one, other) == [("headline: value", 1e12, 1e12 + 1)]


def test_a_cell_is_told_by_its_column_and_its_row():
    moved = finding()
    moved.table.loc[1, "n"] = 2876
    moved.table.loc[0, "verdict"] = "real_change"
    assert places(finding(), moved) == [
        ("table: verdict, plan=en90", "cannot_tell", "real_change"),
        ("table: n, plan=payg", 2875, 2876),
    ]


def test_rows_are_matched_by_their_codes_whatever_their_order_is_told():
    other = finding()
    other = replace(other, table=other.table.iloc[::-1].reset_index(drop=True))
    assert compared([finding()], [other]).equal


def test_a_row_that_is_gone_is_told_cell_by_cell():
    less = finding()
    less = replace(less, table=less.table.iloc[:1])
    found = places(finding(), less)
    assert ("table: rows", 2, 1) in found
    assert ("table: estimate, plan=payg", 0.12, "not there") in found


def test_rows_without_codes_are_matched_by_their_place():
    rows = pd.DataFrame({"estimate": [1.0, 2.0], "low": [1.0, 2.0], "high": [1.0, 2.0], "n": [3, 3]})
    moved = rows.assign(estimate=[1.0, 2.5], high=[1.0, 2.5])
    assert [place for place, *_ in places(finding(table=rows), finding(table=moved))] == [
        "table: estimate, row 2",
        "table: high, row 2",
    ]


def test_a_number_that_is_withheld_now_and_a_check_that_fails_now_are_told():
    check = Check(name="links", passed=False, message=Message("check.links_counted", {"n": 40}))
    held = finding(headline=Withheld(Message("page.too_few_customers", {"least": 10})), checks=(check,))
    found = {place: (then, now) for place, then, now in places(finding(), held)}
    assert found["withheld"] == ("not there", "page.too_few_customers")
    assert found["headline: value"] == (0.088, "not there")
    assert found["check links: passed"] == (True, False)


def test_findings_that_came_or_went_are_told():
    found = compared([finding()], [finding(name="churn.gone")])
    assert found.findings == 2
    assert found.numbers_equal == found.words_equal == 0
    assert {(each.finding, each.now) for each in found.differences if each.place == "shape"} == {
        ("churn.left", "not there"),
        ("churn.gone", "bars"),
    }


def test_what_people_wrote_is_not_repeated():
    numbers = {"estimate": [1.0], "low": [1.0], "high": [1.0], "n": [9]}
    rows = pd.DataFrame({"theme": ["price"], "text": ["too dear"], **numbers})
    found = places(finding(table=rows), finding(table=rows.assign(text=["much too dear"])))
    assert [place for place, *_ in found] == ["table: text, theme=price"]
    assert found[0][1].startswith("8 characters, ")
    assert found[0][2].startswith("13 characters, ")
