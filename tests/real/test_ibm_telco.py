"""IBM's telco sample, as a user with five Excel sheets on disk would bring it."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from cxlab import churn, clv, nps
from cxlab.evidence import rating_counts, risk_table
from cxlab.finding import Withheld
from cxlab.quarter import Window
from cxlab.tables import open_study
from cxlab.wording import Wording

from .conftest import files_of

HERE = Path(__file__).parent
NEEDED = ("Telco_customer_churn_services.xlsx", "Telco_customer_churn_status.xlsx")


def files() -> Path | None:
    return files_of("ibm_telco_v2", *NEEDED)


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(files() is None, reason="the IBM files are not on this machine: see tests/real/README.md"),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ibm")
    shutil.copy(HERE / "ibm_telco" / "study.toml", folder)
    (folder / "files").symlink_to(files())
    return open_study("2019Q3", config=folder)


def test_every_row_is_accepted_and_the_tables_that_are_missing_are_named(study):
    counts = {name: (table.read, table.accepted) for name, table in study.load.tables.items()}
    assert counts == dict.fromkeys(("customers", "contracts", "survey_responses"), (7043, 7043))
    assert study.load.cannot_run("churn") is None
    assert study.load.cannot_run("nps") is None
    assert study.load.cannot_run("voc") == "voc needs verbatims; missing: verbatims"


def test_every_leaver_is_counted(study):
    left = churn.left_at(study)
    steps = left.table.set_index("step")["estimate"].to_dict()
    assert steps["lost_voluntary"] == 1869
    assert steps["joined"] == 1051
    assert steps["open"] == 7043 - 1051
    assert steps["close"] == 7043 - 1869
    assert left.headline.value == pytest.approx(1869 / 5992)


def test_late_entry_is_not_taken_for_survival(study):
    """Everyone older than three months is here because they stayed; counted from birth, 85% would stay a year."""
    risk = risk_table(study.lives, window=study.window, bucket=True)
    staying = churn.retention(risk, quarter=study.quarter).headline
    assert staying.high < 0.20
    from_birth = Window(open=date(2010, 1, 1), close=study.window.close)
    ignoring = churn.retention(risk_table(study.lives, window=from_birth, bucket=True), quarter=study.quarter)
    assert ignoring.headline.low > 0.80


def test_separation_is_said_in_words(study):
    of = study.config.rules.compare
    risk = risk_table(study.lives, by=of, window=study.window, bucket=True)
    ratios = churn.hazard_ratios(risk, of=of, quarter=study.quarter, reference=study.config.rules.reference)
    assert isinstance(ratios.headline, Withheld)
    said = Wording("en", labels=study.config.labels).say(ratios.message)
    assert "Satisfaction 4 of 5" in said
    assert "Satisfaction 5 of 5" in said
    assert ratios.table["estimate"].max() < 20


def test_one_quarter_is_not_compared_and_not_forecast(study):
    left = churn.left_at(study)
    assert isinstance(churn.left_change(left, None, None).headline, Withheld)


def test_charges_are_read_as_cents(study):
    brings = study.lives.filter(study.lives.exit_day.isnull()).revenue_amount.sum().execute()
    assert brings == 95_095_725  # 3 months of Monthly Charge of those who stayed, in cents


def test_satisfaction_is_told_where_nobody_asked_for_nps(study):
    score = nps.score_at(study)
    assert score.message.id == "nps.score.nobody"
    csat = nps.satisfaction(
        rating_counts(study.responses, measure="csat", kind="relationship"), quarter=study.quarter
    )
    assert csat.headline.value == pytest.approx(22854 / 7043)  # the column's sum over its rows
    assert csat.message.values["top"].value == pytest.approx(1149 / 7043)
    assert nps.leading(score, None, csat).message == csat.message


def test_satisfaction_by_contract_and_no_change_in_a_single_quarter(study):
    counts = rating_counts(study.responses, measure="csat", by=["plan"], kind="relationship")
    by_plan = nps.ratings_by(counts, measure="csat", by="plan", quarter=study.quarter, name="nps.csat_by")
    assert by_plan.message.id == "nps.csat_by.first"
    assert by_plan.message.values["group"].code == "Month-to-Month"
    assert by_plan.table["change"].isna().all()
    assert by_plan.table["n"].sum() == 7043


def test_contracts_are_valued_by_how_long_such_customers_stay(study):
    equity = clv.worth_at(study)
    base = clv.base(equity)
    assert base.message.id == "clv.base.revenue"
    assert base.headline.n == 7043 - 1869
    by_plan = clv.by_trait(equity, by="plan")
    assert by_plan.table["plan"].tolist() == ["Two Year", "One Year", "Month-to-Month"]
    assert by_plan.message.id == "clv.by.apart"
    month = by_plan.table.set_index("plan")["estimate"]["Month-to-Month"]
    assert 30_000 < month < 60_000  # cents: half a year of a bill of 60 dollars
    checks = {check.name: check.passed for check in base.checks}
    assert checks["beyond"] is False  # six years seen, contracts that hardly anybody leaves
    assert clv.holdout_at(study).message.id == "clv.holdout.nothing"
