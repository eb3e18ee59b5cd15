"""Churn: who leaves, when, why, and how much money goes with them.

Every function takes evidence (`cxlab.evidence`) and answers with a Finding named ``churn.<function>``.
"""

from cxlab.churn.after_answer import after_answer
from cxlab.churn.ahead import next_kept, next_lost
from cxlab.churn.alike import staying_alike
from cxlab.churn.at import (
    after_answer_at,
    backtest_at,
    beyond_at,
    by_month_at,
    cases_at,
    cohorts_at,
    definition_at,
    experience_at,
    gone_unpaid_at,
    left_at,
    left_where_at,
    measured_at,
    saving_at,
    subdistribution_at,
    value_at,
)
from cxlab.churn.backtest import backtest
from cxlab.churn.beyond import beyond
from cxlab.churn.by_month import by_month
from cxlab.churn.by_reason import reason_ratios
from cxlab.churn.by_tenure import ratio_by_tenure
from cxlab.churn.cases import cases
from cxlab.churn.change import left_by, left_change, left_where
from cxlab.churn.cohorts import cohorts
from cxlab.churn.curves import retention, retention_by
from cxlab.churn.definition import definition
from cxlab.churn.exits import exits
from cxlab.churn.experience import experience
from cxlab.churn.forecast import next_quarter
from cxlab.churn.measured import measured
from cxlab.churn.measured_graded import measured_graded
from cxlab.churn.money import at_risk
from cxlab.churn.months import expected_months
from cxlab.churn.movement import left, left_trend
from cxlab.churn.next_retention import next_retention
from cxlab.churn.parts import left_parts
from cxlab.churn.regression import hazard_ratios
from cxlab.churn.subdistribution import subdistribution
from cxlab.churn.target import retention_target
from cxlab.churn.tenure import hazard, median_tenure
from cxlab.churn.today import staying_on
from cxlab.churn.unpaid import gone_unpaid
from cxlab.churn.value import kept, value_lost, value_steps
from cxlab.churn.worth_saving import at_risk_by, at_risk_value, worth_saving
from cxlab.verdicts import one_page

__all__ = [
    "after_answer",
    "after_answer_at",
    "at_risk",
    "at_risk_by",
    "at_risk_value",
    "backtest",
    "backtest_at",
    "beyond",
    "beyond_at",
    "by_month",
    "by_month_at",
    "cases",
    "cases_at",
    "cohorts",
    "cohorts_at",
    "definition",
    "definition_at",
    "exits",
    "expected_months",
    "experience",
    "experience_at",
    "gone_unpaid",
    "gone_unpaid_at",
    "hazard",
    "hazard_ratios",
    "kept",
    "left",
    "left_at",
    "left_by",
    "left_change",
    "left_parts",
    "left_trend",
    "left_where",
    "left_where_at",
    "measured",
    "measured_at",
    "measured_graded",
    "median_tenure",
    "next_kept",
    "next_lost",
    "next_quarter",
    "next_retention",
    "one_page",
    "ratio_by_tenure",
    "reason_ratios",
    "retention",
    "retention_by",
    "retention_target",
    "saving_at",
    "staying_alike",
    "staying_on",
    "subdistribution",
    "subdistribution_at",
    "value_at",
    "value_lost",
    "value_steps",
    "worth_saving",
]
