"""Slow proofs: how often shares of coded texts hold what is true; prevalence.md is written here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cxlab.maths.agreement import alpha, alpha_interval
from cxlab.maths.contrast import difference
from cxlab.maths.prevalence import adjudicated, as_coded, assisted, from_labels

ROWS: list[tuple[str, float, float, int, str]] = []
DRAWS = 1000


@pytest.fixture(scope="module", autouse=True)
def written():
    yield
    lines = [
        "# Measured coverage of shares of coded texts",
        "",
        "Written by `pytest tests/proofs/test_prevalence.py`. Nominal coverage is 95%; draws are seeded.",
        "Width: mean width over that from the labels alone (adjudicated: from the adjudicated part alone).",
        "",
        "| interval | coverage | width | draws | setting |",
        "|--|--|--|--|--|",
        *(
            f"| {name} | {covered:.1%} | {width} | {draws} | {setting} |"
            for name, covered, width, draws, setting in ROWS
        ),
        "",
    ]
    (Path(__file__).parent / "prevalence.md").write_text("\n".join(lines), encoding="utf-8")


def note(name, hits, setting, *, widths=None, least=0.92, most=0.985):
    covered = float(np.mean(hits))
    width = "" if widths is None else f"{np.sum(widths[0]) / np.sum(widths[1]):.2f}"
    ROWS.append((name, covered, width, len(hits), setting))
    assert least <= covered <= most, f"{name} covers {covered:.1%} at {setting}"


def inside(found, truth):
    low, high = found.ends()
    return low <= truth <= high, high - low


@pytest.mark.parametrize("share", [0.02, 0.05, 0.10, 0.20, 0.50])
@pytest.mark.parametrize(("sensitivity", "specificity"), [(0.88, 0.98), (0.80, 0.96)])
def test_one_coder_corrected_by_an_adjudicated_part(share, sensitivity, specificity):
    rng = np.random.default_rng(int(share * 1000 + sensitivity * 10))
    hits, alone, counted = [], [], []
    for _ in range(DRAWS):
        truth = (rng.random(1500) < share).astype(float)
        y = truth[:600]
        coded = np.where(y == 1, rng.random(600) < sensitivity, rng.random(600) > specificity).astype(float)
        judged = np.where(np.arange(600) < 300, y, np.nan)
        hits.append(inside(adjudicated(coded, judged, texts=1500), share))
        alone.append(inside(from_labels(y[:300].sum(), 300), share))
        counted.append(inside(from_labels(coded.sum(), 600), share)[0])
    setting = f"share {share:.0%}, 600 read, 300 adjudicated, sensitivity {sensitivity}, specificity {specificity}"
    widths = [each[1] for each in hits], [each[1] for each in alone]
    note("adjudicated", [each[0] for each in hits], setting, widths=widths)
    note("the same codes merely counted (not used)", counted, setting, least=0.0, most=1.0)
    assert np.sum(widths[0]) <= 1.02 * np.sum(widths[1])


@pytest.mark.parametrize("share", [0.05, 0.10, 0.30])
@pytest.mark.parametrize("strength", [0.0, 2.0, 4.0])
def test_labels_with_a_models_scores(share, strength):
    rng = np.random.default_rng(int(share * 100 + strength))
    hits, alone = [], []
    for _ in range(DRAWS):
        truth = rng.random(1500) < share
        score = 1 / (1 + np.exp(-(strength * (truth - 0.5) + rng.normal(size=1500) - 1)))
        read = rng.permutation(1500)[:200]
        found = assisted(truth[read], score[read], mean_score=float(score.mean()), texts=1500)
        hits.append(inside(found, share))
        alone.append(inside(from_labels(truth[read].sum(), 200), share))
    widths = [each[1] for each in hits], [each[1] for each in alone]
    note(
        "model-assisted",
        [each[0] for each in hits],
        f"share {share:.0%}, 200 labels of 1,500, model strength {strength}",
        widths=widths,
    )
    assert np.sum(widths[0]) <= 1.02 * np.sum(widths[1])
    if strength == 4.0 and share >= 0.10:
        assert np.sum(widths[0]) <= 0.9 * np.sum(widths[1])


@pytest.mark.parametrize(("share", "n"), [(0.005, 200), (0.02, 200), (0.10, 100), (0.30, 400)])
def test_labels_alone(share, n):
    rng = np.random.default_rng(n)
    hits = [inside(from_labels(rng.binomial(n, share), n), share)[0] for _ in range(4 * DRAWS)]
    note("labels alone", hits, f"share {share:.1%}, n = {n}", most=0.995)


def test_two_coders_none_adjudicated_cover_what_coders_say():
    rng = np.random.default_rng(8)
    hits, said = [], 0.1 * 0.86 + 0.9 * 0.025
    for _ in range(DRAWS):
        truth = rng.random(400) < 0.1
        readings = [
            np.where(truth, rng.random(400) < hit, rng.random(400) > right)
            for hit, right in ((0.88, 0.98), (0.84, 0.97))
        ]
        hits.append(inside(as_coded(np.mean(readings, axis=0), coders=2), said)[0])
    note("as coded by two", hits, "share 10%, n = 400: covers what coders say, not the truth")


@pytest.mark.parametrize(("one", "two"), [(0.05, 0.05), (0.10, 0.10), (0.10, 0.19)])
def test_the_difference_of_two_quarters(one, two):
    rng = np.random.default_rng(int(1000 * two))
    hits, real = [], []
    for _ in range(DRAWS):
        found = []
        for share in (two, one):
            y = (rng.random(600) < share).astype(float)
            coded = np.where(y == 1, rng.random(600) < 0.88, rng.random(600) > 0.98).astype(float)
            found.append(adjudicated(coded, np.where(np.arange(600) < 300, y, np.nan), texts=1500))
        contrast = difference(*found)
        hits.append(contrast.low <= two - one <= contrast.high)
        real.append(contrast.p < 0.05)
    setting = f"{one:.0%} to {two:.0%}, each 600 read, 300 adjudicated; called a change in {np.mean(real):.1%}"
    note("difference of two quarters", hits, setting)
    assert np.mean(real) <= 0.075 if one == two else np.mean(real) >= 0.90


def test_alpha_by_bootstrap():
    rng = np.random.default_rng(9)

    def readings(n):
        truth = rng.random(n) < 0.1
        pairs = ((0.88, 0.98), (0.84, 0.97))
        return np.column_stack(
            [np.where(truth, rng.random(n) < hit, rng.random(n) > right) for hit, right in pairs]
        )

    patterns, counts = np.unique(readings(2_000_000), axis=0, return_counts=True)
    value = alpha(patterns, counts=counts)
    hits = []
    for draw in range(400):
        patterns, counts = np.unique(readings(600), axis=0, return_counts=True)
        found = alpha_interval(patterns, counts=counts, draws=999, seed=draw)
        hits.append(found.low <= value <= found.high)
    note("alpha, percentile bootstrap", hits, f"600 texts read twice, share 10%, alpha {value:.2f}", least=0.91)
