"""The machine: Python, packages, memory, processors, time zones, fonts, a browser for PDF."""

from __future__ import annotations

import os
import platform
import subprocess
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from cxlab.deliver import pdf as printing
from cxlab.run.doctor.sign import Sign, gigabytes

INSTALL = "install what requirements.lock pins (make report does)"
_LEAST_MEMORY, _ENOUGH_MEMORY = 2e9, 6e9
"""Bytes: below the first a quarter does not fit; with the second notebooks run beside each other."""

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def signs() -> Iterator[Sign]:
    """Yield what was found of everything a run needs of the machine."""
    yield python()
    yield from packages(metadata.requires("cxlab") or [])
    yield memory(total_bytes())
    yield processors(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    yield time_zones()
    yield fonts()
    yield browser(printing.browser(), vietnamese=_vietnamese())


def python(version: str | None = None, *, needed: str | None = None) -> Sign:
    """Hold the interpreter against what cxlab requires."""
    version = version or platform.python_version()
    needed = needed or metadata.metadata("cxlab")["Requires-Python"] or ""
    if SpecifierSet(needed).contains(version, prereleases=True):
        return Sign(about="python", state="ok", said=f"{version} (needs {needed})")
    todo = "make the environment anew with a newer Python: make PYTHON=/path/to/python3.11 report"
    return Sign(about="python", state="wrong", said=f"{version}, and cxlab needs {needed}", todo=todo)


def packages(required: Sequence[str], *, version: Callable[[str], str] = metadata.version) -> Iterator[Sign]:
    """Hold every installed package against the range cxlab requires.

    Parameters
    ----------
    required : sequence of str
        Requirements as a package's metadata have them; those of extras are passed over.
    version : callable
        Gives the installed version of a package; raises ``PackageNotFoundError`` where there is none.
    """
    parsed = [Requirement(line) for line in required]
    needed = [each for each in parsed if each.marker is None or each.marker.evaluate({"extra": ""})]
    wrong = [sign for each in needed if (sign := _package(each, version=version)) is not None]
    yield from wrong
    if not wrong:
        yield Sign(about="packages", state="ok", said=f"all {len(needed)} are in the ranges cxlab requires")


def _package(needed: Requirement, *, version: Callable[[str], str]) -> Sign | None:
    try:
        found = version(needed.name)
    except metadata.PackageNotFoundError:
        return Sign(about="packages", state="wrong", said=f"{needed.name} is missing", todo=INSTALL)
    if needed.specifier.contains(found, prereleases=True):
        return None
    said = f"{needed.name} is {found}, and cxlab needs {needed.specifier}"
    return Sign(about="packages", state="wrong", said=said, todo=INSTALL)


def total_bytes(limits: Sequence[Path] = _LIMITS) -> float:
    """Return the memory of the machine, or of the container if that is less."""
    whole = float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")
    allowed = [path.read_text().strip() for path in limits if path.is_file()]
    return min([whole, *(float(text) for text in allowed if text.isdigit())])


def memory(total: float) -> Sign:
    """Judge the memory, in bytes."""
    said = f"{gigabytes(total)} in all"
    if total < _LEAST_MEMORY:
        todo = f"a quarter needs {gigabytes(_LEAST_MEMORY)} at least: more memory, or a smaller study"
        return Sign(about="memory", state="wrong", said=said, todo=todo)
    if total < _ENOUGH_MEMORY:
        todo = "run one notebook at a time: cxlab run 2026Q3 --jobs 1; CXLAB_MEMORY=1GB keeps the engine small"
        return Sign(about="memory", state="note", said=said, todo=todo)
    return Sign(about="memory", state="ok", said=said)


def processors(count: int) -> Sign:
    """Judge how many processors a run may use."""
    if count == 1:
        return Sign(about="processors", state="note", said="1: notebooks run one after the other")
    return Sign(about="processors", state="ok", said=str(count))


def time_zones(known: int | None = None) -> Sign:
    """See whether zones can be looked up by name."""
    count = len(zoneinfo.available_timezones()) if known is None else known
    if not count:
        return Sign(about="time zones", state="wrong", said="none are known", todo=INSTALL)
    return Sign(about="time zones", state="ok", said=f"{count} known, tzdata {metadata.version('tzdata')}")


def fonts(files: Sequence[metadata.PackagePath] | None = None) -> Sign:
    """See whether the fonts of the figures are there: without them Vietnamese letters are set in others."""
    found = (metadata.files("font-source-sans-pro") or []) if files is None else files
    there = [file for file in found if file.suffix in (".ttf", ".otf") and Path(str(file.locate())).is_file()]
    if not there:
        return Sign(about="fonts", state="wrong", said="Source Sans Pro is missing", todo=INSTALL)
    return Sign(about="fonts", state="ok", said=f"Source Sans Pro, {len(there)} styles")


def browser(found: str | None, *, vietnamese: bool = True) -> Sign:
    """Judge the browser that makes PDF, and whether there are letters it can set Vietnamese in."""
    if found is None:
        return Sign(
            about="browser",
            state="note",
            said="no Chromium: reports have no PDF",
            todo="on Debian and Ubuntu: apt install chromium fonts-dejavu-core",
        )
    if not vietnamese:
        todo = "on Debian and Ubuntu: apt install fonts-dejavu-core"
        return Sign(about="browser", state="note", said=f"{found}, but no font with Vietnamese", todo=todo)
    return Sign(about="browser", state="ok", said=f"{found} makes PDF")


def _vietnamese() -> bool:
    """Ask the system's fonts; where they cannot be asked, nothing is held against them."""
    try:
        said = subprocess.run(["fc-list", ":lang=vi"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.SubprocessError):
        return True
    return bool(said.stdout.strip()) or said.returncode != 0
