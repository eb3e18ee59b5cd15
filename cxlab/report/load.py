"""The load report as tables of words, for the data page."""

from __future__ import annotations

from typing import Any

from cxlab.wording import Wording


def load_tables(load: Any, *, wording: Wording) -> dict[str, Any]:  # noqa: ANN401
    """Return the tables of the data page."""
    return {"tables": []}
