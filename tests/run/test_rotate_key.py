"""``cxlab rotate-key``: new pseudonyms, a crosswalk to them, and the erased stay erased."""

from __future__ import annotations

import importlib.util
import stat
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.tables.config import read_config
from cxlab.tables.engine import connect
from cxlab.tables.load import load_tables
from cxlab.tables.private import fingerprint, hashed, id_key, read_key

_spec = importlib.util.spec_from_file_location("people", Path(__file__).parents[1] / "tables" / "people.py")
people = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(people)
PERSON, OTHER, CHILD = people.PERSON, people.OTHER, people.CHILD
KEPT = ("customers", "survey_responses", "verbatims", "transactions")


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setenv("CXLAB_THREADS", "1")


@pytest.fixture
def write(tmp_path):
    """Write the study of people, a few tables of it; without a person if asked."""

    def write(*, ids="hash", without=None):
        tables = {name: frame for name, frame in people.rows().items() if name in KEPT}
        if without:
            tables["customers"] = tables["customers"][tables["customers"]["customer_id"] != without]
            tables = {name: frame if name == "customers" else frame.iloc[1:] for name, frame in tables.items()}
        return people.write_people(tmp_path, ids=ids, tables=tables)

    return write


@pytest.fixture
def cxlab(tmp_path):
    return lambda *words, given="": CliRunner().invoke(app, [*words, "--study", str(tmp_path)], input=given)


def load(study):
    config = read_config(study)
    engine = connect(time_zone=config.time_zone, folder=study.parent / "engine", threads=1)
    accepted = load_tables(config, folder=study.parent, engine=engine, today=date(2026, 11, 1))
    engine.disconnect()
    return accepted, pd.read_parquet(accepted["customers"].file)["customer_id"].tolist()


def test_pseudonyms_change_and_the_crosswalk_leads_from_each_to_its_next(tmp_path, write, cxlab):
    study = write()
    _, before = load(study)
    old = read_key(tmp_path / "private" / "id.key")
    done = cxlab("rotate-key")
    assert done.exit_code == 0, done.output
    new = read_key(tmp_path / "private" / "id.key")
    assert new != old
    name = f"crosswalk-{fingerprint(old)}-{fingerprint(new)}.parquet"
    assert done.stdout.splitlines() == [
        f"the key {fingerprint(old)} was changed to {fingerprint(new)}; the next run loads everything anew",
        f"crosswalk: 8 pseudonyms in {name} of the private folder",
    ]
    assert old not in done.output
    assert new not in done.output
    assert not list((tmp_path / "prepared").glob("tables/*")), "made with the old key"
    path = tmp_path / "private" / name
    for file in (path, tmp_path / "private" / "id.key"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    crosswalk = pd.read_parquet(path)
    leads = crosswalk[crosswalk["column"] == "customer_id"].set_index("old")["new"].to_dict()
    assert leads == {hashed(who, key=old): hashed(who, key=new) for who in (PERSON, OTHER, CHILD)}
    assert set(crosswalk["column"]) == {"customer_id", "account_id", "response_id", "verbatim_id"}
    _, after = load(study)
    assert [leads[one] for one in before] == after
    assert sorted(path.name for path in (tmp_path / "private").iterdir()) == [name, "id.key"]


@pytest.mark.parametrize("ids", ["keep", "hash"])
def test_the_erased_stay_erased_under_the_new_key(tmp_path, write, cxlab, ids):
    study = write(ids=ids)
    assert cxlab("erase", given=PERSON).exit_code == 0
    done = cxlab("rotate-key")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "erased people: 1 carried on, 0 left behind"
    key = read_key(tmp_path / "private" / "id.key")
    accepted, customers = load(study)
    assert accepted["customers"].withheld == {"erased": 1}
    assert customers == [hashed(who, key=key) if ids == "hash" else who for who in (OTHER, CHILD)]
    assert hashed(PERSON, key=key) in (tmp_path / "private" / "suppressed").read_text()


def test_people_no_source_holds_any_more_are_not_left_behind_in_silence(tmp_path, write, cxlab):
    write()
    cxlab("erase", given=PERSON)
    write(without=PERSON)
    before = {path: path.read_bytes() for path in (tmp_path / "private").iterdir() if path.is_file()}
    done = cxlab("rotate-key")
    assert done.exit_code == 69
    assert done.stderr.splitlines() == [
        "cxlab: 1 person on the list of the erased would be left behind",
        "  - no source holds them now, so a new key could not know them if they came back",
        "  - needed: the old key as it is, or cxlab rotate-key --leave-behind",
        "  See data/README.md#privacy",
    ]
    assert {path: path.read_bytes() for path in before} == before
    done = cxlab("rotate-key", "--leave-behind")
    assert done.stdout.splitlines()[-1] == "erased people: 0 carried on, 1 left behind"


@pytest.mark.parametrize("moves", range(4))
def test_a_cut_leaves_the_old_key_or_the_new_one(tmp_path, write, cxlab, monkeypatch, moves):
    """The commit is a rename of a folder, then three files are moved to their places."""
    study = write()
    load(study)
    cxlab("erase", given=PERSON)
    old = read_key(tmp_path / "private" / "id.key")
    left, real = [moves], Path.replace

    def cut(path, target):
        if "rotation" in path.parts:
            left[0] -= 1
            if left[0] < 0:
                raise OSError("power lost")
        return real(path, target)

    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", cut)
        assert cxlab("rotate-key").exit_code == (1 if moves < 3 else 0)
    accepted, customers = load(study)
    new = read_key(tmp_path / "private" / "id.key")
    assert new != old
    assert accepted["customers"].withheld == {"erased": 1}
    assert customers == [hashed(who, key=new) for who in (OTHER, CHILD)]
    assert not (tmp_path / "private" / "rotation").exists()


def test_a_cut_before_the_commit_changes_nothing(tmp_path, write, cxlab, monkeypatch):
    study = write()
    load(study)
    old = read_key(tmp_path / "private" / "id.key")
    with monkeypatch.context() as broken:
        broken.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError("power lost")))
        assert cxlab("rotate-key").exit_code == 1
    load(study)
    assert read_key(tmp_path / "private" / "id.key") == old
    assert cxlab("rotate-key").exit_code == 0
    assert not (tmp_path / "private" / "rotation.part").exists()


def test_a_key_lost_for_good_is_begun_anew_when_somebody_says_so(tmp_path, write, cxlab):
    study = write()
    load(study)
    cxlab("erase", given=PERSON)
    path = tmp_path / "private" / "id.key"
    said = cxlab("rotate-key", "--lost")
    assert (said.exit_code, said.stderr.splitlines()[0]) == (2, f"cxlab: the key {path} is there")
    old = fingerprint(read_key(path))
    path.unlink()
    assert cxlab("rotate-key").exit_code == 69
    done = cxlab("rotate-key", "--lost")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == "erased people: 0 carried on, 1 left behind"
    assert load(study)[0]["customers"].withheld == {}
    assert (tmp_path / "private" / f"suppressed-{old}").is_file()


def test_a_study_without_a_key_has_none_to_change(tmp_path, write, cxlab):
    write(ids="keep")
    done = cxlab("rotate-key")
    assert (done.exit_code, done.stderr.splitlines()) == (
        2,
        [
            "cxlab: there is no key to change",
            f"  - needed: a study that hashes ids; there is no {tmp_path}/private/id.key",
        ],
    )
    assert id_key(read_config(tmp_path / "study.toml"), folder=tmp_path)
