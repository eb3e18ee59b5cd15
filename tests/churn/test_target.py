"""Retention against its target: the whole interval decides."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlab import churn
from cxlab.quarter import Quarter
from cxlab.wording import Wording

NOW = Quarter.parse("2026Q3")


@pytest.fixture(scope="module")
def staying():
    risk = pd.DataFrame({"tenure": range(1, 801), "at_risk": 400, "lost": [1] * 365 + [0] * 435})
    return churn.retention(risk, quarter=NOW)


@pytest.mark.parametrize(("target", "case"), [(0.30, "reached"), (0.40, "cannot_tell"), (0.55, "missed")])
@pytest.mark.parametrize("due", [None, NOW, NOW + 1])
def test_the_interval_decides_and_the_quarter_is_named_where_it_is_still_to_come(staying, target, case, due):
    found = churn.retention_target(staying, target=target, due=due)
    assert found.headline == staying.headline
    assert found.message.id == f"churn.retention_target.{case}" + (".due" if due == NOW + 1 else "")
    assert found.checks[0].passed is (True if case == "reached" else None)
    for language in ("en", "vi"):
        assert "{" not in Wording(language).say(found.message)


def test_without_a_target_nothing_is_said_and_a_withheld_number_stays_withheld(staying):
    assert churn.retention_target(staying, target=None) is None
    assert churn.retention_target(staying, target=0.5, months=6) is None
    short = churn.retention(pd.DataFrame({"tenure": range(1, 9), "at_risk": 50, "lost": 1}), quarter=NOW)
    found = churn.retention_target(short, target=0.5)
    assert found.headline.reason == short.message
    assert found.table.empty


def test_a_target_that_is_no_share_is_refused(staying):
    with pytest.raises(
        ValueError, match=r"^a target of retention is a share between 0 and 1, such as 0.5; got 50$"
    ):
        churn.retention_target(staying, target=50)
