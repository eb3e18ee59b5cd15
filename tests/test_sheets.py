"""Sheets: typed, the same in every language, and harmless when a spreadsheet opens them."""

from __future__ import annotations

import csv
from datetime import date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest

from cxlab.sheets import neutral, write_csv, write_parquet, write_xlsx

MADE = datetime(2026, 10, 1)  # noqa: DTZ001


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "plan": ["Én 90", "=1+1", None],
            "day": [date(2026, 9, 30), pd.Timestamp("2026-07-01"), pd.NaT],
            "share": [0.088, np.nan, -1.5],
            "n": pd.array([10207, None, 2**60], dtype="Int64"),
            "real": [True, False, True],
        }
    )


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_csv_has_a_mark_dots_and_iso_days(tmp_path, table):
    write_csv(table, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfplan,")
    assert rows(tmp_path / "a.csv") == [
        ["plan", "day", "share", "n", "real"],
        ["Én 90", "2026-09-30", "0.088", "10207", "true"],
        ["'=1+1", "2026-07-01", "", "", "false"],
        ["", "", "-1.5", "1152921504606846976", "true"],
    ]


def test_xlsx_is_typed(tmp_path, table):
    write_xlsx({"churn.left": table}, tmp_path / "a.xlsx", made=MADE)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["churn.left"]
    values = list(sheet.iter_rows(min_row=2, values_only=True))
    assert values[0] == ("Én 90", datetime(2026, 9, 30), 0.088, 10207, True)  # noqa: DTZ001
    assert values[1][0] == "'=1+1"
    assert values[1][2] is None
    assert values[2] == (None, None, -1.5, "1152921504606846976", True)
    assert [cell.data_type for cell in sheet[2]] == ["s", "d", "n", "n", "b"]


def test_the_same_table_gives_the_same_bytes(tmp_path, table):
    for name in ("a", "b"):
        write_csv(table, tmp_path / f"{name}.csv")
        write_xlsx({"t": table}, tmp_path / f"{name}.xlsx", made=MADE)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_formula_becomes_text(tmp_path, start):
    table = pd.DataFrame({f"{start}head": [f"{start}cmd|' /C calc'!A0"]})
    write_csv(table, tmp_path / "a.csv")
    assert all(cell.startswith("'") for row in rows(tmp_path / "a.csv") for cell in row)
    write_xlsx({f"{start}name": table}, tmp_path / "a.xlsx", made=MADE)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


@pytest.mark.parametrize(
    ("text", "written"),
    [("Én", "Én"), ("a=1", "a=1"), ("\x00=1", "'=1"), ("a\ud800b", "a\ufffdb"), ("", "")],
)
def test_neutral(text, written):
    assert neutral(text) == written


def test_a_sheets_name_is_one_a_spreadsheet_takes(tmp_path):
    write_xlsx({"[churn]:left/by*plan?" + "x" * 40: pd.DataFrame({"a": [1]})}, tmp_path / "a.xlsx", made=MADE)
    (name,) = openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    assert len(name) == 31
    assert name.startswith("_churn__left_by_plan_xxx")


def test_parquet_is_typed_and_keeps_texts_as_they_are(tmp_path, table):
    write_parquet(table, tmp_path / "a.parquet")
    read = pd.read_parquet(tmp_path / "a.parquet")
    assert read["plan"].tolist() == ["Én 90", "=1+1", None]
    assert read["day"].tolist() == [date(2026, 9, 30), date(2026, 7, 1), None]
    assert (read["share"].iloc[0], read["share"].isna().tolist()) == (0.088, [False, True, False])
    assert pd.read_parquet(tmp_path / "a.parquet", dtype_backend="pyarrow")["n"].tolist()[::2] == [10207, 2**60]
    assert read["real"].dtype == bool


def test_parquet_takes_what_no_format_has_a_place_for(tmp_path):
    odd = pd.DataFrame({"mixed": ["a", 1, 2.5], "half": ["\ud800x", "a\x00b", ""], "large": [2**70, 1, None]})
    odd["none"] = pd.Series([None] * 3, dtype="object")
    write_parquet(odd, tmp_path / "a.parquet")
    read = pd.read_parquet(tmp_path / "a.parquet")
    assert read["mixed"].tolist() == ["a", "1", "2.5"]
    assert read["half"].tolist() == ["\ufffdx", "ab", ""]
    assert read["large"].iloc[0] == float(2**70)
    assert read["none"].isna().all()


def test_the_same_table_gives_the_same_parquet(tmp_path, table):
    for name in ("a", "b"):
        write_parquet(table, tmp_path / f"{name}.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
