"""What became of one delivery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from cxlab.errors import RunError

State: TypeAlias = Literal["sent", "before", "failed", "planned", "draft"]
"""``before``: it was sent earlier and not again; ``planned``: a dry run; ``draft``: drafts never go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of telling one target.

    Parameters
    ----------
    target, kind : str
        Its name in study.toml, and by which way it is told.
    event : str
        What it was told.
    state : {"sent", "before", "failed", "planned", "draft"}
        How it ended.
    detail : str
        In words: how much went where, or why not. No secret and no mail address stands in it, but in a dry run.
    attempts : int
        How often it was tried.
    """

    target: str
    kind: str
    event: str
    state: State
    detail: str
    attempts: int = 0

    def __str__(self) -> str:
        words = {"before": "sent before", "planned": "would be sent", "draft": "not sent"}
        return f"{self.target}: {words.get(self.state, self.state)}: {self.detail}"


class Undelivered(RunError):
    """One attempt failed.

    Parameters
    ----------
    message : str
        Why.
    passing : bool
        Whether a later attempt may do better.
    """

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing
