"""The key of the ids: one for good, missed when it is gone, refused when it is another one."""

from __future__ import annotations

import hashlib
import stat
from datetime import date

import pytest

from cxlab.errors import DataError, UsageError
from cxlab.tables.config import read_config
from cxlab.tables.load import load_tables
from cxlab.tables.private import fingerprint, hashed, id_key, read_key

from .conftest import HEAD, write_text

SEE = "  See data/README.md#privacy"


@pytest.fixture
def study(tmp_path):
    """A study whose customers are hashed."""
    write_text(tmp_path, "c.csv", "customer_id,region\nKH01,hn\nKH02,hcm\n")
    (tmp_path / "study.toml").write_text(
        HEAD + '[sources.customers]\npath = "raw/c.csv"\nids = "hash"\n', encoding="utf-8"
    )
    return read_config(tmp_path / "study.toml")


@pytest.fixture
def load(tmp_path, study, engine):
    return lambda: load_tables(study, folder=tmp_path, engine=engine, today=date(2026, 11, 1))["customers"]


def test_the_key_is_made_once_and_its_fingerprint_stands_outside_the_private_folder(tmp_path, study):
    key = id_key(study, folder=tmp_path)
    assert id_key(study, folder=tmp_path) == key == (tmp_path / "private" / "id.key").read_text().strip()
    assert stat.S_IMODE((tmp_path / "private" / "id.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "private").iterdir()] == ["id.key"]
    for path in (tmp_path / "id-key.fingerprint", tmp_path / "prepared" / "id-key.fingerprint"):
        assert path.read_text().splitlines()[-1] == fingerprint(key)
        assert key not in path.read_text()


def test_the_pseudonym_is_the_keyed_hash_the_engine_makes(tmp_path, study, engine):
    key = id_key(study, folder=tmp_path)
    engine.con.execute("SET VARIABLE cxlab_key = ?", [key])
    sql = "SELECT substr(sha256(getvariable('cxlab_key') || chr(31) || ?), 1, 32)"
    for identifier in ("KH01", "Đặng 7", "1" * 70):
        assert engine.con.execute(sql, [identifier]).fetchall() == [(hashed(identifier, key=key),)]
        assert hashed(identifier, key=key) == hashlib.sha256(f"{key}\x1f{identifier}".encode()).hexdigest()[:32]


@pytest.mark.parametrize("gone", [["id-key.fingerprint"], ["prepared/id-key.fingerprint"]])
def test_a_lost_key_stops_the_load_and_no_new_one_is_made(tmp_path, load, gone):
    load()
    path = tmp_path / "private" / "id.key"
    expected = fingerprint(read_key(path))
    path.unlink()
    for name in gone:
        (tmp_path / name).unlink()
    with pytest.raises(DataError) as error:
        load()
    assert str(error.value).splitlines() == [
        f"the key {path} is lost",
        f"  - needed: the key with the fingerprint {expected}, which hashed this study; there is no such file",
        "  - put it back from a backup: with a new key every id gets another pseudonym, and the erased come back",
        "  - if it is gone for good: cxlab rotate-key --lost begins anew with a new key, without a crosswalk",
        SEE,
    ]
    assert error.value.exit_code == 69
    assert not path.exists()


def test_another_key_stops_the_load_and_nothing_is_hashed_with_it(tmp_path, load):
    load()
    path = tmp_path / "private" / "id.key"
    right = path.read_text()
    before = sorted(path.name for path in (tmp_path / "prepared" / "tables").iterdir())
    path.write_text("ab" * 32 + "\n")
    with pytest.raises(DataError) as error:
        load()
    assert str(error.value).splitlines() == [
        f"the key {path} is not the one this study was hashed with",
        f"  - needed: the key with the fingerprint {fingerprint(right.strip())}; "
        f"this one has {fingerprint('ab' * 32)}",
        "  - put the right one back from a backup; to change keys put it back first, then: cxlab rotate-key",
        SEE,
    ]
    assert sorted(path.name for path in (tmp_path / "prepared" / "tables").iterdir()) == before
    path.write_text(right)
    assert load().accepted == 2


def test_a_key_put_back_is_taken_and_its_fingerprint_kept_again(tmp_path, load):
    first = load()
    for path in (tmp_path / "id-key.fingerprint", tmp_path / "prepared" / "id-key.fingerprint"):
        path.unlink()
    assert load().file == first.file
    assert (tmp_path / "id-key.fingerprint").is_file()


def test_what_another_key_hashed_is_not_taken_for_this_ones(tmp_path, load):
    first = load()
    for path in tmp_path.rglob("id-key.fingerprint"):
        path.unlink()
    (tmp_path / "private" / "id.key").write_text("cd" * 32 + "\n")
    second = load()
    assert second.file != first.file
    assert second.contents != first.contents


@pytest.mark.parametrize("text", ["", "secret\n", "ab" * 31 + "\n", "AB" * 32 + "\n"])
def test_a_damaged_key_is_refused(tmp_path, study, text):
    path = tmp_path / "private" / "id.key"
    id_key(study, folder=tmp_path)
    path.write_text(text)
    with pytest.raises(DataError) as error:
        id_key(study, folder=tmp_path)
    assert str(error.value).splitlines() == [
        f"the key {path} is damaged",
        f"  - needed: 64 hex digits; it holds {len(text.strip())} characters. Put the key back from a backup",
        SEE,
    ]


def test_a_key_others_can_read_is_refused(tmp_path, study):
    id_key(study, folder=tmp_path)
    path = tmp_path / "private" / "id.key"
    path.chmod(0o644)
    with pytest.raises(UsageError) as error:
        id_key(study, folder=tmp_path)
    assert str(error.value) == (
        f"the key {path} can be read by others\n"
        f"  - needed: mode 600, so that only its owner reads it: chmod 600 {path}"
    )


def test_of_two_first_loads_at_once_one_key_stays(tmp_path, study, monkeypatch):
    other = "ef" * 32

    def first(path, target):
        path.write_text(other + "\n")
        path.chmod(0o600)
        raise FileExistsError

    monkeypatch.setattr("pathlib.Path.hardlink_to", first)
    assert id_key(study, folder=tmp_path) == other


def test_a_study_that_keeps_its_ids_has_no_key(tmp_path, load_table):
    write_text(tmp_path, "c.csv", "customer_id\nKH01\n")
    load_table("customers", 'path = "raw/c.csv"')
    assert not list(tmp_path.rglob("id*key*"))
