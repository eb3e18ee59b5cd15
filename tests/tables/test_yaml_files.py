"""YAML lists as sources, and the names they give to themes."""

from __future__ import annotations

from datetime import date

import pytest

from cxlab.errors import DataError
from cxlab.tables import open_study

from .conftest import CONTRACTS, CUSTOMERS, write_text

CODES = """
- code_id: price
  version: 1
  name_en: Price
  name_vi: Giá cước
  examples: [mắc quá, too dear]
  since: 2024-01-01
- code_id: price
  version: 2
  name_en: Price and rises
  name_vi: Giá, tăng giá
  until:
- {code_id: app, version: 1, name_vi: Ứng dụng}
"""
SOURCE = 'path = "raw/codes.yaml"'


def test_a_list_of_entries_is_a_table(tmp_path, load_table):
    write_text(tmp_path, "codes.yaml", CODES)
    found = load_table("codebook", SOURCE).rows
    assert found[["code_id", "version", "name_vi"]].to_numpy().tolist() == [
        ["app", 1, "Ứng dụng"],
        ["price", 1, "Giá cước"],
        ["price", 2, "Giá, tăng giá"],
    ]
    assert found["examples"].tolist() == [None, "mắc quá\ntoo dear", None]
    assert found["since"].tolist()[1] == date(2024, 1, 1)
    assert found["until"].isna().all()


def test_entries_that_break_the_contract_are_quarantined(tmp_path, load_table):
    write_text(tmp_path, "codes.yaml", CODES + "- {code_id: late, version: soon}\n- {version: 1}\n")
    found = load_table("codebook", SOURCE)
    assert found.quarantine[["record", "reasons"]].to_numpy().tolist() == [
        ["4", "version_unreadable"],
        ["5", "code_id_missing"],
    ]
    assert found.accepted.read == found.accepted.accepted + found.accepted.quarantined == 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "codes.yaml: needed: a list of entries, each beginning with '- code_id: ...'; got nothing"),
        (
            "price: 1",
            "codes.yaml: needed: a list of entries, each beginning with '- code_id: ...'; got names with values",
        ),
        ("- price", "codes.yaml, entry 1: needed: names with values such as 'code_id: price'; got 'price'"),
        (
            "- {code_id: a, version: {en: 1}}",
            "codes.yaml, entry 1, version: needed: a word, a number, a date or a list of words",
        ),
        ("- a: [", "codes.yaml, line 1 is no YAML: expected the node content, but found '<stream end>'"),
        (
            "- !!python/object/apply:os.system [ls]",
            "codes.yaml, line 1 is no YAML: could not determine a constructor for the tag "
            "'tag:yaml.org,2002:python/object/apply:os.system'",
        ),
    ],
)
def test_a_file_that_is_no_list_of_entries(tmp_path, load_table, text, problem):
    write_text(tmp_path, "codes.yaml", text)
    with pytest.raises(DataError) as error:
        load_table("codebook", SOURCE)
    assert str(error.value) == (
        f"the sources cannot be read\n  - codebook: {problem}\n  See data/README.md#codebook"
    )


def test_half_characters_are_joined_or_marked(tmp_path, load_table):
    write_text(tmp_path, "codes.yaml", r'- {code_id: a, version: 1, name_en: "\ud83d\ude00 \ud800", "x\udc00": 1}')
    assert load_table("codebook", SOURCE).rows["name_en"].tolist() == ["\U0001f600 \ufffd"]


def test_a_code_loses_the_sign_no_engine_can_quote(tmp_path, load_table):
    write_text(tmp_path, "codes.yaml", r'- {code_id: a, version: 1, name_en: x, parent: "nul\0byte"}')
    assert load_table("codebook", SOURCE).rows["parent"].tolist() == ["nulbyte"]


def test_another_encoding_is_declared(tmp_path, load_table):
    write_text(tmp_path, "codes.yaml", CODES, encoding="utf-16")
    with pytest.raises(DataError, match=r"codes\.yaml is not written in utf-8: declare its encoding"):
        load_table("codebook", SOURCE)
    assert len(load_table("codebook", f'{SOURCE}\nencoding = "utf-16"').rows) == 3


def test_themes_and_touchpoints_are_called_by_their_names(tmp_path, make_study):
    write_text(tmp_path, "codes.yaml", CODES)
    touchpoints = {
        "touchpoint_id": ["shop", "app"],
        "name": ["Shop visit", None],
        "name_vi": ["Cửa hàng", "Ứng dụng"],
    }
    tables = {"customers": CUSTOMERS, "contracts": CONTRACTS, "touchpoints": touchpoints}
    more = f'[sources.codebook]\n{SOURCE}\n[labels.theme]\napp = {{ en = "The app", vi = "App" }}\n'
    study = open_study("2024Q1", config=make_study(tables, more=more))
    assert study.labels("theme", "price", "en") == "Price and rises"
    assert study.labels("theme", "price", "vi") == "Giá, tăng giá"
    assert study.labels("theme", "app", "en") == "The app"
    assert study.labels("touchpoint", "shop", "vi") == "Cửa hàng"
    assert study.labels("touchpoint", "app", "en") == "Ứng dụng"
    assert study.labels("touchpoint", "other", "en") == "other"
    assert study.earlier(0).labels("theme", "app", "vi") == "App"
