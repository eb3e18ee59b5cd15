"""Columns of sources whose names cannot be told apart from others, or from what cxlab knows of a row itself."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest

from cxlab.errors import DataError

from .conftest import write_text

WAY_OUT = 'needed: another name, or drop = ["Record_Number"] in its source'
OWN = "has a column 'Record_Number', a name cxlab keeps for itself; " + WAY_OUT
TWICE = "names a column twice: 'Plan', 'plan'"


@pytest.fixture
def source(tmp_path):
    """Write two contracts with further columns as a file of some kind, and return its settings."""

    def write(kind, *columns):
        names = ["contract_id", "customer_id", "start", *columns]
        rows = [[key, "c", day, *("x" for _ in columns)] for key, day in (("k2", "2024-01-01"), ("k3", "?"))]
        (tmp_path / "raw").mkdir()
        if kind == "parquet":
            pd.DataFrame(rows, columns=names).to_parquet(tmp_path / "raw" / "c.parquet")
        elif kind == "xlsx":
            book = openpyxl.Workbook()
            for row in (names, *rows):
                book.active.append(row)
            book.save(tmp_path / "raw" / "c.xlsx")
        elif kind == "yaml":
            entries = [
                f"- {{{', '.join(f'{a}: {b!r}' for a, b in zip(names, row, strict=True))}}}" for row in rows
            ]
            write_text(tmp_path, "c.yaml", "\n".join(entries) + "\n")
        else:
            broken_over = '"x\ny"' if kind == "csv of several lines" else "x"
            lines = [",".join(row).replace(",x", f",{broken_over}") for row in rows]
            write_text(tmp_path, "c.csv", "\n".join([",".join(names), *lines]) + "\n")
        return f'path = "raw/c.{kind.split()[0]}"\n'

    return write


KINDS = ("csv", "csv of several lines", "parquet", "xlsx", "yaml")


@pytest.mark.parametrize(
    ("kind", "column", "problem"),
    [
        *((kind, ("Record_Number",), OWN) for kind in KINDS),
        *((kind, ("plan", "Plan"), TWICE) for kind in KINDS if kind != "parquet"),
    ],
)
def test_names_that_cannot_be_told_apart_are_refused(source, load_table, kind, column, problem):
    settings = source(kind, *column)
    with pytest.raises(DataError) as error:
        load_table("contracts", settings)
    sheet = ", sheet 'Sheet'" if kind == "xlsx" else ""
    file = settings.split("/")[1].split('"')[0]
    assert str(error.value) == (
        f"the sources cannot be read\n  - contracts: {file}{sheet} {problem}\n  See data/README.md#contracts"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_that_is_dropped_may_be_called_anything(source, load_table, kind):
    found = load_table("contracts", source(kind, "Record_Number") + 'drop = ["Record_Number"]\n')
    assert found.rows["start"].tolist() == [date(2024, 1, 1)]
    assert found.quarantine["record"].tolist() == ["3" if kind not in ("parquet", "yaml") else "2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_to_drop_has_to_be_there(source, load_table, kind):
    settings = source(kind, "plan") + 'drop = ["Phone"]\n'
    with pytest.raises(DataError) as error:
        load_table("contracts", settings)
    file = settings.split("/")[1].split('"')[0] + (", sheet 'Sheet'" if kind == "xlsx" else "")
    assert str(error.value) == (
        f"the sources cannot be read\n  - contracts: {file} has no column 'Phone' to drop\n"
        "  See data/README.md#contracts"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_of_several_files_each_drops_what_it_has(tmp_path, source, load_table, kind):
    own = source(kind, "Phone").removeprefix('path = "raw/').removesuffix('"\n')
    write_text(tmp_path, "plans.csv", "contract_id,Plan\nk2,gold\nk3,gold\n")
    found = load_table(
        "contracts",
        f'inputs = {{ a = {{ path = "raw/{own}" }}, b = {{ path = "raw/plans.csv" }} }}\n'
        'from = "a JOIN b USING (contract_id)"\ndrop = ["Phone"]\ncolumns.plan = "Plan"\n',
    )
    assert found.rows["plan"].tolist() == ["gold"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "column", ["row_number", "filename", "_record", "_source", "record", "reasons", "cxlab_refused"]
)
def test_other_names_are_nothing_special(source, load_table, kind, column):
    found = load_table("contracts", source(kind, column) + f'columns.plan = "{column}"\n')
    assert found.rows["plan"].tolist() == ["x\ny" if kind == "csv of several lines" else "x"]
    assert found.quarantine["record"].tolist() == ["3" if kind not in ("parquet", "yaml") else "2"]


def test_a_name_the_engine_has_no_other_for_is_refused(source, load_table):
    with pytest.raises(DataError) as error:
        load_table("contracts", source("parquet", "file_row_number") + 'drop = ["file_row_number"]\n')
    assert str(error.value) == (
        "the sources cannot be read\n  - contracts: c.parquet has a column 'file_row_number', a name cxlab keeps "
        "for itself; needed: another name\n  See data/README.md#contracts"
    )
