"""Prepared tables that evidence starts from, made again to be measured as builders of evidence are."""

from __future__ import annotations

import ibis.expr.types as ir

from cxlab.evidence.parts import by_part
from cxlab.quarter import Window
from cxlab.tables.buying import buying


def who_bought(days: ir.Table, lives: ir.Table, *, window: Window) -> list[int]:
    """Make the table ``buying`` part by part; return how many customers each part has."""
    return [
        int(buying(some_days, some_lives, window=window).cache().count().to_pyarrow().as_py())
        for some_days, some_lives in by_part(days, lives)
    ]
