"""selftest(): whether this version, on this machine, gives the answers that are known.

`asked` says what is known and judges an answer; `published` answers what others printed, `laws` what was drawn
from a known law, `company` what was planted in a company made up for the purpose; `remembered` keeps the outcome.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from cxlab.run.selftest.asked import Check, judged, questions
from cxlab.run.selftest.remembered import remember, tested

__all__ = ["Check", "Tested", "selftest", "tested"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What came of a self-test.

    Parameters
    ----------
    checks : tuple of Check
        Every comparison, in order.
    seconds : float
        How long it took.
    kept : str
        Where the outcome is remembered; empty where it could not be written.
    """

    checks: tuple[Check, ...]
    seconds: float
    kept: str

    @property
    def passed(self) -> int:
        """How many answers were right."""
        return sum(check.passed for check in self.checks)


def selftest(*, watch: Callable[[Check], None] | None = None) -> Tested:
    """Ask everything whose answer is known, and remember how it went for the pages of this version.

    Parameters
    ----------
    watch : callable, optional
        Told of every comparison as it is made.
    """
    started, checks = time.monotonic(), []
    for check in _checks():
        checks.append(check)
        if watch is not None:
            watch(check)
    kept = remember(checks=len(checks), passed=sum(check.passed for check in checks), at=datetime.now(UTC))
    return Tested(checks=tuple(checks), seconds=round(time.monotonic() - started, 1), kept=kept)


def _checks() -> Iterator[Check]:
    from cxlab.run.selftest import company, laws, published  # heavy: only when it is run

    for name, answer in {**published.ANSWERS, **laws.ANSWERS}.items():
        question = questions()[name]
        yield from judged(question, answer(question.data))
    with company.company() as made:
        for name, ask in company.ANSWERS.items():
            yield from judged(questions()[name], ask(made))
