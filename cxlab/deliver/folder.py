"""Real files into a folder, such as a mounted share: a quarter appears there whole, earlier ones stay."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cxlab.deliver.outcome import Undelivered
from cxlab.deliver.parcel import Parcel
from cxlab.report.clean import plain
from cxlab.tables.delivery import FolderTarget
from cxlab.to_disk import replace_file

OWNER = ".study"
"""A file that says whose reports a folder holds."""

_EARLIER = re.compile(r'<a href="((?:\.\./){1,2}\d{4}Q[1-4]/[a-z]{2,3}/overview\.html)"[^<>]*>([^<]*)</a>')


def put(target: FolderTarget, parcel: Parcel, *, base: Path) -> str:
    """Copy pages, downloads and editions to ``<path>/<quarter>/``; return what was done in words.

    Parameters
    ----------
    target : FolderTarget
        Where to.
    parcel : Parcel
        What.
    base : Path
        The study's folder, which a relative path is relative to.

    Raises
    ------
    Undelivered
        If the folder is not there, belongs to another study, or cannot be written.
    """
    home, name = _home(target, base=base), str(parcel.errand.quarter)
    _refuse_others(home, name, study=plain(parcel.study.name))
    try:
        _mend(home / name)
        part = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".part", dir=home))
        try:
            files = _fill(part, target, parcel, home=home)
            _swap(part, home / name)
        finally:
            for leftover in home.glob(f".{name}.*"):
                shutil.rmtree(leftover, ignore_errors=True)
        replace_file(home / OWNER, f"{plain(parcel.study.name)}\n".encode())
    except OSError as error:
        raise Undelivered(f"{home} cannot be written: {error.strerror}", passing=True) from None
    return f"{files} files in {home / name}"


def would_put(target: FolderTarget, parcel: Parcel, *, base: Path) -> str:
    """Say what `put` would do."""
    home = _home(target, base=base)
    files = [*_sources(parcel), *_editions(target, parcel)]
    size = sum(path.stat().st_size for path, _ in files)
    return f"{len(files)} files, {size / 1e6:.1f} MB, to {home / str(parcel.errand.quarter)}"


def _home(target: FolderTarget, *, base: Path) -> Path:
    home = (base / target.path.expanduser()).resolve()
    if not home.is_dir():
        raise Undelivered(f"no folder {home}: make it, or mount what holds it", passing=True)
    return home


def _refuse_others(home: Path, name: str, *, study: str) -> None:
    owner = home / OWNER
    if owner.is_file() and (held := owner.read_text(encoding="utf-8").strip()) != study:
        raise Undelivered(f"{home} holds the reports of {held!r}, and this study is {study!r}", passing=False)
    place = home / name
    if place.is_symlink() or (place.exists() and not (place / "index.html").is_file()):
        raise Undelivered(f"{place} is no report that was delivered: move it away", passing=False)


def _sources(parcel: Parcel) -> Iterator[tuple[Path, Path]]:
    """Yield what leaders may have of a run and where it goes: pages and downloads; no lists, no notebooks."""
    run = parcel.errand.folder
    for folder in (*parcel.study.languages, "downloads"):
        found = sorted(path for path in (run / folder).rglob("*") if path.is_file())
        yield from ((path, path.relative_to(run)) for path in found)
    yield run / "index.html", Path("index.html")


def _editions(target: FolderTarget, parcel: Parcel) -> Iterator[tuple[Path, Path]]:
    for language in parcel.languages(target.languages):
        for files in (parcel.editions, parcel.pdfs if target.pdf else {}):
            if language in files:
                yield files[language], Path(files[language].name)


def _fill(part: Path, target: FolderTarget, parcel: Parcel, *, home: Path) -> int:
    part.chmod(0o755)
    files = [*_sources(parcel), *_editions(target, parcel)]
    for source, place in files:
        (part / place).parent.mkdir(parents=True, exist_ok=True)
        content = source.read_bytes()
        if place.suffix == ".html":
            content = _without_dead_ends(content.decode(), at=home / str(parcel.errand.quarter) / place).encode()
        replace_file(part / place, content)
    return len(files)


def _without_dead_ends(html: str, *, at: Path) -> str:
    """Take the address out of links to earlier quarters that were never delivered here."""

    def reachable(link: re.Match[str]) -> str:
        return link[0] if (Path(os.path.normpath(at.parent / link[1]))).is_file() else link[2]

    return _EARLIER.sub(reachable, html)


def _old(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def _mend(place: Path) -> None:
    """Bring back what a cut between two renames left aside."""
    if _old(place).exists() and not place.exists():
        _old(place).rename(place)


def _swap(part: Path, place: Path) -> None:
    """Let the new folder take the place of the old one; if it cannot, the old one is there again."""
    old = _old(place)
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    try:
        part.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise
