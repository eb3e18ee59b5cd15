"""Findings as pages: `show` and `record` in a notebook, `write_pages` and `verify_pages` in a run."""

from cxlab.report.board import show_board
from cxlab.report.earlier import before
from cxlab.report.facts import RunFacts
from cxlab.report.pages import write_pages
from cxlab.report.record import recall, recall_all, record
from cxlab.report.show import show
from cxlab.report.verify import verify_pages

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
