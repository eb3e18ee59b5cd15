"""The made-up company's tables written in other ways: other row order, other formats, half of the customers."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

Tables = Mapping[str, pd.DataFrame]

DATA = Path(__file__).parents[2] / "data"

LONGEST_SHEET = 10_000
"""Rows."""

BOTH_HALVES = ("commentary", "costs", "decisions", "events", "initiatives", "targets", "touchpoints")
"""Tables that tell of no customer: whole in either half."""


def read_company(folder: Path) -> Tables:
    """Every table of a made-up company, but for what only its maker knows."""
    files = sorted(file for file in folder.glob("*.parquet") if not file.stem.startswith("truth"))
    return {file.stem: pd.read_parquet(file) for file in files}


def shuffled(tables: Tables) -> Tables:
    """Return the same rows in another order, every table in one of its own."""
    return {name: rows.sample(frac=1, random_state=len(name)) for name, rows in tables.items()}


def half(tables: Tables, *, second: bool, bit: int = 0) -> Tables:
    """Return the tables of about half of the accounts: nobody's account, answers and texts are torn apart.

    Another bit of the hash of their names is another way to halve them.
    """
    people = tables["customers"].set_index("customer_id")
    account_of = people["account_id"].where(people["account_id"].notna(), people.index.to_series())
    responses, texts = (
        tables[name].drop_duplicates(key).set_index(key)
        for name, key in (("survey_responses", "response_id"), ("verbatims", "verbatim_id"))
    )
    of = {
        name: rows["customer_id"] for name, rows in tables.items() if "customer_id" in rows
    } | {
        "referrals": tables["referrals"]["referrer_id"],
        "codings": tables["codings"]["verbatim_id"].map(texts["response_id"]).map(responses["customer_id"]),
    }  # fmt: skip
    # an answer of nobody known stays with its text and its case
    alone = {name: tables[name]["response_id"] for name in ("survey_responses", "verbatims", "loop_cases")}
    alone["codings"] = tables["codings"]["verbatim_id"].map(texts["response_id"])
    chosen = {name: tables[name] for name in BOTH_HALVES}
    for name, customer in of.items():
        known = customer.map(account_of)
        left = alone.get(name, customer)
        place = known.where(known.notna(), left.map(lambda key: f"alone {key}"))
        mine = place.map(lambda key: bool(zlib.crc32(key.encode()) >> bit & 1))
        chosen[name] = tables[name][mine == second]
    assert set(chosen) == set(tables)
    return chosen


def as_parquet(rows: pd.DataFrame, path: Path) -> str:
    """Write one file of Parquet."""
    rows.to_parquet(path.with_suffix(".parquet"), index=False)
    return f"{path.name}.parquet"


def as_parquet_folder(rows: pd.DataFrame, path: Path) -> str:
    """Write a folder of Parquet files."""
    path.mkdir()
    for number in range(3):
        rows.iloc[number::3].to_parquet(path / f"part-{number}.parquet", index=False)
    return path.name


def as_csv(rows: pd.DataFrame, path: Path) -> str:
    """Write a file of CSV."""
    rows.to_csv(path.with_suffix(".csv"), index=False)
    return f"{path.name}.csv"


def as_excel(rows: pd.DataFrame, path: Path) -> str:
    """Write a workbook of one sheet."""
    plain = {"strings_to_urls": False, "strings_to_formulas": False}
    with pd.ExcelWriter(path.with_suffix(".xlsx"), engine="xlsxwriter", engine_kwargs={"options": plain}) as book:
        rows.to_excel(book, index=False)
    return f"{path.name}.xlsx"


def with_excel(rows: pd.DataFrame, path: Path) -> str:
    """Write a workbook of one sheet; a long table as CSV, because a workbook of it would be slow to write."""
    return (as_excel if len(rows) <= LONGEST_SHEET else as_csv)(rows, path)


def write_study(folder: Path, tables: Tables, *, write: Callable[[pd.DataFrame, Path], str] = as_parquet) -> Path:
    """Write a study of these tables and return its folder: that of the made-up company, with a shorter window."""
    (folder / "sample").mkdir(parents=True)
    shutil.copy(DATA / "codebook.yaml", folder)
    settings = (DATA / "study.toml").read_text(encoding="utf-8")
    for name, rows in tables.items():
        old = f'"sample/{name}.parquet"'
        assert old in settings, name
        settings = settings.replace(old, f'"sample/{write(rows, folder / "sample" / name)}"')
    settings = settings.replace('"../reports"', '"reports"').replace("= 2023-10-01", "= 2025-07-01")
    (folder / "study.toml").write_text(settings, encoding="utf-8")
    return folder
