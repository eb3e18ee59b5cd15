r"""What a comment is about, given the score its writer gave and whether the writer leaves later.

Lives and scores are made first and never change for a theme's sake. Themes are drawn from the distribution of
greatest entropy with the planted moments: a set S of themes has the probability

.. math:: P(S \mid s, l) \propto v_{|S|} \prod_{k \in S} \exp(a_k + \theta_k s + \lambda_k l)

for a score s of a customer who leaves (l = 1) or stays, in each quarter; a, theta, lambda and v are solved so that
shares of themes, their mean difference in score, their ratio of leavers and the number of themes a comment has
come out as planted in `cxlab.synth.voice`, contradictions of score and text included.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company, voice
from cxlab.synth.days import NAMES
from cxlab.synth.scores import score_shares

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
SCORES = np.arange(11)
ROUNDS = 60
_QUIET = NAMES.index("2024Q3")
_LEAVING = np.array([0.14, 0.10])
"""Chance to leave from the answer to the end of the next quarter: other plans, Én 90 and 120."""
_STEEPNESS = 1.2
"""How fast praise becomes more likely with the score, per point on the logit scale."""
_STAFF = np.flatnonzero([theme.code in ("agent+", "agent-") for theme in voice.THEMES])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThemeModel:
    """Solved weights: ``weight`` quarter x cell x score x leaves x theme, ``counts`` by number of themes.

    A cell is 2 x (Én 90 or 120) + (`cch`). ``praise`` is quarter x score x theme: chance that a mention is
    praise.
    """

    weight: Floats
    counts: Floats
    praise: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """Themes of comments: ``theme`` comment x 3 (positions in `voice.THEMES`, -1 none), ``praise`` likewise."""

    theme: Places
    praise: NDArray[np.bool_]


def _symmetric(weight: Floats) -> Floats:
    """Return elementary symmetric polynomials 0 to 3 of the last axis, on a new last axis."""
    one, two, three = (np.sum(weight**power, axis=-1) for power in (1, 2, 3))
    return np.stack(
        [np.ones_like(one), one, (one**2 - two) / 2, (one**3 - 3 * one * two + 2 * three) / 6], axis=-1
    ).clip(min=0)


def _without(weight: Floats, whole: Floats) -> Floats:
    """Return polynomials 0 to 2 of the others, for each theme: shape theme x 3 at the end."""
    first = whole[..., None, 1] - weight
    second = whole[..., None, 2] - weight * first
    return np.stack([np.ones_like(first), first, second], axis=-1).clip(min=0)


def _inclusion(weight: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return each theme's probability and that of each number of themes; ``counts`` matches the first axes."""
    whole = _symmetric(weight)
    sizes = whole * counts
    sizes /= sizes.sum(axis=-1, keepdims=True)
    scale = counts / (whole * counts).sum(axis=-1, keepdims=True)
    return weight * (_without(weight, whole) * scale[..., None, 1:]).sum(axis=-1), sizes


def _planted(calm: bool) -> tuple[Floats, Floats]:
    """Return quarter x cell x theme: planted shares; quarter x number of themes: planted counts."""
    share = np.empty((len(NAMES), 4, len(voice.THEMES)))
    scopes = {"all": [0, 1, 2, 3], "cch": [1, 3], "not_cch": [0, 2], "en": [2, 3], "not_en": [0, 1]}
    for k, theme in enumerate(voice.THEMES):
        share[:, :, k] = theme.share
        for name, moved in ({} if calm else theme.moves).items():
            for scope, value in moved.items():
                share[NAMES.index(name), scopes[scope], k] = value
    usual = np.array(voice.THEME_COUNTS)
    return share, usual


def _states(calm: bool, reverse: bool) -> Floats:
    """Return the joint distribution quarter x cell x score x leaves of those who comment."""
    en = sum(company.PLANS[p].newcomers + company.PLANS[p].stock for p in (company.EN90, company.EN120)) / 2
    cch = company.REGIONS["cch"][0]
    cell = np.outer([1 - en, en], [1 - cch, cch]).ravel()
    score = score_shares(calm=calm).reshape(len(NAMES), 4, 11) * cell[:, None]
    ratio = company.SCORE_HAZARD_RATIO
    by_score = np.where(SCORES >= 9, ratio["promoter"], np.where(SCORES <= 6, ratio["detractor"], 1.0))
    leaves = np.repeat(_LEAVING, 2)[:, None] * (np.ones(11) if reverse else by_score)
    states: Floats = score[..., None] * np.stack([1 - leaves, leaves], axis=-1)
    return states


@cache
def theme_model(*, calm: bool, reverse: bool) -> ThemeModel:
    """Solve the weights by repeated proportional fitting."""
    states = _states(calm, reverse)
    share, usual = _planted(calm)
    cell = states.sum(axis=(2, 3))
    with np.errstate(divide="ignore"):
        level = np.log(share)[:, :, None, None, :].copy()
    tilt, leave = np.zeros((2, len(NAMES), len(voice.THEMES)))
    counts = np.log(usual)
    score, leaving = (np.array([getattr(theme, name) for theme in voice.THEMES]) for name in ("score", "leaving"))
    centred = SCORES - 7.5
    for _ in range(ROUNDS):
        weight = _weights(level, tilt, leave)
        mentions, number = _inclusion(weight, np.exp(counts))
        mentions *= states[..., None]
        number = (number * states[..., None]).sum(axis=(1, 2, 3))
        total = mentions.sum(axis=(1, 2, 3))
        present = total > 0
        rest = 1 - total
        here, all_ = (np.einsum("qcslk,s->qk", part, centred) for part in (mentions, states[..., None]))
        gap = np.divide(here, total, out=np.zeros_like(total), where=present) - (all_ - here) / rest
        gone, everyone = mentions[:, :, :, 1].sum(axis=(1, 2)), states[..., 1].sum(axis=(1, 2))[:, None]
        risk = np.divide(gone / np.where(present, total, 1), (everyone - gone) / rest)
        with np.errstate(divide="ignore", invalid="ignore"):
            level += (
                0.5 * np.nan_to_num(np.log(share * cell[..., None] / mentions.sum(axis=(2, 3))))[:, :, None, None]
            )
            tilt += np.where(present, 0.15 * (score - gap), 0.0)
            leave += np.where(present, 0.5 * np.log(leaving / risk), 0.0)
        counts += 0.5 * np.log(usual / number[_QUIET])
        shift = counts[1] - counts[0]  # numbers fix counts up to a factor and a power: those go to the level
        counts -= counts[0] + shift * np.arange(4)
        level += shift
    return ThemeModel(weight=_weights(level, tilt, leave), counts=np.exp(counts),
                      praise=_praise(mentions.sum(axis=(1, 3)), calm))  # fmt: skip


def _weights(level: Floats, tilt: Floats, leave: Floats) -> Floats:
    centred, stays = SCORES - 7.5, np.arange(2)
    logs = level + tilt[:, None, None, None] * centred[:, None, None] + leave[:, None, None, None] * stays[:, None]
    weights: Floats = np.exp(logs)
    return weights


def _praise(mentions: Floats, calm: bool) -> Floats:
    """Return quarter x score x theme: chance of praise, rising with the score, as often in all as planted."""
    wanted = np.array([[theme.positive for theme in voice.THEMES]] * len(NAMES))
    if not calm:
        app = [theme.code for theme in voice.THEMES].index("app")
        wanted[NAMES.index(voice.APP_MENDED) :, app] = voice.APP_MENDED_POSITIVE
    low, high = np.full(wanted.shape, -25.0), np.full(wanted.shape, 25.0)
    total = mentions.sum(axis=1)
    for _ in range(50):
        middle = (low + high) / 2
        chance = 1 / (1 + np.exp(-(middle[:, None] + _STEEPNESS * (SCORES - 7.5)[:, None])))
        found = np.divide((mentions * chance).sum(axis=1), total, out=wanted.copy(), where=total > 0)
        low, high = np.where(found < wanted, middle, low), np.where(found < wanted, high, middle)
    exact = (wanted == 0) | (wanted == 1)
    praise: Floats = np.where(exact[:, None], wanted[:, None], chance)
    return praise


def draw(
    rng: np.random.Generator,
    model: ThemeModel,
    *,
    quarter: Places,
    cell: Places,
    score: NDArray[np.int64],
    leaves: NDArray[np.bool_],
) -> Drawn:
    """Draw the themes of comments, one row each."""
    size = len(quarter)
    weight = model.weight[quarter, cell, score, leaves.astype(int)]
    number = _pick(rng, _symmetric(weight) * model.counts)
    theme = np.full((size, 3), -1)
    for turn in range(3):
        rows = np.flatnonzero(number > turn)
        left = number[rows] - turn
        some = weight[rows]
        others = _without(some, _symmetric(some))
        picked = _pick(rng, some * others[np.arange(len(rows)), :, left - 1])
        theme[rows, turn] = picked
        weight[rows, picked] = 0
        staff = np.isin(picked, _STAFF)
        weight[rows[staff, None], _STAFF] = 0
    praise = rng.random((size, 3)) < model.praise[quarter[:, None], score[:, None], theme]
    return Drawn(theme=theme, praise=praise & (theme >= 0))


def _pick(rng: np.random.Generator, weight: Floats) -> Places:
    """Return a position of the last axis per row, by weight."""
    edges = np.cumsum(weight, axis=1)
    places: Places = (
        (rng.random((len(edges), 1)) * edges[:, -1:] >= edges).sum(axis=1).clip(max=weight.shape[1] - 1)
    )
    return places
