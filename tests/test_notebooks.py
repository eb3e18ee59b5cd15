"""Notebooks tell a story: prose, one call, one show. What would make them programs is refused."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from cxlab.run.parameters import read_parameters
from cxlab.run.steps import cell_source, discover

FOLDER = Path(__file__).parents[1] / "notebooks"
LANGUAGES = ("en", "vi")
REFUSED = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try, ast.With,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip


@pytest.fixture(params=sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def notebook(request):
    return json.loads(request.param.read_text(encoding="utf-8")) | {"name": request.param.name}


def code(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def test_the_notebooks_can_be_run_in_an_order():
    assert [step.name for step in discover(FOLDER)][-1] == "overview"


def test_one_parameters_cell_typed_and_commented(notebook):
    (cell,) = [cell for cell in notebook["cells"] if "parameters" in tags(cell)]
    assert cell is code(notebook)[0]
    names = [parameter.name for parameter in read_parameters(cell_source(cell), notebook=notebook["name"])]
    assert names[:2] == ["quarter", "as_of"]


def test_code_cells_are_one_breath(notebook):
    for cell in code(notebook):
        source = cell_source(cell)
        assert len(source.splitlines()) <= 12, source
        assert not source.lstrip().startswith(("%", "!")), source
        found = [type(node).__name__ for node in ast.walk(ast.parse(source)) if isinstance(node, REFUSED)]
        assert found == [], f"{source}\nholds {found}"


def test_imports_come_from_cxlab_only(notebook):
    for cell in code(notebook):
        for node in ast.walk(ast.parse(cell_source(cell))):
            assert not isinstance(node, ast.Import), ast.unparse(node)
            if isinstance(node, ast.ImportFrom):
                assert node.module.split(".")[0] in ("cxlab", "typing"), ast.unparse(node)


def test_there_is_at_least_as_much_prose_as_code_in_each_language(notebook):
    lines = sum(len(cell_source(cell).split()) for cell in code(notebook) if "parameters" not in tags(cell))
    for language in LANGUAGES:
        told = [cell_source(cell) for cell in notebook["cells"] if f"lang-{language}" in tags(cell)]
        assert sum(len(text.split()) for text in told) >= lines, language


def test_prose_names_its_language_and_is_told_in_each(notebook):
    prose = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    told = [[tag.removeprefix("lang-") for tag in tags(cell) if tag.startswith("lang-")] for cell in prose]
    assert all(len(languages) == 1 for languages in told)
    assert [language for (language,) in told] == list(LANGUAGES) * (len(prose) // 2)
    assert {cell["cell_type"] for cell in notebook["cells"]} == {"markdown", "code"}


def test_no_output_is_committed(notebook):
    for cell in code(notebook):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


def test_the_metadata_is_the_registration(notebook):
    about = notebook["metadata"]["cxlab"]
    assert set(about["title"]) == set(LANGUAGES)
    assert all(about["title"].values())
    assert {"title", "tables", "after"} <= set(about)


def test_the_last_cell_records(notebook):
    last = ast.parse(cell_source(notebook["cells"][-1])).body[-1]
    assert ast.unparse(last).startswith("record(study, ")
