"""What a step's answer is made of: where all of it is the same, the answer is, and nothing has to be run.

Nothing heavy is imported here. The day itself is no part of it, only how far it has come among the days the team
wrote down: a due date that has passed, a decision that was taken since.
"""

from __future__ import annotations

import functools
import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import cxlab
from cxlab.run.history import published_run
from cxlab.run.manifest import plain
from cxlab.run.parameters import Value
from cxlab.run.steps import Step

if TYPE_CHECKING:
    from cxlab.tables.schema import Column
    from cxlab.tables.study import Study

Json: TypeAlias = Any
Parts: TypeAlias = dict[str, Json]
"""What is compared, by kind: hashes, and values where a reader can make something of them."""

_CODE = frozenset((".py", ".po", ".j2", ".css", ".json", ".toml", ".yaml", ".md"))
_NO_ANSWER = frozenset(("cli", "deliver"))
"""Rooms of the package that no notebook and no page goes through."""


def of_notebook(step: Step, *, values: Mapping[str, Value]) -> Parts:
    """Return the notebook of a step and every parameter with its value.

    Parameters
    ----------
    step : Step
        The notebook.
    values : mapping of str to Value
        Parameters that differ from their default.
    """
    defaults = {parameter.name: parameter.default for parameter in step.parameters}
    return {
        "notebook": hash_of(step.path.read_bytes()),
        "parameters": {name: values.get(name, default) for name, default in defaults.items()},
    }


def of_code(folder: Path, *, notebooks: Path) -> Parts:
    """Return what every step is made of before any data: this package, the study's modules, what is installed."""
    return {
        "code": _package(),
        "own code": _own_code(folder, notebooks),
        "packages": packages(),
        "python": platform.python_version(),
    }


def of_data(study: Study) -> Parts:
    """Return what the data and the settings of a step are."""
    return {
        "tables": {name: table.contents for name, table in sorted(study.load.tables.items())},
        "read": hash_of(json.dumps(plain(study.load), sort_keys=True).encode()),
        "settings": study.fingerprint,
        "labels": hash_of(json.dumps(study.config.labels, sort_keys=True, default=dict).encode()),
        "known by": study.as_of.isoformat(),
        "team": _team(study),
    }


def of_earlier(reports: Path, *, quarter: str) -> dict[str, str]:
    """Return a hash of every published ledger of an earlier quarter, by quarter."""
    links = sorted(path for path in reports.glob("[12]*Q[1-4]") if path.is_symlink() and path.name < quarter)
    return {link.name: ledger_hash(link) for link in links if published_run(reports, quarter=link.name)}


def of_findings(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return a hash of what other steps of a run found, by step; those that are off have none."""
    paths = {name: folder / "findings" / f"{name}.json" for name in names}
    return {name: hash_of(path.read_bytes()) for name, path in paths.items() if path.is_file()}


def ledger_hash(run: Path) -> str:
    """Return a hash of a ledger without its header, which says when and by what code it was written."""
    try:
        text = (run / "findings.json").read_bytes()
    except OSError:
        return ""
    return hash_of(text.rpartition(b'\n "header": ')[0] or text)


def hash_of(content: bytes) -> str:
    """Return 16 hex digits."""
    return hashlib.sha256(content).hexdigest()[:16]


@functools.cache
def packages() -> dict[str, str]:
    """Return the version of everything installed, by name, as the folders beside the packages tell it."""
    found: dict[str, str] = {}
    for place in sys.path:
        for path in sorted(Path(place).glob("*.dist-info")) if place else ():
            name, _, version = path.name.removesuffix(".dist-info").partition("-")
            found.setdefault(name.lower(), version)
    found.pop("cxlab", None)  # its code is looked at itself
    return found


@functools.cache
def _package() -> str:
    rooms = [path for path in Path(cxlab.__file__).parent.iterdir() if path.name not in _NO_ANSWER]
    return _hash_of_files([path for room in rooms for path in (room.rglob("*") if room.is_dir() else [room])])


def _own_code(folder: Path, notebooks: Path) -> str:
    """Hash what a notebook may import from the study: modules and packages beside study.toml or the notebooks."""
    places = {folder, notebooks}
    inside = {path.parent for place in places for path in place.glob("*/__init__.py")}
    modules = [path for place in places for path in place.glob("*.py")]
    return _hash_of_files([*modules, *(path for place in inside for path in place.rglob("*.py"))])


def _hash_of_files(paths: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted({path for path in paths if path.suffix in _CODE and path.is_file()}):
        whole.update("/".join(path.parts[-3:]).encode() + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()[:16]


def _team(study: Study) -> Json:
    """Count the team's rows that are known, and those of whose days today is one or has passed it."""
    from cxlab.quarter import Quarter
    from cxlab.tables.schema import TABLES

    today, counts = study.team_as_of, {}
    for name in (name for name in study.tables if TABLES[name].team):
        rows = study.tables[name]
        days = {column.name: rows[column.name].cast("date") for column in TABLES[name].columns if _is_day(column)}
        passed = {f"{day} passed": (of < today).sum().fill_null(0) for day, of in days.items()}
        reached = {f"{day} reached": (of <= today).sum().fill_null(0) for day, of in days.items()}
        found = rows.aggregate(known=rows.count(), **passed, **reached).to_pandas().iloc[0]
        counts[name] = {key: int(value) for key, value in found.items()}
    return {"in": str(Quarter.holding(today, first_month=study.quarter.first_month)), "rows": counts}


def _is_day(column: Column) -> bool:
    return column.type == "date"
