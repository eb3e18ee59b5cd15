"""Draws one at a time, out of a numpy stream, as fast as Python allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
_BLOCK = 65_536


class Dice:
    """Uniform numbers from a stream, one after another."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._next = iter(()).__next__

    def roll(self) -> float:
        """Return a number from 0 up to 1."""
        try:
            return self._next()
        except StopIteration:
            self._next = iter(self._rng.random(_BLOCK).tolist()).__next__
            return self._next()

    def below(self, size: int) -> int:
        """Return a whole number from 0 to size - 1."""
        return int(self.roll() * size)

    def pick(self, some: Sequence[T]) -> T:
        """Return one of some things."""
        return some[int(self.roll() * len(some))]
