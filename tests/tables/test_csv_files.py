"""CSV: declared encoding, separator, decimal mark, date order; ragged rows keep their record numbers."""

from __future__ import annotations

from datetime import date

import pytest

from cxlab.errors import DataError

from .conftest import write_text

CONTRACTS = 'path = "raw/c.csv"\n'


def test_values_are_read_as_text_and_ids_keep_their_zeros(tmp_path, load_table):
    write_text(
        tmp_path, "c.csv", 'contract_id,customer_id,start,price_per_month\n007,00012,2024-01-31," 90,000 "\n'
    )
    row = load_table("contracts", CONTRACTS).rows.iloc[0]
    assert (row["contract_id"], row["customer_id"], row["start"], row["price_per_month"]) == (
        "007",
        "00012",
        date(2024, 1, 31),
        90_000,
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_every_declared_encoding_gives_the_same_composed_text(tmp_path, load_table, encoding):
    words = {"cp1258": "Tiê\u0301ng Viê\u0323t"}.get(encoding, "Tiếng Việt")
    write_text(tmp_path, "v.csv", f"verbatim_id,text\n1,{words}\n", encoding=encoding)
    declared = {"utf-8-sig": "utf-8", "cp1258": "windows-1258"}.get(encoding, encoding)
    found = load_table("verbatims", f'path = "raw/v.csv"\nencoding = "{declared}"\n')
    assert found.rows["text"].tolist() == ["Tiếng Việt"]


@pytest.mark.parametrize(
    ("order", "written", "meant"),
    [
        ("dmy", "03/04/2024", date(2024, 4, 3)),
        ("mdy", "03/04/2024", date(2024, 3, 4)),
        ("dmy", "03-04-2024 15:30", date(2024, 4, 3)),
        ("dmy", "2024-04-03", date(2024, 4, 3)),
        ("ymd", "2024/04/03", date(2024, 4, 3)),
        ("dmy", "2024-04-03T23:30:00Z", date(2024, 4, 4)),
        ("dmy", "2024-04-03T23:30:00+07:00", date(2024, 4, 3)),
    ],
)
def test_dates_follow_the_declared_order_and_the_local_day(tmp_path, load_table, order, written, meant):
    write_text(tmp_path, "c.csv", f"contract_id,customer_id,start\nk,c,{written}\n")
    assert load_table("contracts", f'{CONTRACTS}date_order = "{order}"').rows["start"].tolist() == [meant]


@pytest.mark.parametrize(
    ("decimal", "written", "meant"),
    [
        (".", "1,234.50", 1234.5),
        (".", "12,5", None),
        (",", "1.234,50", 1234.5),
        (",", "12.5", None),
        (",", "12,5", 12.5),
        (".", "nan", None),
        (".", "1e3", 1000.0),
    ],
)
def test_numbers_follow_the_declared_decimal_mark(tmp_path, load_table, decimal, written, meant):
    write_text(tmp_path, "a.csv", f'response_id;item;value\nr;q;"{written}"\n')
    found = load_table("answers", f'path = "raw/a.csv"\nseparator = ";"\ndecimal = "{decimal}"\n')
    assert found.rows["value"].tolist() == ([] if meant is None else [meant])
    assert found.accepted.reasons == ({"value_unreadable": 1} if meant is None else {})


@pytest.mark.parametrize(
    ("currency", "money", "written", "meant"),
    [
        ("VND", "minor", "90000", 90_000),
        ("VND", "minor", "90000.00", 90_000),
        ("VND", "minor", "90000.5", None),
        ("VND", "major", "90000", 90_000),
        ("USD", "major", "65.6", 6_560),
        ("USD", "major", "0.125", 12),
        ("USD", "major", "0.135", 14),
        ("USD", "minor", "9007199254740993", 9_007_199_254_740_993),
    ],
)
def test_amounts_are_whole_minor_units_rounded_half_even(tmp_path, load_table, currency, money, written, meant):
    from .conftest import HEAD

    write_text(tmp_path, "c.csv", f"contract_id,customer_id,start,price_per_month\nk,c,2024-01-01,{written}\n")
    found = load_table("contracts", f'{CONTRACTS}money = "{money}"', head=HEAD.replace("VND", currency))
    assert found.rows["price_per_month"].tolist() == ([] if meant is None else [meant])


def test_ragged_rows_are_quarantined_and_the_others_keep_their_numbers(tmp_path, load_table):
    lines = [
        "contract_id,customer_id,start",  # record 1
        "k2,c,2024-01-02",
        "k3,c,2024-01-03,too many",
        "k4",
        'k5,"c\nwith a break",2024-01-05',
        "k6,c,not a day",
        "k7,c,2024-01-07,again,too,many",
        "k8,c,also not a day",
    ]
    write_text(tmp_path, "c.csv", "\n".join(lines) + "\n")
    found = load_table("contracts", CONTRACTS)
    assert (found.accepted.read, found.accepted.accepted) == (7, 2)
    assert found.rows["contract_id"].tolist() == ["k2", "k5"]
    assert found.accepted.reasons == {"ragged_row": 3, "start_unreadable": 2}
    assert found.quarantine[["record", "reasons", "start", "line"]].to_numpy().tolist() == [
        ["3", "ragged_row", "", "k3,c,2024-01-03,too many"],
        ["4", "ragged_row", "", "k4"],
        ["6", "start_unreadable", "not a day", ""],
        ["7", "ragged_row", "", "k7,c,2024-01-07,again,too,many"],
        ["8", "start_unreadable", "also not a day", ""],
    ]
    assert set(found.quarantine["source"]) == {"contracts:c.csv"}


def test_lines_above_the_header_are_skipped_and_counted(tmp_path, load_table):
    write_text(
        tmp_path, "c.csv", "Export of 1 May\n\ncontract_id,customer_id,start\nk4,c,2024-01-04\nk5\nk6,c,?\n"
    )
    found = load_table("contracts", f"{CONTRACTS}header = 3")
    assert found.rows["contract_id"].tolist() == ["k4"]
    assert found.quarantine["record"].tolist() == ["5", "6"]


@pytest.mark.parametrize(
    ("raw", "settings", "problem"),
    [
        (b"", "", "contracts: c.csv has no header: record 1 is empty or not there"),
        (b"a,a\n1,2\n", "", "contracts: c.csv names a column twice: 'a'"),
        (
            b"contract_id,customer_id,start\n1,\xff\xfe\xfd,2024-01-01\n" * 2,
            'encoding = "utf-16"',
            "contracts: c.csv is not written in utf-16: UTF-16 stream does not start with BOM",
        ),
        (b"contract_id,customer_id,start\n", "", "contracts: no source has a row; read: raw/c.csv"),
    ],
)
def test_files_that_cannot_be_read_are_named(tmp_path, load_table, raw, settings, problem):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "c.csv").write_bytes(raw)
    with pytest.raises(DataError) as error:
        load_table("contracts", CONTRACTS + settings)
    assert str(error.value) == f"the sources cannot be read\n  - {problem}\n  See data/README.md#contracts"


def test_rows_in_another_encoding_are_quarantined(tmp_path, load_table):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "c.csv").write_bytes(
        b"contract_id,customer_id,start\nk1,c,2024-01-01\nk2,\xe9\xff,2024-01-01\nk3,c,2024-01-01\n"
    )
    found = load_table("contracts", CONTRACTS)
    assert found.rows["contract_id"].tolist() == ["k1", "k3"]
    assert found.accepted.reasons == {"not_utf_8": 1}
    assert found.quarantine["record"].tolist() == ["3"]


LONG = 8_000_000
"""So many bytes at once does the reader hand to a thread."""


def wide_rows(size, *, hostile=""):
    """Return CSV of so many bytes; in place of a comment the hostile one stands wherever a thread begins."""
    lines, written, begins = ["contract_id,customer_id,start,note"], 0, LONG
    while written < size:
        note = "x" * 900
        if hostile and begins - len(hostile) / 2 < written:
            note, begins = hostile, begins + LONG
        lines.append(
            f'k{len(lines):06d},c,2024-01-01,"{note}"' if hostile else f"k{len(lines):06d},c,2024-01-01,{note}"
        )
        written += len(lines[-1]) + 1
    return lines


def test_what_people_write_between_quotes_never_becomes_a_row(tmp_path, load_table):
    lines = wide_rows(2.5 * LONG, hostile="thanks\n" + "z9,someone,2024-01-01,planted\n" * 20_000)
    write_text(tmp_path, "c.csv", "\n".join([*lines, "k", "k1000000,c,?,"]) + "\n")
    found = load_table("contracts", CONTRACTS)
    assert found.accepted.reasons == {"ragged_row": 1, "start_unreadable": 1}
    assert found.quarantine["record"].tolist() == [str(len(lines) + 1), str(len(lines) + 2)]
    assert found.rows["contract_id"].tolist() == [f"k{number:06d}" for number in range(1, len(lines))]


def test_records_keep_their_numbers_in_a_file_read_by_several_threads(tmp_path, load_table):
    lines = wide_rows(2.5 * LONG)
    bad = [3, len(lines) // 3, len(lines) // 2, len(lines) - 7, len(lines) - 1]
    for place, line in zip(bad, ["k", "k,c,2024-01-01,x,y", "k9999999,c,?,x", "k", "k8,c,never,x"], strict=True):
        lines[place] = line
    write_text(tmp_path, "c.csv", "\n".join(lines) + "\n")
    found = load_table("contracts", CONTRACTS)
    assert found.accepted.reasons == {"ragged_row": 3, "start_unreadable": 2}
    assert found.quarantine["record"].tolist() == [str(place + 1) for place in bad]
    assert found.accepted.read == len(lines) - 1
