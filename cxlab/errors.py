"""Errors a person can act on: what was needed, what came, where to look.

Misuse of a function (a wrong argument type, an impossible level) stays ``ValueError`` or ``TypeError``.
Each error carries the exit code the command line ends with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class CxlabError(Exception):
    """Something a person has to mend; all problems found are listed at once.

    Parameters
    ----------
    message : str
        One sentence: what is wrong.
    problems : sequence of str
        Every single problem, one line each: where, what was needed, what came.
    see : str, optional
        Where to read more, such as ``"data/README.md#contracts"``.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, problems: Sequence[str] = (), *, see: str | None = None) -> None:
        self.message, self.problems, self.see = message, tuple(problems), see
        lines = [message, *(f"  - {problem}" for problem in self.problems)]
        super().__init__("\n".join(lines + ([f"  See {see}"] if see else [])))


class UsageError(CxlabError):
    """The command, a parameter or the study file is wrong."""

    exit_code = 2


class DataError(CxlabError):
    """Data are missing, refused or not ready."""

    exit_code = 69


class LimitError(CxlabError):
    """Memory or disk did not suffice; what was there before still is, and nothing was published."""


class FitError(CxlabError):
    """An estimator cannot give an honest answer on this evidence."""


class RunError(CxlabError):
    """A step of a run failed; nothing was published."""


class LockedError(RunError):
    """Another run holds the quarter."""

    exit_code = 75


class TimedOutError(RunError):
    """A cell, a notebook or a run went over its limit."""

    exit_code = 124
