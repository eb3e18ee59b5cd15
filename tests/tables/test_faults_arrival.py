"""Files that are damaged or have only half arrived: refused by name, and nothing before them is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlab.errors import DataError

from .faults import kept, left_behind

ROWS = 600
BYTES = b"\xff" * 100
FRAME = b"\x28\xb5\x2f\xfd"
"""How a packed page begins."""

WHOLE = "it is damaged or has not arrived whole: bring the whole file, then run again"
WAIT = "if only part of the file has arrived, wait for the rest, then run again"


def contracts(rows=ROWS):
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "contract_id": [f"k{number}" for number in numbers],
            "customer_id": [f"c{number * 7919 % rows}" for number in numbers],
            "start": pd.Timestamp("2024-01-01"),
            "price_per_month": numbers * 37,
        }
    )


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def refused(tmp_path, load_table):
    """Load the whole source, break it, be refused with these words, and mend it."""

    def try_it(settings, *, whole, broken, said):
        whole()
        first = load_table("contracts", settings).accepted
        before = kept(tmp_path / "prepared")
        broken()
        with pytest.raises(DataError) as error:
            load_table("contracts", settings)
        lines = ["the sources cannot be read", f"  - contracts: {said}", "  See data/README.md#contracts"]
        assert str(error.value).splitlines() == lines
        assert error.value.exit_code == 69
        assert kept(tmp_path / "prepared") == before
        assert left_behind(tmp_path / "prepared") == []
        whole()
        assert load_table("contracts", settings).accepted.contents == first.contents

    return try_it


def damaged(content, at):
    return content[:at] + BYTES + content[at + len(BYTES) :]


CSV = contracts(20).to_csv(index=False)
SWALLOWED = CSV.replace("k3,", 'k3,"', 1) + "k,c,2024-01-01,1\n" * 1_000


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            CSV[:-20],
            "c.csv ends in the middle of record 21; needed: 4 fields and the end of the line, came: 1 and no end; "
            + WAIT,
        ),
        (
            CSV.encode() + "k,Nguyễn".encode()[:-2],
            "c.csv ends in the middle of record 22; needed: 4 fields and the end of the line, came: 2 and no end; "
            + WAIT,
        ),
        (
            CSV.replace("\nk5,", "\n\nk5,") + "k,c",
            "c.csv ends in the middle of record 23; needed: 4 fields and the end of the line, came: 2 and no end; "
            + WAIT,
        ),
        (
            CSV + 'k,"c',
            f'c.csv: a quoted value begins in record 22 and does not end; needed: its closing "; {WAIT}',
        ),
        (
            CSV + 'k,"c\nwith a break\n',
            f'c.csv: a quoted value begins in record 22 and does not end; needed: its closing "; {WAIT}',
        ),
        (
            f'{CSV}k\n"k","c\nwith a break\n',
            f'c.csv: a quoted value begins in record 23 and does not end; needed: its closing "; {WAIT}',
        ),
        (
            SWALLOWED,
            f'c.csv: a quoted value begins in record 5 and does not end; needed: its closing "; {WAIT}',
        ),
    ],
)
def test_a_csv_file_cut_off_in_a_row_is_refused(raw, refused, broken, said):
    file = raw / "c.csv"
    refused(
        'path = "raw/c.csv"',
        whole=lambda: file.write_text(CSV),
        broken=lambda: file.write_bytes(broken if isinstance(broken, bytes) else broken.encode()),
        said=said,
    )


def test_a_last_line_of_another_kind_is_only_quarantined(tmp_path, raw, load_table):
    (raw / "c.csv").write_text(f"{CSV}20 rows in all\n")
    found = load_table("contracts", 'path = "raw/c.csv"').accepted
    assert (found.accepted, found.reasons) == (20, {"ragged_row": 1})


def test_a_last_line_without_its_end_is_taken_when_it_is_whole(raw, load_table):
    (raw / "c.csv").write_text(CSV.rstrip("\n"))
    assert load_table("contracts", 'path = "raw/c.csv"').accepted.accepted == 20


@pytest.mark.parametrize(
    "last",
    [
        'k99,"c",2024-01-01,1\n\n  \n',
        '"k99","c ""x"" c",2024-01-01,""',
        'k99,c 5" x,2024-01-01,\r\n',
        '"k99",c, "2024-01-01" ,"1"\n',
    ],
)
@pytest.mark.parametrize("drop", ["", 'drop = ["customer_id"]'])
def test_a_quoted_file_is_taken_however_its_last_row_is_written(raw, load_table, last, drop):
    (raw / "c.csv").write_bytes(f'{CSV}"k98",c,2024-01-01,1\n{last}'.encode())
    columns = '[sources.contracts.columns]\ncustomer_id = "contract_id"' if drop else ""
    found = load_table("contracts", f'path = "raw/c.csv"\n{drop}\n{columns}')
    assert found.accepted.accepted == 22
    assert found.rows["contract_id"].iloc[-1] == "k99"


@pytest.mark.parametrize(
    ("broken", "source", "engine_says"),
    [
        (lambda whole: b"", "", "Invalid Input Error: File '{}' too small to be a Parquet file"),
        (lambda whole: whole[:-100], "", "Invalid Input Error: No magic bytes found at end of file '{}'"),
        (lambda whole: damaged(whole, whole.index(FRAME)), "sources.contracts: ", "ZSTD Decompression failure"),
    ],
)
@pytest.mark.parametrize("folder", [False, True])
def test_a_damaged_parquet_file_is_refused_by_its_name(raw, refused, folder, broken, source, engine_says):
    path = raw / ("c" if folder else "c.parquet")
    files = [path / f"part-{number}.parquet" for number in range(3)] if folder else [path]
    path.mkdir() if folder else None
    rows = contracts()

    def whole():
        for number, file in enumerate(files):
            rows.iloc[number :: len(files)].to_parquet(file, compression="zstd")

    bad = files[len(files) // 2]
    refused(
        f'path = "raw/{path.name}"',
        whole=whole,
        broken=lambda: bad.write_bytes(broken(bad.read_bytes())),
        said=f"{source}{bad} cannot be read as parquet: {engine_says.format(bad)}; {WHOLE}",
    )


@pytest.mark.parametrize(
    ("broken", "engine_says"),
    [
        (lambda whole: whole[: len(whole) // 2], "invalid Zip archive: Could not find EOCD"),
        (lambda whole: damaged(whole, 3_000), "I/O error: corrupt deflate stream"),
    ],
)
def test_a_workbook_cut_off_is_refused(raw, refused, broken, engine_says):
    file = raw / "c.xlsx"
    rows = contracts(200)
    refused(
        'path = "raw/c.xlsx"',
        whole=lambda: rows.to_excel(file, index=False, engine="xlsxwriter"),
        broken=lambda: file.write_bytes(broken(file.read_bytes())),
        said=f"c.xlsx cannot be read as excel: {engine_says}; {WHOLE}",
    )


@pytest.fixture
def parts(raw):
    """A folder of Parquet files by these names; the rows are dealt out to them."""

    def write(*names):
        folder = raw / "c"
        folder.mkdir(exist_ok=True)
        rows = contracts(12)
        for number, name in enumerate(names):
            rows.iloc[number :: len(names)].to_parquet(folder / name)
        return folder

    return write


@pytest.mark.parametrize(
    "name",
    [
        ".part-3.parquet.Xk2f9a",
        "part-3.parquet.tmp",
        "part-3.parquet.crdownload",
        "part-3.filepart",
        "_temporary/0/part-3.parquet",
    ],
)
def test_a_folder_that_is_still_being_written_is_refused(raw, parts, refused, name):
    folder = raw / "c"

    def unfinished():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"PAR1")

    def whole():
        if (folder / name).exists():
            (folder / name).unlink()
            (folder / name.split("/")[0]).rename(raw / "gone") if "/" in name else None
        parts("part-1.parquet", "part-2.parquet")

    refused(
        'path = "raw/c"',
        whole=whole,
        broken=unfinished,
        said=f"sources.contracts.path: {folder} is still being written: it holds {name.split('/')[0]}; "
        "needed: finished files alone: wait until they have arrived, then run again",
    )


@pytest.mark.parametrize(
    ("names", "lost", "told"),
    [
        (("part-0.parquet", "part-1.parquet", "part-2.parquet"), 1, "part-1.parquet"),
        (tuple(f"part-0000{n}-5f-c000.snappy.parquet" for n in range(3)), 1, "part-00001-5f-c000.snappy.parquet"),
        (tuple(f"train-0000{n}-of-00003.parquet" for n in range(3)), 2, "train-00002-of-00003.parquet"),
    ],
)
def test_a_folder_that_lacks_a_part_is_refused(raw, parts, refused, names, lost, told):
    folder = raw / "c"
    refused(
        'path = "raw/c"',
        whole=lambda: parts(*names),
        broken=lambda: (folder / names[lost]).unlink(),
        said=f"sources.contracts.path: {folder} has not arrived whole: it lacks {told}; needed: every part: wait "
        "until all have arrived, then run again, or put an empty file _SUCCESS beside them if there never was "
        "such a part",
    )


@pytest.mark.parametrize(
    "names",
    [
        ("part-0.parquet", "part-2.parquet", "_SUCCESS"),
        ("2026-07.parquet", "2026-09.parquet"),
        ("part-00007-tid-55.parquet", "part-00001-tid-54.parquet"),
        ("part-1.parquet", ".part-1.parquet.crc"),
        ("data_0.parquet", "data_2.parquet"),
    ],
)
def test_a_folder_whose_names_promise_nothing_is_read(parts, load_table, names):
    folder = parts(*[name for name in names if name.endswith(".parquet")])
    for name in names:
        (folder / name).touch()
    assert load_table("contracts", 'path = "raw/c"').accepted.accepted == 12
