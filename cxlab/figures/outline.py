"""Path data in fewer bytes: relative steps between rounded points."""

from __future__ import annotations

import re

_COMMAND = re.compile(r"([MLQCZz])([^MLQCZz]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")


def relative(path: str, *, scale: float, digits: int) -> str:
    """Rewrite absolute path data (M, L, Q, C, Z) with relative commands.

    Points are scaled and rounded before steps are taken, so that errors do not add up along the path.

    Parameters
    ----------
    path : str
        Path data in absolute coordinates.
    scale : float
        Factor to every coordinate.
    digits : int
        Decimals kept.

    Examples
    --------
    >>> relative("M 10 10 L 20 10 L 20 15.26 z", scale=1, digits=1)
    'm10 10h10v5.3z'
    """
    out: list[str] = []
    here = start = (0, 0)
    unit = 10**digits
    for letter, numbers in _COMMAND.findall(path):
        flat = [round(float(number) * scale * unit) for number in _NUMBER.findall(numbers)]
        points = list(zip(flat[::2], flat[1::2], strict=True))
        if letter in "Zz":
            out.append("z")
            here = start
            continue
        step = {"Q": 2, "C": 3}.get(letter, 1)
        for place in range(0, len(points), step):
            taken = points[place : place + step]
            out.append(_command(letter, here, taken, digits))
            here = taken[-1]
            start = here if letter == "M" else start
    return "".join(part for part in out if part)


def _command(letter: str, here: tuple[int, int], points: list[tuple[int, int]], digits: int) -> str:
    """Write one command; nothing for a line that goes nowhere."""
    steps = [coordinate - origin for point in points for coordinate, origin in zip(point, here, strict=True)]
    if letter == "L":
        if steps == [0, 0]:
            return ""
        if steps[1] == 0:
            return f"h{_number(steps[0], digits)}"
        if steps[0] == 0:
            return f"v{_number(steps[1], digits)}"
    words = [_number(step, digits) for step in steps]
    return letter.lower() + words[0] + "".join(word if word.startswith("-") else f" {word}" for word in words[1:])


def _number(value: int, digits: int) -> str:
    if not digits:
        return str(value)
    text = f"{value / 10**digits:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
