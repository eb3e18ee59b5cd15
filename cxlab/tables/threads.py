"""How many threads work at once."""

from __future__ import annotations

import os


def threads() -> int:
    """Return the number CXLAB_THREADS says, else that of the processors."""
    return int(os.environ.get("CXLAB_THREADS", "0")) or os.cpu_count() or 1
