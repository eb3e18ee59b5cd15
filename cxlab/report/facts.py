"""RunFacts: what a page says about the run that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

from cxlab.finding import Message

State = Literal["draft", "published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswer:
    """Something whose answer is known beforehand, and that the self-test asks this version.

    Parameters
    ----------
    name : str
        ``selftest.<name>`` is its title in the catalogue.
    answers : tuple of str
        The known answers as they are printed at their source; empty where they are only known once the company
        they are counted in was made up.
    near : str
        How near the answer has to come: ``"printed"`` (to the last printed digit), ``"exact"``, ``"errors"``
        (within a few standard errors), ``"percent"`` (within a few percent), ``"least"`` (at least that much).
    source : str
        Who published it, or empty for what is planted in a made-up company.
    """

    name: str
    answers: tuple[str, ...]
    near: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """What is known of the self-test of this version on this machine.

    Parameters
    ----------
    known : tuple of KnownAnswer
        What it asks.
    checks, passed : int
        How many answers it compared, and how many were right; 0 where it was not run.
    on : date, optional
        The day it was run; None where this version was not tested on this machine.
    """

    known: tuple[KnownAnswer, ...]
    checks: int = 0
    passed: int = 0
    on: date | None = None


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
    self_test : SelfTest, optional
        What the self-test asks and how it came out; None where nothing is known of one.
    """

    run_id: str
    made_at: datetime
    state: State
    code_version: str
    approved_by: str | None = None
    approved_on: date | None = None
    off: Mapping[str, Message] = field(default_factory=dict)
    computed_now: tuple[str, ...] = ()
    self_test: SelfTest | None = None

    def __post_init__(self) -> None:
        if self.state not in get_args(State):
            raise ValueError(f"state must be one of {', '.join(get_args(State))}; got {self.state!r}")
        if self.made_at.tzinfo is None:
            raise ValueError(f"made_at needs a time zone; got {self.made_at.isoformat()}")
        if self.state == "published" and not self.approved_by:
            raise ValueError("a published report names the role that approved it; approved_by is empty")
