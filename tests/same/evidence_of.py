"""Every kind of evidence, asked of a study as the pages ask for it, and which of its columns tell rows apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from cxlab import evidence
from cxlab.evidence.readings import Readings
from cxlab.evidence.repeat import bought, repeat_counts, spend_counts, with_way
from cxlab.evidence.value_band import value_edges, with_value_band
from cxlab.evidence.values import acquisition_costs, value_bins
from cxlab.tables import Study

WORTH = {"fixed": 1_000.0, "per_spent": 0.25, "per_margin": 3.5, "per_revenue": 0.125}
"""What a unit is worth: made up, and exact in binary."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One table of evidence.

    Parameters
    ----------
    make : callable
        Makes it of a study.
    keys : sequence of str
        Columns that tell its rows apart; the others add. Empty: rows of disjoint customers only stand together.
    """

    make: Callable[[Study], pd.DataFrame]
    keys: Sequence[str] = ()


def _ways(study: Study):
    return with_way(study.lives, study.buying)


def _read(study: Study) -> Readings:
    return evidence.readings(study.codings, codebook=study.codebook)


def _by_tenure(study: Study) -> pd.DataFrame:
    """A value for every plan and tenure there may be."""
    plans = sorted(study.config.rules.margin.plan)
    grid = pd.MultiIndex.from_product([plans, range(4_000)], names=["plan", "tenure"]).to_frame(index=False)
    return grid.assign(per_margin=WORTH["per_margin"], per_revenue=WORTH["per_revenue"] * (grid["tenure"] % 7))


def _by_buying(whole: Study) -> pd.DataFrame:
    """A value for every way of buying there is in the whole study."""
    keys = ["plan", "x", "t_x", "total"]
    there = bought(whole.buying).select(*keys).distinct().to_pandas()
    there = there.sort_values(keys, ignore_index=True)
    return there.assign(fixed=WORTH["fixed"] * there["x"], per_spent=WORTH["per_spent"])


def _said(read: Readings) -> pd.DataFrame:
    """Readings as rows: one for each text, coder and code."""
    names = {"text": read.texts, "coder": read.coders, "code": read.codes}
    rows = pd.MultiIndex.from_product(names.values(), names=list(names)).to_frame(index=False)
    tone = np.repeat(read.tone[:, None, :], len(read.coders), axis=1)
    rows = rows.assign(found=read.found.ravel(), tone=tone.ravel())
    return rows[rows["found"] >= 0].reset_index(drop=True)


def asked_of(whole: Study) -> Mapping[str, Asked]:
    """Return everything to ask; what has to be equal for evidence to add is taken from the whole study."""
    window, quarters, now = whole.window, whole.quarters, whole.quarter
    tenures, buying = _by_tenure(whole), _by_buying(whole)
    edges = value_edges(whole.lives, window=window, amount="margin")
    e, triple, coders = (
        evidence,
        ["active", "born", "x", "t_x", "total"],
        [f"read_{c}" for c in _read(whole).coders],
    )
    return {
        "risk_table by day": Asked(
            make=lambda s: e.risk_table(
                s.lives, by=["plan", "region"], window=window, causes="reason", bucket=True
            ),
            keys=["tenure", "plan", "region", "bucket"],
        ),
        "risk_table by month": Asked(
            make=lambda s: e.risk_table(s.lives, by=["plan"], window=window, period="month", quarter=True),
            keys=["tenure", "plan", "quarter"],
        ),
        "monthly_losses": Asked(
            make=lambda s: e.monthly_losses(s.lives, window=window, bucket=True), keys=["month", "bucket"]
        ),
        "movements": Asked(
            make=lambda s: e.movements(s.lives, quarters=quarters, by=["plan"], bucket=True),
            keys=["quarter", "plan", "bucket"],
        ),
        "cohort_customers": Asked(
            make=lambda s: e.cohort_customers(s.lives, quarters=quarters), keys=["joined", "quarter"]
        ),
        "cohort_revenue": Asked(
            make=lambda s: e.cohort_revenue(s.panel, quarters=quarters), keys=["joined", "quarter"]
        ),
        "experience_table": Asked(
            make=lambda s: e.experience_table(s.panel, quarters=quarters[1:], by=["plan"], bucket=True),
            keys=["quarter", "grp", "tenure_band", "plan", "bucket"],
        ),
        "case_table": Asked(
            make=lambda s: e.case_table(s.lives, s.tables["loop_cases"], by=["plan"], window=window, bucket=True),
            keys=["tenure", "plan", "case_state", "bucket"],
        ),
        "followed": Asked(
            make=lambda s: e.followed(
                s.lives, by=["plan"], close=quarters[-1].start, until=quarters[-1].end, bucket=True
            ),
            keys=["tenure", "plan", "bucket"],
        ),
        "stock_table": Asked(
            make=lambda s: e.stock_table(_ways(s), by=["plan", "segment", "way"], window=window),
            keys=["tenure", "plan", "segment", "way"],
        ),
        "value_moves": Asked(  # the amounts of this close stand for those of the last one
            make=lambda s: e.value_moves(s.lives, s.lives, quarter=now, by=["plan"], bucket=True),
            keys=["move", "reason", "plan", "bucket"],
        ),
        "stock_table by value": Asked(
            make=lambda s: e.stock_table(
                s.lives,
                by=["plan", "account_kind", "value_band"],
                window=window,
                told=partial(with_value_band, window=window, amount="margin", edges=edges),
            ),
            keys=["tenure", "plan", "account_kind", "value_band"],
        ),
        "repeat_counts": Asked(
            make=lambda s: repeat_counts(s.buying, by=["plan", "segment"], bucket=True),
            keys=["plan", "segment", "bucket", *triple],
        ),
        "spend_counts": Asked(make=lambda s: spend_counts(s.buying, bucket=True), keys=["bucket", "x", "bin"]),
        "value_bins": Asked(
            make=lambda s: value_bins(_ways(s), s.buying, window=window, by_tenure=tenures, by_buying=buying),
            keys=["bucket", "bin"],
        ),
        "acquisition_costs": Asked(
            make=lambda s: acquisition_costs(s.tables["customers"], window=window), keys=["acq_source"]
        ),
        "score_counts": Asked(
            make=lambda s: e.score_counts(s.responses, by=["plan", "tenure_band"], bucket=True),
            keys=["quarter", "plan", "tenure_band", "bucket"],
        ),
        "rating_counts csat": Asked(
            make=lambda s: e.rating_counts(s.responses, measure="csat", by=["touchpoint"]),
            keys=["quarter", "touchpoint", "scale_min", "scale_max", "value"],
        ),
        "rating_counts ces": Asked(
            make=lambda s: e.rating_counts(s.responses, measure="ces", by=["region"]),
            keys=["quarter", "region", "scale_min", "scale_max", "value"],
        ),
        "response_counts": Asked(
            make=lambda s: e.response_counts(s.responses, by=["mode", "plan"], kind=None),
            keys=["quarter", "mode", "plan"],
        ),
        "pairs": Asked(
            make=lambda s: e.pairs(s.responses, quarter=now, against=[now - 4, now - 1], by=["plan"]),
            keys=["against", "quarter", "plan", "then", "now"],
        ),
        "waiting_sums": Asked(
            make=lambda s: e.waiting_sums(s.responses, s.tables["survey_responses"], s.tables["interactions"]),
            keys=["quarter", "touchpoint", "scale_min", "scale_max", "wait_band", "bucket"],
        ),
        "recovery_sums": Asked(
            make=lambda s: e.recovery_sums(s.responses, s.tables["loop_cases"]),
            keys=["quarter", "first", "called", "bucket"],
        ),
        "text_table": Asked(
            make=lambda s: e.text_table(s.texts, _read(s), quarters=quarters, by=["language"]),
            keys=["quarter", "language"],
        ),
        "theme_table": Asked(
            make=lambda s: e.theme_table(s.texts, _read(s), quarters=quarters, by=["language"], bucket=True),
            keys=["code", "quarter", "language", "bucket", "scale_max", *coders],
        ),
        "term_table": Asked(
            make=lambda s: e.term_table(s.texts, _read(s), quarters=quarters[-2:]), keys=["term", "quarter"]
        ),
        "readings": Asked(make=lambda s: _said(_read(s))),
        "read_texts": Asked(make=lambda s: e.read_texts(s.texts, _read(s), quarter=now)),
    }


def added(parts: Sequence[pd.DataFrame], *, like: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Add evidence of disjoint accounts, and lay it out as that of the whole is."""
    rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
    assert not set(rows) - set(like), f"columns the whole does not have: {set(rows) - set(like)}"
    rows = rows.reindex(columns=like.columns)
    if not keys:
        return rows.sort_values(list(rows.columns), ignore_index=True)
    sums = [name for name in like if name not in keys]
    return rows.fillna(dict.fromkeys(sums, 0)).groupby(list(keys), as_index=False)[sums].sum()[list(like)]
