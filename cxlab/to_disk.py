"""A file put in its place in one step, on the disk before it is seen; importing this imports nothing heavy."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path | str, content: bytes) -> None:
    """Put ``content`` at ``path`` whole or not at all: temporary name, fsync, rename."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
