"""Excel: text ids, dates with and without a format, the word None, error cells, sheets and headers."""

from __future__ import annotations

from datetime import date, datetime

import openpyxl
import pytest

from cxlab.errors import DataError

EXCEL = 'path = "raw/book.xlsx"\n'
HEADER = ("contract_id", "customer_id", "start", "offer", "price_per_month")


@pytest.fixture
def book(tmp_path):
    """Write a workbook of one sheet from lines of cells."""

    def write(*lines, title="Data", empty_lines=0):
        made = openpyxl.Workbook()
        sheet = made.active
        sheet.title = title
        for number, line in enumerate(lines, start=1 + empty_lines):
            for place, cell in enumerate(line, start=1):
                sheet.cell(number, place, cell)
        (tmp_path / "raw").mkdir(exist_ok=True)
        made.save(tmp_path / "raw" / "book.xlsx")

    return write


def test_cells_become_what_they_mean(book, load_table):
    book(
        HEADER,
        ("007", 123, date(2024, 1, 31), "None", 90000),
        ("k", "c", datetime.fromisoformat("2024-01-31 23:00"), None, 90000.0),
        ("l", "c", 45322, "x", "90,000"),
        ("m", "c", "31/01/2024", "x", 0),
    )
    rows = load_table("contracts", f'{EXCEL}date_order = "dmy"').rows.set_index("contract_id")
    assert rows["customer_id"]["007"] == "123"
    assert set(rows["start"]) == {date(2024, 1, 31)}
    assert rows["offer"]["007"] == "None"
    assert rows["offer"].isna().sum() == 1
    assert rows["price_per_month"].tolist() == [90_000, 90_000, 90_000, 0]


def test_error_cells_are_quarantined_with_their_line(book, load_table):
    book(
        HEADER,
        ("k2", "c", date(2024, 1, 1), "a", 1),
        ("k3", "c", date(2024, 1, 1), "#N/A", 1),
        ("k4", "c", date(2024, 1, 1), "a", "#DIV/0!"),
    )
    found = load_table("contracts", EXCEL)
    assert found.rows["contract_id"].tolist() == ["k2"]
    assert found.accepted.reasons == {"offer_unreadable": 1, "price_per_month_unreadable": 1}
    assert found.quarantine["record"].tolist() == ["3", "4"]


def test_record_numbers_are_lines_of_the_sheet(book, load_table):
    book(("A report",), (), HEADER, ("k", "c", "?", "", 1), (), ("l", "c", "?", "", 1), empty_lines=2)
    found = load_table("contracts", f"{EXCEL}header = 5\n", head=_with_title())
    assert found.quarantine["record"].tolist() == ["6", "8"]


def _with_title():
    from .conftest import HEAD

    return HEAD


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ('sheet = "Other"', "contracts: book.xlsx has no sheet 'Other'; it has 'Data'"),
        ("header = 9", "contracts: book.xlsx, sheet 'Data' has no header: line 9 is empty or not there"),
        ('drop = ["Phone"]', "contracts: book.xlsx, sheet 'Data' has no column 'Phone' to drop"),
    ],
)
def test_sheets_and_columns_that_are_not_there(book, load_table, settings, problem):
    book(HEADER, ("k", "c", date(2024, 1, 1), "", 1))
    with pytest.raises(DataError) as error:
        load_table("contracts", EXCEL + settings)
    assert str(error.value) == f"the sources cannot be read\n  - {problem}\n  See data/README.md#contracts"


def test_a_file_that_is_no_workbook_is_refused(tmp_path, load_table):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "book.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(
        DataError, match=r"^the sources cannot be read\n  - contracts: book.xlsx is not an Excel file: .*"
    ):
        load_table("contracts", EXCEL)


def test_two_sheets_join_into_one_table(tmp_path, load_table):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "services"
    for line in (("Customer ID", "Tenure", "Charge"), ("c1", 2, 65.6), ("c2", 1, 20)):
        sheet.append(line)
    status = made.create_sheet("status")
    for line in (("Customer ID", "Left"), ("c2", 1), ("c1", 0)):
        status.append(line)
    (tmp_path / "raw").mkdir()
    made.save(tmp_path / "raw" / "book.xlsx")
    found = load_table(
        "contracts",
        """
        inputs.s = { path = "raw/book.xlsx", sheet = "services" }
        inputs.t = { path = "raw/book.xlsx", sheet = "status" }
        from = 's JOIN t USING ("Customer ID")'
        quarter = "2024Q1"
        [sources.contracts.columns]
        contract_id = { sql = "'k' || s.record_number" }
        customer_id = "Customer ID"
        start = { sql = 'quarter_end - to_months(CAST("Tenure" AS INTEGER))' }
        end = { sql = "CASE WHEN \\"Left\\" = '1' THEN quarter_last_day END" }
        """,
    )
    assert found.rows[["contract_id", "customer_id", "start", "end"]].to_numpy().tolist() == [
        ["k2", "c1", date(2024, 2, 1), None],
        ["k3", "c2", date(2024, 3, 1), date(2024, 3, 31)],
    ]
