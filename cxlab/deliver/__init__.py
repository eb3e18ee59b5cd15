"""What leaves the house: a published quarter to folders, mailboxes and programs; a failure to those who mend it.

The targets of a study stand in study.toml (`cxlab.tables.delivery`). `parcel` makes what is sent, once for all
of them; `folder`, `mail` and `webhook` bring it there; `patience` tries again; `record` remembers what arrived.
A target that fails hinders neither the others nor the published quarter, and no draft ever goes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cxlab.deliver.outcome import Outcome

if TYPE_CHECKING:
    from cxlab.quarter import Quarter
    from cxlab.tables.delivery import Event

__all__ = ["Outcome", "deliver"]


def deliver(
    folder: Path,
    *,
    config: Path,
    event: Event,
    quarter: Quarter,
    notice: Mapping[str, Sequence[str]] | None = None,
    because: str | None = None,
    to: Sequence[str] = (),
    again: bool = False,
    dry_run: bool = False,
) -> tuple[Outcome, ...]:
    """Tell every target of a study that asked for this event.

    Parameters
    ----------
    folder : Path
        The run: published whole (success, change), or failed; for a notice without a run, any folder. What was
        delivered is recorded in it, in ``delivered.json``.
    config : Path
        The study file.
    event : {"success", "failure", "change"}
        A quarter was published; a run failed; a published quarter was corrected.
    quarter : Quarter
        The quarter meant.
    notice : mapping of str to sequence of str, optional
        What a failure says, lines by language; the first line is the subject.
    because : str, optional
        Why a published quarter was corrected.
    to : sequence of str
        Names of targets; empty means all.
    again : bool
        Send what was sent before, too.
    dry_run : bool
        Say what would be sent; send nothing, record nothing.

    Returns
    -------
    tuple of Outcome
        One per target that asked for the event, failed ones too; empty where the study names none.

    Raises
    ------
    UsageError
        If the study file is wrong, or names no target called as in ``to``.

    Notes
    -----
    A target is told of a report once, until it was told of another run of that quarter: a report that comes back
    after a correction is told again.
    """
    from cxlab.deliver.parcel import Errand  # heavy: only what is sent needs it
    from cxlab.deliver.round import go_round

    errand = Errand(
        folder=folder, config=config, event=event, quarter=quarter, notice=notice or {}, because=because or ""
    )
    return go_round(errand, to=to, again=again, dry_run=dry_run)
