"""What a fault may leave behind (nothing) and what it may take (nothing)."""

from __future__ import annotations

from pathlib import Path

MARKS = ("load-", ".")


def kept(prepared: Path) -> dict[str, bytes]:
    """Everything a load keeps, but for what it remembers of the files it hashed."""
    files = [path for path in prepared.rglob("*") if path.is_file() and path.name != "fingerprints.json"]
    return {str(path.relative_to(prepared)): path.read_bytes() for path in files}


def left_behind(prepared: Path) -> list[str]:
    """Half-written files, scratch folders and what was spilled."""
    working = [path for path in prepared.rglob("*") if path.name.startswith(MARKS)]
    return [str(path) for path in (*working, *prepared.glob("spill/*"))]
