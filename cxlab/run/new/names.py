"""What a new question may be called: one word that is free in every place where it will stand."""

from __future__ import annotations

import ast
import builtins
import json
import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

WORD = re.compile(r"[a-z][a-z_]{1,14}(?<!_)")
"""A question is also a package, a page, and the first part of the ids of its messages."""

PAGES = frozenset({"index", "data", "methods", "definitions", "downloads", "exports", "en", "vi"})
"""Pages and folders every report has."""

DRAWERS = frozenset({"utils", "util", "helpers", "helper", "common", "base", "misc", "shared", "tools"})
"""Names that say nothing about what is inside."""

_FAMILY = re.compile(r'^msgid "([a-z_]+)\.', re.MULTILINE)


def problems_of(name: str, *, checkout: Path, form: Mapping[str, str]) -> Iterator[str]:
    """Yield everything that forbids a name.

    Parameters
    ----------
    name : str
        As a person typed it.
    checkout : Path
        Where the question is to live.
    form : mapping of str to str
        Text of each file of the form.
    """
    if not WORD.fullmatch(name):
        yield f"a question is one word of 2 to 15 small letters a to z and underscores; got {name!r}"
        return
    if keyword.iskeyword(name) or keyword.issoftkeyword(name) or hasattr(builtins, name):
        yield f"{name} is a word of Python"
    if name in PAGES:
        yield f"every report has a page or a folder called {name}"
    if name in DRAWERS:
        yield f"{name} says nothing about what is asked"
    if name in _words_of(form):
        yield f"{name} is a word the new files use for something else"
    yield from (f"{path} is there already" for path in _taken(name) if (checkout / path).exists())
    catalogue = (checkout / "cxlab" / "locale" / "en.po").read_text(encoding="utf-8")
    if name in _FAMILY.findall(catalogue):
        yield f"messages that begin with {name}. are in cxlab/locale/en.po already"


def _taken(name: str) -> tuple[str, ...]:
    return (
        f"notebooks/{name}.ipynb",
        f"cxlab/{name}",
        f"cxlab/{name}.py",
        f"cxlab/evidence/{name}.py",
        f"tests/{name}",
    )


def _words_of(form: Mapping[str, str]) -> set[str]:
    """Every name the form's code uses: a question called so would hide it, or be hidden."""
    nodes = [node for path, text in form.items() for node in ast.walk(ast.parse(_code(path, text)))]
    places = ("id", "arg", "name", "asname")
    return {str(getattr(node, place)) for node in nodes for place in places if hasattr(node, place)}


def _code(path: str, text: str) -> str:
    if path.endswith(".py"):
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
