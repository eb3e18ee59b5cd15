"""What failed, read from the error and the run's own log: never from what a cell said, which may hold values."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cxlab.errors import CxlabError, DataError, LimitError, LockedError, RunError, TimedOutError, UsageError
from cxlab.finding import Message
from cxlab.quarter import Quarter
from cxlab.run.ready import NotReadyError, Reason

_KINDS: tuple[tuple[type[CxlabError], str], ...] = (
    (NotReadyError, "not_ready"),
    (LockedError, "locked"),
    (TimedOutError, "timed_out"),
    (LimitError, "limit"),
    (UsageError, "usage"),
    (DataError, "data"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a scheduled run made no report.

    Parameters
    ----------
    kind : str
        ``not_ready``, ``locked``, ``timed_out``, ``limit``, ``usage``, ``data``, or ``failed``.
    error : str
        The kind of error, such as ``KeyError``.
    step, cell : str or None, int or None
        The notebook that failed and its code cell, counted from 1.
    reasons : tuple of Reason
        What the quarter waits for.
    folder : Path or None
        The failed run; None if none began.
    frames : tuple of str
        Where the code was, the innermost place last: files and lines, no values.
    """

    kind: str
    error: str
    step: str | None = None
    cell: int | None = None
    reasons: tuple[Reason, ...] = ()
    folder: Path | None = None
    frames: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The same trouble has the same key, whichever run met it."""
        return "|".join([self.kind, self.error, self.step or "", str(self.cell or ""), *map(str, self.reasons)])

    def message(self, *, study: str, quarter: Quarter) -> Message:
        """Return what failed, for people; a quarter that is not ready needs ``reasons`` beside the values."""
        values: dict[str, str | int | Quarter] = {"study": study, "quarter": quarter}
        if self.step is None or self.cell is None:
            return Message(f"notice.{self.kind}", values)
        values |= {"step": self.step, "cell": self.cell, "error": self.error}
        return Message("notice.cell_timed_out" if self.kind == "timed_out" else "notice.cell", values)


def trouble_of(error: Exception, *, folder: Path | None) -> Trouble:
    """Describe an error that ended a scheduled run; ``folder`` is the run that failed, if one began."""
    kind = next((name for of, name in _KINDS if isinstance(error, of)), "failed")
    if isinstance(error, NotReadyError):
        return Trouble(kind=kind, error=type(error).__name__, reasons=error.reasons)
    step, cell, name = _failed_cell(folder)
    return Trouble(
        kind=kind,
        error=name or type(error).__name__,
        step=step,
        cell=cell,
        folder=folder,
        frames=tuple(_frames(error)),
    )


def without_values(error: Exception, *, trouble: Trouble) -> CxlabError:
    """Return the error as a log may hold it: of its kind, and without the words of whatever library raised it."""
    if isinstance(error, CxlabError) and type(error) is not RunError:
        return error
    if trouble.step is not None:
        where, kept = (
            f"{trouble.step}.ipynb, code cell {trouble.cell}, failed",
            f"; what it said is kept in {trouble.folder}",
        )
    else:
        where, kept = "the run failed", f" at {trouble.frames[-1]}" if trouble.frames else ""
    return RunError(f"{where}: {trouble.error}{kept}")


def _frames(error: Exception) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}, line {frame.lineno}, in {frame.name}"


def _failed_cell(folder: Path | None) -> tuple[str | None, int | None, str | None]:
    """Return step, cell and kind of error of the first cell that failed, as the run's log has them."""
    for line in _lines(folder):
        event = json.loads(line)
        if event.get("event") == "cell failed":
            return event["step"], event["cell"], event["kind"]
    return None, None, None


def _lines(folder: Path | None) -> list[str]:
    try:
        return (folder / "log.jsonl").read_text(encoding="utf-8").splitlines() if folder else []
    except OSError:
        return []
