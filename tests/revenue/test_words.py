"""Every sentence of the page in both languages, whatever the case."""

from __future__ import annotations

import pytest

from cxlab import revenue
from cxlab.claim import empty_table, finding
from cxlab.finding import Estimate, Message
from cxlab.quarter import Quarter
from cxlab.wording import LANGUAGES, Wording

QUARTERS = Quarter.span("2024Q1..2025Q4")
NOW = QUARTERS[-1]


def change(points):
    """``nps.change`` as the other page records it."""
    return finding(
        "nps.change", about=NOW, rule="x", message=Message("nps.change.first"), table=empty_table("against"),
        headline=Estimate(value=points, low=points - 4, high=points + 4, unit="points", n=900), shape="bars",
        method=Message("revenue.method.price"),
    )  # fmt: skip


def all_findings(evidence, *, points=-7.0):
    """Every finding of the question, asked as the notebook asks."""
    return [
        revenue.price(evidence, quarter=NOW),
        revenue.checks(evidence, quarter=NOW),
        revenue.veto(evidence, quarter=NOW),
        revenue.paths(evidence, quarter=NOW),
        revenue.change_cost(evidence, change=change(points), quarter=NOW),
        revenue.easy_answer(evidence, quarter=NOW),
        revenue.by_band(evidence, quarter=NOW),
    ]


CASES = {
    "planted": {"seed": 41},
    "nothing": {"seed": 22, "promoter": 0, "detractor": 0},
    "reverse": {"seed": 43, "promoter": 0, "detractor": 0, "feedback": 0.5},
    "against": {"seed": 44, "promoter": -3.0, "detractor": 4.0},
    "only_down": {"seed": 45, "promoter": 0.0},
    "only_up": {"seed": 56, "detractor": 0.0},
    "few": {"seed": 47, "customers": 60},
    "silent": {"seed": 48, "customers": 30, "asked": 0.0},
}


@pytest.fixture(scope="module")
def found(draw_panel, add_up):
    return {name: all_findings(add_up(draw_panel(**planted))) for name, planted in CASES.items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_every_finding_can_be_said(found, case, language):
    wording = Wording(language)
    for each in found[case]:
        messages = [each.message, each.method, *(check.message for check in each.checks)]
        said = [wording.say(message) for message in messages]
        assert all(sentence and "{" not in sentence for sentence in said)
        assert each.name.startswith("revenue.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_name(found, language):
    wording = Wording(language)
    for each in found["planted"]:
        column = str(each.table.columns[0])
        for code in each.table[column]:
            assert wording.knows(f"{column}.{code}"), f"{column}.{code}"
        assert wording.knows(f"term.{column}")
        assert wording.knows(f"figure.{each.name}")


def test_each_case_says_what_it_is(found):
    ids = {name: found[name][0].message.id.removeprefix("revenue.") for name in CASES}
    assert ids == {
        "planted": "price.both", "nothing": "price.neither", "reverse": "check.order.failed",
        "against": "price.against", "only_down": "price.first", "only_up": "price.second",
        "few": "check.movers.failed", "silent": "check.waves.failed",
    }  # fmt: skip


def test_the_veto_reads_as_the_company_would_say_it(found):
    said = {language: Wording(language).say(found["reverse"][0].message) for language in LANGUAGES}
    assert said == {
        "en": "Cannot be priced this quarter: revenue moved before the score did, so the score may only "
              "follow it.",
        "vi": "Quý này chưa định giá được: doanh thu biến động trước điểm số, nên điểm số có thể chỉ là hệ quả.",
    }  # fmt: skip


def test_the_price_is_written_to_three_digits_with_its_interval(found):
    sentence = Wording("en").say(found["planted"][0].message)
    assert sentence.startswith("A detractor who becomes passive goes with ")
    assert "VND more a quarter (" in sentence


@pytest.mark.parametrize("points", [-7.0, 7.0])
def test_a_change_is_said_with_its_direction(found, draw_panel, add_up, points):
    rows = draw_panel(customers=1_500, seed=49)
    last = rows["quarter_number"] == NOW.ordinal
    rows.loc[last & (rows["grp"] == "promoter"), "grp"] = "passive"
    cost = revenue.change_cost(add_up(rows), change=change(points), quarter=NOW)
    assert cost.message.id == f"revenue.change_cost.less.{'rise' if points > 0 else 'fall'}"
    for language in LANGUAGES:
        assert Wording(language).say(cost.message)
