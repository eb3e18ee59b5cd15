"""Findings as pages: `show` and `record` in a notebook, `write_pages` and `verify_pages` in a run."""

from cxlab.report.facts import RunFacts
from cxlab.report.pages import write_pages
from cxlab.report.record import recall, record
from cxlab.report.show import show
from cxlab.report.verify import verify_pages

__all__ = ["RunFacts", "recall", "record", "show", "verify_pages", "write_pages"]
