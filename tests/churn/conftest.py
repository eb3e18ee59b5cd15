"""Evidence of the made-up companies, built once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cxlab import churn
from cxlab.evidence import cohort_customers, followed, monthly_losses, movements, risk_table, stock_table
from cxlab.quarter import Quarter, Window


def evidence_of(company):
    """Every evidence frame the churn page asks for, and the quarters it has seen."""
    lives, window, now = company.lives, company.window, company.quarter
    quarters = list(Quarter.holding(window.open).until(now))
    return SimpleNamespace(
        now=now,
        quarters=quarters,
        moves=movements(lives, quarters=quarters, by=["plan"], bucket=True),
        risk=risk_table(lives, by=["plan"], window=window, quarter=True),
        bucketed=risk_table(lives, by=["plan"], window=window, bucket=True),
        patterns=risk_table(lives, by=["plan", "region"], window=window, period="week", bucket=True),
        reasons=risk_table(lives, window=window, causes="reason"),
        joined=risk_table(
            lives.filter(lives.start_day >= window.open_day),
            by=["plan"],
            window=window,
            period="week",
            causes="reason",
            bucket=True,
        ),
        monthly=monthly_losses(lives, window=window, bucket=True),
        cohorts=cohort_customers(lives, quarters=quarters),
        stock=stock_table(lives, by=["plan"], window=window),
        followed=followed(lives, by=["plan"], close=now.start, until=now.end, bucket=True),
        risk_then=risk_then_of(company),
    )


def risk_then_of(company):
    """The risk table as of last close; without a row where the window opens on it."""
    table = risk_table(company.lives, by=["plan"], window=company.window)
    if company.window.open >= company.quarter.start:
        return table.iloc[:0]
    then = Window(open=company.window.open, close=company.quarter.start)
    return risk_table(company.lives, by=["plan"], window=then)


@pytest.fixture(scope="session")
def evidence(company):
    return evidence_of(company)


@pytest.fixture(scope="session")
def snapshot_evidence(snapshot):
    return evidence_of(snapshot)


@pytest.fixture(scope="session")
def all_findings():
    def build(e):
        """Every finding of the question, asked as the notebook asks."""
        seen = dict.fromkeys(str(quarter) for quarter in e.quarters)
        past = {text: churn.left(e.moves, quarter=Quarter.parse(text)) for text in seen}
        left = past[str(e.now)]
        earlier = [past.get(str(e.now - back)) for back in (1, 4)]
        return [
            left,
            churn.left_change(left, *earlier),
            churn.left_trend(e.moves, quarter=e.now),
            churn.by_month(e.monthly, quarter=e.now),
            churn.left_by(e.moves, by="plan", quarter=e.now),
            churn.left_where(e.moves, of="plan", codes=["en90", "tu_do"], quarter=e.now),
            churn.retention(e.bucketed, quarter=e.now),
            churn.retention_by(e.risk, by="plan", quarter=e.now),
            churn.expected_months(e.bucketed, by="plan", quarter=e.now),
            churn.median_tenure(e.bucketed, quarter=e.now),
            churn.hazard(e.bucketed, quarter=e.now),
            churn.cohorts(e.cohorts, quarter=e.now),
            churn.staying_on(e.stock, e.bucketed, quarter=e.now),
            churn.hazard_ratios(e.patterns, of=["plan", "region"], quarter=e.now, reference={"plan": "en90"}),
            churn.exits(e.reasons, quarter=e.now),
            churn.subdistribution(e.joined, by="plan", quarter=e.now),
            churn.at_risk(e.stock, e.risk, quarter=e.now, left=left),
            churn.at_risk(e.stock, e.risk, quarter=e.now, amount="revenue", by=None),
            churn.next_quarter(e.stock, e.risk, e.moves, quarter=e.now),
            churn.backtest(e.followed, e.risk_then, quarter=e.now),
        ]

    return build
