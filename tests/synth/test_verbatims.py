"""What customers write, counted: languages, marks, lengths, repetition, and what should not be in it."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd
import pytest

from cxlab.redact import kept
from cxlab.synth import make_company, voice

REAL = re.compile(
    r"viettel|vinaphone|mobifone|vietnamobile|gmobile|itelecom|\bvnpt\b|\bfpt\b|\blocal sim\b|vodafone|t-mobile|"
    r"facebook|zalo|youtube|tiktok|google|shopee|momo|vietcombank|techcombank|grab|iphone|samsung|quận \d|"
    r"biên hòa|đà lạt|nha trang|thủ đức|sài gòn|gò vấp|bình thạnh",
    re.IGNORECASE,
)
"""Companies, brands, and places smaller than a province: none may appear."""


@pytest.fixture(scope="module")
def texts(company) -> pd.DataFrame:
    found = company.ask("""
        select v.*, t.themes, t.planted, r.nps from verbatims v join truth_texts t using (verbatim_id)
        join (select distinct on (response_id) * from survey_responses) r using (response_id)
        order by verbatim_id""")
    plain = found["text"].map(lambda text: unicodedata.normalize("NFC", text))
    return found.assign(plain=plain, words=found["text"].str.split().str.len())


def test_seven_in_ten_answers_to_the_relationship_survey_leave_a_comment(company, texts):
    answers = company.one("select count(distinct response_id) from survey_responses where nps is not null")
    assert len(texts) / answers == pytest.approx(0.72, abs=0.015)
    assert texts["response_id"].is_unique
    strays = company.one("""select count(*) from verbatims v anti join survey_responses r
        on r.response_id = v.response_id and r.customer_id is not distinct from v.customer_id
        and r.answered_at = v.at and r.survey = 'relationship'""")
    assert strays == 0


def test_languages_are_those_of_the_answers_and_two_in_a_hundred_are_mixed(company, texts):
    share = texts["language"].value_counts(normalize=True)
    assert share.to_dict() == pytest.approx({"vi": 0.86, "en": 0.12, "mixed": 0.02}, abs=0.01)
    differs = company.one("""select count(*) from verbatims v join survey_responses r using (response_id)
        where (v.language = 'en') <> (r.language = 'en')""")
    assert differs == 0


def test_lengths_are_about_those_planted(texts):
    bands = pd.cut(texts["words"], [0, 3, 12, 30, 1_000]).value_counts(normalize=True, sort=False)
    assert bands.to_list() == pytest.approx([0.15, 0.43, 0.31, 0.11], abs=0.04)
    assert texts["words"].max() < 160


def test_comments_repeat_no_more_than_in_life(texts):
    ten = texts["plain"].head(10_000)
    long = ten[texts["words"].head(10_000) > 4]
    assert long.duplicated().sum() / len(ten) < 0.03
    folded = long.str.lower().str.strip(" .!?")
    assert folded.duplicated().sum() / len(ten) < 0.06
    assert ten.duplicated().mean() > 0.03  # short ones do repeat: ok, tốt, bình thường


def test_a_quarter_writes_vietnamese_without_marks_and_some_in_part(texts):
    longer = texts[(texts["language"] == "vi") & (texts["words"] >= 8) & (texts["planted"].map(len) == 0)]
    marked = longer["plain"].map(lambda text: sum(not word.isascii() for word in text.split()) / len(text.split()))
    assert (marked == 0).mean() == pytest.approx(0.26, abs=0.03)
    assert ((marked > 0) & (marked < 0.5)).mean() == pytest.approx(0.10, abs=0.04)
    assert (marked >= 0.5).mean() == pytest.approx(0.64, abs=0.04)


def test_some_type_letters_and_marks_apart_and_some_place_marks_the_new_way(texts):
    apart = texts[texts["text"] != texts["plain"]]
    could = texts[~texts["plain"].map(str.isascii)]
    assert len(apart) / len(could) == pytest.approx(voice.DECOMPOSED_SHARE, abs=0.015)
    assert texts["plain"].str.contains("khoẻ").sum() > 20
    assert texts["plain"].str.contains("khỏe").sum() > 2 * texts["plain"].str.contains("khoẻ").sum()


def test_words_follow_the_region(company, texts):
    regions = company.ask("select customer_id, region from customers").set_index("customer_id")["region"]
    region = texts["customer_id"].map(regions)
    south, north, centre = region.isin(["hcm", "se", "mkd"]), region.isin(["hn", "rrd", "nmm"]), region == "cch"
    assert texts["plain"][south].str.contains("xài").mean() > 0.02
    assert not texts["plain"][north].str.contains("xài").any()
    assert texts["plain"][centre].str.contains(r"\b(?:rứa|răng|mạ|tui)\b").mean() > 0.04


def test_emoji_capitals_and_noise_occur(texts):
    assert texts["text"].str.contains(r"[😀-🙏❤👍👎🎉🤦💙👏]|:\)|:\(|\^\^|:D").mean() == pytest.approx(
        0.07, abs=0.02
    )
    assert texts["planted"].map(lambda kinds: "noise" in kinds).mean() == pytest.approx(0.004, abs=0.002)
    loud = texts["text"].str.isupper() & (texts["words"] > 2)
    assert loud.sum() > 20
    assert (texts["nps"][loud] <= 6).mean() > 0.75  # pasted advertising shouts too


def test_contradictions_and_sarcasm_are_planted_and_listed(texts):
    contrary = texts["planted"].map(lambda kinds: "contrary" in kinds)
    assert contrary.mean() == pytest.approx(0.03, abs=0.006)
    assert ((texts["nps"] >= 9) | (texts["nps"] <= 2))[contrary].all()
    assert texts["planted"].map(lambda kinds: "sly" in kinds).mean() == pytest.approx(0.01, abs=0.005)


def test_no_company_and_no_place_smaller_than_a_province_is_named(texts):
    assert texts["plain"][texts["plain"].str.contains(REAL)].to_list() == []


def test_personal_data_are_planted_listed_and_taken_out_before_anything_is_kept(texts):
    personal = texts["planted"].map(lambda kinds: set(kinds) & {"phone", "email", "id", "card", "name", "address"})
    assert (personal.map(len) > 0).mean() == pytest.approx(0.02, abs=0.005)
    for kind in ("phone", "email", "id", "card"):
        chosen = texts["text"][personal.map(lambda kinds, kind=kind: kind in kinds)]
        assert len(chosen) > 5
        assert all(f"[{kind}]" in text for text in kept(chosen)), kind


def test_every_planted_phone_has_a_prefix_that_nobody_has(texts):
    phones = texts["text"][texts["planted"].map(lambda kinds: "phone" in kinds)]
    assert phones.str.replace(r"[ .\-]", "", regex=True).str.contains(r"(?:\+?84|0)5[47]\d{7}").all()


def test_hostile_texts_are_planted_in_every_kind_and_listed(texts):
    kinds = {"script", "handler", "formula", "markdown", "bidi", "ansi", "template", "query", "width"}
    found = texts["planted"].map(lambda planted: set(planted) & kinds)
    assert (found.map(len) > 0).mean() == pytest.approx(0.002, abs=0.0015)
    assert len(set().union(*found)) >= 6


def test_the_same_seed_writes_the_same_words_and_another_seed_others(tmp_path):
    def words(name, seed):
        make_company(tmp_path / name, customers=2_000, seed=seed)
        return pd.read_parquet(tmp_path / name / "verbatims.parquet")["text"].to_list()

    assert words("a", 3) == words("b", 3)
    assert words("c", 4) != words("a", 3)
