"""The calls that make evidence, read from the notebooks and from the questions asked of a whole study.

Nothing is copied by hand: a notebook that asks for other evidence is measured with it from then on.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
MADE = "tables"
"""Story of the prepared tables that are measured like evidence."""

RETURNED = "return"
"""Name of what a function gives back."""

Assigned = tuple[ast.expr, int | None]
"""An expression, and which of its values."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Story:
    """A notebook, or a function of ``cxlab.<question>.at``: what it calls things, and what evidence it asks for.

    ``calls`` holds the outermost calls of functions of ``cxlab.evidence``, word for word.
    """

    name: str
    imports: str
    assigned: Mapping[str, Assigned]
    calls: tuple[str, ...]

    def known(self) -> dict[str, Any]:
        """What the story imports."""
        found: dict[str, Any] = {}
        exec(self.imports, found)
        return found


@cache
def stories() -> dict[str, Story]:
    """Return all of them by name: ``churn``, ``churn.left_at``, ..."""
    found: dict[str, Story] = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        tree = ast.parse(text)
        imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
        body = [node for node in tree.body if not isinstance(node, ast.ImportFrom)]
        found[path.stem] = story(path.stem, body, names=evidence_names(imports), imports=_lines(imports))
        at = ROOT / "cxlab" / path.stem / "at.py"
        if at.is_file():
            found |= {each.name: each for each in _asked(at, question=path.stem)}
    found[MADE] = Story(
        name=MADE, imports="from scale.made import who_bought", assigned={},
        calls=("who_bought(study.days, study.lives, window=study.window)",),
    )  # fmt: skip
    return {name: each for name, each in found.items() if each.calls}


def _asked(at: Path, *, question: str) -> Iterator[Story]:
    tree = ast.parse(at.read_text(encoding="utf-8"))
    names = evidence_names(node for node in tree.body if isinstance(node, ast.ImportFrom))
    imports = f"import importlib\nglobals().update(vars(importlib.import_module('cxlab.{question}.at')))"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield story(f"{question}.{node.name}", node.body, names=names, imports=imports)


def _lines(nodes: list[ast.ImportFrom]) -> str:
    return "\n".join(map(ast.unparse, nodes))


def evidence_names(imports: Any) -> set[str]:
    """Return the functions of ``cxlab.evidence`` among what is imported."""
    return {
        alias.asname or alias.name
        for node in imports
        if (node.module or "").startswith("cxlab.evidence")
        for alias in node.names
        if callable(getattr(import_module(node.module), alias.name))
    }


def story(name: str, body: list[ast.stmt], *, names: set[str], imports: str) -> Story:
    """Read a block of code."""
    assigned: dict[str, Assigned] = {}
    for node in (inner for statement in body for inner in ast.walk(statement)):
        for target, value in _assignments(node):
            first = target not in assigned
            if first or (_is_call(value[0], names) and not _is_call(assigned[target][0], names)):
                assigned[target] = value
    calls = [ast.unparse(call) for statement in body for call in _outermost(statement, names)]
    return Story(name=name, imports=imports, assigned=assigned, calls=tuple(dict.fromkeys(calls)))


def _assignments(node: ast.AST) -> Iterator[tuple[str, Assigned]]:
    if isinstance(node, ast.Return) and node.value is not None:
        yield RETURNED, (node.value, None)
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        yield node.target.id, (node.value, None)
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, (node.value, None)
        elif isinstance(target, ast.Tuple):
            many = node.value.elts if isinstance(node.value, ast.Tuple) else None
            for place, each in enumerate(target.elts):
                if isinstance(each, ast.Name):
                    yield each.id, (many[place], None) if many else (node.value, place)


def _is_call(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _outermost(node: ast.AST, names: set[str]) -> Iterator[ast.AST]:
    if _is_call(node, names):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _outermost(child, names)
