"""Sums over customers who answered alike: the same as over customers one by one, whatever is kept and when."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.evidence import panel_patterns
from cxlab.evidence.panel_blocks import ABSENT, Block
from cxlab.evidence.panel_model import Design, part_of
from cxlab.evidence.panel_patterns import Summing
from cxlab.maths.panel import PanelSums, upper


def made_up_block(*, customers, periods, seed, linked=0.2):
    """A block of customers who are there in some periods; some share the account of the one before."""
    draw = np.random.default_rng(seed)
    there = draw.random((periods, customers)) < 0.8
    there[0] |= ~there.any(axis=0)
    account = np.cumsum(np.append(True, draw.random(customers - 1) >= linked)) - 1
    answer = np.where(there, draw.integers(0, 4, there.shape), ABSENT).astype(np.int8)
    return Block(
        account=account, answer=answer, revenue=draw.normal(100, 20, there.shape) * there,
        there=draw.uniform(0.5, 1, there.shape) * there,
    )  # fmt: skip


def answers_of(block, *, names):
    """Answers a quarter before, of the quarter and of the next, as many as are asked for; where all are there."""
    answers = dict(list({"": block.lag, "now_": block.answer, "next_": block.lead}.items())[:names])
    return answers, np.logical_and.reduce([answer > 0 for answer in answers.values()]) & block.asked_before


def laid_out(block, *, names, within):
    """A, s and Y'MY of each account, from its rows."""
    answers, used = answers_of(block, names=names)
    found, periods = {}, len(used)
    for customer, account in enumerate(block.account):
        at = np.flatnonzero(used[:, customer])
        if len(at) < 1 + within:
            continue
        x = np.zeros((len(at), 2 * names + periods))
        for place, answer in enumerate(answers.values()):
            x[:, 2 * place], x[:, 2 * place + 1] = answer[at, customer] == 2, answer[at, customer] == 3
        x[np.arange(len(at)), 2 * names + at] = 1
        y = block.revenue[at, customer]
        if within:
            x, y = x - x.mean(axis=0), y - y.mean()
        a, s, yy = found.get(account, (0.0, 0.0, 0.0))
        found[account] = (a + x.T @ x, s + x.T @ y, yy + y @ y)
    return list(found.values())


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000), names=st.integers(1, 3), within=st.booleans(),
    held=st.sampled_from([1, 8, 10**6]),
    periods=st.sampled_from([3, 14]),
)  # fmt: skip
def test_sums_by_pattern_are_sums_by_account(seed, names, within, held, periods):
    """14 periods with three answers each do not fit into 64 bits."""
    with pytest.MonkeyPatch.context() as small:
        small.setattr(panel_patterns, "HELD", held)
        small.setattr(panel_patterns, "_AT_ONCE", 5)
        summing, expected = None, []
        for number in range(3):
            block = made_up_block(customers=30, periods=periods, seed=seed + number)
            answers, used = answers_of(block, names=names)
            part = part_of(block.account, used, answers, block.revenue[None], within=within)
            summing = summing or Summing(part.design)
            summing.add(part)
            expected += laid_out(block, names=names, within=within)
        sums = summing.sums()
    p = 2 * names + periods
    flat = np.array([a[upper(p)] for a, _, _ in expected]).reshape(-1, p * (p + 1) // 2)
    s = np.array([each for _, each, _ in expected]).reshape(-1, p)
    assert sums.clusters == len(expected)
    for name, value in {"aa": flat.T @ flat, "sa": s.T @ flat, "ss": s.T @ s}.items():
        assert getattr(sums, name) == pytest.approx(value, rel=1e-9, abs=1e-7), name
    assert sums.a[upper(p)] == pytest.approx(flat.sum(axis=0), rel=1e-9, abs=1e-9)
    assert sums.s[:, 0] == pytest.approx(s.sum(axis=0), rel=1e-9, abs=1e-7)
    assert sums.yy[0, 0] == pytest.approx(sum(yy for _, _, yy in expected), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_groups_of_accounts_add_up_to_all_of_them(seed):
    block = made_up_block(customers=40, periods=6, seed=seed)
    part = part_of(block.account, block.asked_before, {"": block.lag}, block.revenue[None])
    chosen = np.random.default_rng(seed).random(part.owner.max() + 1) < 0.4
    every, some, others = (Summing(part.design) for _ in range(3))
    every.add(part)
    some.add(part, chosen)
    others.add(part, ~chosen)
    whole, halves = every.sums(), some.sums() + others.sums()
    for field in fields(PanelSums):
        one, other = getattr(whole, field.name), getattr(halves, field.name)
        assert one == (other if isinstance(one, tuple) else pytest.approx(other, rel=1e-9, abs=1e-7)), field.name


def test_nobody_gives_sums_of_nothing():
    design = Design(answers=("",), periods=4, outcomes=2, within=True)
    nothing = Summing(design).sums()
    assert (nothing.rows, nothing.customers, nothing.clusters) == (0, 0, 0)
    assert nothing.aa.shape == (21, 21)
    assert not nothing.aa.any()
