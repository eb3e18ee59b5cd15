"""Memory or disk that does not suffice: said in words, nothing kept is lost, and more of it is all it takes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from cxlab.errors import LimitError
from cxlab.tables import open_study
from cxlab.tables.engine import connect
from cxlab.tables.limits import limit_of, within_limits
from cxlab.tables.own_names import is_left_behind, own_name
from cxlab.tables.whole_files import forget_left_behind

from .conftest import HEAD
from .faults import kept, left_behind

ROWS = 300_000
SEE = "  See data/README.md#when-a-load-stops"
MEGABYTE = 2**20


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few megabytes; it is there for as long as the test lasts."""
    folder = tmp_path / "small"
    folder.mkdir()

    def mount(megabytes):
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"needs to mount a small disk, which takes root: {error}")
        return folder

    yield mount
    if os.path.ismount(folder):
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def big_study(tmp_path):
    """A study of one table too large for little memory or disk; ``prepared`` says where its tables go."""
    (tmp_path / "raw").mkdir()
    numbers = np.random.default_rng(1).permutation(ROWS)
    rows = {"txn_id": [f"t{n}" for n in numbers], "customer_id": [f"c{n % 90_000}" for n in numbers]}
    rows |= {"at": pd.Timestamp("2024-01-05"), "amount": numbers}
    pd.DataFrame(rows).to_parquet(tmp_path / "raw" / "t.parquet")

    def write(prepared="prepared"):
        text = f'{HEAD}prepared = "{prepared}"\n[sources.transactions]\npath = "raw/t.parquet"\n'
        (tmp_path / "study.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def test_too_little_memory_names_the_limit_and_its_setting(big_study, monkeypatch):
    folder = big_study()
    monkeypatch.setenv("CXLAB_MEMORY", "4MB")
    with pytest.raises(LimitError) as error:
        open_study("2024Q1", config=folder)
    assert error.value.exit_code == 1
    assert str(error.value).splitlines() == [
        "the engine had too little memory",
        "  - needed: more than its limit of 3.8 MiB (CXLAB_MEMORY is 4MB)",
        "  - what to do: set CXLAB_MEMORY to more, such as 4GB, or run fewer notebooks at once (--jobs 1); "
        "then run again: nothing was lost",
        SEE,
    ]
    assert left_behind(folder / "prepared") == []
    assert not list((folder / "prepared" / "tables").iterdir())
    monkeypatch.setenv("CXLAB_MEMORY", "1GB")
    assert open_study("2024Q1", config=folder).load.tables["transactions"].accepted == ROWS


def test_a_limit_nobody_set_is_called_so(monkeypatch, tmp_path):
    monkeypatch.delenv("CXLAB_MEMORY", raising=False)
    engine = connect(time_zone="UTC", folder=tmp_path, memory="8MB", threads=1)
    with (
        pytest.raises(LimitError, match=r"more than its limit of 7\.6 MiB \(CXLAB_MEMORY is not set\)"),
        within_limits(),
    ):
        engine.con.execute("SELECT list(range) FROM range(5_000_000)").fetchall()
    engine.disconnect()


def full(folder, megabytes, *, spilled=""):
    """What is said of a full disk, as a pattern: how much of it is free is not the same every time."""
    what = f"more than the {spilled} of room the engine had for spilling" if spilled else "room for writing"
    lines = [
        "the disk is full",
        f"  - needed: {what} in {folder}; now FREE MiB of {megabytes}.0 MiB are free there",
        "  - what to do: make room, or let `prepared` and `reports` in study.toml be on a larger disk; "
        "then run again: nothing was lost",
        SEE,
    ]
    return re.escape("\n".join(lines)).replace("FREE", r"\d+\.\d").replace("ROOM", r"\d+\.\d")


def test_a_disk_that_is_full_while_tables_are_written_names_the_folder(big_study, small_disk):
    disk = small_disk(1)
    folder = big_study(prepared="small/prepared")
    with pytest.raises(LimitError) as error:
        open_study("2024Q1", config=folder)
    assert re.fullmatch(full(disk / "prepared" / "tables", 1), str(error.value)), str(error.value)
    assert error.value.exit_code == 1
    prepared = disk / "prepared"
    assert left_behind(prepared) == []
    assert not list((prepared / "tables").iterdir())
    subprocess.run(["mount", "-o", "remount,size=40m", str(disk)], check=True)
    study = open_study("2024Q1", config=folder)
    assert study.load.tables["transactions"].accepted == ROWS


def test_a_disk_that_is_full_while_prepared_tables_are_written_keeps_what_was_there(big_study, small_disk):
    disk = small_disk(40)
    folder = big_study(prepared="small/prepared")
    study = open_study("2024Q1", config=folder)
    before = kept(disk / "prepared")
    filling = disk / "filling"
    filling.write_bytes(b"0" * (shutil.disk_usage(disk).free - 100_000))
    with pytest.raises(LimitError) as error:
        study.days.count().execute()
    assert re.fullmatch(full(disk / "prepared" / "days", 40), str(error.value)), str(error.value)
    assert kept(disk / "prepared") == before
    assert left_behind(disk / "prepared") == []
    filling.unlink()
    assert study.days.count().execute() == 90_000


SPILLS = "CREATE TEMP TABLE {} AS SELECT hash(range) AS a, hash(range + 1) AS b FROM range({})"


@pytest.mark.parametrize("filled", [True, False])
def test_a_disk_that_is_full_while_the_engine_spills_names_the_folder(small_disk, filled):
    disk = small_disk(24)
    engine = connect(time_zone="UTC", folder=disk, memory="40MB", threads=1)
    filling = disk / "filling"
    if filled:  # after the engine looked how much room there is
        engine.con.execute(SPILLS.format("first", 2_800_000))
        filling.write_bytes(b"0" * (shutil.disk_usage(disk).free - 100_000))
    with pytest.raises(LimitError) as error, within_limits():
        engine.con.execute(SPILLS.format("second", 6_000_000))
    said = full(disk / "spill", 24, spilled="" if filled else "ROOM MiB")
    assert re.fullmatch(said, str(error.value)), str(error.value)
    filling.unlink(missing_ok=True)
    assert engine.con.execute("SELECT count(*) FROM range(1_000_000)").fetchall() == [(1_000_000,)]
    engine.disconnect()
    assert left_behind(disk) == []


def test_other_errors_are_not_taken_for_limits(engine):
    for error in (OSError(13, "Permission denied"), ValueError("No space left"), KeyError("a")):
        assert limit_of(error) is None
    with pytest.raises(ZeroDivisionError), within_limits():
        raise ZeroDivisionError


def test_what_a_killed_process_left_is_taken_away_and_nothing_else(tmp_path):
    prepared = tmp_path / "prepared"
    process = subprocess.Popen(["true"])
    process.wait()
    mine = own_name()
    dead = re.sub(r"-\d+-", f"-{process.pid}-", mine)
    strange = f"000000-{os.getpid()}-{mine[-12:]}"
    names = ("spill/{}/duckdb_temp_storage_DEFAULT-0.tmp", "load-{}/a.parquet", "tables/.t-1.parquet.{}",
             "tables/.t-2.parquet.{}/part=0/data_0.parquet", ".fingerprints.json.{}")  # fmt: skip
    for owner in (mine, dead, strange):
        for name in names:
            file = prepared / name.format(owner)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
    others = [prepared / "tables" / "t-1.parquet", prepared / "tables" / ".hidden", prepared / "load-old"]
    for file in others:
        file.touch()
    forget_left_behind(prepared)
    left = {str(path.relative_to(prepared)) for path in prepared.rglob("*") if path.is_file()}
    assert left == {name.format(owner) for name in names for owner in (mine, strange)} | {
        str(file.relative_to(prepared)) for file in others
    }


def test_what_another_machine_left_is_taken_away_after_a_day(tmp_path):
    file = tmp_path / f".a.000000-{os.getpid()}-0123456789ab"
    file.touch()
    assert not is_left_behind(file)
    os.utime(file, (1_700_000_000, 1_700_000_000))
    assert is_left_behind(file)


def test_what_the_engine_spilled_goes_with_it(tmp_path):
    engine = connect(time_zone="UTC", folder=tmp_path, memory="40MB", threads=1)
    engine.con.execute(
        "CREATE TEMP TABLE t AS SELECT hash(range) AS a, hash(range + 1) AS b FROM range(4_000_000)"
    )
    (own,) = (tmp_path / "spill").iterdir()
    assert list(own.iterdir())
    engine.disconnect()
    assert left_behind(tmp_path) == []
