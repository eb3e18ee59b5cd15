"""Path data in few bytes: relative steps between rounded points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LETTERS: dict[int, str] = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "z"}
"""Matplotlib's codes of a path."""

_POINTS = {"Q": 2, "C": 3}


def outline(vertices: NDArray[np.float64], codes: NDArray[Any] | None, *, digits: int) -> str:
    """Write a path of matplotlib as SVG path data with relative commands.

    Points are rounded before steps are taken, so that errors do not add up along the path.

    Parameters
    ----------
    vertices : (N, 2) array
        Absolute points; y as it shall be written.
    codes : (N,) array or None
        Codes of matplotlib; None is one line through all points.
    digits : int
        Decimals kept.

    Examples
    --------
    >>> outline(np.array([[10, 10], [20, 10], [20, 15.26], [0, 0]]), [1, 2, 2, 79], digits=1)
    'm10 10h10v5.3z'
    """
    unit = 10**digits
    points = np.floor(np.asarray(vertices) * unit + 0.5).astype(np.int64).tolist()
    kinds = [1] + [2] * (len(points) - 1) if codes is None else [int(code) for code in codes]
    out: list[str] = []
    here = start = [0, 0]
    place = 0
    while place < len(points):
        letter = _LETTERS.get(kinds[place], "")  # a stop has none
        step = _POINTS.get(letter, 1)
        if letter == "z":
            out.append("z")
            here = start
        elif letter:
            out.append(_command(letter, here, points[place : place + step], digits))
            here = points[place + step - 1]
            start = here if letter == "M" else start
        place += step
    return "".join(out)


def _command(letter: str, here: list[int], points: list[list[int]], digits: int) -> str:
    """Write one command; nothing for a line that goes nowhere."""
    steps = [coordinate - origin for point in points for coordinate, origin in zip(point, here, strict=True)]
    if letter == "L" and 0 in steps:
        if steps == [0, 0]:
            return ""
        return f"h{number(steps[0], digits)}" if steps[1] == 0 else f"v{number(steps[1], digits)}"
    words = [number(step, digits) for step in steps]
    return letter.lower() + words[0] + "".join(word if word.startswith("-") else f" {word}" for word in words[1:])


def number(value: int, digits: int) -> str:
    """Write a whole number of the last decimals kept.

    >>> number(-1250, 2), number(0, 1)
    ('-12.5', '0')
    """
    if not digits:
        return str(value)
    whole, rest = divmod(abs(value), 10**digits)
    text = f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if value < 0 else text
