"""CSV: declared encoding, separator, decimal mark, date order; ragged rows keep their record numbers."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlab.errors import DataError
from cxlab.tables import csv_blocks, csv_files
from cxlab.tables.config import File
from cxlab.tables.source_files import Drop

from .conftest import write_text

CONTRACTS = 'path = "raw/c.csv"\n'
pytestmark = pytest.mark.usefixtures("way")


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
        ("USD", "major", "1" + 36 * "0", None),
        ("USD", "minor", "1" + 36 * "0", None),
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
        (
            b"contract_id,custo\0mer_id\nk,c\n",
            "",
            "contracts: c.csv is no text: record 1, its header, holds the sign NUL; needed: a CSV file in the "
            "declared encoding, utf-8",
        ),
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


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_records_that_go_on_in_the_next_line_are_one_and_empty_lines_one_each(tmp_path, load_table, end):
    lines = ["contract_id,customer_id,start,plan", '"k1\n\nk",c,2024-01-01,', "", "k2,c,?,", "", "k3,c", "k4,c,?,"]
    write_text(tmp_path, "c.csv", end.join(lines))
    found = load_table("contracts", CONTRACTS)
    assert found.quarantine[["record", "contract_id", "line"]].to_numpy().tolist() == [
        ["4", "k2", ""],
        ["6", "", "k3,c"],
        ["7", "k4", ""],
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_empty_lines_keep_their_numbers_too(tmp_path, load_table, end):
    lines = ["a report", "", "contract_id,customer_id,start,plan", "", "k1,c,2024-01-01,", "k2,c,?,", "", ""]
    lines += ["k3,c", "k4,c,?,", "k5,c,2024-01-01,", "", "k6,c,2024-01-01", "", "k7,,2024-01-01,x", ""]
    write_text(tmp_path, "c.csv", end.join(lines))
    found = load_table("contracts", f"{CONTRACTS}header = 3\n")
    assert found.quarantine[["record", "contract_id", "line"]].to_numpy().tolist() == [
        ["6", "k2", ""],
        ["9", "", "k3,c"],
        ["10", "k4", ""],
        ["13", "", "k6,c,2024-01-01"],
        ["15", "k7", ""],
    ]
    assert found.accepted.places["start_unreadable"] == ["c.csv record 6", "c.csv record 10"]


@pytest.mark.parametrize("ends", ["nr", "rn", "rc", "nc", "cnr"])
def test_lines_may_end_in_several_ways_as_in_files_put_together(tmp_path, load_table, ends):
    lines = [
        "contract_id,customer_id,start,plan",
        "k1,c,2024-01-01,",
        'k2,c,?,"a\r\n\nb"',
        "k3,c",
        "k4,c,2024-01-01,",
    ]
    lines += ["", "k5,c,?,", 'k6,c,2024-01-01,"x"']
    marks = [{"n": "\n", "r": "\r\n", "c": "\r"}[of] for of in ends]
    raw = "".join(line + marks[number % len(marks)] for number, line in enumerate(lines))
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "c.csv").write_bytes(raw.encode())
    found = load_table("contracts", CONTRACTS)
    assert found.rows["contract_id"].tolist() == ["k1", "k4", "k6"]
    assert found.quarantine[["record", "contract_id", "line"]].to_numpy().tolist() == [
        ["3", "k2", ""],
        ["4", "", "k3,c"],
        ["7", "k5", ""],
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_ragged_row_at_the_end_of_a_file_whose_lines_all_end_is_one_row(tmp_path, load_table, end):
    lines = ["contract_id,customer_id,start", "k1,c,2024-01-01", "k2,c"]
    write_text(tmp_path, "c.csv", end.join(lines) + end)
    found = load_table("contracts", CONTRACTS)
    assert found.accepted.reasons == {"ragged_row": 1}


def test_empty_lines_do_not_make_a_ragged_row_the_last_one(tmp_path, load_table):
    lines = ["contract_id,customer_id,start,plan", "", 'k1,c,2024-01-01,"a\nb"', "k2,c", "k3,c,2024-01-01,x"]
    write_text(tmp_path, "c.csv", "\n".join(lines))
    found = load_table("contracts", CONTRACTS)
    assert found.rows["contract_id"].tolist() == ["k1", "k3"]
    assert found.quarantine["record"].tolist() == ["4"]


CELLS = st.text(alphabet=st.sampled_from("aé1 ,;'\"\n\r"), max_size=4)


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8),
    ends=st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=2),
    separator=st.sampled_from([",", ";", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    closed=st.booleans(),
    at_once=st.integers(1, 30),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_and_their_numbers_are_those_of_a_spreadsheet(
    tmp_path_factory, engine, rows, ends, separator, quoting, closed, at_once
):
    columns = ["c0", "c1", "c2"]
    rows = [["k" + row[0].strip(), *row[1:]] if row != [""] else [] for row in rows]
    text = io.StringIO()
    for number, row in enumerate([columns, *rows]):
        line = io.StringIO()
        csv.writer(line, delimiter=separator, quoting=quoting, lineterminator="\r\n").writerow(row)
        text.write(line.getvalue().removesuffix("\r\n") + ends[number % len(ends)])
    written = text.getvalue()
    if not closed and rows and len(rows[-1]) == len(columns):
        written = written.removesuffix(ends[len(rows) % len(ends)])
    path = tmp_path_factory.mktemp("book") / "by_the_book.csv"  # the engine keeps in mind what it read of a name
    path.write_bytes(written.encode())
    file = File(path=path.name, separator=separator)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "_BLOCK", at_once)
        view = csv_files.csv_view(engine, path=path, file=file, scratch=path.with_name("scratch"), drop=Drop())
    expected = list(csv.reader(io.StringIO(written, newline=""), delimiter=separator))[1:]
    there = [(number, row) for number, row in enumerate(expected, start=2) if row]
    whole = [row[:3] for _, row in there if len(row) >= 3 and not any(row[3:])]  # nothing is lost with empty ones
    found = engine.con.execute(f"SELECT c0, c1, c2 FROM ({view.rows}) ORDER BY record_number").fetchall()
    assert [[value or "" for value in row] for row in found] == whole
    ragged = [number for number, row in there if len(row) < 3 or any(row[3:])]
    assert [number for number, _, _ in view.refused] == ragged
    assert view.empty() == [number for number, row in enumerate(expected, start=2) if not row]


def test_thousands_of_refused_rows_between_others_keep_their_numbers(tmp_path, load_table):
    lines = [f"k{number},c,{'?' if number % 7 == 0 else '2024-01-01'},1" for number in range(20_000)]
    lines[::5] = ["ragged"] * 4_000
    write_text(tmp_path, "c.csv", "contract_id,customer_id,start,note\n" + "\n".join(lines))
    found = load_table("contracts", CONTRACTS)
    kept = [number for number in range(20_000) if number % 5 == 0 or number % 7 == 0]
    assert found.quarantine["record"].tolist() == [str(number + 2) for number in kept]
    named = found.quarantine[found.quarantine["contract_id"] != ""]
    assert (named["contract_id"].str[1:].astype(int) + 2 == named["record"].astype(int)).all()
