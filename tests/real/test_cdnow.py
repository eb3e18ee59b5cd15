"""CDNOW's cohort of 1997, as a shop would bring it: one CSV of purchases and nothing else."""

import csv
import shutil
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from cxlab import clv
from cxlab.evidence.repeat import repeat_counts
from cxlab.finding import Withheld
from cxlab.maths.buying import bg_nbd, buying
from cxlab.quarter import Window
from cxlab.tables import open_study
from cxlab.tables.buying import buying as purchases
from cxlab.wording import Wording

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The study and a CSV written from the test-only package that holds the sample."""
    folder = tmp_path_factory.mktemp("cdnow")
    shutil.copy(HERE / "cdnow" / "study.toml", folder)
    package = Path(find_spec("lifetimes").submodule_search_locations[0])
    lines = (package / "datasets" / "CDNOW_sample.txt").read_text(encoding="utf-8").splitlines()
    with (folder / "purchases.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["row", "customer", "date", "dollars"])
        for number, line in enumerate(line for line in lines if line.strip()):
            _, customer, day, _, dollars = line.split()
            rows.writerow([number, customer, f"{day[:4]}-{day[4:6]}-{day[6:]}", dollars])
    return open_study("1998Q2", config=folder)


@pytest.fixture(scope="module")
def equity(study):
    return clv.worth_at(study)


def test_every_purchase_is_accepted(study):
    assert study.load.tables["transactions"].read == study.load.tables["transactions"].accepted == 6919


def test_by_day_the_first_39_weeks_give_nearly_the_published_fit(study):
    """Published by week for this cohort: r .243, alpha 4.414 weeks, a .793, b 2.426."""
    half = Window(open=date(1997, 1, 1), close=date(1997, 10, 1))
    counts = repeat_counts(purchases(study.days, study.lives, window=half))
    fit = bg_nbd(buying(counts["x"], counts["t_x"], counts["total"], counts["customers"]))
    assert counts["born"].all()
    assert counts["customers"].sum() == 2349
    assert fit.r == pytest.approx(0.243, abs=0.01)
    assert fit.alpha / 7 == pytest.approx(4.414, abs=0.3)
    assert fit.a / (fit.a + fit.b) == pytest.approx(0.793 / (0.793 + 2.426), abs=0.02)


def test_nobody_has_a_contract_and_the_page_says_so(equity):
    found = clv.method_by(equity)
    assert found.message.id == "clv.method_by.one"
    assert found.table["way"].tolist() == ["bought"]


def test_the_worth_says_how_little_of_it_was_seen(study, equity):
    found = clv.base(equity)
    assert found.message.id == "clv.base.revenue"
    checks = {check.name: check for check in found.checks}
    assert checks["beyond"].passed is False
    assert checks["births"].passed is True
    assert checks["unrelated"].message.id == "clv.check.more_often_more"
    said = Wording("en", currency="USD").say(checks["beyond"].message)
    assert said.endswith("of this worth lies past what was ever observed: it rests on a law, not on data.")


def test_on_the_months_held_back_the_model_beats_going_on_as_before(study):
    found = clv.holdout_at(study)
    assert found.message.values["months"] == 9
    assert found.message.values["off"] < 0.15
    assert found.message.values["plain"] > 0.5
    assert found.headline.low <= found.message.values["counted"] <= found.headline.high


def test_what_a_shop_does_not_know_is_left_open_in_words(study, equity):
    assert clv.by_trait(equity, by="plan").message.id == "clv.by.unknown"
    assert isinstance(clv.payback_at(study, equity).headline, Withheld)
    assert clv.concentration_at(study, equity).headline.value > 0.5
