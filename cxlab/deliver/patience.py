"""Trying again what may pass: every wait twice as long as the one before."""

from __future__ import annotations

import time
from collections.abc import Callable

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from cxlab.deliver.outcome import Undelivered

LONGEST_WAIT_SECONDS = 600.0


def patiently(
    send: Callable[[], str],
    *,
    attempts: int,
    wait_seconds: float,
    failed: Callable[[int, Undelivered], None] = lambda *_: None,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[str, int]:
    """Call ``send`` until it succeeds; return what it said and how many attempts it took.

    Parameters
    ----------
    send : callable
        One attempt.
    attempts : int
        In all, at most.
    wait_seconds : float
        Before the second attempt; twice as long before each further one.
    failed : callable, optional
        Told of each attempt that will be followed by another: its number, why it failed.
    sleep : callable, optional
        How to wait.

    Raises
    ------
    Undelivered
        What the last attempt raised; the first one's where no later attempt could do better.
    """
    retrying = Retrying(
        stop=stop_after_attempt(attempts),
        wait=wait_exponential(multiplier=wait_seconds, max=LONGEST_WAIT_SECONDS),
        retry=retry_if_exception(lambda error: isinstance(error, Undelivered) and error.passing),
        before_sleep=lambda state: _tell(failed, state.attempt_number, state.outcome),
        sleep=sleep,
        reraise=True,
    )
    said = retrying(send)
    return said, int(retrying.statistics["attempt_number"])


def _tell(failed: Callable[[int, Undelivered], None], attempt: int, outcome: object) -> None:
    error = outcome.exception() if hasattr(outcome, "exception") else None
    if isinstance(error, Undelivered):
        failed(attempt, error)
