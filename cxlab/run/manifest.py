"""manifest.json: everything needed to say how a report came about, and to make it again."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import platform
import re
import subprocess
from collections.abc import Mapping
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, TypeAlias

import cxlab
from cxlab.run.parameters import GIVEN, Value
from cxlab.run.steps import Step

Json: TypeAlias = Any


def code_version() -> str:
    """Return the version of cxlab, with the commit where it runs from a checkout."""
    root = Path(cxlab.__file__).parents[1]
    if not (root / ".git").exists():
        return cxlab.__version__
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--exclude=*"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return cxlab.__version__
    return f"{cxlab.__version__}+{said}"


@functools.cache
def package_versions() -> dict[str, str]:
    """Return the installed versions of what cxlab requires."""
    named = (
        re.match(r"[A-Za-z0-9._-]+", line) for line in metadata.requires("cxlab") or [] if "extra ==" not in line
    )
    names = sorted({match[0].lower() for match in named if match})
    return {name: metadata.version(name) for name in names}


def surroundings() -> dict[str, Json]:
    """Return what the run ran on."""
    return {
        "cxlab": code_version(),
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": package_versions(),
        "seeds": {"PYTHONHASHSEED": 0},
    }


def step_facts(step: Step, *, values: Mapping[str, Value], given: Mapping[str, Value], seconds: float) -> Json:
    """Return what one step was: the notebook, every parameter with the value it had, and its time."""
    defaults = {parameter.name: parameter.default for parameter in step.parameters}
    return {
        "notebook": step.path.name,
        "sha256": hashlib.sha256(step.path.read_bytes()).hexdigest(),
        "parameters": {name: {**defaults, **values, **given}[name] for name in defaults},
        "changed": sorted(set(values) - set(GIVEN)),
        "seconds": round(seconds, 3),
    }


def plain(value: object) -> Json:
    """Return records, mappings, dates and paths as JSON has them."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in value}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def as_bytes(manifest: Mapping[str, Json]) -> bytes:
    """Return the manifest's text: readable, in one order."""
    return (
        json.dumps(plain(manifest), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    ).encode()
