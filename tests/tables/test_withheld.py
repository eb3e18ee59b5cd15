"""Rows left out on purpose: counted, in no file, and only those of the people meant."""

from __future__ import annotations

import importlib.util
import stat
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cxlab.errors import DataError
from cxlab.tables import check_study, describe, open_study
from cxlab.tables.config import read_config
from cxlab.tables.engine import connect
from cxlab.tables.load import load_tables
from cxlab.tables.private import hashed, id_key, stamp
from cxlab.tables.suppressed import ANY_SLOT, entries, list_of, read_suppressed, write_suppressed

_spec = importlib.util.spec_from_file_location("people", Path(__file__).with_name("people.py"))
people = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(people)
PERSON, OTHER, CHILD = people.PERSON, people.OTHER, people.CHILD


@pytest.fixture(params=["keep", "hash"])
def ids(request):
    return request.param


@pytest.fixture
def load(tmp_path, engine):
    """Load the study of people; rows by table."""

    def load(**how):
        config = read_config(people.write_people(tmp_path, **how))
        accepted = load_tables(config, folder=tmp_path, engine=engine, today=date(2026, 11, 1))
        return accepted, {name: pd.read_parquet(of.file) for name, of in accepted.items()}

    return load


@pytest.fixture
def suppress(tmp_path, engine):
    """Put people on the list of the erased."""

    def suppress(*identifiers, known=True):
        config = read_config(tmp_path / "study.toml")
        key = id_key(config, folder=tmp_path)
        slots = entries(dict.fromkeys(identifiers, not known), key=key, engine=engine)
        write_suppressed(list_of(config, folder=tmp_path), slots=slots, key=key, engine=engine)
        stamp(config, folder=tmp_path, key=key, erased=True)
        return key

    return suppress


def test_who_was_erased_stands_in_no_table_and_others_stay(load, suppress, ids):
    before, all_rows = load(ids=ids)
    key = suppress(PERSON)
    accepted, rows = load(ids=ids)
    of = {who: hashed(who, key=key) if ids == "hash" else who for who in (PERSON, OTHER, CHILD)}
    for name, frame in rows.items():
        assert accepted[name].withheld == {"erased": 1}, name
        assert accepted[name].quarantined == 0, name
        assert len(frame) == len(all_rows[name]) - 1 > 0, name
        assert of[PERSON] not in frame.to_numpy().ravel().tolist(), name
    assert rows["customers"]["customer_id"].tolist() == [of[OTHER], of[CHILD]]
    assert rows["verbatims"]["text"].tolist() == ["Sóng yếu ở chỗ số hai"]
    for name, column in (("contracts", "customer_id"), ("transactions", "customer_id"), ("id_map", "customer_id")):
        assert rows[name][column].tolist() == [of[OTHER]]
    assert all(accepted[name].read == before[name].read for name in before)


def test_an_account_called_like_the_erased_keeps_its_members_under_another_name(load, suppress, ids):
    load(ids=ids)
    key = suppress(PERSON)
    account = load(ids=ids)[1]["customers"]["account_id"].iloc[1]
    assert account == hashed(f"account\x1f{hashed(PERSON, key=key)}", key=key)


def test_a_pseudonym_alone_is_enough_where_ids_are_hashed(load, suppress):
    rows = load(ids="hash")[1]
    pseudonym = rows["customers"]["customer_id"].iloc[0]
    suppress(pseudonym, known=False)
    assert pseudonym not in load(ids="hash")[1]["customers"]["customer_id"].tolist()


@pytest.mark.parametrize("slot", [ANY_SLOT, "another release"])
def test_without_the_quick_hash_every_row_is_hashed_and_the_person_found(tmp_path, load, suppress, slot):
    load()
    suppress(PERSON)
    path = tmp_path / "private" / "suppressed"
    lines = path.read_text().splitlines()
    lines[3] = f"{lines[3].split()[0]} {slot if slot == ANY_SLOT else 7}"
    lines[2] = lines[2] if slot == ANY_SLOT else "quick 1"
    path.write_text("\n".join(lines) + "\n")
    assert load()[1]["transactions"]["customer_id"].tolist() == [OTHER]


def test_rows_that_break_a_rule_are_withheld_first_and_never_quarantined(tmp_path, load, suppress, ids):
    tables = people.rows()
    tables["contracts"].loc[:, "start"] = "some day"
    tables["contracts"].loc[2] = ["hd-1", "KH-nobody", "en90", "2024-01-05"]
    load(ids=ids, tables=tables)
    key = suppress(PERSON)
    accepted, _ = load(ids=ids, tables=tables)
    assert (accepted["contracts"].read, accepted["contracts"].withheld) == (3, {"erased": 1})
    assert accepted["contracts"].quarantined == 2
    shown = (tmp_path / "prepared" / "quarantine" / "contracts.csv").read_text()
    assert PERSON not in shown
    assert hashed(PERSON, key=key) not in shown


def test_rows_that_came_later_are_left_out_as_well(tmp_path, load, suppress, ids):
    load(ids=ids)
    suppress(PERSON)
    load(ids=ids)
    tables = people.rows()
    late = {"survey_responses": {"response_id": "tl-9", "customer_id": PERSON, "kind": "relationship",
                                 "invited_at": "2024-03-01", "answered_at": "2024-03-01", "nps": 2},
            "answers": {"response_id": "tl-9", "item": "why", "text": "come back"},
            "verbatims": {"verbatim_id": "vb-9", "response_id": "tl-9", "text": "Vẫn vậy", "source": "survey"},
            "codings": {"event_id": "mh-9", "verbatim_id": "vb-9", "code_id": "signal", "coder_id": "A",
                        "value": True, "at": "2024-03-02"}}  # fmt: skip
    for name, row in late.items():
        tables[name] = pd.concat([tables[name], pd.DataFrame([row])], ignore_index=True)
    accepted, _ = load(ids=ids, tables=tables)
    for name in late:
        assert accepted[name].withheld == {"erased": 2}, name
        assert accepted[name].quarantined == 0, name


def test_a_row_the_reader_cannot_split_is_not_shown_once_people_were_erased(tmp_path, load, suppress):
    load()
    suppress(PERSON)
    config = read_config(tmp_path / "study.toml")
    raw = tmp_path / "raw" / "transactions.csv"
    raw.write_text(raw.read_text() + f"gd-7,{PERSON},2024-02-04,90000,recurring,too,many\n")
    engine = connect(time_zone="Asia/Ho_Chi_Minh", folder=tmp_path / "engine", threads=1)
    accepted = load_tables(config, folder=tmp_path, engine=engine, today=date(2026, 11, 1))["transactions"]
    engine.disconnect()
    assert (accepted.read, accepted.accepted, accepted.quarantined) == (3, 1, 1)
    shown = pd.read_csv(tmp_path / "prepared" / "quarantine" / "transactions.csv", keep_default_na=False)
    assert shown[["reasons", "record", "line"]].to_numpy().tolist() == [["ragged_row", 4, ""]]


def test_which_answers_were_left_out_is_kept_for_their_texts_in_private_and_hashed(tmp_path, load, suppress, ids):
    load(ids=ids)
    key = suppress(PERSON)
    load(ids=ids)
    files = sorted((tmp_path / "private" / "withheld").iterdir())
    assert [file.name.split("-")[0] for file in files] == ["survey_responses", "verbatims"]
    for file, own in zip(files, ("tl-1", "vb-1"), strict=True):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        kept = pd.read_parquet(file)
        assert kept[["id", "why"]].to_numpy().tolist() == [[hashed(own, key=key), "erased"]]
    files[0].unlink()
    assert load(ids=ids)[0]["answers"].withheld == {"erased": 1}  # made anew, not forgotten
    assert files[0].is_file()


def test_a_lost_damaged_or_other_list_stops_the_load(tmp_path, load, suppress):
    load()
    suppress(PERSON)
    path = tmp_path / "private" / "suppressed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PERSON not in path.read_text()
    whole = path.read_text()
    for text, said in (
        (None, f"the list of erased people {path} is lost"),
        ("", f"the list of erased people {path} is damaged"),
        (whole + "KH-1\n", f"the list of erased people {path} is damaged"),
        (whole.replace("key ", "key 0"), f"the list of erased people {path} belongs to another key"),
    ):
        path.unlink() if text is None else path.write_text(text)
        with pytest.raises(DataError) as error:
            load()
        assert error.value.message == said
    path.write_text(whole)
    assert load()[0]["customers"].withheld == {"erased": 1}


def test_people_erased_while_the_sources_are_read_stop_the_load(tmp_path, load, suppress, monkeypatch):
    load()
    real = load_tables.__globals__["_table"]

    def erasing(table, **how):
        made = real(table, **how)
        if table.name == "id_map":
            suppress(PERSON)
        return made

    monkeypatch.setitem(load_tables.__globals__, "_table", erasing)
    with pytest.raises(DataError) as error:
        load()
    assert str(error.value) == (
        "people were erased while the sources were read\n  - needed: the same command once more"
    )
    assert not list((tmp_path / "prepared" / "tables").glob("*.parquet"))


REFUSED = "[privacy]\nconsent = ["


def with_consent(*answers):
    tables = people.rows()
    tables["customers"]["consent_research"] = answers
    return tables


def test_who_did_not_agree_is_left_out_of_the_tables_named_and_of_what_belongs_to_them(tmp_path, load, ids):
    tables = with_consent(False, True, None)
    more = f'{REFUSED}"survey_responses", "referrals"]\n'
    accepted, rows = load(ids=ids, tables=tables, more=more)
    gone = {"survey_responses", "answers", "verbatims", "codings", "loop_cases", "referrals"}
    for name, of in accepted.items():
        assert of.withheld == ({"no_consent": 1} if name in gone else {}), name
        assert of.read == of.accepted + of.quarantined + sum(of.withheld.values()), name
    assert rows["verbatims"]["text"].tolist() == ["Sóng yếu ở chỗ số hai"]
    assert (tmp_path / "private" / "id.key").exists() == (ids == "hash")


def test_texts_alone_are_left_out_by_the_customer_of_their_answer(load, ids):
    accepted, _ = load(ids=ids, tables=with_consent(False, True, True), more=f'{REFUSED}"verbatims"]\n')
    assert {name for name, of in accepted.items() if of.withheld} == {"verbatims", "codings"}


def test_the_newest_answer_about_consent_counts(load):
    tables = with_consent(True, True, True)
    customers = tables["customers"].assign(valid_from="2024-01-05", valid_to=None)
    customers.loc[0, "valid_to"] = "2024-02-01"
    later = customers.iloc[0].to_dict() | {"consent_research": False, "valid_from": "2024-02-01", "valid_to": None}
    tables["customers"] = pd.concat([customers, pd.DataFrame([later])], ignore_index=True)
    more = f'{REFUSED}"verbatims"]\n'
    assert load(tables=tables, more=more)[0]["verbatims"].withheld == {"no_consent": 1}
    tables["customers"].loc[[0, 3], "consent_research"] = [False, True]
    assert load(tables=tables, more=more)[0]["verbatims"].withheld == {}


def test_consent_changes_what_is_loaded_and_back(load):
    tables = with_consent(False, True, True)
    first = load(tables=tables)[0]["verbatims"]
    second = load(tables=tables, more=f'{REFUSED}"verbatims"]\n')[0]["verbatims"]
    third = load(tables=with_consent(True, True, True), more=f'{REFUSED}"verbatims"]\n')[0]["verbatims"]
    assert (first.accepted, second.accepted, third.accepted) == (2, 1, 2)
    assert load(tables=tables)[0]["verbatims"].accepted == 2


def test_withheld_rows_are_told(tmp_path, load, suppress):
    load(tables=with_consent(True, False, True), more=f'{REFUSED}"verbatims"]\n')
    suppress(PERSON)
    said = describe(check_study("2024Q1", config=tmp_path / "study.toml")).splitlines()
    assert said[2].split() == ["table", "read", "accepted", "quarantined", "withheld", "late", "from", "to"]
    assert "verbatims            2         0            0         2     0  -           -" in said
    place = said.index("Withheld")
    assert said[place + 1] == "  customers: 1 row of people who were erased"
    assert said[place + 6 : place + 8] == [
        "  verbatims: 1 row of people who were erased",
        "  verbatims: 1 row of customers who did not agree to research",
    ]
    report = open_study("2024Q1", config=tmp_path / "study.toml", refuse=False).load
    for table in report.tables.values():
        assert table.read == table.accepted + table.quarantined + sum(table.withheld.values())


def test_an_empty_list_is_no_list(tmp_path):
    found = read_suppressed(tmp_path / "suppressed")
    assert not found
    assert found.contents == ""


def test_that_nobody_is_left_out_is_told_too(tmp_path, load):
    load(tables=with_consent(False, True, True))
    found = check_study("2024Q1", config=tmp_path / "study.toml")
    assert found.load.refused == 1
    assert (
        "  nothing of 1 customer who did not agree to research: [privacy] consent in study.toml names no table"
        in describe(found).splitlines()
    )
