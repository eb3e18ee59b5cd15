"""A notebook run by hand shows what the report shows, and what goes wrong in it reads like advice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from cxlab import ledger
from cxlab.quarter import Quarter
from cxlab.run import plan_run, run_quarter
from cxlab.synth import make_company

ROOT = Path(__file__).parents[2]
STEPS = ("churn", "overview")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A small made-up company with the two notebooks beside it, as in a checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "data").mkdir()
    (folder / "notebooks").mkdir()
    for name in STEPS:
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder / "notebooks")
    shutil.copy(ROOT / "data" / "codebook.yaml", folder / "data")
    text = (ROOT / "data" / "study.toml").read_text(encoding="utf-8")
    text = text.replace("auto_publish = true", 'notebooks = "../notebooks"\nauto_publish = false')
    (folder / "data" / "study.toml").write_text(text, encoding="utf-8")
    make_company(folder / "data" / "sample", customers=2_000, seed=7)
    return folder


@pytest.fixture(scope="module")
def report(company):
    """Its draft report."""
    return run_quarter(plan_run(company / "data"), quarter=Quarter.parse("2026Q3")).index.parent


@pytest.fixture
def by_hand(company, monkeypatch):
    """Run a notebook as JupyterLab does: no run around it, from the folder of the notebooks."""
    for name in ("CXLAB_RUN", "CXLAB_STEP", "CXLAB_STUDY"):
        monkeypatch.delenv(name, raising=False)

    def execute(name, old="", new=""):
        text = (company / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert old in text
        notebook = nbformat.reads(text.replace(old, new) if old else text, as_version=4)
        client = NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            resources={"metadata": {"path": str(company / "notebooks")}},
        )
        try:
            client.execute()
        except CellExecutionError:
            return notebook, True
        return notebook, False

    return execute


def displayed(notebook, language="en"):
    """Every finding a notebook shows in a language, in order: its name, its page, its words."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    shown = [(output.metadata.get("cxlab", {}), output.data) for output in outputs if "data" in output]
    return [
        (facts["finding"], data["text/html"], data["text/plain"])
        for facts, data in shown
        if facts.get("lang") == language
    ]


@pytest.mark.parametrize("name", STEPS)
def test_a_notebook_run_by_hand_shows_what_the_report_shows(report, by_hand, name):
    before = {path: path.stat().st_mtime_ns for path in report.rglob("*")}
    notebook, failed = by_hand(name)
    assert not failed
    executed = nbformat.read(report / "notebooks" / f"{name}.ipynb", as_version=4)
    assert displayed(notebook) == displayed(executed)
    assert displayed(notebook, "vi") == []
    assert len(displayed(notebook)) >= 1
    recorded = [one.name for one in ledger.read(report / "findings.json").findings if one.question == name]
    drafted = notebook.cells[-1].outputs[0].data["text/plain"].splitlines()
    assert drafted[0] == "Draft, not recorded"
    assert [line.split(":")[0].strip() for line in drafted[1:]] == recorded
    assert {path: path.stat().st_mtime_ns for path in report.rglob("*")} == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'quarter: str = \\"2026Q3\\"',
            'quarter: str = \\"2026Q5\\"',
            "quarter must look like '2026Q3'; got '2026Q5'",
        ),
        (
            "horizon_months: int = 12",
            "horizon_months: int = '12'",
            "A parameter of this notebook does not fit\n  - horizon_months needs int; got '12'",
        ),
    ],
)
def test_a_wrong_parameter_reads_like_advice(company, by_hand, old, new, said):
    notebook, failed = by_hand("churn", old, new)
    assert failed
    (output,) = next(cell.outputs for cell in notebook.cells if failed_cell(cell))
    assert output.output_type == "display_data"
    assert output.data["text/plain"].startswith(said)
    assert "Traceback" not in json.dumps(output)


def failed_cell(cell):
    return any("%tb" in output.get("data", {}).get("text/html", "") for output in cell.get("outputs", ()))


def test_refused_sources_read_like_advice(company, by_hand):
    study = company / "data" / "study.toml"
    kept = study.read_text(encoding="utf-8")
    study.write_text(kept.replace("sample/contracts.parquet", "sample/gone.parquet"), encoding="utf-8")
    try:
        notebook, failed = by_hand("churn")
    finally:
        study.write_text(kept, encoding="utf-8")
    assert failed
    (output,) = next(cell.outputs for cell in notebook.cells if failed_cell(cell))
    lines = output.data["text/plain"].splitlines()
    assert lines[0] == "the sources cannot be read"
    assert any("gone.parquet" in line for line in lines)
    assert lines[-1].strip().startswith("line ")
    assert "study = open_study(quarter, as_of=as_of)" in lines[-1]
