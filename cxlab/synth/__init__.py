"""Cánh Én Mobile: a made-up mobile operator whose every effect is planted, known and written down.

``make_company`` writes it; `cxlab.synth.company` holds every number.
"""

from cxlab.synth.make import make_company
from cxlab.synth.truth import QuarterTruth, Truth

__all__ = ["QuarterTruth", "Truth", "make_company"]
