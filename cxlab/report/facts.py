"""RunFacts: what a page says about the run that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

from cxlab.finding import Message

State = Literal["draft", "published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Facts of one run.

    Parameters
    ----------
    run_id : str
        Name of the run's folder; it stands on every page, on the one line that differs between two equal runs.
    made_at : datetime
        With a time zone; on the same line.
    state : {"draft", "published"}
        Drafts carry a banner.
    approved_by : str, optional
        The role that approved; needed to be published.
    approved_on : date, optional
        The day it did.
    code_version : str
        Version of cxlab, with the commit where known.
    off : mapping of str to Message
        Questions that could not run, and why.
    computed_now : tuple of str
        Names of findings of other quarters that had to be computed again because no ledger holds them.
    """

    run_id: str
    made_at: datetime
    state: State
    code_version: str
    approved_by: str | None = None
    approved_on: date | None = None
    off: Mapping[str, Message] = field(default_factory=dict)
    computed_now: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.state not in get_args(State):
            raise ValueError(f"state must be one of {', '.join(get_args(State))}; got {self.state!r}")
        if self.made_at.tzinfo is None:
            raise ValueError(f"made_at needs a time zone; got {self.made_at.isoformat()}")
        if self.state == "published" and not self.approved_by:
            raise ValueError("a published report names the role that approved it; approved_by is empty")
