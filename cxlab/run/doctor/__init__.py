"""Is everything there that a run needs? The machine first, then the study."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from cxlab.run.doctor.machine import INSTALL
from cxlab.run.doctor.machine import signs as of_machine
from cxlab.run.doctor.sign import Sign

__all__ = ["Sign", "examine"]


def examine(config: Path | str | None = None, *, now: datetime) -> list[Sign]:
    """Look at the machine and at a study; nothing is changed, and no data are read.

    Parameters
    ----------
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    now : datetime
        With its zone.
    """
    found = [*of_machine()]
    try:
        from cxlab.run.doctor.premises import signs as of_study  # needs packages that may be what is missing
    except ImportError as error:
        said = f"not looked at: {error}"
        return [*found, Sign(about="study", state="wrong", said=said, todo=INSTALL)]
    return [*found, *of_study(config, now=now)]
