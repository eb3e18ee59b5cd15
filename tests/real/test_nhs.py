"""Comments of patients, 50 codes by one framework, with a score: shares and scores are those of the file."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from cxlab import voc
from cxlab.evidence import read_texts, readings, text_table, theme_table
from cxlab.tables import open_study
from cxlab.wording import Wording

from .conftest import files_of

HERE = Path(__file__).parent
NEEDED = "v6framework_230831.csv"
NO_CODES = ("Not assigned", "Labelling not possible")


def files() -> Path | None:
    return files_of("nhs_fft", NEEDED)


pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(files() is None, reason="the NHS file is not on this machine: see tests/real/README.md"),
]


def wide() -> pd.DataFrame:
    """The file as it is, comments that were left empty left out."""
    rows = pd.read_csv(files() / NEEDED, dtype=str, encoding="utf-8-sig")
    return rows[rows["FFT answer"].notna()].reset_index(drop=True)


def lay_out(folder: Path) -> None:
    """Write the wide file as tables: one row per comment, per respondent, and per code given."""
    rows, tables = wide(), folder / "tables"
    tables.mkdir()
    person = rows["Trust"] + " " + rows["Respondent ID"]
    customers = pd.DataFrame({"customer_id": person, "type": "consumer", "region": rows["Trust"]})
    customers.drop_duplicates("customer_id").to_csv(tables / "customers.csv", index=False)
    answer = pd.to_numeric(rows["FFT categorical answer"])  # 1 = very good ... 5 = very poor; others: do not know
    csat = (6 - answer).where(answer.between(1, 5))
    common = {"response_id": rows["Comment ID"], "customer_id": person}
    pd.DataFrame(
        {
            **common, "survey": "fft", "kind": "relationship", "answered_at": rows["Date"], "csat": csat,
            "scale_min": 1, "scale_max": 5,
        }
    ).to_csv(tables / "survey_responses.csv", index=False)  # fmt: skip
    pd.DataFrame(
        {
            "verbatim_id": rows["Comment ID"], **common, "text": rows["FFT answer"], "language": "en",
            "source": "survey", "at": rows["Date"],
        }
    ).to_csv(tables / "verbatims.csv", index=False, quoting=csv.QUOTE_ALL)  # fmt: skip
    codes = list(rows.columns[11:])
    long = rows.melt(id_vars=["Comment ID", "Date"], value_vars=codes, var_name="code_id").dropna(subset="value")
    long.loc[long["code_id"].isin(NO_CODES), "code_id"] = "none"
    read = rows[["Comment ID", "Date"]].assign(code_id="none")
    long = pd.concat([long, read], ignore_index=True)
    pd.DataFrame(
        {
            "event_id": range(len(long)), "verbatim_id": long["Comment ID"], "code_id": long["code_id"],
            "coder_id": "framework", "codebook_version": 1, "origin": "human", "sample_design": "census",
            "inclusion_probability": 1.0, "at": long["Date"],
        }
    ).to_csv(tables / "codings.csv", index=False)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nhs")
    for path in (HERE / "nhs").iterdir():
        shutil.copy(path, folder)
    lay_out(folder)
    return open_study("2022Q2", config=folder)


@pytest.fixture(scope="module")
def evidence(study):
    read = readings(study.codings, codebook=study.codebook)
    quarters = [study.quarter - 1, study.quarter]
    return (
        read,
        theme_table(study.texts, read, quarters=quarters),
        text_table(study.texts, read, quarters=quarters),
    )


@pytest.fixture(scope="module")
def themes(study, evidence):
    _, counts, texts = evidence
    (found,) = voc.one_page(voc.themes(counts, texts, quarter=study.quarter))
    return found


@pytest.fixture(scope="module")
def quarter_rows(study):
    rows = wide()
    day = pd.to_datetime(rows["Date"], format="%d/%m/%Y", errors="coerce")
    inside = (day >= pd.Timestamp(study.quarter.start)) & (day < pd.Timestamp(study.quarter.end))
    return rows[inside]


def test_shares_are_those_of_the_columns(themes, quarter_rows):
    for row in themes.table.itertuples():
        assert row.estimate == pytest.approx(quarter_rows[row.theme].notna().mean())
        assert row.n == len(quarter_rows)


def test_respondents_with_several_comments_widen_the_interval(themes, evidence, study):
    _, _, texts = evidence
    row = texts.set_index("quarter").loc[str(study.quarter)]
    assert row["read_squares"] > 1.3 * row["read"]
    first = themes.table.iloc[0]
    from_one_each = 1.96 * (first["estimate"] * (1 - first["estimate"]) / first["n"]) ** 0.5
    assert (first["high"] - first["low"]) / 2 > 1.1 * from_one_each


def test_scores_go_with_themes_as_in_the_file(study, evidence, quarter_rows):
    read, _, _ = evidence
    bucketed = theme_table(study.texts, read, quarters=[study.quarter], bucket=True)
    table = voc.score(bucketed, quarter=study.quarter).table.set_index("theme")
    answer = pd.to_numeric(quarter_rows["FFT categorical answer"])
    score = (6 - answer).where(answer.between(1, 5))
    for theme in ("Timeliness of care", "Staff manner & personal attributes"):
        assert table.loc[theme, "estimate"] == pytest.approx(score[quarter_rows[theme].notna()].mean())


def test_the_two_organisations_are_told_apart(study, evidence, themes):
    read, _, _ = evidence
    by = [make(study.texts, read, quarters=[study.quarter], by=["region"]) for make in (theme_table, text_table)]
    found = voc.by_group(*by, themes, by="region", quarter=study.quarter)
    assert found.message.id == "voc.by_group.apart"
    assert set(found.table["region"]) == {"NEAS", "NHFT"}


def test_what_one_coder_cannot_say_is_said(study, evidence, themes):
    read, counts, _ = evidence
    assert voc.agreement(counts, quarter=study.quarter).message.id == "voc.agreement.one_coder"
    assert [check.passed for check in themes.checks if check.name == "human_error"] == [None]
    quotes = voc.quotes(read_texts(study.texts, read, quarter=study.quarter), themes, quarter=study.quarter)
    assert len(quotes.table) >= 3
    for language in ("en", "vi"):
        wording = Wording(language, labels=study.config.labels)
        assert all(wording.say(finding.message) for finding in (themes, quotes))
