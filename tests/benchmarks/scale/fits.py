"""The fits that are measured: what they are called, and the names they have in their story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cxlab.clv.buying import TRIPLE, weighed
from cxlab.maths.buying import bg_nbd, buying
from cxlab.maths.spend import gamma_gamma


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fit to evidence made before.

    Parameters
    ----------
    title : str
        What readers call it.
    story, name : str
        Where it is: the expression given to ``name`` there is measured, word for word.
    work : callable, optional
        Measured instead: a part of the expression that stands for itself, given the story's names.
    """

    title: str
    story: str
    name: str
    work: Callable[[Mapping[str, Any]], object] | None = None


def purchases(names: Mapping[str, Any]) -> object:
    """BG/NBD alone."""
    counts = names["sums"].counts
    rows, _ = weighed(counts[counts["born"]], keys=TRIPLE)
    return bg_nbd(buying(rows["x"], rows["t_x"], rows["total"], rows["customers"]))


def spend(names: Mapping[str, Any]) -> object:
    """Gamma-Gamma alone."""
    rows, _ = weighed(names["sums"].spend, keys=["x", "bin"])
    return gamma_gamma(rows["x"], rows["spent"] / rows["x"] / rows["customers"], rows["customers"])


FITS = (
    Fit(title="Kaplan-Meier and 40 without a bucket", story="churn", name="staying"),
    Fit(title="Kaplan-Meier by plan", story="churn", name="staying_by"),
    Fit(title="Aalen-Johansen of the reasons", story="churn", name="exits"),
    Fit(title="Cox and 40 without a bucket", story="churn", name="ratios"),
    Fit(title="BG/NBD", story="clv.worth_at", name="return", work=purchases),
    Fit(title="Gamma-Gamma", story="clv.worth_at", name="return", work=spend),
    Fit(title="worth: both and staying, each 40 times more", story="clv.worth_at", name="return"),
    Fit(title="holdout of BG/NBD, 40 times more", story="clv.holdout_at", name="return"),
    Fit(title="panel: price of a step", story="revenue", name="price"),
    Fit(title="panel: veto", story="revenue", name="order"),
    Fit(title="panel: paths", story="revenue", name="paths"),
    Fit(title="change of the NPS", story="nps", name="change"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a question may cost in all, against one bare scan of every column it reads.

    Parameters
    ----------
    title : str
        What readers call it.
    story : str
        Where its evidence is.
    evidence, fits : tuple of str
        Names of the evidence in the story, and titles of `FITS`.
    made : tuple of str
        Names of functions of `scale.made`: tables made on the way.
    times, gigabytes : float
        The most: CPU of the scan, and memory of the largest process above what an idle one takes.
    """

    title: str
    story: str
    evidence: tuple[str, ...]
    fits: tuple[str, ...]
    times: float
    gigabytes: float
    made: tuple[str, ...] = ()


BARS = (
    Bar(
        title="churn: Kaplan-Meier, Aalen-Johansen, Cox", story="churn", times=5, gigabytes=0.5,
        evidence=("buckets", "reasons", "patterns"),
        fits=tuple(fit.title for fit in FITS if fit.name in ("staying", "exits", "ratios")),
    ),
    Bar(
        title="CLV: from days to BG/NBD", story="clv.worth_at", times=15, gigabytes=6,
        made=("who_bought",), evidence=("sums",), fits=("BG/NBD",),
    ),
    Bar(
        title="panel: from customer-quarters to a price", story="revenue", times=8, gigabytes=0.5,
        evidence=("evidence",), fits=("panel: price of a step", "panel: veto"),
    ),
)  # fmt: skip
