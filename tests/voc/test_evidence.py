"""Counts of texts and readings: equal to the rows, and adding."""

import numpy as np
import pandas as pd
import pytest

from cxlab.evidence.readings import readings
from cxlab.evidence.terms import ALL
from cxlab.evidence.themes import NO_CODE, text_table, theme_table
from cxlab.evidence.verbatims import UNCODED, UNREAD, read_texts
from cxlab.quarter import Quarter


def test_the_counts_are_those_of_the_rows(evidence):
    frame, read = evidence.panel.frame.set_index("verbatim_id"), evidence.read
    rows = evidence.counts[(evidence.counts["code"] == "price") & (evidence.counts["quarter"] == "2026Q3")]
    texts = [text for text in read.texts if text.startswith("2026Q3")]
    assert rows["texts"].sum() == len(texts) == 600
    by_hand = read.found[
        [read.texts.index(text) for text in texts], read.coders.index("A"), read.codes.index("price")
    ]
    assert rows.loc[rows["read_A"] == 1, "texts"].sum() == by_hand.sum()
    judged = rows[rows["read_team"] == 1]
    truth = frame.loc[texts]
    double = [text for text in texts if read.found[read.texts.index(text), read.coders.index("team"), 0] >= 0]
    assert judged["texts"].sum() == truth.loc[double, "is_price"].sum()
    score = truth.loc[double].query("is_price")["nps"]
    assert judged["nps_sum"].sum() == (score >= 9).sum() - (score <= 6).sum()
    assert judged["nps_squares"].sum() == ((score >= 9) | (score <= 6)).sum()


def test_groups_and_buckets_add_up_to_the_whole(evidence):
    whole = evidence.counts[evidence.counts["quarter"] == "2026Q3"].set_index(
        ["code", "read_A", "read_B", "read_team"]
    )
    for parts in (evidence.by, evidence.bucketed):
        summed = parts.groupby(["code", "read_A", "read_B", "read_team"])[
            ["texts", "nps_sum", "nps_squares"]
        ].sum()
        pd.testing.assert_frame_equal(
            summed, whole[["texts", "nps_sum", "nps_squares"]].sort_index(), check_dtype=False
        )


def test_disjoint_texts_add(panel):
    texts = panel.texts
    half = texts.filter(texts.plan == "a"), texts.filter(texts.plan != "a")
    read = readings(panel.codings, codebook=panel.codebook)
    keys = ["code", "quarter", "read_A", "read_B", "read_team"]
    parts = pd.concat([theme_table(each, read, quarters=[panel.now]) for each in half])
    whole = theme_table(texts, read, quarters=[panel.now])
    pd.testing.assert_frame_equal(
        parts.groupby(keys, as_index=False)["texts"].sum(), whole[[*keys, "texts"]], check_dtype=False
    )
    counted = pd.concat([text_table(each, read, quarters=[panel.now]) for each in half])
    assert counted.drop(columns="quarter").sum().to_dict() == (
        text_table(texts, read, quarters=[panel.now]).drop(columns="quarter").iloc[0].to_dict()
    )


def test_nothing_found_in_a_text_that_speaks_is_a_reading_too(as_texts, as_codings):
    texts = as_texts(
        pd.DataFrame({"verbatim_id": ["t1", "t2", "t3"], "text": ["ok", "it is about my new eSIM", "dear"]})
    )
    codings = as_codings(
        [{"verbatim_id": f"t{n}", "coder_id": "A", "code_id": c} for n, c in ((1, ""), (2, ""), (3, "x"))]
    )
    read = readings(codings, codebook=pd.DataFrame({"code_id": ["x"], "version": [1]}))
    rows = theme_table(texts, read, quarters=[Quarter.parse("2026Q3")])
    nothing = rows[rows["code"] == NO_CODE].set_index("read_A")["texts"]
    assert nothing.to_dict() == {0: 2, 1: 1}


def test_texts_read_are_counted_by_customer(as_texts, as_codings):
    texts = as_texts(
        pd.DataFrame(
            {"verbatim_id": ["t1", "t2", "t3"], "customer_id": ["c", "c", ""], "text": "we speak of it now"}
        )
    )
    codings = as_codings([{"verbatim_id": f"t{n}", "coder_id": "A", "code_id": ""} for n in (1, 2, 3)])
    read = readings(codings, codebook=pd.DataFrame({"code_id": ["x"], "version": [1]}))
    row = text_table(texts, read, quarters=[Quarter.parse("2026Q3")]).iloc[0]
    assert (row["texts"], row["read"], row["read_twice"], row["read_squares"]) == (3, 3, 0, 5)


def test_words_are_counted_in_texts_not_in_mentions(evidence):
    terms = evidence.terms[evidence.terms["quarter"] == "2026Q3"].set_index("term")
    frame = evidence.panel.frame
    now = frame[frame["quarter_number"] == evidence.now.ordinal]
    assert terms.loc["esim", "texts"] == now["text"].str.contains("esim").sum()
    assert terms.loc[ALL, "texts"] == 1600
    assert terms.loc[ALL, "read"] == 600
    assert (terms["texts"] >= terms["read"]).all()


def test_what_is_quoted_from_names_nobody(evidence):
    said = evidence.said
    assert not {"customer_id", "verbatim_id", "response_id", "account_id"} & set(said)
    assert set(said["theme"]) == {"price", "coverage", "package", "wow", UNCODED, UNREAD}
    assert (said["theme"] == UNREAD).sum() == 1000
    only = said[said["alone"] & (said["theme"] == "price")]
    assert len(only)
    assert only["text"].str.contains("price").mean() > 0.95


def test_without_readings_texts_come_by_score(panel):
    nobody = readings(panel.codings[:0], codebook=panel.codebook[:0])
    said = read_texts(panel.texts, nobody, quarter=panel.now)
    assert set(said["theme"]) == {"promoter", "passive", "detractor"}
    assert len(said) == 1600


def test_columns_that_are_not_there_are_told(panel):
    nobody = readings(panel.codings[:0], codebook=panel.codebook[:0])
    with pytest.raises(ValueError, match=r"by names columns of texts .* got colour"):
        theme_table(panel.texts, nobody, quarters=[panel.now], by=["colour"])
    with pytest.raises(ValueError, match="name one at least; got none"):
        text_table(panel.texts, nobody, quarters=[])


def test_a_table_of_nothing_has_its_columns(panel):
    nobody = readings(panel.codings[:0], codebook=panel.codebook[:0])
    assert {"code", "quarter", "texts"} <= set(theme_table(panel.texts, nobody, quarters=[panel.now]))
    assert np.array_equal(text_table(panel.texts, nobody, quarters=[panel.now])["read"], [0])
