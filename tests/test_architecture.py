"""The floors and doors of the house: who may import whom, and which library comes in where."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cxlab"
QUESTIONS = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}

FLOORS = (
    {"errors", "quarter", "to_disk"},
    {"finding", "maths", "redact", "tables.schema"},
    {"wording", "ledger", "sheets", "claim", "verdicts"},
    {"tables", "synth", "evidence"},
    QUESTIONS,
    {"figures"},
    {"report"},
    {"run", "deliver", "cli"},
)
STRANGERS = ({"tables", "evidence"}, {"synth", "evidence"}, {"tables", "synth"})
"""Siblings that never import each other; questions are strangers to one another as well."""

DOORS = {
    "ibis": {"tables", "evidence", "synth"},
    "duckdb": {"tables", "evidence", "synth"},
    "pyarrow": {"tables", "synth", "sheets"},
    "lifelines": {"churn"},
    "statsmodels": {"revenue", "nps", "churn"},
    "scipy": {"maths"},
    "sklearn": {"voc"},
    "anywidget": {"voc"},
    "seaborn": {"figures"},
    "matplotlib": {"figures"},
    "font_source_sans_pro": {"figures"},
    "babel": {"wording"},
    "jinja2": {"report"},
    "markupsafe": {"report"},
    "nh3": {"report"},
    "bs4": {"report"},
    "mistune": {"report"},
    "nbconvert": {"report"},
    "IPython": {"report"},
    "papermill": {"run"},
    "tenacity": {"deliver"},
    "filelock": {"run", "tables", "deliver"},
    "packaging": {"run"},
    "nbformat": {"run", "report"},
    "nbclient": {"run"},
    "jupyter_client": {"run"},
    "jupyter_core": {"run"},
    "ipykernel": {"run"},
    "pydantic": {"tables", "run"},
    "yaml": {"tables"},
    "python_calamine": {"tables"},
    "openpyxl": {"tables"},
    "xlsxwriter": {"sheets"},
    "typer": {"cli"},
    "rich": {"cli"},
    "platformdirs": {"cli", "run", "tables"},
}
ANYWHERE = {"numpy", "pandas", "cxlab"}
NO_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc", "shared", "tools"}
TOP = {
    "notebooks", "cxlab", "data", "reports", "tests", "environment.yml", "README.md",
    "pyproject.toml", "Makefile", "LICENSE", "CHANGELOG.md", "requirements.lock",
}  # fmt: skip


def modules():
    return sorted(path for path in PACKAGE.rglob("*.py"))


def dotted(path):
    """Name of a module below cxlab: ``tables.study``; a package's own file is the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def imports(path):
    """Every module imported anywhere in a file, functions included, as dotted names; type-only imports as well."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively in line {node.lineno}"
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names if node.module.startswith("cxlab")}
    return frozenset(found)


def floor(name):
    """Floor of a module below cxlab; None for the package itself and its entry."""
    parts = name.split(".")
    for part in (".".join(parts[:2]), parts[0]):
        for number, rooms in enumerate(FLOORS):
            if part in rooms:
                return number
    return None


def inner_imports(path):
    """Modules below cxlab a file imports; a name that is no module counts as its module."""
    known = {dotted(module) for module in modules()}
    below = {name.removeprefix("cxlab.") for name in imports(path) if name.startswith("cxlab.")}
    return {name if name in known else name.rpartition(".")[0] for name in below} - {""}


def test_every_module_lives_on_a_floor():
    homeless = [dotted(path) for path in modules() if floor(dotted(path)) is None]
    assert sorted(homeless) == ["", "__main__"]


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_imports_go_down_only(path):
    mine = floor(dotted(path))
    for name in inner_imports(path):
        theirs = floor(name)
        assert mine is None or theirs is not None, f"{dotted(path)} imports cxlab.{name}, which is on no floor"
        assert mine is None or theirs <= mine, (
            f"{dotted(path)} (floor {mine}) imports cxlab.{name} (floor {theirs})"
        )


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_siblings_do_not_know_each_other(path):
    mine = dotted(path).split(".")[0]
    for name in inner_imports(path) - {"tables.schema"}:
        theirs = name.split(".")[0]
        if theirs == mine or name.startswith("tables.schema"):
            continue
        assert not {mine, theirs} <= QUESTIONS, f"question {mine} imports question {theirs}"
        assert {mine, theirs} not in STRANGERS, f"{dotted(path)} imports cxlab.{name}"


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_libraries_come_in_by_their_door(path):
    mine = dotted(path).split(".")[0]
    for name in {name.split(".")[0] for name in imports(path)} - set(sys.stdlib_module_names) - ANYWHERE:
        assert name in DOORS, f"{dotted(path)} imports {name}, which has no door"
        assert mine in DOORS[name], (
            f"{dotted(path)} imports {name}, which comes in by {', '.join(sorted(DOORS[name]))}"
        )
    if mine == "maths":
        assert "pandas" not in {name.split(".")[0] for name in imports(path)}


def test_lifelines_and_statsmodels_are_imported_where_they_are_used():
    for path in modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in getattr(node, "names", [])] + [getattr(node, "module", "") or ""]
            heavy = isinstance(node, ast.Import | ast.ImportFrom) and any(
                name.split(".")[0] in ("lifelines", "statsmodels") for name in names
            )
            assert not heavy, f"{dotted(path)} imports a slow library before it is needed"


def test_no_module_is_a_drawer_for_anything():
    named = {path for path in [*modules(), *(ROOT / "tests").rglob("*.py")] if path.stem.strip("_") in NO_NAMES}
    folders = {path for path in [*PACKAGE.rglob("*"), *(ROOT / "tests").rglob("*")] if path.is_dir()}
    assert sorted(named | {path for path in folders if path.name in NO_NAMES}) == []


def test_parts_of_one_package_do_not_import_in_a_circle():
    graph = {dotted(path): {n for n in inner_imports(path) if n != dotted(path)} for path in modules()}
    packages = {dotted(path) for path in modules() if path.name == "__init__.py"}
    graph = {
        name: {n for n in needs if n not in packages} for name, needs in graph.items() if name not in packages
    }
    while graph:
        free = {name for name, needs in graph.items() if not needs & set(graph)}
        assert free, f"these import each other: {sorted(graph)}"
        graph = {name: needs for name, needs in graph.items() if name not in free}


def test_the_top_level_holds_what_was_agreed():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    files = subprocess.run(["git", "-C", ROOT, "ls-files"], capture_output=True, text=True, check=True).stdout
    top = {line.split("/")[0] for line in files.splitlines()}
    assert {name for name in top if not name.startswith(".")} == TOP


def test_every_question_has_a_notebook_a_package_and_tests():
    assert {"churn", "overview"} <= QUESTIONS
    for question in QUESTIONS:
        assert (PACKAGE / question).is_dir(), f"no package for {question}"
        assert list((ROOT / "tests" / question).glob("test_*.py")), f"no tests for {question}"


def shown_tree():
    """The README's tree: names by folder; the folders themselves under an empty name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = re.search(r"```(?:text)?\n(notebooks/.*?)```", text, flags=re.DOTALL)
    assert tree, "README.md needs the tree: a code block that begins with notebooks/"
    shown, folder = {"": set()}, ""
    for line in tree[1].splitlines():
        names = itertools.takewhile(re.compile(r"[\w.-]+(/|\.\w+)").fullmatch, line.split())
        if line.startswith(" "):
            shown[folder] |= {name.rstrip("/") for name in names}
        else:
            folder = next(names).rstrip("/")
            shown[""].add(folder)
            shown[folder] = {name.rstrip("/") for name in names}
    return shown


def test_the_readme_shows_the_tree_as_it_is():
    shown = shown_tree()
    assert shown[""] == {name for name in TOP if (ROOT / name).is_dir()}
    inside = {
        path.name for path in PACKAGE.iterdir() if not path.name.startswith("__") and path.name != "py.typed"
    }
    assert shown["cxlab"] - inside == set(), "the README shows what is not there"
    assert inside - shown["cxlab"] == set(), "the README does not show what is there"
    assert shown["notebooks"] == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}


def test_files_stay_readable():
    files = [*modules(), *(path for path in (ROOT / "tests").rglob("*.py"))]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {str(path): length for path, length in lengths.items() if length > 400} == {}
    ours = sorted(length for path, length in lengths.items() if path.is_relative_to(PACKAGE))
    assert ours[len(ours) // 2] <= 150
