"""Texts at load: clean and redacted before anything is kept, in accepted tables and in the quarantine."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest

from cxlab.tables import fingerprint

from .conftest import write_text

HEADER = "verbatim_id,text,source\n"


def test_texts_are_clean_and_redacted_before_they_are_kept(tmp_path, load_table):
    rows = 'v1,"gọi 0912 345 678 nhé, ho\u0300a",survey\nv2,"a\u202eb\u200bc mai@example.com",survey\n'
    write_text(tmp_path, "v.csv", HEADER + rows)
    found = load_table("verbatims", 'path = "raw/v.csv"')
    assert found.rows["text"].tolist() == ["gọi [phone] nhé, hòa", "abc [email]"]
    for file in (tmp_path / "prepared").rglob("*"):
        if file.is_file():
            assert b"0912" not in file.read_bytes()


def test_nul_and_other_control_codes_are_dropped(tmp_path, load_table):
    (tmp_path / "raw").mkdir()
    pd.DataFrame({"verbatim_id": ["v1"], "text": ["a\x00b\x07c\td"]}).to_parquet(tmp_path / "raw" / "v.parquet")
    assert load_table("verbatims", 'path = "raw/v.parquet"').rows["text"].tolist() == ["abc\td"]


def test_texts_in_the_quarantine_are_redacted_too(tmp_path, load_table):
    rows = "v1,goi 0912345678,nowhere\nv1,so the 4111 1111 1111 1111,survey,ragged\nv2,ok,survey\n"
    write_text(tmp_path, "v.csv", HEADER + rows)
    found = load_table("verbatims", 'path = "raw/v.csv"')
    assert found.rows["verbatim_id"].tolist() == ["v2"]
    assert found.quarantine["text"].tolist() == ["goi [phone]", ""]
    assert found.quarantine[["source", "source_value"]].to_numpy().tolist() == [
        ["verbatims:v.csv", "nowhere"],
        ["verbatims:v.csv", ""],
    ]
    assert found.quarantine["line"].tolist() == ["", "v1,so the [card],survey,ragged"]


def test_every_text_column_is_redacted(tmp_path, load_table):
    write_text(tmp_path, "a.csv", "response_id,item,text\nr1,why,goi 0912345678\n")
    assert load_table("answers", 'path = "raw/a.csv"').rows["text"].tolist() == ["goi [phone]"]
    write_text(
        tmp_path, "c.csv", "commentary_id,quarter,role,language,text\nk,2024Q1,Head,en,Write to mai@example.com\n"
    )
    assert load_table("commentary", 'path = "raw/c.csv"').rows["text"].tolist() == ["Write to [email]"]


def test_ids_and_codes_are_left_as_they_are(tmp_path, load_table):
    write_text(tmp_path, "c.csv", "customer_id,region\n0912345678,29A-123.45\n")
    assert load_table("customers", 'path = "raw/c.csv"').rows[["customer_id", "region"]].to_numpy().tolist() == [
        ["0912345678", "29A-123.45"]
    ]


def test_a_hashed_text_is_hashed_as_it_is_kept(tmp_path, load_table):
    write_text(tmp_path, "v.csv", HEADER + "v1,goi 0912345678,survey\n")
    found = load_table("verbatims", 'path = "raw/v.csv"\nhash = ["text"]').rows["text"][0]
    key = (tmp_path / "private" / "id.key").read_text().strip()
    assert found == hashlib.sha256(f"{key}\x1fgoi [phone]".encode()).hexdigest()[:32]


def test_another_redaction_loads_texts_anew(tmp_path, monkeypatch):
    before = fingerprint.code_version()
    fingerprint.code_version.cache_clear()
    other = tmp_path / "redact.py"
    other.write_text("# another redaction")
    monkeypatch.setattr(fingerprint.redact, "__file__", str(other))
    try:
        assert fingerprint.code_version() != before
    finally:
        fingerprint.code_version.cache_clear()


@pytest.mark.parametrize("text", ["", " "])
def test_a_blank_text_is_kept_as_it_is(tmp_path, load_table, text):
    write_text(tmp_path, "v.csv", f'{HEADER}v1,"{text}",survey\n')
    found = load_table("verbatims", 'path = "raw/v.csv"')
    assert found.accepted.read == found.accepted.accepted + found.accepted.quarantined == 1
