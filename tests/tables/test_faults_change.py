"""Sources that change while they are used are refused; what they were before, and what is kept of it, stays."""

from __future__ import annotations

import json
import os

import pandas as pd
import pytest

from cxlab.errors import DataError
from cxlab.tables import accept as accepting
from cxlab.tables import csv_files, open_study
from cxlab.tables import load as loading
from cxlab.tables.csv_blocks import copied
from cxlab.tables.record_numbers import number_records
from cxlab.tables.same_run import BEGAN_WITH, told

from .conftest import CONTRACTS, CUSTOMERS, write_text
from .faults import kept, left_behind

CSV = 'path = "raw/c.csv"\n'
ROW = "contract_id,customer_id,start\nk1,c,2024-01-01\n"
LONGER = f"{ROW}k2,c,2024-01-01\n"
SAME = "; needed: the same file from beginning to end: wait until it has arrived, then run again"
TO_ITS_END = (
    "changed since the run began; needed: the same to its end: wait until everything has arrived, then run again"
)
THEN = "2023-11-14 22:13:20 UTC"
DAY = 1_700_000_000


@pytest.fixture
def meanwhile(monkeypatch):
    """Do something at a moment of the load: ``before`` its files are read, or ``after``."""

    def do(moment, act):
        usual = getattr(loading, moment)

        def busy(*given, **named):
            if moment == "stage_all":
                act()
            found = usual(*given, **named)
            if moment == "_key":
                act()
            return found

        monkeypatch.setattr(loading, moment, busy)
        return lambda: monkeypatch.setattr(loading, moment, usual)

    return do


def dated(path, text, day=DAY):
    path.write_text(text)
    os.utime(path, (day, day))


@pytest.mark.parametrize("moment", ["_key", "stage_all"])
def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, load_table, meanwhile, moment):
    write_text(tmp_path, "c.csv", "")
    file = tmp_path / "raw" / "c.csv"
    dated(file, ROW)
    first = load_table("contracts", CSV).accepted
    before = kept(tmp_path / "prepared")
    file.write_text(LONGER)
    dated(file, LONGER)
    stop = meanwhile(moment, lambda: dated(file, f"{LONGER}k3,c,2024-01-01\n", day=DAY + 60))
    with pytest.raises(DataError) as error:
        load_table("contracts", CSV)
    assert str(error.value).splitlines() == [
        "the sources cannot be read",
        f"  - contracts: sources.contracts: {file} changed while it was read: it had 62 bytes of {THEN}, "
        f"then 78 bytes of 2023-11-14 22:14:20 UTC{SAME}",
        "  See data/README.md#contracts",
    ]
    assert kept(tmp_path / "prepared") == before
    assert left_behind(tmp_path / "prepared") == []
    stop()
    assert load_table("contracts", CSV).accepted.accepted == first.accepted + 2


def test_a_csv_file_that_goes_while_it_is_read_is_refused_for_that(tmp_path, load_table, monkeypatch):
    write_text(tmp_path, "c.csv", ROW)
    file = tmp_path / "raw" / "c.csv"

    def gone(*given, **named):
        file.unlink()
        return copied(*given, **named)

    monkeypatch.setattr(csv_files, "copied_by_blocks", gone)
    with pytest.raises(DataError) as error:
        load_table("contracts", CSV)
    assert f"sources.contracts: {file} changed while it was read" in str(error.value)
    assert "then no such file" in str(error.value)
    assert left_behind(tmp_path / "prepared") == []


def test_a_file_that_is_cut_short_while_it_is_read_is_refused_for_that(tmp_path, load_table, meanwhile):
    file = tmp_path / "raw" / "c.parquet"
    write_text(tmp_path, "c.parquet", "")
    pd.DataFrame(CONTRACTS).to_parquet(file)
    os.utime(file, (DAY, DAY))
    size = file.stat().st_size

    def cut():
        file.write_bytes(file.read_bytes()[:-50])
        os.utime(file, (DAY, DAY))

    meanwhile("stage_all", cut)
    with pytest.raises(DataError) as error:
        load_table("contracts", 'path = "raw/c.parquet"')
    assert str(error.value).splitlines()[1] == (
        f"  - contracts: sources.contracts: {file} changed while it was read: it had {size:,} bytes of {THEN}, "
        f"then {size - 50:,} bytes of {THEN}{SAME}"
    )


@pytest.mark.parametrize("later", ["k1,c\n", 'k1,c,"\n', f"{ROW}k2,c,2024-01-01\n" * 2, None])
def test_what_is_refused_is_never_shown_out_of_another_file(tmp_path, load_table, monkeypatch, later):
    """Refused rows are looked up again where they stand; by then something else may stand there."""
    write_text(tmp_path, "c.csv", "")
    file = tmp_path / "raw" / "c.csv"
    dated(file, ROW)
    load_table("contracts", CSV)
    before = kept(tmp_path / "prepared")
    dated(file, f"{LONGER}k3,c,2024-01-01\n,c,2024-01-01\n")

    def changed(*given, **named):
        number_records(*given, **named)
        dated(file, later, day=DAY + 60) if later else file.unlink()

    monkeypatch.setattr(accepting, "number_records", changed)
    with pytest.raises(DataError) as error:
        load_table("contracts", CSV)
    assert f"sources.contracts: {file} changed while it was read" in str(error.value)
    assert kept(tmp_path / "prepared") == before
    assert left_behind(tmp_path / "prepared") == []


def test_a_file_that_comes_into_a_folder_or_leaves_it_is_noticed(tmp_path, load_table, meanwhile):
    folder = tmp_path / "raw" / "c"
    folder.mkdir(parents=True)
    for name in "ab":
        pd.DataFrame({**CONTRACTS, "contract_id": [f"{name}{n}" for n in range(3)]}).to_parquet(
            folder / f"{name}.parquet"
        )
        os.utime(folder / f"{name}.parquet", (DAY, DAY))
    size = (folder / "b.parquet").stat().st_size
    stop = meanwhile("stage_all", lambda: (folder / "b.parquet").rename(folder / "c.parquet"))
    with pytest.raises(DataError) as error:
        load_table("contracts", 'path = "raw/c"')
    had, begin = f"{size:,} bytes of {THEN}", "  - contracts: sources.contracts:"
    assert str(error.value).splitlines()[1:3] == [
        f"{begin} {folder}/b.parquet changed while it was read: it had {had}, then no such file{SAME}",
        f"{begin} {folder}/c.parquet changed while it was read: it had no such file, then {had}{SAME}",
    ]
    stop()
    assert load_table("contracts", 'path = "raw/c"').accepted.accepted == 6


def test_a_file_that_is_only_touched_is_read(tmp_path, load_table, meanwhile):
    write_text(tmp_path, "c.csv", ROW)
    meanwhile("stage_all", lambda: os.utime(tmp_path / "raw" / "c.csv", (DAY, DAY)))
    assert load_table("contracts", CSV).accepted.accepted == 1


def test_accepted_and_prepared_tables_cut_short_are_made_again(make_study):
    config = make_study()
    study = open_study("2024Q1", config=config)
    spells = study.lives.order_by(["customer_id", "spell"]).to_pandas()
    prepared = study.folder / "prepared"
    whole = kept(prepared)
    for kind in ("tables", "lives"):
        for file in (prepared / kind).rglob("*.parquet"):
            if file.is_file():
                file.write_bytes(file.read_bytes()[: -file.stat().st_size // 2])
    again = open_study("2024Q1", config=config)
    pd.testing.assert_frame_equal(again.lives.order_by(["customer_id", "spell"]).to_pandas(), spells)
    assert again.fingerprint == study.fingerprint
    assert set(kept(prepared)) == set(whole)


@pytest.fixture
def run_began(monkeypatch):
    """Make this process a notebook of a run that began with a study as it is now."""

    def begin(study):
        monkeypatch.setenv(BEGAN_WITH, told(study.load, fingerprint=study.fingerprint))

    return begin


def test_a_notebook_goes_on_with_what_its_run_began_with(make_study, run_began):
    config = make_study()
    study = open_study("2024Q1", config=config)
    run_began(study)
    pd.read_parquet(config.parent / "raw" / "contracts.parquet").sample(frac=1, random_state=1).to_parquet(
        config.parent / "raw" / "contracts.parquet"
    )
    assert open_study("2024Q1", config=config).fingerprint == study.fingerprint  # other bytes, the same rows


def test_a_notebook_refuses_rows_its_run_did_not_begin_with(make_study, run_began):
    config = make_study()
    run_began(open_study("2024Q1", config=config))
    make_study({"customers": CUSTOMERS, "contracts": {**CONTRACTS, "plan": ["en90", "en90", "tu_do"]}})
    with pytest.raises(DataError) as error:
        open_study("2024Q1", config=config)
    assert error.value.exit_code == 69
    assert str(error.value).splitlines() == [
        "the sources changed while the run was going on",
        f"  - contracts: raw/contracts.parquet {TO_ITS_END}",
        "  See data/README.md#contracts",
    ]


def test_a_notebook_refuses_settings_its_run_did_not_begin_with(make_study, run_began):
    config = make_study()
    run_began(open_study("2024Q1", config=config))
    make_study(more="[rules.margin]\ndefault = 0.5\n")
    with pytest.raises(DataError) as error:
        open_study("2024Q1", config=config)
    assert str(error.value).splitlines() == [
        "the sources changed while the run was going on",
        f"  - the settings in {config} {TO_ITS_END}",
        "  See data/README.md#study.toml",
    ]


def test_what_a_run_tells_holds_no_value_of_a_row(make_study):
    study = open_study("2024Q1", config=make_study())
    said = json.loads(told(study.load, fingerprint=study.fingerprint))
    assert set(said) == {"fingerprint", "tables"}
    assert set(said["tables"]) == {"customers", "contracts"}
    assert all("en90" not in contents for contents in said["tables"].values())
