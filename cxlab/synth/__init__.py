"""Cánh Én Mobile: a made-up mobile operator whose every effect is planted, known and written down.

``make_company`` writes it; `cxlab.synth.company` and `cxlab.synth.voice` hold every number. ``buyers`` draws a
population that buys exactly as the models of repeat buying assume.
"""

from cxlab.synth.buying import Buyers, Habits, buyers
from cxlab.synth.make import make_company
from cxlab.synth.truth import QuarterTruth, Truth

__all__ = ["Buyers", "Habits", "QuarterTruth", "Truth", "buyers", "make_company"]
