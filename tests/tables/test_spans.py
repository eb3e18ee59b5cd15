"""Coding files hold places and hashes, never words; spans are held against the texts they stand in."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest

from cxlab.tables import check_study, describe, open_study
from cxlab.tables.schema import TABLES
from cxlab.tables.spans import misplaced_spans

from .conftest import CONTRACTS, CUSTOMERS

TEXT = "Sóng yếu 📶, gọi 0912345678 mãi"
KEPT = "Sóng yếu 📶, gọi [phone] mãi"


def coding(event, start, end, words):
    return {
        "event_id": event, "verbatim_id": "v1", "code_id": "signal", "coder_id": "A", "at": "2024-02-04",
        "span_start": start, "span_end": end, "quote": words,
        "span_hash": hashlib.sha256(words.encode()).hexdigest()[:16],
    }  # fmt: skip


@pytest.fixture
def study(make_study):
    rows = [coding("e1", 0, 8, KEPT[:8]), coding("e2", 9, 16, KEPT[9:16]), coding("e3", 16, 23, "0912345678")]
    verbatims = {"verbatim_id": ["v1"], "customer_id": ["c1"], "text": [TEXT], "at": ["2024-02-03"]}
    return make_study(
        {"customers": CUSTOMERS, "contracts": CONTRACTS, "verbatims": verbatims, "codings": pd.DataFrame(rows)}
    )


def test_a_coding_has_no_column_for_the_words():
    assert [column.name for column in TABLES["codings"].columns if column.type == "text"] == ["memo"]


def test_words_a_coding_tool_adds_are_not_kept(study, tmp_path):
    assert "quote" not in open_study("2024Q1", config=study).codings.columns
    for path in (tmp_path / "prepared").rglob("codings*"):
        text = pd.read_parquet(path).to_csv().encode() if path.suffix == ".parquet" else path.read_bytes()
        assert b"0912345678" not in text
        assert "Sóng yếu".encode() not in text


def test_spans_that_do_not_fit_the_text_as_it_is_kept_are_counted_and_told(study):
    opened = open_study("2024Q1", config=study)
    assert misplaced_spans(opened.tables) == (1, 3)
    said = "  1 of 3 spans of codings do not fit their text (span_hash): it was changed since"
    assert said in describe(check_study("2024Q1", config=study)).splitlines()
    assert misplaced_spans({}) == (0, 0)
