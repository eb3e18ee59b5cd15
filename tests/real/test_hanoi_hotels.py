"""Hotel reviews in Vietnamese, coded by hand: themes, quotes and what one coder alone cannot say."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from cxlab import voc
from cxlab.evidence import read_texts, readings, term_table, text_table, theme_table
from cxlab.tables import open_study
from cxlab.wording import Wording

from .conftest import files_of

HERE = Path(__file__).parent
DAY = "2023-02-15"
NEEDED = ("val.csv", "test.csv")


def files() -> Path | None:
    return files_of("hanoi_hotels_vi", *NEEDED)


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        files() is None, reason="the hotel files are not on this machine: see tests/real/README.md"
    ),
]


def lay_out(folder: Path) -> None:
    """Write the wide files as tables: one row per review, per author, and per aspect spoken of."""
    wide = pd.concat(
        [pd.read_csv(files() / name, encoding="utf-8-sig").assign(part=name[:-4]) for name in NEEDED]
    ).reset_index(drop=True)
    review = wide["part"] + "-" + wide["review_id"].astype(str)
    tables = folder / "tables"
    tables.mkdir()
    customers = pd.DataFrame({"customer_id": review, "type": "consumer", "region": wide["facility_type"]})
    customers.to_csv(tables / "customers.csv", index=False)
    pd.DataFrame(
        {
            "verbatim_id": review, "customer_id": review, "text": wide["data"], "language": "vi",
            "source": "review", "at": DAY,
        }
    ).to_csv(tables / "verbatims.csv", index=False, quoting=csv.QUOTE_ALL)  # fmt: skip
    aspects = list(pd.read_csv(HERE / "hanoi_hotels" / "codebook.csv")["code_id"])
    long = wide.assign(review=review).melt(id_vars="review", value_vars=aspects, var_name="code_id")
    long = pd.concat([long[long["value"] != 0], pd.DataFrame({"review": review, "code_id": "none", "value": 0})])
    tone = {1: "positive", 2: "positive", -1: "negative", -2: "negative"}
    pd.DataFrame(
        {
            "event_id": range(len(long)), "verbatim_id": long["review"].to_numpy(),
            "code_id": long["code_id"].to_numpy(), "coder_id": "authors", "codebook_version": 1, "origin": "human",
            "polarity": long["value"].map(tone).to_numpy(), "sample_design": "census",
            "inclusion_probability": 1.0, "at": DAY,
        }
    ).to_csv(tables / "codings.csv", index=False)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hotels")
    for path in (HERE / "hanoi_hotels").iterdir():
        shutil.copy(path, folder)
    lay_out(folder)
    return open_study("2023Q1", config=folder)


@pytest.fixture(scope="module")
def evidence(study):
    read = readings(study.codings, codebook=study.codebook)
    quarters = [study.quarter]
    return (
        read,
        theme_table(study.texts, read, quarters=quarters),
        text_table(study.texts, read, quarters=quarters),
    )


@pytest.fixture(scope="module")
def themes(study, evidence):
    _, counts, texts = evidence
    return voc.themes(counts, texts, quarter=study.quarter)


def test_every_review_is_read_and_none_is_lost(study, evidence):
    assert study.load.tables["verbatims"].accepted == 4014
    _, _, texts = evidence
    assert texts.iloc[0][["texts", "read", "read_twice", "adjudicated"]].tolist() == [4014, 4014, 0, 0]


def test_shares_are_those_of_the_columns(themes):
    rows = themes.table.set_index("theme")
    assert rows["estimate"].round(3).to_dict()["service"] == pytest.approx(0.797, abs=0.001)
    assert rows.index[0] == "service"
    assert rows["change"].isna().all()
    assert themes.message.id == "voc.themes.first"


def test_one_coder_is_said_to_be_one_in_both_languages(study, evidence, themes):
    _, counts, _ = evidence
    found = voc.agreement(counts, quarter=study.quarter)
    assert found.message.id == "voc.agreement.one_coder"
    for language, said in (("en", "Only one person has read"), ("vi", "Mới có một người đọc")):
        wording = Wording(language, labels=study.config.labels)
        assert wording.say(found.message).startswith(said)
        assert wording.say(themes.message)


def test_hostels_and_hotels_are_told_apart(study, evidence, themes):
    read, _, _ = evidence
    by = [make(study.texts, read, quarters=[study.quarter], by=["region"]) for make in (theme_table, text_table)]
    found = voc.by_group(*by, themes, by="region", quarter=study.quarter)
    assert found.message.id == "voc.by_group.apart"
    assert set(found.table["region"]) == {"hotel", "hostel"}


def test_quotes_are_of_either_tone_and_in_vietnamese(study, evidence, themes):
    read, counts, texts = evidence
    terms = term_table(study.texts, read, quarters=[study.quarter])
    uncoded = voc.uncoded(counts, texts, terms, quarter=study.quarter)
    assert uncoded.message.id == "voc.uncoded.first"
    quotes = voc.quotes(
        read_texts(study.texts, read, quarter=study.quarter), themes, uncoded, quarter=study.quarter
    )
    assert set(quotes.table["kind"]) == {"typical", "contrary"}
    assert set(quotes.table["language"]) == {"vi"}


def test_without_scores_no_score_is_given(study, evidence):
    read, _, _ = evidence
    bucketed = theme_table(study.texts, read, quarters=[study.quarter], bucket=True)
    assert voc.score(bucketed, quarter=study.quarter).message.id == "voc.score.nothing"
