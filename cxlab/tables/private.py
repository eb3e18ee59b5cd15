"""The key ids are hashed with: made once, readable by its owner only, never shown, and missed when it is gone.

An id becomes the first 32 hex digits of ``sha256(key, unit separator, id)``: a key of 256 random bits and a fixed
length make this a keyed hash as it stands, and half a digest cannot be extended.

The fingerprint of the key stands beside study.toml, where it outlives the private folder, and once more among the
prepared tables. A study that was ever hashed therefore never gets a second key by itself.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from cxlab.errors import DataError, UsageError
from cxlab.tables.config import Source, StudyConfig
from cxlab.tables.whole_files import write_whole

KEY, STAMP, LIST = "id.key", "id-key.fingerprint", "suppressed"
ROTATION = "rotation"
"""Folder in the private one: what a change of keys has still to put in its place."""

ERASED = "people were erased: the private folder has a list of them"
SEE = "data/README.md#privacy"
_STAMP = "# fingerprint of the key that hashed the ids of this study; the key itself stays in the private folder\n"


def hashes(sources: Iterable[Source]) -> bool:
    """Say whether any of the sources hashes ids or other columns."""
    return any(source.ids == "hash" or source.hash for source in sources)


def id_key(config: StudyConfig, *, folder: Path) -> str:
    """Return the key of a study; make it if nothing was ever hashed.

    Parameters
    ----------
    config : StudyConfig
        The study.
    folder : Path
        Folder of study.toml.

    Raises
    ------
    UsageError
        If the key is there and others can read it.
    DataError
        If it is lost, damaged or another one than the study was hashed with.
    """
    finish_rotation(config, folder=folder)
    path = folder / config.private / KEY
    expected = stamped(config, folder=folder)
    try:
        key = read_key(path)
    except FileNotFoundError:
        if expected is not None:
            raise _lost(path, expected=expected) from None
        key = _made(path)
    if expected is not None and fingerprint(key) != expected:
        raise _other(path, expected=expected, came=fingerprint(key))
    stamp(config, folder=folder, key=key)
    return key


def read_key(path: Path) -> str:
    """Return the key in a file.

    Raises
    ------
    FileNotFoundError
        If there is none.
    UsageError
        If others can read it.
    DataError
        If it is no key.
    """
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if path.stat().st_mode & 0o077:
        raise UsageError(
            f"the key {path} can be read by others",
            [f"needed: mode 600, so that only its owner reads it: chmod 600 {path}"],
        )
    if not re.fullmatch("[0-9a-f]{64}", text):
        needed = f"needed: 64 hex digits; it holds {len(text)} characters. Put the key back from a backup"
        raise DataError(f"the key {path} is damaged", [needed], see=SEE)
    return text


def fingerprint(key: str) -> str:
    """Return what may be shown of a key: it tells keys apart and tells nothing about them."""
    return hashlib.sha256(f"cxlab id key\x1f{key}".encode()).hexdigest()[:16]


def hashed(identifier: str, *, key: str) -> str:
    """Return the pseudonym of an id, as the engine makes it."""
    return hashlib.sha256(f"{key}\x1f{identifier}".encode()).hexdigest()[:32]


def stamped(config: StudyConfig, *, folder: Path) -> str | None:
    """Return the fingerprint of the key the study was hashed with; None if it never was."""
    return next(iter(_stamp_lines(config, folder=folder)), None)


def has_erased(config: StudyConfig, *, folder: Path) -> bool:
    """Say whether people were erased from the study, so that there has to be a list of them."""
    return ERASED in _stamp_lines(config, folder=folder)


def stamp(config: StudyConfig, *, folder: Path, key: str, erased: bool | None = None) -> None:
    """Keep the fingerprint of the key, and that people were erased, where both outlive the private folder."""
    erased = has_erased(config, folder=folder) if erased is None else erased
    text = f"{_STAMP}{fingerprint(key)}\n{f'{ERASED}{chr(10)}' if erased else ''}"
    for path in _stamps(config, folder=folder):
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_whole(path, text)


def finish_rotation(config: StudyConfig, *, folder: Path) -> None:
    """Put in its place what a change of keys made, if one was begun (`cxlab.tables.rotate`)."""
    private = folder / config.private
    begun = private / ROTATION
    if not begun.is_dir():
        return
    key = read_key(begun / KEY if (begun / KEY).is_file() else private / KEY)
    stale = private / LIST
    replaced = (begun / LIST).is_file() or not stale.is_file()
    if not replaced and f"key {fingerprint(key)}" not in stale.read_text(encoding="utf-8").splitlines():
        stale.replace(private / f"{LIST}-{stamped(config, folder=folder) or 'before'}")
    others = [path for path in begun.iterdir() if path.name != KEY]
    for path in [*others, *([begun / KEY] if (begun / KEY).is_file() else [])]:
        path.replace(private / path.name)
    stamp(config, folder=folder, key=key, erased=(private / LIST).is_file())
    begun.rmdir()


def new_key() -> str:
    """Return a key nobody has: 256 random bits as 64 hex digits."""
    return secrets.token_hex(32)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _made(path: Path) -> str:
    """Make a key; of two processes that do so at once the first one's stays."""
    fresh = path.with_name(f".{KEY}.{secrets.token_hex(6)}")
    write_private(fresh, new_key() + "\n")
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    except OSError:  # no hard links here
        fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)
    return read_key(path)


def _stamp_lines(config: StudyConfig, *, folder: Path) -> list[str]:
    for path in _stamps(config, folder=folder):
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            return [line for line in lines if not line.startswith("#")]
    return []


def _stamps(config: StudyConfig, *, folder: Path) -> tuple[Path, Path]:
    return folder / STAMP, folder / config.prepared / STAMP


def _lost(path: Path, *, expected: str) -> DataError:
    return DataError(
        f"the key {path} is lost",
        [
            f"needed: the key with the fingerprint {expected}, which hashed this study; there is no such file",
            "put it back from a backup: with a new key every id gets another pseudonym, and the erased come back",
            "if it is gone for good: cxlab rotate-key --lost begins anew with a new key, without a crosswalk",
        ],
        see=SEE,
    )


def _other(path: Path, *, expected: str, came: str) -> DataError:
    return DataError(
        f"the key {path} is not the one this study was hashed with",
        [
            f"needed: the key with the fingerprint {expected}; this one has {came}",
            "put the right one back from a backup; to change keys put it back first, then: cxlab rotate-key",
        ],
        see=SEE,
    )
