"""The quarterly relationship survey: whom it asks, who answers, and with which score."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.days import BOUNDS, NAMES
from cxlab.synth.people import People

Floats = NDArray[np.float64]
NOT_ASKED, SILENT, DETRACTOR, PASSIVE, PROMOTER = range(5)
_CCH = list(company.REGIONS).index("cch")
_MODE_EDGES = np.cumsum([share for share, _ in company.MODES.values()])[:-1]
_erf = np.vectorize(math.erf, otypes=[float])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wave:
    """One quarter's invitations: ``who`` are positions in the chunk, days are -1 where it did not happen.

    ``felt`` is the group of everybody asked, those who kept silent too.
    """

    who: NDArray[np.intp]
    invited: NDArray[np.int32]
    delivered: NDArray[np.int32]
    answered: NDArray[np.int32]
    mode: NDArray[np.intp]
    score: NDArray[np.int8]
    group: NDArray[np.int8]
    felt: NDArray[np.int8]


def targets(*, calm: bool) -> Floats:
    """Return the planted NPS as answered: quarter x (other plans, Én 90 and 120) x (elsewhere, cch)."""
    share = company.REGIONS["cch"][0]
    planted = np.empty((len(NAMES), 2, 2))
    for q, name in enumerate(NAMES):
        total = company.NPS_CALM if calm else company.NPS[q]
        cch = total if calm else company.NPS_CCH.get(name, total)
        elsewhere = (total - share * cch) / (1 - share)
        en, other = company.NPS_EN
        planted[q] = np.array([[other], [en]]) + np.array([[elsewhere, cch]])
        if not calm and name in company.NPS_PRICE_RISE:
            en, other = company.NPS_PRICE_RISE[name]
            planted[q] = np.array([[other, other], [en, en]])
    return planted


def _upper(x: Floats) -> Floats:
    """Return P(N > x)."""
    upper: Floats = 0.5 * (1 - _erf(x / math.sqrt(2)))
    return upper


def answered_nps(mean: Floats) -> Floats:
    """Return the NPS of those who answer when scores before rounding are normal around ``mean``."""
    sd = math.hypot(company.SCORE_PERSON_SD, company.SCORE_NOISE_SD)
    half = company.SCORE_LONG_TENURE / 2
    top = np.zeros_like(mean)
    low, base = top.copy(), top.copy()
    for share, shift in company.MODES.values():
        for tenure in (-half, half):
            at = mean + shift + tenure
            pro, det = _upper((8.5 - at) / sd), 1 - _upper((6.5 - at) / sd)
            weights = company.ANSWER_SHARE
            parts = pro * weights["promoter"], (1 - pro - det) * weights["passive"], det * weights["detractor"]
            top += share * parts[0]
            low += share * parts[2]
            base += share * sum(parts)
    return 100 * (top - low) / base


def means(*, calm: bool) -> Floats:
    """Return the mean score before rounding that gives each planted NPS, by bisection; shaped like `targets`."""
    wanted = targets(calm=calm)
    low, high = np.full_like(wanted, 2.0), np.full_like(wanted, 12.0)
    for _ in range(40):
        middle = (low + high) / 2
        under = answered_nps(middle) < wanted
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return (low + high) / 2


def score_shares(*, calm: bool) -> Floats:
    """Return the planted distribution of answered scores: shaped like `targets`, and score 0 to 10."""
    mean = means(calm=calm)
    sd = math.hypot(company.SCORE_PERSON_SD, company.SCORE_NOISE_SD)
    edges = np.concatenate([[-np.inf], np.arange(0.5, 10), [np.inf]])
    half = company.SCORE_LONG_TENURE / 2
    shares = np.zeros((*mean.shape, 11))
    for share, shift in company.MODES.values():
        for tenure in (-half, half):
            above = _upper((edges - (mean + shift + tenure)[..., None]) / sd)
            shares += share / 2 * (above[..., :-1] - above[..., 1:])
    group = np.repeat(["detractor", "passive", "promoter"], [7, 2, 2])
    shares *= np.array([company.ANSWER_SHARE[name] for name in group])
    answered: Floats = shares / shares.sum(axis=-1, keepdims=True)
    return answered


def ask(
    rng: np.random.Generator,
    people: People,
    q: int,
    *,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    mean: Floats,
    lift: Floats,
    share: float,
) -> Wave:
    """Survey a quarter in its second month.

    ``start`` and ``end`` are the days of each customer's newest spell (end: first day without service),
    ``mean`` is this quarter's part of `means`, ``lift`` are points added to a customer's score, and ``share``
    of those with 30 days of tenure are invited.
    """
    first = BOUNDS[q] + 31
    on = (first + rng.integers(0, 28, people.size)).astype(np.int32)
    chosen = rng.random(people.size) < share
    who = np.flatnonzero(chosen & (start + company.INVITED_TENURE_DAYS <= on) & (end > on))
    on = on[who]
    tenured = on - start[who] >= company.LONG_TENURE_DAYS
    u = rng.random((4, len(who)))
    mode = np.searchsorted(_MODE_EDGES, u[0], side="right")
    score = _scores(rng, people, who, mean=mean, lift=lift[who], mode=mode, tenured=tenured)
    group = np.where(score >= 9, PROMOTER, np.where(score <= 6, DETRACTOR, PASSIVE)).astype(np.int8)
    chance = np.array([0, 0, *company.ANSWER_SHARE.values()])[group]
    chance = np.where(tenured, chance * company.LONG_TENURE_SILENT.get(NAMES[q], 1.0), chance)
    chance = np.minimum(chance * people.habit[who], company.MOST_ANSWER)
    delivered = u[1] < company.DELIVERED_SHARE
    answered = on + np.floor(-2.0 * np.log(u[3])).clip(max=12).astype(np.int32)
    answers = delivered & (u[2] < chance) & (answered < end[who])
    return Wave(
        who=who,
        invited=on,
        delivered=np.where(delivered, on, -1).astype(np.int32),
        answered=np.where(answers, answered, -1).astype(np.int32),
        mode=mode,
        score=np.where(answers, score, -1).astype(np.int8),
        group=np.where(answers, group, SILENT).astype(np.int8),
        felt=group,
    )


def _scores(
    rng: np.random.Generator,
    people: People,
    who: NDArray[np.intp],
    *,
    mean: Floats,
    lift: Floats,
    mode: NDArray[np.intp],
    tenured: NDArray[np.bool_],
) -> NDArray[np.int64]:
    en = np.isin(people.plan[who], (company.EN90, company.EN120)).astype(int)
    cch = (people.region[who] == _CCH).astype(int)
    half = company.SCORE_LONG_TENURE / 2
    person = np.where(tenured, half, -half) + company.SCORE_PERSON_SD * people.liking[who] + lift
    if len(who):
        person -= person.mean()  # happy customers stay longer; the planted NPS is of those who are there
    raw = (
        mean[en, cch]
        + person
        + np.array([shift for _, shift in company.MODES.values()])[mode]
        + company.SCORE_NOISE_SD * rng.standard_normal(len(who))
    )
    scores: NDArray[np.int64] = np.clip(np.rint(raw), 0, 10).astype(np.int64)
    return scores
