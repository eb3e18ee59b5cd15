from __future__ import annotations

import pytest

KEYS = {
    "customers": "customer_id",
    "contracts": "contract_id",
    "transactions": "txn_id",
    "interactions": "interaction_id",
    "loop_cases": "case_id",
    "referrals": "referral_id",
    "events": "event_id",
    "decisions": "decision_id",
    "initiatives": "initiative_id",
    "touchpoints": "touchpoint_id",
}
REFERENCES = [
    ("contracts", "customer_id", "customers", "customer_id"),
    ("transactions", "customer_id", "customers", "customer_id"),
    ("interactions", "customer_id", "customers", "customer_id"),
    ("interactions", "touchpoint_id", "touchpoints", "touchpoint_id"),
    ("loop_cases", "customer_id", "customers", "customer_id"),
    ("loop_cases", "response_id", "survey_responses", "response_id"),
    ("referrals", "referrer_id", "customers", "customer_id"),
    ("referrals", "referred_id", "customers", "customer_id"),
    ("survey_responses", "interaction_id", "interactions", "interaction_id"),
    ("survey_responses", "touchpoint_id", "touchpoints", "touchpoint_id"),
]


@pytest.mark.parametrize("table", KEYS)
def test_keys_are_there_and_unique(company, table):
    rows, keys = company.engine.sql(f"select count(*), count(distinct {KEYS[table]}) from {table}").fetchone()
    assert rows == keys > 0


@pytest.mark.parametrize(("table", "column", "to", "key"), REFERENCES)
def test_references_lead_somewhere(company, table, column, to, key):
    assert company.one(f"select count({column}) from {table}") > 0
    lost = (
        f"select count(*) from {table} a where {column} is not null and {column} not in (select {key} from {to})"
    )
    assert company.one(lost) == 0


@pytest.mark.parametrize(
    "broken",
    [
        'contracts where "end" <= start',
        'contracts where ("end" is null) <> (end_type is null) or ("end" is null) <> (end_reason is null)',
        "contracts where end_type not in ('voluntary', 'involuntary', 'transfer')",
        "contracts where (end_type = 'transfer') <> (end_reason = 'owner_change')",
        "contracts where (end_type = 'involuntary') <> (end_reason in ('unpaid', 'papers'))",
        "transactions where currency <> 'VND' or (amount <= 0) <> (kind = 'refund')",
        "transactions where period_to <= period_from or (period_from is null) <> (kind in ('one_time', 'refund'))",
        "survey_responses where answered_at < invited_at or answered_at is not null and delivered_at is null",
        "survey_responses where coalesce(nps, csat, ces) not between scale_min and scale_max",
        "survey_responses where (answered_at is null) <> (coalesce(nps, csat, ces) is null)",
        "survey_responses where (kind = 'relationship') and (csat is not null or ces is not null)",
        "survey_responses where (kind = 'relationship') <> (touchpoint_id is null)",
        "interactions where completed is null or cost < 0 or (wait_s is null) <> (touchpoint_id <> 'hotline')",
        "loop_cases where first_contact_at < opened_at or closed_at < first_contact_at",
        "loop_cases where (closed_at is null) <> (outcome is null) or (closed_at is null) <> (status <> 'closed')",
        "referrals where not (asked_at <= referred_at and coalesce(referred_at <= converted_at, true))",
        "referrals where (referred_id is null) <> (converted_at is null) or referrer_id = referred_id",
    ],
)
def test_no_row_contradicts_itself(company, broken):
    assert company.one(f"select count(*) from {broken}") == 0


def test_contracts_are_the_true_spells_of_every_plan_that_has_one(company):
    both = """select customer_id, start, "end", end_reason, plan, coalesce(offer, '') from contracts"""
    true = """select customer_id, start, exit, reason, plan, coalesce(offer, '') from truth_spells
        where plan <> 'tu_do'"""
    assert company.one(f"select count(*) from (({both}) except ({true}))") == 0
    assert company.one(f"select count(*) from ({true})") == company.truth.rows["contracts"]


def test_customers_share_regions_sources_and_plans_as_planted(company):
    share = company.ask("""select region, count(*) / 20000 as share from customers where first_seen >= '2023-10-01'
        group by region""").set_index("region")["share"]
    assert (share / share.sum()).to_dict() == pytest.approx(
        {"hn": 0.16, "rrd": 0.17, "nmm": 0.09, "cch": 0.15, "hcm": 0.20, "se": 0.09, "mkd": 0.14}, abs=0.015
    )
    plans = company.ask("""select plan, count(*)::double as n from truth_spells
        where start >= '2023-10-01' and spell = 1 group by plan""").set_index("plan")["n"]
    assert (plans / plans.sum()).to_dict() == pytest.approx(
        {"tu_do": 0.34, "en90": 0.28, "en120": 0.16, "en_nam": 0.08, "sau150": 0.10, "gia_dinh": 0.04}, abs=0.02
    )


def test_newcomers_cost_what_their_source_costs(company):
    costs = company.ask("select distinct acq_source, acq_cost from customers").set_index("acq_source")["acq_cost"]
    assert costs.to_dict() == {"shop": 190_000, "dealer": 95_000, "web_app": 120_000, "referral": 60_000}


def test_every_event_has_both_names_and_a_calm_company_none(company, calm):
    events = company.ask("select * from events order by events.at")
    assert events["name_en"].notna().all()
    assert events["name_vi"].notna().all()
    assert list(events["event_id"]) == [
        "tet-2024", "flood-2024", "tet-2025", "app-2025", "callback-2025", "app-fix-2025", "esim-2026", "tet-2026",
        "price-2026",
    ]  # fmt: skip
    assert calm.truth.rows["events"] == 0


def test_decisions_and_commentary_are_signed_by_a_role_in_both_languages(company):
    assert (
        company.one("select count(*) from decisions where role is null or text_en is null or text_vi is null") == 0
    )
    languages = company.ask("select commentary_id, count(distinct language) as n from commentary group by all")
    assert (languages["n"] == 2).all()


def test_costs_of_newcomers_are_heads_times_price(company):
    spent = company.one("select sum(amount) from costs where kind = 'acquisition' and month < '2024-01-01'")
    assert spent == pytest.approx(800 * (0.38 * 190 + 0.24 * 95 + 0.17 * 120 + 0.21 * 60) * 1000, rel=1e-6)
