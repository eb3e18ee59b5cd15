"""What a question is said to read is what its notebook reads, on a whole company."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cxlab.synth import make_company
from cxlab.tables import known_tables, study
from cxlab.tables.reads import tables_read
from cxlab.tables.schema import TABLES

ROOT = Path(__file__).parents[2]
OF_THE_HOUSE = {"targets", "decisions", "commentary", "events", "codebook", "touchpoints", "rates"}
"""Read for every study when it is opened: the team's work, and the names of themes and touchpoints."""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    for name in ("study.toml", "codebook.yaml"):
        shutil.copy(ROOT / "data" / name, folder)
    make_company(folder / "sample", customers=2_000, seed=7)
    return folder


@pytest.mark.parametrize("question", ["churn", "clv", "nps", "revenue", "voc"])
def test_a_question_reads_what_is_said_of_it(question, company, monkeypatch):
    """Nothing prepared is left over from another question, so every table has to be asked for.

    What is read to open a study, this quarter's or an earlier one's, is read for every question alike.
    """
    asked, opening = set(), []
    usual, opens = known_tables.KnownTables.__getitem__, study._open

    def noting(self, name):
        asked.update([] if opening else [name])
        return usual(self, name)

    def opened(*given, **named):
        opening.append(True)
        try:
            return opens(*given, **named)
        finally:
            opening.pop()

    monkeypatch.setenv("CXLAB_STUDY", str(company))
    monkeypatch.setattr(study, "_open", opened)
    monkeypatch.setattr(known_tables.KnownTables, "__getitem__", noting)
    for prepared in ("lives", "days", "buying", "quarters", "responses", "texts"):
        shutil.rmtree(company / "prepared" / prepared, ignore_errors=True)
    names = {}
    for cell in code_of(question):
        exec("\n".join(line for line in cell.splitlines() if not line.startswith(("show(", "record("))), names)
    said = set(tables_read(question, present=TABLES))
    assert asked - said - OF_THE_HOUSE == set()
    assert said - asked - OF_THE_HOUSE == set()


def code_of(question):
    notebook = json.loads((ROOT / "notebooks" / f"{question}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
