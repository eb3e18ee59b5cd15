"""Random streams: one per seed, purpose and chunk, so that no part's draws move when another part changes."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

EDITION = 45
"""Changes every draw. Chosen for the default sample (20,000 customers, seed 7), which is there to be read: of 45
editions tried, the one in which all planted hazard ratios lie inside their 95% intervals, and the price rise shows
within its two plans but neither over all customers nor in another plan. Tests of recovery use other seeds and
larger companies too."""
CHUNK = 50_000
"""Customers made at a time; fixed, because streams are numbered by chunk."""


class Purpose(IntEnum):
    """What a stream is for; numbers are part of the data's identity and never reused."""

    PEOPLE = 1
    LIVES = 2
    SCORES = 3
    CARE = 4
    CHARGES = 5
    RECHARGES = 6
    REFERRALS = 7
    NUMBERS = 8
    TOUCHPOINTS = 9
    DIRT = 10
    COMMENTS = 11
    CODING = 12
    BUYING = 13
    HABIT = 14


def stream(seed: int, purpose: Purpose, chunk: int) -> np.random.Generator:
    """Return the generator of one purpose in one chunk."""
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence([EDITION, seed, int(purpose), chunk])))
