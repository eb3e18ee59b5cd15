"""Three verdicts, one rule."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["real_change", "no_material_change", "cannot_tell"]


def verdict(adjusted_p: float, *, low: float, high: float, band: float) -> Verdict:
    """Judge a change.

    Parameters
    ----------
    adjusted_p : float
        p of no change, adjusted over all tests of the page.
    low, high : float
        Ends of the interval of the change.
    band : float
        Changes within plus or minus this are too small to matter; same unit as the ends.

    >>> verdict(0.01, low=0.002, high=0.004, band=0.01)
    'real_change'
    >>> verdict(0.40, low=-0.002, high=0.004, band=0.01)
    'no_material_change'
    >>> verdict(0.40, low=-0.02, high=0.004, band=0.01)
    'cannot_tell'
    """
    if band < 0:
        raise ValueError(f"the band of changes too small to matter cannot be negative; got {band}")
    if adjusted_p < 0.05:
        return "real_change"
    return "no_material_change" if -band < low and high < band else "cannot_tell"
