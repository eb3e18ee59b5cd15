"""One thing the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "wrong"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What was found of one thing.

    Parameters
    ----------
    about : str
        The thing, such as ``disk``.
    state : {"ok", "note", "wrong"}
        Fine; works, but somebody should know; stands in the way of a run.
    said : str
        What was found.
    todo : str
        What a person does about it; empty where there is nothing to do.
    """

    about: str
    state: State
    said: str
    todo: str = ""

    def __post_init__(self) -> None:
        if self.state == "wrong" and not self.todo:
            raise ValueError(f"what is wrong needs something to do about it; {self.about}: {self.said}")

    def __str__(self) -> str:
        """One plain line."""
        return f"{self.state:<5}  {self.about}: {self.said}{f' -> {self.todo}' if self.todo else ''}"


def gigabytes(size: float) -> str:
    """Write bytes for people.

    >>> gigabytes(2_147_483_648)
    '2.1 GB'
    """
    return f"{size / 1e9:.1f} GB"
