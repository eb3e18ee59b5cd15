"""Hashes: of files (read again only when they may have changed), of settings, of this package's own code."""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cxlab import redact
from cxlab.tables.threads import threads
from cxlab.tables.whole_files import write_whole

_TRUST_AFTER_NS = 2_000_000_000
"""A file changed this shortly before it was hashed may change again within the same clock tick."""

_PIECE, _AT_ONCE = 32 * 2**20, 2**20
"""Files are hashed in pieces of so many bytes, several at once, and so many are held of each."""


def digest(*parts: object) -> str:
    """Hash settings to 16 hex digits.

    >>> digest("a", 1) == digest("a", 1), digest("a", 1) == digest("a", 2)
    (True, False)
    """
    text = json.dumps(parts, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@functools.cache
def code_version() -> str:
    """Hash of the code that makes tables, redaction included: what it made before a change is made anew."""
    files = [*sorted(Path(__file__).parent.rglob("*.py")), Path(redact.__file__)]
    return digest([(file.name, file.read_text(encoding="utf-8")) for file in files])


def contents(path: Path, *, remembered: Path) -> str:
    """Hash a file or every Parquet file of a folder.

    What was hashed before is not read again while size, inode and both times are the same; the time of the last
    change of the inode cannot be set back by a program, so a changed file is never taken for the old one.

    Parameters
    ----------
    path : Path
        What to hash.
    remembered : Path
        JSON file of earlier hashes; made if missing.
    """
    try:
        known = json.loads(remembered.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        known = {}
    found = {str(file): _file_hash(file, known.get(str(file))) for file in files_of(path)}
    if any(known.get(file) != entry for file, entry in found.items()):
        write_whole(remembered, json.dumps(known | found, indent=0))
    return digest([(str(Path(file).relative_to(path.parent)), entry[-1]) for file, entry in found.items()])


def files_of(path: Path) -> Iterator[Path]:
    """Yield a file, or every Parquet file of a folder, in order."""
    yield from sorted(path.rglob("*.parquet")) if path.is_dir() else [path]


def _file_hash(file: Path, known: list[object] | None) -> list[object]:
    stat = file.stat()
    state: list[object] = [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]
    if known and known[:4] == state and known[4]:
        return known
    pieces = range(0, max(stat.st_size, 1), _PIECE)
    with ThreadPoolExecutor(threads()) as pool:
        each = "".join(pool.map(functools.partial(_piece_hash, file), pieces))
    settled = time.time_ns() - max(stat.st_mtime_ns, stat.st_ctime_ns) > _TRUST_AFTER_NS
    return [*state, settled, hashlib.sha256(each.encode()).hexdigest()]


def _piece_hash(file: Path, start: int) -> str:
    """Hash what stands from a byte of a file on, up to so much."""
    hashed = hashlib.sha256()
    with file.open("rb") as data:
        data.seek(start)
        for _ in range(_PIECE // _AT_ONCE):
            hashed.update(data.read(_AT_ONCE))
    return hashed.hexdigest()
