"""The whole way, from the made-up company's files to findings: what was planted comes back."""

import json
import shutil
from pathlib import Path

import pytest

from cxlab import churn
from cxlab.evidence import movements, risk_table, stock_table
from cxlab.finding import Estimate, Withheld
from cxlab.overview.forecasts import graded
from cxlab.synth import make_company
from cxlab.tables import open_study

ROOT = Path(__file__).parents[2]
PLANTED = {
    "en120": 0.80, "en_nam": 0.35, "sau150": 0.55, "gia_dinh": 0.40, "tu_do": 1.60,
    "cch": 1.05, "hcm": 1.15, "hn": 1.10, "mkd": 0.95, "nmm": 0.90, "se": 1.00,
    "dealer": 1.00, "web_app": 1.00, "referral": 0.70, "nua_gia_thang_dau": 1.60, "sim_tet": 1.30,
}  # fmt: skip
"""Ratios written down in the company's description; not read from the code that plants them."""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The study of the README's two commands: 20,000 customers, seed 7."""
    folder = tmp_path_factory.mktemp("company")
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, folder)
    make_company(folder / "sample", customers=20_000, seed=7)
    return open_study("2026Q3", config=folder)


@pytest.fixture(scope="module")
def truth(study):
    quarters = json.loads((study.folder / "sample" / "truth.json").read_text(encoding="utf-8"))["quarters"]
    return {quarter["quarter"]: quarter for quarter in quarters}


def test_every_planted_ratio_lies_in_its_interval(study):
    of = study.config.rules.compare
    risk = risk_table(study.lives, by=of, window=study.window, period="week", bucket=True)
    found = churn.hazard_ratios(risk, of=of, quarter=study.quarter, reference=study.config.rules.reference)
    rows = found.table.set_index("code")
    assert set(rows.index) == set(PLANTED)
    outside = [code for code, ratio in PLANTED.items() if not rows.low[code] <= ratio <= rows.high[code]]
    assert outside == []
    proportional = next(check for check in found.checks if check.name == "proportional")
    assert proportional.passed is False  # Én Năm leaves at renewal: its ratio is no constant, and the page says so


def test_the_price_rise_is_found_where_it_was_planted_and_nowhere_else(study):
    now, last = churn.left_at(study), churn.left_at(study.earlier(1))
    change = churn.left_change(now, last)
    moves = movements(study.lives, quarters=[study.quarter - 1, study.quarter], by=["plan"], bucket=True)
    change, by_plan, where = churn.one_page(
        change, churn.left_by(moves, by="plan", quarter=study.quarter), churn.left_where_at(study)
    )
    assert change.message.id == "churn.left_change.cannot_tell"
    assert where.message.id == "churn.left_where.real_rise"
    assert [label.code for label in where.message.values["groups"]] == ["en90", "en120"]
    moved = by_plan.table[by_plan.table["verdict"] == "real_change"]["plan"]
    assert set(moved) <= {"en90", "en120"}


def test_what_answers_go_with_is_found_from_the_close_after_them(study):
    found = churn.experience_at(study).table.set_index("grp")
    planted = {"detractor": 1.40, "promoter": 0.78, "silent": 1.3}
    assert [code for code, ratio in planted.items() if not found.low[code] <= ratio <= found.high[code]] == []
    assert found.p["detractor"] < 0.05


def test_what_left_is_what_truly_left(study, truth):
    for quarter in (study.quarter, study.quarter - 1, study.quarter - 7):
        moves = movements(study.lives, quarters=[quarter])
        lost = int(moves["lost_voluntary"].sum() + moves["lost_involuntary"].sum())
        assert lost == truth[str(quarter)]["left"]
        assert int(moves["joined"].sum()) == truth[str(quarter)]["joined"]


def test_the_money_ties_out_from_close_to_close(study):
    """Every amount of both stocks in one step; those who left are those of the count who were there before."""
    lost, kept, steps = churn.value_at(study)
    before = study.earlier(1)
    amount = steps.table.set_index("step")["estimate"]
    for step, at in (("open", before), ("close", study)):
        assert amount[step] == stock_table(at.lives, window=at.window)["margin"].sum()
    assert next(check for check in steps.checks if check.name == "ties_out").passed
    assert lost.table["estimate"].sum() == amount[["lost_voluntary", "lost_involuntary"]].sum()
    moves = movements(study.lives, quarters=[study.quarter])
    assert kept.headline.n == int(moves["open"].sum() - steps.table.set_index("step")["n"]["transferred"])


def test_the_money_at_risk_lies_where_customers_bring_much_and_leave_often(study):
    risk = risk_table(study.lives, by=["plan"], window=study.window, quarter=True)
    whole = churn.at_risk(stock_table(study.lives, by=["plan"], window=study.window), risk, quarter=study.quarter)
    segments, accounts, tenths, saving = churn.saving_at(study, risk)
    for found in (segments, accounts, tenths, saving):
        assert found.table["estimate"].sum() == pytest.approx(whole.headline.value, rel=1e-9)
    families = study.lives.filter(study.lives.exit_day.isnull() & (study.lives.plan == "gia_dinh")).count()
    shared = accounts.table.set_index("account_kind")["n"]["shared"]
    assert 0.9 * families.to_pandas() < shared <= families.to_pandas()
    # the two segments are the parity of an id: they hold the same
    assert segments.message.id == "churn.at_risk_by.margin.alike"
    cells = saving.table.set_index(["value_third", "risk_third"])["estimate"]
    assert cells["high", "high"] > cells["high", "low"] > cells["low", "low"]


def test_a_law_that_older_customers_contradict_is_not_used(study):
    """Renewals after three and four years are in no smooth law: newcomers have not been seen so long."""
    everyone = risk_table(study.lives, window=study.window, bucket=True)
    found = churn.beyond_at(study, everyone)
    assert isinstance(found.headline, Withheld)
    assert found.message.id == "churn.beyond.contradicted"
    assert next(check for check in found.checks if check.name == "trial").passed


def test_twelve_month_retention_holds_the_planted_one(study):
    risk = risk_table(study.lives, by=["plan"], window=study.window)
    found = churn.retention_by(risk, by="plan", quarter=study.quarter).table
    year = found[found["tenure_months"] == 12].set_index("plan")
    for plan, planted in {"tu_do": 0.29, "en90": 0.47, "en120": 0.55}.items():
        assert year.estimate[plan] == pytest.approx(planted, abs=0.05)


def test_the_forecast_of_last_quarter_misses_the_price_rise(study, truth):
    """The rise was not in the model: the forecast made a quarter earlier is exceeded, and that is to be told."""
    before = study.earlier(1)
    risk = risk_table(before.lives, by=["plan"], window=before.window, quarter=True)
    stock = stock_table(before.lives, by=["plan"], window=before.window)
    moves = movements(before.lives, quarters=before.quarters, by=["plan"])
    found = churn.next_quarter(stock, risk, moves, quarter=before.quarter)
    assert isinstance(found.headline, Estimate)
    assert found.about == study.quarter
    assert found.headline.high < truth["2026Q3"]["left"]


def test_every_forecast_of_last_quarter_is_graded_on_what_was_counted(study):
    before = study.earlier(1)
    risk = risk_table(before.lives, by=["plan"], window=before.window, quarter=True)
    stock = stock_table(before.lives, by=["plan"], window=before.window)
    moves = movements(before.lives, quarters=before.quarters, by=["plan"])
    made = [
        churn.next_quarter(stock, risk, moves, quarter=before.quarter),
        churn.next_lost(stock, risk, quarter=before.quarter),
        churn.next_kept(stock, risk, quarter=before.quarter),
        churn.next_retention(
            stock, risk, moves, quarter=before.quarter, target=0.5,
            staying=churn.retention(risk_table(before.lives, window=before.window), quarter=before.quarter),
        ),
    ]  # fmt: skip
    lost, kept, steps = churn.value_at(study)
    reads = churn.retention(risk_table(study.lives, window=study.window), quarter=study.quarter)
    found = {each.name: each for each in (churn.left_at(study), reads, lost, kept, steps)}
    came = {one.name: one for one in graded({each.name: each for each in made}, found, quarter=study.quarter)}
    assert set(came) == {each.name for each in made}
    assert came["churn.next_lost"].came == lost.table["estimate"].sum()
    assert came["churn.next_kept"].came == kept.headline.value
    assert came["churn.next_retention"].came == reads.headline.value
    read = came["churn.next_retention"]
    assert read.came < read.forecast.value  # the price rise was not in the model
    assert abs(read.came - read.forecast.value) < 0.01
    # the stock forecast from is the one the money is counted from: both know what was known then
    assert stock["margin"].sum() == steps.table.set_index("step")["estimate"]["open"]


def test_the_ratio_that_is_no_constant_is_told_by_tenure(study):
    """Én Năm is paid for twelve months: it leaves at renewal, hardly ever before."""
    of = study.config.rules.compare
    risk = risk_table(study.lives, by=of, window=study.window, period="week")
    found = churn.ratio_by_tenure(risk, of=of, quarter=study.quarter, reference=study.config.rules.reference)
    assert found.message.values["group"].code == "en_nam"
    rows = found.table.set_index("tenure_band")
    assert rows.high["1-3"] < 0.1
    assert rows.high["4-11"] < 0.1
    assert rows.low["12+"] > 0.5


def test_those_whom_friends_brought_leave_less_for_every_reason(study):
    of = study.config.rules.compare
    risk = risk_table(study.lives, by=of, window=study.window, period="month", causes="reason")
    found = churn.reason_ratios(
        risk, of=of, strata=["plan"], quarter=study.quarter, reference=study.config.rules.reference
    )
    friends = found.table[found.table["code"] == "referral"]
    assert set(friends["reason"]) == {"cancelled", "lapsed", "papers", "port_out", "unpaid"}
    assert ((friends["low"] <= 0.75) & (friends["high"] < 0.95)).all()


def test_a_short_rule_calls_silence_leaving_and_the_rise_among_contracts_stands_under_all(study):
    found = churn.definition_at(study)
    share = found.table.set_index("rule")
    own = churn.left_at(study).headline
    assert share.estimate["own"] == own.value
    assert abs(share.estimate["days_60"] - own.value) < 0.005  # what the plan's validity is
    assert share.estimate["days_30"] - share.back_share["days_30"] < 2 * own.value < share.estimate["days_30"]
    assert found.message.id == "churn.definition.rise_untouched"
    assert [label.code for label in found.message.values["groups"]] == ["en90", "en120"]


def test_what_was_planted_for_calls_in_time_lies_in_the_interval_of_cases_solved(study):
    """Who is called in time leaves 0.90 times as often in the next quarter, whatever comes of the case."""
    found = churn.cases_at(study).headline
    assert found.low < 0.90 < found.high


def test_a_ratio_said_as_people_who_stay_is_the_planted_share(study):
    """Of newcomers to Én 90 47% stay a year; friends of friends leave 0.7 times as often."""
    rules = study.config.rules
    risk = risk_table(study.lives, by=rules.compare, window=study.window, period="month")
    found = churn.staying_alike(
        risk, of=rules.compare, strata=["plan"], quarter=study.quarter, period="month", reference=rules.reference
    )
    said = found.message.values
    assert (said["group"].code, said["within"][0].code) == ("referral", "en90")
    assert said["other"].value == pytest.approx(0.47, abs=0.03)
    assert said["staying"].low <= 0.47**0.7 <= said["staying"].high
