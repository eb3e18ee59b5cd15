"""A telecom company's anonymous answers, as a user with one CSV export would bring it."""

import csv
import shutil
from pathlib import Path

import pytest

from cxlab import nps
from cxlab.evidence import pairs, response_counts, score_counts
from cxlab.finding import Withheld
from cxlab.maths import net_score
from cxlab.tables import open_study
from cxlab.wording import Wording

from .conftest import files_of

HERE = Path(__file__).parent
NEEDED = "verbatims.csv"


def files() -> Path | None:
    return files_of("telecom_nps_verbatims", NEEDED)


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        files() is None, reason="the telecom file is not on this machine: see tests/real/README.md"
    ),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("telecom")
    shutil.copy(HERE / "telecom_nps" / "study.toml", folder)
    (folder / "files").symlink_to(files())
    return open_study("2018Q2", config=folder)


@pytest.fixture(scope="module")
def stages(study):
    return score_counts(study.responses, by=["touchpoint"], kind="transactional")


@pytest.fixture(scope="module")
def journey(study, stages):
    steps = pairs(
        study.responses,
        quarter=study.quarter,
        against=[study.quarter - 1],
        by=["touchpoint"],
        kind="transactional",
    )
    return nps.by(stages, steps, by="touchpoint", quarter=study.quarter, name="nps.journey")


def by_hand(stage, months):
    """Promoters, passives and detractors of a stage, counted with nothing but the csv module; dates are d/m/Y."""
    with (files() / NEEDED).open(encoding="utf-8", newline="") as lines:
        scores = [
            int(row["NPS_SCORE"])
            for row in csv.DictReader(lines)
            if row["SURVEY_SUB_TYPE"] == stage and row["CUSTOMER_RESPONSE_DATE"][3:10] in months
        ]
    return sum(s >= 9 for s in scores), sum(7 <= s <= 8 for s in scores), sum(s <= 6 for s in scores)


def test_every_answer_is_accepted_and_nobody_is_known(study):
    assert (study.load.tables["survey_responses"].read, study.load.tables["survey_responses"].accepted) == (
        2353,
        2353,
    )
    assert study.load.cannot_run("nps") is None
    assert study.load.cannot_run("revenue") is not None


def test_each_stage_is_what_its_rows_say(journey):
    rows = journey.table.set_index("touchpoint")
    assert rows["n"].to_dict() == {
        "Order": 371,
        "First Payment": 453,
        "Equipment Received": 59,
        "Service in Use": 10,
    }
    for stage in rows.index:
        counted = by_hand(stage, ("04/2018", "05/2018", "06/2018"))
        assert rows.estimate[stage] == pytest.approx(float(net_score.score(*counted)))


def test_change_is_told_as_not_known_and_what_would_have_been_seen(journey):
    tested = journey.table.dropna(subset=["change"])
    assert set(tested["touchpoint"]) == {"Order", "First Payment"}
    assert set(tested["verdict"]) == {"cannot_tell"}
    assert journey.message.id == "nps.journey.none"
    assert journey.message.values["group"].code == "Equipment Received"  # ten answers are not singled out
    assert 10 < journey.message.values["mde"] < 20


def test_answers_are_independent_because_nobody_has_an_id(study):
    met = pairs(study.responses, quarter=study.quarter, against=[study.quarter - 1], kind="transactional")
    assert ((met["then"] == "absent") | (met["now"] == "absent")).all()


def test_stages_are_not_pooled_into_one_score(study, stages):
    score = nps.score_at(study)
    assert isinstance(score.headline, Withheld)
    assert nps.trend(score_counts(study.responses), quarter=study.quarter) is None
    quarters = nps.by_quarter(stages, by="touchpoint", quarter=study.quarter, name="nps.journey_quarters")
    shown = quarters.table.groupby("quarter")["touchpoint"].apply(set).to_dict()
    assert shown["2017Q4"] == {"Order", "First Payment"}  # 8 and 2 answers of the others are not shown
    assert len(shown["2018Q1"]) == len(shown["2018Q2"]) == 4


def test_who_was_asked_is_not_known(study):
    counts = response_counts(study.responses, kind="transactional")
    assert nps.response(counts, quarter=study.quarter).message.id == "nps.response.only_answers"


@pytest.mark.parametrize(("language", "words"), [("en", "receiving the equipment"), ("vi", "nhận thiết bị")])
def test_the_page_is_led_by_the_journey(study, journey, language, words):
    said = Wording(language, labels=study.config.labels).say(
        nps.leading(nps.score_at(study), None, journey).message
    )
    assert words in said
