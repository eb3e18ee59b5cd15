"""Tables of what the company did: customers, contracts, money, meetings."""

from __future__ import annotations

from cxlab.tables.schema.contract import (
    CUSTOMER,
    CUSTOMER_IF_KNOWN,
    LOADED,
    VERSIONS,
    Rule,
    Table,
    above,
    apart,
    column,
    order,
)

CUSTOMERS = Table(
    name="customers",
    meaning="One row per customer ever seen.",
    columns=(
        column("customer_id!", "id", "the customer; a recycled number is a different customer"),
        column("account_id", "id", "who pays; missing = the customer alone"),
        column("parent_account_id", "id", "the account above the account"),
        column("type", "code", "what the row stands for", "consumer", "contact", "account"),
        column("first_seen", "date", "first day as a customer"),
        column("acq_source", "code", "where the customer came from"),
        column("acq_cost", "amount", "what winning the customer cost"),
        column("segment", "code", "segment"),
        column("region", "code", "region"),
        column("plan", "code", "plan of a customer without contracts (pay as you go)"),
        column("offer", "code", "the offer a customer without contracts joined by"),
        column("consent_research", "flag", "agreed to research"),
        *VERSIONS,
        LOADED,
    ),
    key=("customer_id",),
    dated_by=("first_seen",),
    rules=(order("valid_from", "valid_to"), apart("valid_from", "valid_to"), above("acq_cost", "0")),
)

CONTRACTS = Table(
    name="contracts",
    meaning="One row per contract (or per version of it).",
    columns=(
        column("contract_id!", "id", "the contract"),
        column("customer_id!", "id", "who holds it"),
        column("product", "code", "product"),
        column("plan", "code", "plan or tariff"),
        column("start!", "date", "first day of service"),
        column("end", "date", "first day without service; missing = active", known_at="end"),
        column("end_type", "code", "how it ended", "voluntary", "involuntary", "transfer", known_at="end"),
        column("end_reason", "code", "why it ended, a code named in study.toml", known_at="end"),
        column("term_days", "integer", "committed days"),
        column("price_per_month", "amount", "price of a month, tax included as in the source"),
        column("offer", "code", "the offer it was sold with"),
        *VERSIONS,
        LOADED,
    ),
    key=("contract_id",),
    dated_by=("start",),
    rules=(
        order("start", "end"),
        apart("start", "end"),
        Rule(
            name="end_type_without_end",
            needs=("end_type", "end"),
            holds='end_type IS NULL OR "end" IS NOT NULL',
            words="a contract with an end_type has an end",
        ),
        above("price_per_month", "0"),
        above("term_days", "0"),
        order("valid_from", "valid_to"),
        apart("valid_from", "valid_to"),
    ),
    references=(CUSTOMER,),
)

TRANSACTIONS = Table(
    name="transactions",
    meaning="One row per amount of money a customer paid, was charged or was given back.",
    columns=(
        column("txn_id!", "id", "the transaction"),
        column("customer_id!", "id", "who it belongs to"),
        column("at!", "timestamp", "when it was booked, local time"),
        column("amount!", "amount", "amount, tax included; a refund may carry either sign"),
        column("currency", "code", "ISO 4217; missing = the study's currency"),
        column("kind", "code", "what it is", "recurring", "one_time", "recharge", "bonus", "refund", "credit"),
        column("tax_amount", "amount", "tax inside the amount"),
        column("period_from", "date", "first day the amount pays for"),
        column("period_to", "date", "first day it no longer pays for, or a recharge is no longer valid"),
        column("margin", "amount", "margin inside the amount, after tax"),
        column("cost_amount", "amount", "direct cost, where margin is not given"),
        column("channel", "code", "where it was paid"),
        LOADED,
    ),
    key=("txn_id",),
    dated_by=("at",),
    rules=(
        order("period_from", "period_to"),
        apart("period_from", "period_to"),
    ),
    references=(CUSTOMER,),
)

TOUCHPOINTS = Table(
    name="touchpoints",
    meaning="One row per place where customers meet the company.",
    columns=(
        column("touchpoint_id!", "id", "the touchpoint"),
        column("name", "text", "its name"),
        column("name_vi", "text", "its name in Vietnamese"),
        column("stage", "code", "stage", "awareness", "consideration", "decision", "retention", "advocacy"),
        column("owner_unit", "code", "who owns it"),
        column("channel", "code", "channel"),
        LOADED,
    ),
    key=("touchpoint_id",),
)

INTERACTIONS = Table(
    name="interactions",
    meaning="One row per time a customer and the company met.",
    columns=(
        column("interaction_id!", "id", "the interaction"),
        column("customer_id!", "id", "who"),
        column("touchpoint_id", "id", "where"),
        column("at!", "timestamp", "when it began"),
        column("channel", "code", "channel"),
        column("initiator", "code", "who began it"),
        column("task", "code", "what for"),
        column("wait_s", "integer", "seconds waited"),
        column("handle_s", "integer", "seconds served"),
        column("cost", "amount", "what it cost"),
        column("completed", "flag", "the task was done"),
        column("transfer_to", "id", "the interaction it was passed on to"),
        LOADED,
    ),
    key=("interaction_id",),
    dated_by=("at",),
    rules=(above("wait_s", "0"), above("handle_s", "0")),
    references=(CUSTOMER,),
)

LOOP_CASES = Table(
    name="loop_cases",
    meaning="One row per case opened to answer a customer's feedback.",
    columns=(
        column("case_id!", "id", "the case"),
        column("response_id", "id", "the answer that opened it"),
        column("customer_id", "id", "who"),
        column("opened_at!", "timestamp", "when it was opened"),
        column("first_contact_at", "timestamp", "first contact with the customer", known_at="first_contact_at"),
        column("closed_at", "timestamp", "when it was closed", known_at="closed_at"),
        column("status", "code", "its state at closing", known_at="closed_at"),
        column("owner_unit", "code", "who owns it"),
        column("root_cause", "code", "the cause found", known_at="closed_at"),
        column("told_customer", "flag", "the customer was told", known_at="closed_at"),
        column("outcome", "code", "how it ended", known_at="closed_at"),
        LOADED,
    ),
    key=("case_id",),
    dated_by=("opened_at",),
    rules=(order("opened_at", "first_contact_at"), order("opened_at", "closed_at")),
    references=(CUSTOMER_IF_KNOWN,),
)

REFERRALS = Table(
    name="referrals",
    meaning="One row per customer who was asked to recommend, or did.",
    columns=(
        column("referral_id!", "id", "the referral"),
        column("referrer_id", "id", "who recommended"),
        column("referred_id", "id", "who came of it", known_at="converted_at"),
        column("asked_at", "date", "when the referrer was asked"),
        column("referred_at", "date", "when the name was given", known_at="referred_at"),
        column("converted_at", "date", "when the referred became a customer", known_at="converted_at"),
        column("stated_reason", "code", "said to be earned or bought", "earned", "bought"),
        LOADED,
    ),
    key=("referral_id",),
    dated_by=("asked_at", "referred_at", "converted_at"),
)

RATES = Table(
    name="rates",
    meaning="One row per currency and day: what one unit was worth in the study's currency.",
    columns=(
        column("currency!", "code", "ISO 4217"),
        column("date!", "date", "from this day on"),
        column("rate!", "real", "units of the study's currency for one unit"),
        LOADED,
    ),
    key=("currency", "date"),
    dated_by=("date",),
    rules=(Rule(name="rate_not_positive", needs=("rate",), holds="rate > 0", words="rate is above 0"),),
)

ID_MAP = Table(
    name="id_map",
    meaning="One row per id of another source: which customer it is.",
    columns=(
        column("source!", "code", "the source"),
        column("source_id!", "id", "the id there"),
        column("customer_id!", "id", "the customer"),
        column("rule", "code", "by what rule they were matched"),
        LOADED,
    ),
    key=("source", "source_id"),
    references=(CUSTOMER,),
)
