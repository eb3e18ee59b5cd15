"""A new question is whole from the first minute: found, run, shown in both languages, its own tests green."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cxlab.cli import app
from cxlab.errors import UsageError
from cxlab.run.new import new_question
from cxlab.run.new.question import PARTS, PLACE

ROOT = Path(__file__).parents[2]
COPIED = (
    "cxlab", "notebooks", "tests", "README.md", "pyproject.toml", "data/study.toml", "data/codebook.yaml",
    "reports/README.md",
)  # fmt: skip
LONGEST, SHORTEST = "abcdefghijklmno", "ab"


def copy_of_the_tree(folder):
    for name in COPIED:
        to = folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to, ignore=shutil.ignore_patterns(".*"))
        else:
            shutil.copy(ROOT / name, to)
    return folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the checkout with one new question."""
    folder = copy_of_the_tree(tmp_path_factory.mktemp("checkout"))
    done = CliRunner().invoke(app, ["new", "loyalty", "--to", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    written = json.loads(done.stdout.splitlines()[-1])["written"]
    assert written[0] == str(folder / "notebooks" / "loyalty.ipynb")
    assert {Path(path).name for path in written[len(PARTS) :]} == {"en.po", "vi.po", "README.md"}
    return folder


@pytest.fixture
def bare(tmp_path):
    """As much of a checkout as a name is looked up in."""
    for name in ("notebooks", "tests", "cxlab/evidence", "cxlab/locale", "cxlab/clv"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("cxlab/locale/en.po", "cxlab/locale/vi.po", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def started(tree, *words):
    """A command in the copy, which is found before the installed package."""
    env = {**os.environ, "PYTHONPATH": str(tree), "CXLAB_STUDY": str(tree / "data")}
    return subprocess.run([sys.executable, *words], cwd=tree, env=env, capture_output=True, text=True)


def test_its_own_tests_and_those_of_the_house_pass(tree):
    house = ("tests/test_architecture.py", "tests/test_notebooks.py", "tests/wording/test_catalogues.py")
    concerned = "loyalty or question or readme or drawer or floor or catalogues"
    done = started(tree, "-m", "pytest", "-q", "-x", "tests/loyalty", *house, "-k", concerned)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    shown = started(tree, "-c", "import cxlab.loyalty; print(cxlab.loyalty.__file__)").stdout
    assert Path(shown.strip()) == tree / "cxlab" / "loyalty" / "__init__.py"


def test_the_run_finds_it_and_shows_it_in_both_languages(tree):
    made = started(tree, "-m", "cxlab", "synth", "--customers", "2000", "--to", str(tree / "data" / "sample"))
    assert made.returncode == 0, made.stderr
    done = started(tree, "-m", "cxlab", "run", "2026Q3", "--only", "overview,loyalty", "--json")
    assert done.returncode == 0, done.stderr
    index = Path(json.loads(done.stdout.splitlines()[-1])["index"])
    said = {"en": "first joined in the 12 months before.", "vi": "bắt đầu sử dụng trong 12 tháng gần nhất."}
    short = {"en": "Newcomers", "vi": "Khách mới"}
    for language, words in said.items():
        page = (index.parent / language / "loyalty.html").read_text(encoding="utf-8")
        title = page.partition("<h1>")[2].partition("</h1>")[0].replace("\xa0", " ")
        assert title.endswith(words)
        assert "<figure>" in page
        board = (index.parent / language / "overview.html").read_text(encoding="utf-8")
        assert f'<a href="loyalty.html">{short[language]}</a>' in board
    assert (index.parent / "downloads" / "loyalty.newcomers_by.csv").is_file()


def test_what_is_written_is_in_the_style_of_the_house(bare):
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("ruff is not installed")
    shutil.copy(ROOT / "pyproject.toml", bare)
    (bare / "cxlab" / "__init__.py").write_text('"""The package."""\n')
    (bare / "cxlab" / "evidence" / "__init__.py").write_text('"""Evidence."""\n')
    for name in (SHORTEST, LONGEST):
        new_question(name, to=bare)
    ours = ("check", "--config", 'lint.isort.known-first-party = ["cxlab"]')
    for words in (ours, ("format", "--check")):
        done = subprocess.run([ruff, *words, "--no-cache", "."], cwd=bare, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_a_second_question_may_stand_beside_the_first(bare):
    new_question("loyalty", to=bare)
    new_question("moving", to=bare)
    readme = (bare / "README.md").read_text(encoding="utf-8")
    assert "loyalty.ipynb  moving.ipynb\n" in readme
    assert " loyalty/ moving/ overview/ " in readme
    assert "| `loyalty` | How many of our customers are new? |\n" in readme
    text = (bare / "cxlab" / "moving" / "newcomers.py").read_text(encoding="utf-8")
    assert PLACE not in text
    assert "loyalty" not in text


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Loyalty", "a question is one word of 2 to 15 small letters a to z and underscores; got 'Loyalty'"),
        ("two words", "a question is one word of 2 to 15 small letters a to z and underscores; got 'two words'"),
        ("../up", "a question is one word of 2 to 15 small letters a to z and underscores; got '../up'"),
        ("loyal_", "a question is one word of 2 to 15 small letters a to z and underscores; got 'loyal_'"),
        ("yield", "yield is a word of Python"),
        ("sum", "sum is a word of Python"),
        ("index", "every report has a page or a folder called index"),
        ("helpers", "helpers says nothing about what is asked"),
        ("counts", "counts is a word the new files use for something else"),
        ("study", "study is a word the new files use for something else"),
        ("verdict", "messages that begin with verdict. are in cxlab/locale/en.po already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(bare, name, why):
    before = sorted(bare.rglob("*"))
    with pytest.raises(UsageError) as caught:
        new_question(name, to=bare)
    assert str(caught.value) == f"no question can be called {name!r}; nothing was written\n  - {why}"
    assert sorted(bare.rglob("*")) == before


def test_a_question_that_is_there_is_not_written_over(bare):
    (bare / "notebooks" / "clv.ipynb").write_text("mine")
    with pytest.raises(UsageError) as caught:
        new_question("clv", to=bare)
    assert list(caught.value.problems) == [
        "notebooks/clv.ipynb is there already",
        "cxlab/clv is there already",
        "messages that begin with clv. are in cxlab/locale/en.po already",
    ]
    assert (bare / "notebooks" / "clv.ipynb").read_text() == "mine"


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    done = CliRunner().invoke(app, ["new", "loyalty", "--to", str(tmp_path)])
    assert done.exit_code == 2
    needed = "notebooks, tests, cxlab/evidence, cxlab/locale/en.po, cxlab/locale/vi.po, README.md"
    assert done.stderr == f"cxlab: {tmp_path} is no checkout of cxlab\n  - needed: {needed}\n  See README.md\n"
