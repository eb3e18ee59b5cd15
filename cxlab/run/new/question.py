"""new_question(): fill in the form of a question and put every part where it belongs."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import cxlab
from cxlab.errors import UsageError
from cxlab.run.new.names import problems_of
from cxlab.to_disk import replace_file

PLACE = "__question__"
"""Stands for the question's name in the form and in the paths below."""

PARTS = {
    "notebook.txt": f"notebooks/{PLACE}.ipynb",
    "package.txt": f"cxlab/{PLACE}/__init__.py",
    "newcomers.txt": f"cxlab/{PLACE}/newcomers.py",
    "evidence.txt": f"cxlab/evidence/{PLACE}.py",
    "conftest.txt": f"tests/{PLACE}/conftest.py",
    "test_evidence.txt": f"tests/{PLACE}/test_evidence.py",
    "test_newcomers.txt": f"tests/{PLACE}/test_newcomers.py",
    "test_made_up_company.txt": f"tests/{PLACE}/test_made_up_company.py",
    "test_words.txt": f"tests/{PLACE}/test_words.py",
}
"""File of the form, and the new file it becomes."""

NEEDED = ("notebooks", "tests", "cxlab/evidence", "cxlab/locale/en.po", "cxlab/locale/vi.po", "README.md")
"""What makes a folder a checkout."""

LANGUAGES = ("en", "vi")


def new_question(name: str, *, to: Path | None = None) -> list[Path]:
    """Add a question to a checkout: it runs, its tests pass, and no list has to be edited.

    Parameters
    ----------
    name : str
        One word, such as ``"loyalty"``.
    to : Path, optional
        The checkout; the one this package was loaded from, unless told.

    Returns
    -------
    list of Path
        Files written, the notebook first; then those that were added to.

    Raises
    ------
    UsageError
        If the folder is no checkout or the name cannot be used; nothing is written then.
    """
    checkout = (Path(cxlab.__file__).parents[1] if to is None else Path(to).expanduser()).resolve()
    missing = [part for part in NEEDED if not (checkout / part).exists()]
    if missing:
        raise UsageError(f"{checkout} is no checkout of cxlab", [f"needed: {', '.join(missing)}"], see="README.md")
    form = {path: _form(file) for file, path in PARTS.items()}
    problems = list(problems_of(name, checkout=checkout, form=form))
    if problems:
        raise UsageError(f"no question can be called {name!r}; nothing was written", problems)
    new = {checkout / path.replace(PLACE, name): text.replace(PLACE, name) for path, text in form.items()}
    grown = _catalogues(name, checkout) | {checkout / "README.md": _readme(name, checkout / "README.md")}
    for path, text in {**new, **grown}.items():
        replace_file(path, text.encode())
    return [*new, *grown]


def _form(file: str) -> str:
    return (files("cxlab.run.new") / "form" / file).read_text(encoding="utf-8")


def _catalogues(name: str, checkout: Path) -> dict[Path, str]:
    """Return both catalogues with the words of the question at their end."""
    words = tomllib.loads(_form("words.toml").replace(PLACE, name))
    grown = {}
    for language in LANGUAGES:
        path = checkout / "cxlab" / "locale" / f"{language}.po"
        entries = [f"msgid {_quoted(id_)}\nmsgstr {_quoted(said[language])}\n" for id_, said in words.items()]
        grown[path] = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + "\n".join(entries)
    return grown


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _readme(name: str, path: Path) -> str:
    """Return the README with the question in its table and in its tree, as far as it has them."""
    text = path.read_text(encoding="utf-8")
    asks = json.loads(_form("notebook.txt"))["metadata"]["cxlab"]["title"]["en"]
    text = re.sub(r"^(?=\| `overview` \|)", f"| `{name}` | {asks}? |\n", text, count=1, flags=re.MULTILINE)
    text = re.sub(r"^(  overview\.ipynb .*)$", rf"\1  {name}.ipynb", text, count=1, flags=re.MULTILINE)
    return re.sub(r"^(  nps/ .*)(?= overview/ )", rf"\1 {name}/", text, count=1, flags=re.MULTILINE)
