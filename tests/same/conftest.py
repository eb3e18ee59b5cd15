"""One made-up company, its tables written in several ways, and every study opened once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cxlab.synth import make_company
from cxlab.tables import Study, open_study

from . import sources


@pytest.fixture(scope="session")
def company(tmp_path_factory) -> sources.Tables:
    folder = tmp_path_factory.mktemp("company")
    make_company(folder, customers=2_000, seed=3)
    tables = sources.half(sources.read_company(folder), second=True, bit=1)  # a workbook of all is slow to write
    chance = tables["codings"]["inclusion_probability"].round(9)  # a workbook keeps fifteen digits of a number
    return {**tables, "codings": tables["codings"].assign(inclusion_probability=chance)}


WAYS: dict[str, Callable[[sources.Tables, Path], Path]] = {
    "parquet": lambda tables, folder: sources.write_study(folder, tables),
    "folders of parquet in other order": lambda tables, folder: sources.write_study(
        folder, sources.shuffled(tables), write=sources.as_parquet_folder
    ),
    "csv": lambda tables, folder: sources.write_study(folder, tables, write=sources.as_csv),
    "excel": lambda tables, folder: sources.write_study(folder, tables, write=sources.with_excel),
    "first half": lambda tables, folder: sources.write_study(folder, sources.half(tables, second=False)),
    "second half": lambda tables, folder: sources.write_study(folder, sources.half(tables, second=True)),
}


@pytest.fixture(scope="session")
def opened(tmp_path_factory, company) -> Callable[..., Study]:
    """Return the study written in one of `WAYS`; it is written and opened once."""
    known: dict[tuple[str, int, int], Study] = {}

    def study(way: str, *, threads: int = 1, parts: int = 1) -> Study:
        if (way, threads, parts) not in known:
            folder = WAYS[way](company, tmp_path_factory.mktemp(way.replace(" ", "_")) / "study")
            with pytest.MonkeyPatch.context() as environment:
                environment.setenv("CXLAB_THREADS", str(threads))
                environment.setenv("CXLAB_PARTS", str(parts))
                known[way, threads, parts] = open_study("2026Q3", team_as_of="2026-11-01", config=folder)
        return known[way, threads, parts]

    return study
