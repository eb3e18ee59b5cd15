"""The four blocks: who speaks for each, and who has nothing to tell."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from cxlab.finding import Estimate, Finding, Label, Message
from cxlab.overview.lines import lines
from cxlab.quarter import Quarter

TAIL = pd.DataFrame(columns=["estimate", "low", "high", "n"])


def staying(**group):
    number = Estimate(value=0.31, low=0.29, high=0.32, unit="share", n=800)
    return Finding(
        name="churn.retention_by", about=Quarter(2026, 3), definition="0" * 12, headline=number,
        message=Message("churn.retention_by.one", {"staying": number, "months": 12, **group}),
        table=TAIL, shape="curve", method=Message("overview.method"),
    )  # fmt: skip


def test_the_first_finding_with_a_number_speaks_for_its_block():
    grow = staying(group=Label(of="plan", code="tu_do"))
    (line,) = lines({grow.name: grow})
    assert (line.block, line.proof, line.sentence) == ("grow", grow.name, grow.message)
    other = replace(grow, name="revenue.growth")
    assert [line.proof for line in lines({grow.name: grow, other.name: other})] == ["revenue.growth"]


def test_a_group_without_a_name_tells_a_leader_nothing():
    unknown = staying(group=Label(of="plan", code=""))
    assert lines({unknown.name: unknown}) == ()
