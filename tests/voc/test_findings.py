"""What the page says of the made-up panel, whose truth is known, and of panels that cannot say it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlab import voc
from cxlab.evidence.readings import readings
from cxlab.evidence.terms import term_table
from cxlab.evidence.themes import text_table, theme_table
from cxlab.evidence.verbatims import read_texts
from cxlab.finding import Estimate, Withheld
from cxlab.quarter import Quarter
from cxlab.voc.quotes import quotable
from cxlab.wording import Wording


@pytest.fixture(scope="module")
def findings(evidence):
    e = evidence
    agreement = voc.agreement(e.counts, quarter=e.now)
    themes = voc.themes(e.counts, e.texts, quarter=e.now, agreement=agreement)
    (themes,) = voc.one_page(themes)
    uncoded = voc.uncoded(e.counts, e.texts, e.terms, quarter=e.now)
    found = [
        themes, agreement, uncoded,
        voc.change(e.counts, e.texts, themes, quarter=e.now),
        voc.trend(e.counts, e.texts, themes, quarter=e.now),
        voc.score(e.bucketed, quarter=e.now),
        voc.by_group(e.by, e.texts_by, themes, by="plan", quarter=e.now),
        voc.coverage(e.texts, quarter=e.now, read=e.read),
        voc.quotes(e.said, themes, uncoded, quarter=e.now),
    ]  # fmt: skip
    return {finding.name: finding for finding in found}


def bare(panel, quarters=None):
    """The findings where nobody has coded anything."""
    read = readings(panel.codings[:0], codebook=panel.codebook[:0])
    now, quarters = panel.now, quarters or panel.quarters
    counts, texts = (make(panel.texts, read, quarters=quarters) for make in (theme_table, text_table))
    themes = voc.themes(counts, texts, quarter=now)
    terms = term_table(panel.texts, read, quarters=[now])
    uncoded = voc.uncoded(counts, texts, terms, quarter=now)
    by = [make(panel.texts, read, quarters=[now], by=["plan"]) for make in (theme_table, text_table)]
    assert voc.trend(counts, texts, themes, quarter=now) is None
    return [
        themes, uncoded, voc.agreement(counts, quarter=now), voc.change(counts, texts, themes, quarter=now),
        voc.score(theme_table(panel.texts, read, quarters=[now], bucket=True), quarter=now),
        voc.by_group(*by, themes, by="plan", quarter=now), voc.coverage(texts, quarter=now, read=read),
        voc.quotes(read_texts(panel.texts, read, quarter=now), themes, uncoded, quarter=now),
    ]  # fmt: skip


def truth(panel, code, quarter):
    rows = panel.frame[panel.frame["quarter_number"] == quarter.ordinal]
    return rows[rows[f"is_{code}"]], len(rows)


def test_the_rise_that_was_planted_is_real_and_the_others_are_not(findings):
    themes = findings["voc.themes"]
    rows = themes.table.set_index("theme")
    assert rows["verdict"].to_dict() == {
        "price": "real_change", "coverage": "cannot_tell", "wow": "cannot_tell", "package": "cannot_tell",
    }  # fmt: skip
    assert themes.message.id == "voc.themes.now_first"
    assert findings["voc.change"].message.id == "voc.change.real_rise"
    assert findings["voc.trend"].table["quarter"].iloc[-1] == "2026Q3"
    assert len(findings["voc.trend"].table) == 5


def test_every_share_holds_the_truth(findings, panel):
    for row in findings["voc.themes"].table.itertuples():
        named, n = truth(panel, row.theme, panel.now)
        assert row.low <= len(named) / n <= row.high, row.theme
    for row in findings["voc.trend"].table.itertuples():
        quarter = next(each for each in panel.quarters if str(each) == row.quarter)
        named, n = truth(panel, "price", quarter)
        assert row.low <= len(named) / n <= row.high, row.quarter


def test_every_score_holds_the_truth(findings, panel):
    table = findings["voc.score"].table
    assert set(table["theme"]) == {"price", "coverage", "package", "wow"}
    for row in table.itertuples():
        named, _ = truth(panel, row.theme, panel.now)
        points = 100 * ((named["nps"] >= 9).mean() - (named["nps"] <= 6).mean())
        assert row.low <= points <= row.high, row.theme
    assert table["theme"].iloc[-1] == "wow"


def test_a_theme_whose_definition_is_read_in_two_ways_fails_the_gate(findings):
    rows = findings["voc.agreement"].table.set_index("theme")
    assert rows.index[-1] == "package"
    assert rows.loc["package", "gate"] == "failed"
    assert rows.loc["package", "high"] < rows["low"].drop("package").min()
    assert (rows["needed"] == 0.80).all()
    assert findings["voc.agreement"].message.values["n"] == len(rows[rows["gate"] != "passed"])


def test_the_page_leads_with_a_theme_coders_agree_on(evidence, findings):
    agreement = findings["voc.agreement"]
    gates = agreement.table.assign(gate=np.where(agreement.table["theme"] == "wow", "passed", "tentative"))
    themes = voc.themes(
        evidence.counts, evidence.texts, quarter=evidence.now, agreement=replace(agreement, table=gates)
    )
    for each in (themes, *voc.one_page(themes)):
        assert each.message.values["group"].code == "wow"
    assert [check.name for check in themes.checks if check.passed is None] == ["tentative"]


def test_the_word_no_code_explains_is_found(findings, panel):
    table = findings["voc.uncoded"].table
    assert table["term"].iloc[0] == "esim"
    named, n = truth(panel, "esim", panel.now)
    assert table["estimate"].iloc[0] == pytest.approx(len(named) / n)
    assert findings["voc.uncoded"].message.id == "voc.uncoded.new"


def test_without_a_year_to_compare_with_no_word_is_called_new(evidence):
    now = evidence.terms[evidence.terms["quarter"] == "2026Q3"]
    found = voc.uncoded(evidence.counts, evidence.texts, now, quarter=evidence.now)
    assert found.message.id == "voc.uncoded.first"
    assert found.table.empty


def test_a_group_that_names_it_more_is_found_and_small_ones_are_hidden(evidence, findings):
    found = findings["voc.by_group"]
    assert found.message.id == "voc.by_group.apart"
    assert found.message.values["group"].code == "b"
    least = voc.by_group(
        evidence.by, evidence.texts_by, findings["voc.themes"], by="plan", quarter=evidence.now, minimum=40
    )
    assert set(least.table["plan"]) <= {"a", "b"}
    assert least.checks[0].passed is None


def test_quotes_are_traceable_seeded_and_from_what_was_read(findings, evidence):
    table, said = findings["voc.quotes"].table, evidence.said
    assert list(table["kind"])[:1] == ["typical"]
    assert "new" in set(table["kind"])
    new = table[table["kind"] == "new"].iloc[0]
    assert "esim" in new["text"]
    for row in table.itertuples():
        assert row.text in set(said.loc[said["text_hash"] == row.verbatim, "text"])
    again = [
        voc.quotes(said, findings["voc.themes"], findings["voc.uncoded"], quarter=evidence.now, seed=seed).table
        for seed in (1, 1, 2, 3, 4)
    ]
    assert again[0].equals(again[1])
    assert not all(again[0].equals(each) for each in again[2:])


@pytest.mark.parametrize(
    "text",
    [
        "ok", "too short", "<script>alert(1)</script> you there now", "=cmd|' /C calc'!A0 is what I say",
        "see https://example.com for the whole story", "call me on 0912345678 at once please",
        "asdkjhg qwrtpsd zxcvbnm lkjhgf", "aaaaaaaa I am so angry with this", "my number is [phone] call me back",
        "ignore {{ all }} of this please now", "mình tên Hoàng Văn Thử nói cho nghe",
        "bi tru tien hoai, ten le van vi du",
        "nhà mình ở số 32 ngõ 17 mất sóng", "This is Anna Sample and I say it", " ".join(["word"] * 41),
    ],
)  # fmt: skip
def test_what_may_not_be_quoted(text):
    assert not quotable(text)


def test_where_nobody_coded_the_page_still_counts_quotes_and_says_what_is_missing(panel):
    found = {finding.name: finding for finding in bare(panel)}
    assert found["voc.themes"].message.id == "voc.themes.nobody_read"
    assert isinstance(found["voc.coverage"].headline, Estimate)
    assert found["voc.coverage"].message.id == "voc.coverage.unread"
    assert set(found["voc.quotes"].table["theme"]) == {"promoter", "passive", "detractor"}
    withheld = [name for name, each in found.items() if isinstance(each.headline, Withheld)]
    assert len(withheld) == 6


def test_one_coder_alone_is_said_to_be_one(panel):
    alone = panel.codings[panel.codings["coder_id"] == "A"]
    read = readings(alone, codebook=panel.codebook)
    counts, texts = (make(panel.texts, read, quarters=panel.quarters) for make in (theme_table, text_table))
    themes = voc.themes(counts, texts, quarter=panel.now)
    assert themes.message.id == "voc.themes.now_first"
    assert [check.passed for check in themes.checks if check.name == "human_error"] == [None]
    assert voc.agreement(counts, quarter=panel.now).message.id == "voc.agreement.one_coder"
    assert (themes.table["gate"] == "").all()


def test_the_adjudicator_alone_gives_plain_labels(panel):
    alone = panel.codings[panel.codings["coder_id"] == "team"]
    read = readings(alone, codebook=panel.codebook)
    counts, texts = (make(panel.texts, read, quarters=panel.quarters) for make in (theme_table, text_table))
    rows = voc.themes(counts, texts, quarter=panel.now).table.set_index("theme")
    assert rows.loc["price", "n"] == 300
    assert "counted" not in rows  # nothing to correct


def test_quarters_read_in_different_ways_are_not_compared(panel):
    then = panel.codings["sample_design"] == "random:2026Q2"
    codings = panel.codings[~then | (panel.codings["coder_id"] == "A")]
    read = readings(codings, codebook=panel.codebook)
    counts, texts = (make(panel.texts, read, quarters=panel.quarters) for make in (theme_table, text_table))
    themes = voc.themes(counts, texts, quarter=panel.now)
    assert themes.message.id == "voc.themes.first"
    assert themes.table["change"].isna().all()


@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_sentence_can_be_said(findings, panel, language):
    wording = Wording(language)
    for finding in [*findings.values(), *bare(panel), *bare(panel, [panel.now])]:
        said = [finding.message, finding.method, *(check.message for check in finding.checks)]
        assert all(wording.say(message) for message in said)


def test_counts_of_another_kind_are_refused(evidence):
    with pytest.raises(ValueError, match=r"theme_table.* must give code, quarter, texts; code not among"):
        voc.themes(evidence.texts, evidence.texts, quarter=evidence.now)


def test_ratings_stay_on_their_scale_and_scales_are_never_pooled(as_texts, as_codings):
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"csat": rng.choice([4.0, 5.0], 300), "scale_max": 5.0, "text": "they speak of it now"})
    frame.loc[250:, ["csat", "scale_max"]] = [9.0, 10.0]
    frame["verbatim_id"] = [f"v{place}" for place in range(300)]
    acts = [
        {"verbatim_id": text, "coder_id": "A", "code_id": "x" if place % 2 else ""}
        for place, text in enumerate(frame["verbatim_id"])
    ]
    read = readings(as_codings(acts), codebook=pd.DataFrame({"code_id": ["x"], "version": [1]}))
    now = Quarter.parse("2026Q3")
    counts = theme_table(as_texts(frame), read, quarters=[now], bucket=True)
    row = voc.score(counts, quarter=now).table.iloc[0]
    assert row["estimate"] == pytest.approx(frame["csat"][:250][1::2].mean())
    assert row["high"] <= 5
    frame["csat"] = 5.0
    alike = theme_table(as_texts(frame), read, quarters=[now], bucket=True)
    assert voc.score(alike, quarter=now).message.id == "voc.score.alone"  # no spread, no interval


def test_a_theme_everybody_names_is_held_against_nobody(as_texts, as_codings):
    frame = pd.DataFrame({"nps": np.arange(300) % 11, "text": "they speak of it now"})
    frame["verbatim_id"] = [f"v{place}" for place in range(300)]
    acts = [{"verbatim_id": text, "coder_id": "A", "code_id": "x"} for text in frame["verbatim_id"]]
    read = readings(as_codings(acts), codebook=pd.DataFrame({"code_id": ["x"], "version": [1]}))
    now = Quarter.parse("2026Q3")
    found = voc.score(theme_table(as_texts(frame), read, quarters=[now], bucket=True), quarter=now)
    assert (found.message.id, len(found.table)) == ("voc.score.alone", 0)
