"""How long customers waited, beside how easy they then said it was: sums that add."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from cxlab.evidence.bucket import bucket_in
from cxlab.evidence.scores import by_quarter, declared_answers

EDGES = (3, 6, 10)
"""Edges of the bands in minutes; the last band is open."""

WAIT_BANDS = ("0-3", "3-6", "6-10", "10+")
SUMS = ("answers", "seconds", "score", "seconds_squares", "seconds_score", "score_squares")


def waiting_sums(
    responses: ir.Table, invitations: ir.Table, interactions: ir.Table, *, free: int = EDGES[0]
) -> pd.DataFrame:
    """Answers about ease by how long the customer had waited in the contact they are about.

    Parameters
    ----------
    responses : ibis table
        One row per invitation, as prepared for a study.
    invitations : ibis table
        The contract table ``survey_responses``: which contact an answer is about.
    interactions : ibis table
        The contract table ``interactions``: how long the customer waited in it.
    free : int
        Minutes of waiting that count as none.

    Returns
    -------
    DataFrame
        ``quarter``, ``touchpoint``, ``scale_min``, ``scale_max``, ``wait_band`` (`WAIT_BANDS`), ``bucket``, and
        `SUMS`: answers, of the seconds x above the free ones and the answers y, of x^2, x y and y^2. Sums of
        disjoint accounts add.
    """
    about = invitations.filter(invitations.interaction_id.notnull()).select("response_id", "interaction_id")
    waited = interactions.filter(interactions.wait_s.notnull()).select("interaction_id", "wait_s")
    answers = declared_answers(responses, kind=None, measure="ces").inner_join(about, "response_id")
    answers = answers.inner_join(waited, "interaction_id")
    wait = answers.wait_s.cast("int64")
    bands = [(wait <= 60 * edge, band) for edge, band in zip(EDGES, WAIT_BANDS, strict=False)]
    answers = answers.mutate(
        wait_band=ibis.cases(*bands, else_=WAIT_BANDS[-1]), bucket=bucket_in(answers, answers.account),
        x=ibis.greatest(wait - 60 * free, 0), y=answers.ces,
    )  # fmt: skip
    keys = ["quarter_number", "touchpoint", "scale_min", "scale_max", "wait_band", "bucket"]
    x, y = answers.x, answers.y
    sums = (answers.count(), x.sum(), y.sum(), (x * x).sum(), (x * y).sum(), (y * y).sum())
    found = answers.group_by(keys).agg(**dict(zip(SUMS, sums, strict=True)))
    return by_quarter(found, keys=keys, counts=[SUMS[0]], sums=SUMS[1:])
