"""The whole way, from a company's files to findings: the planted price comes back, the reverse does not."""

import shutil
from pathlib import Path

import pytest

from cxlab import revenue
from cxlab.evidence import panel_sums
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter
from cxlab.synth import company, make_company
from cxlab.tables import open_study

ROOT = Path(__file__).parents[2]
NOW = Quarter.parse("2026Q3")
HAZARD_RATIO = {"detractor": 1.40, "promoter": 0.78}
"""Written down in the company's description; not read from the code that plants them."""
VAT = 1.10
LEVEL = 0.99
"""Wide enough for a test of one draw."""


def opened(folder, **planted):
    """The study of a company of 20,000 customers."""
    folder.mkdir()
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, folder)
    make_company(folder / "sample", customers=20_000, seed=7, **planted)
    return open_study("2026Q3", config=folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("revenue")


@pytest.fixture(scope="module")
def study(folder):
    return opened(folder / "company")


@pytest.fixture(scope="module")
def evidence(study):
    return panel_sums(study.panel, quarters=study.quarters)


@pytest.fixture(scope="module")
def paid(folder, study):
    """Rows after an answer, and what the same customers would have paid had their answers gone with no money.

    The company is made a second time with the same luck and without the planted amounts: the difference is the
    truth of each row, cut off at zero and at the smallest top-up as in the first one.
    """
    planted = dict(company.SCORE_MONEY)
    company.SCORE_MONEY.update(dict.fromkeys(planted, 0))
    try:
        without = opened(folder / "without").panel.to_pandas()
    finally:
        company.SCORE_MONEY.update(planted)
    keys = ["customer_id", "quarter_number"]
    rows = study.panel.to_pandas().sort_values(keys, ignore_index=True)
    rows = rows.merge(without[[*keys, "revenue_amount"]], on=keys, suffixes=("", "_without"))
    before = rows.groupby("customer_id")[["grp", "quarter_number"]].shift()
    rows["lag"] = before["grp"].where(before["quarter_number"] == rows["quarter_number"] - 1, "")
    rows["true"] = rows["revenue_amount"] - rows["revenue_amount_without"]
    return rows[rows["lag"].isin(["promoter", "passive", "detractor"])]


def test_what_was_planted_is_what_the_rows_got(paid):
    """9,000 and -18,000 VND with tax inside, less where nothing can be paid less: the truth to be found."""
    true = paid.groupby("lag")["true"].mean()
    assert true["passive"] == 0
    assert true["promoter"] == pytest.approx(9_000 / VAT, rel=0.15)
    assert -18_000 / VAT < true["detractor"] < -0.7 * 18_000 / VAT


def test_a_step_may_be_priced(evidence):
    found = revenue.checks(evidence, quarter=NOW)
    assert [check.passed for check in found.checks] == [True] * 5


def test_the_price_by_spending_is_the_planted_one(evidence, paid):
    true = paid.groupby("lag")["true"].mean()
    rows = revenue.paths(evidence, quarter=NOW, level=LEVEL).table.set_index("path")
    for path, planted in (
        ("detractor_passive_spending", -true["detractor"]),
        ("passive_promoter_spending", true["promoter"]),
    ):
        assert rows.low[path] <= planted <= rows.high[path]


def test_the_whole_price_holds_the_planted_one_and_is_rather_too_small(evidence, paid):
    """With leaving: of those who left in the quarter after the answer, so many would have stayed as passives."""
    true, price = paid.groupby("lag")["true"].mean(), revenue.price(evidence, quarter=NOW, level=LEVEL)
    rows = price.table.set_index("step")
    for step, group, sign in (("detractor_passive", "detractor", -1), ("passive_promoter", "promoter", 1)):
        leavers = paid[(paid["lag"] == group) & paid["left"]]
        share = len(leavers) / (paid["lag"] == group).sum()
        missed = paid.loc[(paid["lag"] == group) & ~paid["left"], "revenue_amount"].mean() / 2
        staying = (1 / HAZARD_RATIO[group] - 1) * share * missed
        planted = sign * true[group] + abs(staying)
        assert rows.low[step] <= planted
        assert rows.estimate[step] == pytest.approx(planted, rel=0.45)
    assert isinstance(price.headline, Estimate)


def test_the_easy_answer_is_several_times_the_true_one(evidence):
    found = revenue.easy_answer(evidence, quarter=NOW)
    assert found.message.id == "revenue.easy_answer.more"
    assert found.message.values["times"] > 2


def test_the_reverse_company_is_refused(folder):
    """Revenue that falls lowers the next score, and the score does nothing: no price, and the reason is said."""
    reverse = opened(folder / "reverse", reverse=True)
    found = panel_sums(reverse.panel, quarters=reverse.quarters)
    price = revenue.price(found, quarter=NOW)
    assert isinstance(price.headline, Withheld)
    assert price.headline.reason.id == "revenue.check.order.failed"
    assert revenue.checks(found, quarter=NOW).message.id == "revenue.checks.order"
