"""Turns: what two processes need at once is made by one of them, and found by the other."""

from __future__ import annotations

import getpass
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


@contextmanager
def in_turn(to: Path) -> Iterator[None]:
    """Wait until nobody else makes ``to``. Whoever waited looks first whether it is there by now.

    The lock goes with its process, however that ends. It stands outside the study, which keeps nothing of it;
    two machines that share a study both do the work, which is a waste and no harm.
    """
    name = hashlib.sha256(f"{getpass.getuser()}|{to.absolute()}".encode()).hexdigest()[:32]
    with FileLock(Path(tempfile.gettempdir()) / f"cxlab-{name}.lock"):
        yield
