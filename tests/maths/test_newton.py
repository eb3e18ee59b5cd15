"""Climbing: the top is found, also where the value is too large to show what the last step gains."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.maths.newton import climb

TOP = np.array([0.5, -1.25])


def hill(*, size, steep=1e4):
    """A paraboloid whose top is as high as told, and the places it was asked for."""
    asked = []

    def height(at):
        asked.append(at)
        away = at - TOP
        return size - steep / 2 * float(away @ away), -steep * away, -steep * np.eye(2)

    return height, asked


def test_the_top_of_a_hill_is_found():
    height, _ = hill(size=7.0)
    top = climb(height, start=[3.0, 3.0])
    assert top.at == pytest.approx(TOP, abs=1e-12)
    assert top.height == pytest.approx(7.0)


def test_a_gain_lost_in_rounding_is_not_looked_for():
    height, asked = hill(size=1e12)
    assert height(TOP)[0] == height(TOP + 5e-5)[0]
    asked.clear()
    top = climb(height, start=TOP + 5e-5)
    assert top.at == pytest.approx(TOP, abs=1e-12)
    assert len(asked) == 1
