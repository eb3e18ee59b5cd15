"""Which function made a finding, and what was published about it: read from the code, nothing is computed."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

import cxlab
from cxlab.finding import Finding

_REFERENCES = re.compile(r"^ *References\n *-{3,}\n(?P<said>.*?)(?=\n *\n|\Z)", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"\s*\[\d+\]_")
_ENTRY = re.compile(r"\.\. \[\d+\] *")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimator:
    """A function that answers with a finding.

    Parameters
    ----------
    name : str
        As a notebook calls it: ``churn.retention``.
    file, line : str, int
        Where it stands; the file is relative to the folder that holds the package.
    says : str
        The first sentence of its documentation.
    sources : tuple of str
        References of it and of everything of this package that it calls, in the order they are met.
    """

    name: str
    file: str
    line: int
    says: str
    sources: tuple[str, ...]


def estimator_of(finding: Finding) -> Estimator | None:
    """Return the function that made a finding; None where its question has none that is named for it."""
    package = _package(finding.question)
    made = None if package is None else _named_for(finding, package)
    if made is None:
        return None
    root = Path(cxlab.__file__).parents[1]
    file = Path(inspect.getsourcefile(made) or "")
    documented = inspect.getdoc(made) or ""
    return Estimator(
        name=f"{finding.question}.{made.__name__}",
        file=file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name,
        line=made.__code__.co_firstlineno,
        says=_MARK.sub("", " ".join(documented.partition("\n\n")[0].split())),
        sources=tuple(dict.fromkeys(_sources(made))),
    )


def _package(question: str) -> ModuleType | None:
    name = f"cxlab.{question}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _named_for(finding: Finding, package: ModuleType) -> FunctionType | None:
    """Find the function of the estimand's name, else of the method's, else one that begins like either."""
    offered = {name: each for name, each in vars(package).items() if isinstance(each, FunctionType)}
    wanted = (finding.name.partition(".")[2], finding.method.id.rpartition(".")[2])
    exact = [name for name in wanted if name in offered]
    like = [name for stem in wanted for name in sorted(offered) if name.startswith(f"{stem}_")]
    like += [stem for stem in (wanted[0].partition("_")[0],) if stem in offered]
    return offered[(exact or like)[0]] if exact or like else None


def _sources(made: Callable[..., object]) -> Iterator[str]:
    """Yield references of a function, its module and what it calls, each function once."""
    waiting, met = [made], {made}
    while waiting:
        function = waiting.pop(0)
        if not isinstance(function, FunctionType):
            continue
        yield from _references(inspect.getdoc(function) or "")
        yield from _references(inspect.getdoc(inspect.getmodule(function)) or "")
        named = (function.__globals__.get(name) for name in function.__code__.co_names)
        ours = [each for each in named if isinstance(each, FunctionType) and each.__module__.startswith("cxlab.")]
        waiting += [each for each in ours if each not in met]
        met.update(ours)


def _references(documented: str) -> list[str]:
    found = _REFERENCES.search(documented)
    return [" ".join(entry.split()) for entry in _ENTRY.split(found["said"])[1:]] if found else []
