"""The key ids are hashed with: made once, readable by its owner only, never shown."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cxlab.errors import UsageError


def id_key(folder: Path) -> str:
    """Return the key of a study's private folder; make it the first time.

    Raises
    ------
    UsageError
        If the key is there and others can read it.
    """
    path = folder / "id.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise UsageError(
                f"the key {path} can be read by others",
                [f"needed: mode 600, so that only its owner reads it: chmod 600 {path}"],
            ) from None
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_hex(32)
        file.write(key + "\n")
    return key
