"""Next quarter's score: a forecast, to be graded when it has been asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimates, finding
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import intervals
from cxlab.maths.net_score import spread_of
from cxlab.nps.waves import quarters_of, wave
from cxlab.quarter import Quarter

FEWEST_QUARTERS = 8
"""Below as many quarters nobody knows how far they differ."""


GRADED: dict[str, Value] = {"graded_on": "nps.score"}
"""The finding of next quarter's report that a forecast is graded on."""


def next_quarter(
    counts: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 50
) -> Finding | None:
    """Score that will be measured next quarter with as many answers as now.

    The score is taken to stay where it is but for drift: what past changes spread beyond sampling. The interval is
    a prediction: sampling of this quarter and of the next, and drift, t with one degree less than changes seen.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses)`` of the past quarters; other keys are summed over.
    minimum : int
        Quarters with fewer answers do not count among the eight that are needed.

    Returns
    -------
    Finding or None
        ``nps.next_quarter`` about the next quarter; one row. Withheld under 8 quarters in a row; None where no
        quarter was ever asked.
    """
    if counts.empty:
        return None
    past = _in_a_row(counts, quarter=quarter, minimum=minimum)
    waves = [wave(counts, quarter=each) for each in past]
    values: dict[str, Value] = {"quarter": quarter + 1, "n": len(past), "least": FEWEST_QUARTERS}
    headline, table = None, empty_table("quarter")
    message = Message("nps.next_quarter.too_few_quarters", values)
    if len(past) >= FEWEST_QUARTERS:
        scores = np.array([each.score[0] for each in waves])
        sampling = np.array([float(spread_of(*each.answers[0]) * each.effect[0] / each.n[0]) for each in waves])
        drift = max(0.0, float(np.mean(np.diff(scores) ** 2 - sampling[1:] - sampling[:-1])))
        changes = len(past) - 1
        error = np.sqrt(2 * sampling[-1] + drift * (1 + 1 / changes))
        value = float(scores[-1])
        low, high = intervals.symmetric(value, error, level=level, degrees=changes - 1)
        headline = Estimate(
            value=value, low=max(-100.0, float(low)), high=min(100.0, float(high)), unit="points",
            n=int(waves[-1].n[0]), kind="prediction", level=level,
        )  # fmt: skip
        row = {"quarter": str(quarter + 1), **estimates(value, headline.low, headline.high, headline.n)}
        table = pd.DataFrame([row])
        message = Message(
            "nps.next_quarter", {**values, "expected": headline, "drift": float(np.sqrt(drift)), **GRADED}
        )
    return finding(
        "nps.next_quarter", about=quarter + 1, rule=definition("score of next quarter"), headline=headline,
        message=message, table=table, shape="number", method=Message("nps.method.next_quarter"),
        checks=(_quarters_check(len(past)),),
    )  # fmt: skip


def _in_a_row(counts: pd.DataFrame, *, quarter: Quarter, minimum: int) -> list[Quarter]:
    """Quarters with enough answers, without a gap, up to this one."""
    seen = {each for each in quarters_of(counts, like=quarter) if wave(counts, quarter=each).n[0] >= minimum}
    found: list[Quarter] = []
    each = quarter
    while each in seen:
        found.insert(0, each)
        each = each - 1
    return found


def _quarters_check(seen: int) -> Check:
    if seen >= FEWEST_QUARTERS:
        return Check(name="quarters", passed=True, message=Message("nps.check.quarters", {"n": seen}))
    values: dict[str, Value] = {"n": seen, "least": FEWEST_QUARTERS}
    return Check(name="quarters", passed=None, message=Message("nps.check.too_few_quarters", values))
