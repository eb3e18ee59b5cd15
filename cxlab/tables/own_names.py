"""Names of working files: they tell whose they are, so that what a killed process left can be taken away."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import socket
import time
from pathlib import Path
from uuid import uuid4

_STRANGE_SECONDS = 86_400
"""What another machine left is nobody's any more after so long."""

_OWN = re.compile(r"([0-9a-f]{6})-(\d+)-[0-9a-f]{12}")


def own_name() -> str:
    """Return a name nobody else has: this machine, this process, and chance."""
    return f"{_machine()}-{os.getpid()}-{uuid4().hex[:12]}"


def is_left_behind(path: Path) -> bool:
    """Say whether a working file or folder is of a process that is no more; False for any other name."""
    found = _OWN.search(path.name)
    if found is None:
        return False
    machine, process = found[1], int(found[2])
    if machine == _machine():
        return not alive(process)
    try:
        return time.time() - path.stat().st_mtime > _STRANGE_SECONDS
    except FileNotFoundError:
        return False


def lasting_folder(file: Path) -> Path:
    """Return the folder of a file; of a working file the folder its working names stand in."""
    named = [place for place in (file, *file.parents) if _OWN.search(place.name)]
    return (named[-1] if named else file).parent


@functools.cache
def _machine() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


def alive(process: int) -> bool:
    """Say whether a process of this machine runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
