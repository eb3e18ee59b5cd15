"""Findings as pages: `show` and `record` in a notebook, `write_pages` and `verify_pages` in a run.

What only a run needs is imported when it is first used: a notebook starts without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cxlab.report.advice import advise
from cxlab.report.board import show_board
from cxlab.report.earlier import before
from cxlab.report.facts import RunFacts
from cxlab.report.record import recall, recall_all, record
from cxlab.report.show import show

if TYPE_CHECKING:
    from cxlab.report.pages import write_pages
    from cxlab.report.verify import verify_pages

_HOMES = {"verify_pages": "verify", "write_pages": "pages"}

__all__ = [
    "RunFacts",
    "before",
    "recall",
    "recall_all",
    "record",
    "show",
    "show_board",
    "verify_pages",
    "write_pages",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


advise()
