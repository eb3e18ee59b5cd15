"""Cánh Én Mobile: a made-up mobile operator whose every effect is planted, known and written down."""

from cxlab.synth.make import make_company

__all__ = ["make_company"]
