"""``cxlab erase``: a person is gone from everything made and stays gone, and everybody else is still there."""

from __future__ import annotations

import hashlib
import html
import importlib.util
import json
import re
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.run import publish
from cxlab.tables import open_study
from cxlab.tables.private import hashed, read_key

_spec = importlib.util.spec_from_file_location("people", Path(__file__).parents[1] / "tables" / "people.py")
people = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(people)
PERSON, OTHER, CHILD = people.PERSON, people.OTHER, people.CHILD
SAID, OTHER_SAID = "Sóng yếu ở chỗ số một", "Sóng yếu ở chỗ số hai"


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setenv("CXLAB_THREADS", "1")


@pytest.fixture
def ids(request):
    """How the study treats its ids; hashed unless a test asks for both."""
    return getattr(request, "param", "hash")


both = pytest.mark.parametrize("ids", ["keep", "hash"], indirect=True)


def prepared_of(study):
    """Every prepared table of the study's quarter, so that its files are there."""
    opened = open_study("2024Q1", config=study)
    made = [opened.lives, opened.days, opened.responses, opened.texts, opened.panel]
    return {name: opened.tables[name].to_pandas() for name in opened.tables}, [one.to_pandas() for one in made]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Studies whose person stands in every table, in codings, an export, a training list and a report."""
    return {mode: _planted(tmp_path_factory.mktemp(mode), ids=mode).parent for mode in ("keep", "hash")}


@pytest.fixture
def study(tmp_path, ids, whole):
    """A copy of one of them, to break."""
    shutil.copytree(whole[ids], tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path / "study.toml"


def _planted(tmp_path, *, ids):
    by_hand = f'[sources.hand]\ntable = "codings"\npath = "codings/h.csv"\nids = "{ids}"\n'
    by_hand += '[sources.hand.columns]\nverbatim_id = "Text No."\n'
    file = people.write_people(tmp_path, ids=ids, more=by_hand)
    (tmp_path / "codings").mkdir()
    (tmp_path / "codings" / "h.csv").write_bytes(
        b"event_id,Text No.,code_id,coder_id,memo,at\r\n"
        b'mh-8,vb-1,signal,B,"two\r\nlines",2024-02-04\r\nmh-9,vb-2,signal,B,"so ""so""",2024-02-04\r\n'
    )
    (tmp_path / "codings" / "notes.txt").write_text("read twice")
    prepared_of(file)
    shown = {who: hashed(who, key=read_key(tmp_path / "private" / "id.key")) if ids == "hash" else who
             for who in (PERSON, OTHER)}  # fmt: skip
    for folder, who in (("exports", PERSON), ("exports/kept", OTHER), ("training", PERSON)):
        (tmp_path / folder).mkdir(exist_ok=True)
        pd.DataFrame({"customer": [shown[who]], "score": [0.5]}).to_parquet(
            tmp_path / folder / f"{who[-1]}.parquet"
        )
        (tmp_path / folder / f"{who[-1]}.csv").write_text(f"customer,score\n{shown[who]},0.5\n")
    run = tmp_path / "reports" / ".runs" / "2024Q1-x"
    (run / "vi").mkdir(parents=True)
    (tmp_path / "reports" / "2024Q1").symlink_to(".runs/2024Q1-x", target_is_directory=True)
    (run / "vi" / "voc.html").write_text(f"<p>{html.escape(SAID).replace('yếu', '<b>yếu</b>')}</p>")
    (run / "vi" / "nps.html").write_text(f"<p>{OTHER_SAID}</p>")
    (run / "findings.json").write_text(json.dumps({"verbatim": hashlib.sha256(SAID.encode()).hexdigest()[:32]}))
    return file


def erase(study, *identifiers, more=()):
    return CliRunner().invoke(
        app, ["erase", "--study", str(study), *more], input="".join(f"{i}\n" for i in identifiers)
    )


def traces_of(study, who):
    """Every way a person may be written."""
    number = {PERSON: 1, OTHER: 2}[who]
    plain = [who, *(f"{kind}-{number}" for kind in ("hd", "gd", "tl", "vb", "mh", "tx", "vv", "gt", "crm"))]
    key = study.parent / "private" / "id.key"
    keyed = [hashed(one, key=read_key(key)) for one in plain] if key.is_file() else []
    return [*plain, *keyed, {PERSON: SAID, OTHER: OTHER_SAID}[who]]


def holding(folder, words):
    """Files below a folder, by the words they hold; Parquet is read, not grepped."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file():
            cells = (
                pd.read_parquet(path).astype(str).to_numpy().ravel().tolist() if path.suffix == ".parquet" else []
            )
            text = " ".join(cells) or path.read_bytes().decode("utf-8", "replace")
            tokens = set(re.findall(r"[\w-]+", text))
            if held := [word for word in words if word in tokens or (" " in word and word in text)]:
                found[str(path.relative_to(folder))] = held
    return found


@both
def test_an_erased_person_is_in_no_made_file_and_does_not_come_back(study, tmp_path, ids):
    words = traces_of(study, PERSON)
    places = [tmp_path / name for name in ("prepared", "exports", "training", "codings")]
    assert all(holding(place, words) for place in places), "the person was not planted everywhere"
    done = erase(study, PERSON)
    assert done.exit_code == 0, done.output
    assert [holding(place, words) for place in places] == [{}, {}, {}, {}]
    tables, made = prepared_of(study)  # the same sources once more
    assert [holding(place, words) for place in places] == [{}, {}, {}, {}]
    assert all(len(frame) for frame in (*tables.values(), *made[:4]))
    path = tmp_path / "private" / "suppressed"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PERSON not in path.read_text()


@both
def test_everybody_else_is_still_there(study, tmp_path, ids):
    before, _ = prepared_of(study)
    assert erase(study, PERSON).exit_code == 0
    after, _ = prepared_of(study)
    key = read_key(tmp_path / "private" / "id.key")
    shown = {who: hashed(who, key=key) if ids == "hash" else who for who in (OTHER, CHILD)}
    assert sorted(after["customers"]["customer_id"]) == sorted(shown.values())
    for name, frame in before.items():
        gone = 2 if name == "codings" else 1
        assert len(after[name]) == len(frame) - gone, name
        own = "source_id" if name == "id_map" else frame.columns[0]
        stay = frame[frame[own].isin(set(after[name][own]))]
        columns = [column for column in frame.columns if column != "account_id"]
        pd.testing.assert_frame_equal(
            stay[columns].sort_values(columns[0]).reset_index(drop=True),
            after[name][columns].sort_values(columns[0]).reset_index(drop=True),
            check_dtype=False,
        )  # fmt: skip
    assert holding(tmp_path / "exports", [shown[OTHER]]) == {
        "kept/2.csv": [shown[OTHER]],
        "kept/2.parquet": [shown[OTHER]],
    }
    assert (tmp_path / "codings" / "h.csv").read_bytes() == (
        b'event_id,Text No.,code_id,coder_id,memo,at\r\nmh-9,vb-2,signal,B,"so ""so""",2024-02-04\r\n'
    )


def test_what_was_removed_and_what_still_holds_data_is_told(study, tmp_path):
    done = erase(study, PERSON, more=["--json"])
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "erased 1 person: loads leave out 12 rows in 11 tables; the next run makes all tables anew"
    )
    assert lines[1:6] == [
        "removed: codings/h.csv: 1",
        "removed: exports: 2",
        "removed: training: 2",
        "look yourself: codings/notes.txt",
        "raw files that still hold them, rows: raw/customers.csv: 1",
    ]
    told = json.loads(lines[-1])
    assert told["raw"] == {f"raw/{name}.csv": 1 for name in people.rows()}
    assert lines[-2] == "reports that still hold them: 2024Q1-x: findings.json, vi/voc.html"
    assert (tmp_path / "reports" / "2024Q1" / "vi" / "voc.html").is_file()
    for name, frame in people.rows().items():
        assert len(pd.read_csv(tmp_path / "raw" / f"{name}.csv")) == len(frame), "a raw source was touched"


def test_neither_arguments_nor_logs_nor_output_hold_the_identifier(study, tmp_path):
    words = [sys.executable, "-m", "cxlab", "erase", "--study", str(study), "--json"]
    done = subprocess.run(words, input=f"\ufeff {PERSON} \r\n\n", capture_output=True, text=True, check=True)
    assert not any(PERSON in word for word in words)
    key = read_key(tmp_path / "private" / "id.key")
    for secret in (PERSON, hashed(PERSON, key=key), SAID, "Trần Thị Kín", key):
        assert secret not in done.stdout + done.stderr
    logs = [path for path in tmp_path.rglob("*") if path.is_file() and "raw" not in path.parts]
    assert not [
        path for path in logs if PERSON.encode() in path.read_bytes() and path.suffix in (".log", ".jsonl")
    ]


@both
def test_a_pseudonym_and_an_id_of_an_id_map_will_do_as_well(study, tmp_path, ids):
    frames, _ = prepared_of(study)
    shown = frames["customers"]["customer_id"].iloc[0]
    assert erase(study, "crm-2").exit_code == 0
    assert erase(study, shown).exit_code == 0
    customers = open_study("2024Q1", config=study, refuse=False).tables["customers"].to_pandas()
    assert len(customers) == 1
    assert shown not in customers["customer_id"].tolist()


def test_a_stranger_is_told_by_place_and_nothing_changes(study, tmp_path):
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = erase(study, PERSON, "KH-0000-0000")
    assert done.exit_code == 69
    assert done.stderr.splitlines() == [
        "cxlab: nothing was erased",
        "  - identifier 2: nobody in the sources or in the tables made of them has it",
        "  See data/README.md#privacy",
    ]
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path for path in after if "fingerprint" not in path.name and path.name != "id.key"} == {
        path for path in before if "fingerprint" not in path.name and path.name != "id.key"
    }


def test_a_rehearsal_finds_everything_and_changes_nothing(study, tmp_path):
    erase(study, OTHER)  # the key is there
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    done = erase(study, PERSON, more=["--dry-run"])
    assert done.stdout.startswith(
        "would erase 1 person: 12 rows in 11 tables; nothing has changed\nwould be removed: "
    )
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_second_time_mends_what_a_cut_left(study, tmp_path, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("cxlab.tables.erase.forget_made", lambda *_, **__: 1 / 0)
        assert erase(study, PERSON).exit_code == 1
    with pytest.raises(AssertionError):
        assert holding(tmp_path / "prepared", traces_of(study, PERSON)) == {}
    done = erase(study, PERSON)
    assert done.stdout.startswith("erased 1 person, 1 of them erased before: ")
    assert holding(tmp_path / "prepared", traces_of(study, PERSON)) == {}


def test_who_left_the_sources_since_is_erased_from_what_was_made(study, tmp_path, ids):
    frames, _ = prepared_of(study)
    shown = frames["customers"]["customer_id"].iloc[0]
    for name, frame in people.rows().items():
        frame.iloc[1:].to_csv(tmp_path / "raw" / f"{name}.csv", index=False)
    done = erase(study, shown)
    assert done.exit_code == 0, done.output
    assert "vb-1" not in (tmp_path / "codings" / "h.csv").read_text()
    assert holding(tmp_path / "prepared", traces_of(study, PERSON)) == {}
    assert "voc.html" in done.stdout


def test_while_a_quarter_runs_nobody_is_erased(study, tmp_path):
    with publish.hold(
        tmp_path / "reports", quarter="2024Q1", run_id="2024Q1-now", since=datetime(2026, 1, 1, tzinfo=UTC)
    ):
        done = erase(study, PERSON)
    assert done.exit_code == 75
    assert done.stderr.startswith("cxlab: 2024Q1 is held by run 2024Q1-now ")
    assert not (tmp_path / "private" / "suppressed").exists()


def test_without_an_identifier_nothing_is_done(study):
    done = erase(study, " ", "")
    assert (done.exit_code, done.stderr) == (2, "cxlab: an identifier is needed on standard input, one a line\n")
