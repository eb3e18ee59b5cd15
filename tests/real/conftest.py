"""Where the real files lie."""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).parent


def files_of(study: str, *names: str) -> Path | None:
    """The folder of a study's files, if all are there: under ``CXLAB_REAL``, or beside the checkout."""
    named = os.environ.get("CXLAB_REAL")
    above = [parent / place for parent in HERE.parents for place in ("shared/data", "data/real")]
    for folder in [Path(named)] if named else above:
        if all((folder / study / name).is_file() for name in names):
            return folder / study
    return None
