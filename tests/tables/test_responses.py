"""Answers as counted: their quarter, their group, which of several counts, and who gave them."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import partial

import pytest

from cxlab.quarter import Quarter, Window, day_number
from cxlab.tables.config import Rules
from cxlab.tables.known import as_known
from cxlab.tables.prepare import lives
from cxlab.tables.responses import responses
from cxlab.tables.schema import TABLES
from cxlab.tables.texts import texts

from .conftest import contract_table, worked_out

Q3 = Quarter.parse("2024Q3")
CLOSE = date(2024, 10, 1)
CUSTOMERS = [
    {"customer_id": "a", "account_id": "family", "region": "hn", "plan": "own", "acq_source": "shop"},
    {"customer_id": "b", "region": "hcm", "plan": "loose"},
]
CONTRACTS = [
    {"contract_id": "1", "customer_id": "a", "start": date(2023, 10, 1), "end": date(2024, 2, 1), "plan": "old"},
    {"contract_id": "2", "customer_id": "a", "start": date(2024, 6, 1), "plan": "new", "offer": "half"},
]


def known(name, rows, *, close=CLOSE):
    return as_known(contract_table(name, rows), table=TABLES[name], close=close, as_of=close, team_as_of=close)


def spells_of(contracts, *, customers, engine):
    held = partial(worked_out, engine=engine)
    made = lives(
        customers=customers, contracts=known("contracts", contracts), transactions=None, rules=Rules(),
        window=Window(open=date(2024, 1, 1), close=CLOSE), held=held,
    )  # fmt: skip
    return held(made)


def answer(number, customer, answered=None, *, invited=None, **more):
    return {
        "response_id": number,
        "customer_id": customer,
        "invited_at": f"{invited or answered}T08:00",
        "answered_at": answered and f"{answered}T10:00",
        **more,
    }


@pytest.fixture
def prepared(engine):
    """Prepared answers of hand-made rows, by invitation."""

    def make(*rows, rules=None, spells=True, people=True, about="2024Q3", first_month=1, close=CLOSE):
        people = known("customers", CUSTOMERS) if people else None
        lived = spells_of(CONTRACTS, customers=people, engine=engine)
        made = responses(
            known("survey_responses", rows, close=close),
            lives=lived if spells else None,
            customers=people,
            rules=rules or Rules(),
            about=Quarter.parse(about, first_month=first_month),
        )
        return engine.to_pandas(made.order_by("response_id")).set_index("response_id")

    return make


def test_the_columns_and_their_types(prepared):
    found = prepared(answer("1", "a", "2024-07-02", nps=9, delivered_at="2024-07-02"))
    assert {name: str(kind) for name, kind in found.dtypes.items()} == {
        "customer_id": "object", "account_id": "object", "bucket": "int32", "survey": "object", "kind": "object",
        "touchpoint_id": "object", "quarter_number": "int32", "invited_day": "int32", "delivered_day": "int32",
        "answered_day": "int32", "counts": "bool", "mode": "object", "language": "object", "nps": "int8",
        "csat": "float64", "ces": "float64", "scale_min": "float64", "scale_max": "float64", "weight": "float64",
        "grp": "object", "plan": "object", "region": "object", "acq_source": "object", "segment": "object",
        "offer": "object", "tenure_days": "int32", "active_end": "bool",
    }  # fmt: skip


def test_groups_are_promoters_passives_detractors(prepared):
    found = prepared(*(answer(f"{nps:02}", f"c{nps}", "2024-07-02", nps=nps) for nps in range(11)))
    assert found["grp"].tolist() == ["detractor"] * 7 + ["passive"] * 2 + ["promoter"] * 2
    assert prepared(answer("1", "a", "2024-07-02", csat=4.0))["grp"].tolist() == [""]


def test_who_somebody_was_when_invited(prepared):
    found = prepared(
        answer("1", "a", "2024-01-31", nps=1),
        answer("2", "a", "2024-03-01", nps=1),
        answer("3", "a", "2024-09-01", nps=1),
        answer("4", "b", "2024-09-01", nps=1),
        answer("5", "x", "2024-09-01", nps=1),
        answer("6", None, "2024-09-01", nps=1),
    )
    columns = ["account_id", "plan", "region", "acq_source", "offer"]
    assert found[columns].to_numpy().tolist() == [
        ["family", "old", "hn", "shop", ""],
        ["family", "old", "hn", "shop", ""],
        ["family", "new", "hn", "shop", "half"],
        ["b", "loose", "hcm", "", ""],
        ["x", "", "", "", ""],
        ["", "", "", "", ""],
    ]
    assert found["tenure_days"].astype("Int64").tolist()[:3] == [122, 123, 92]
    assert found["tenure_days"].isna().tolist() == [False] * 3 + [True] * 3
    assert found["active_end"].astype("boolean").tolist()[:3] == [True] * 3
    assert found["active_end"].isna().tolist() == [False] * 3 + [True] * 3


def test_before_the_first_spell_the_table_of_customers_speaks(prepared):
    found = prepared(
        answer("1", "a", "2023-09-01", nps=1),
        answer("2", "a", "2024-09-01", nps=1),
        answer("3", "b", "2023-09-01", nps=1),
    )
    assert found[["account_id", "plan", "offer"]].to_numpy().tolist() == [
        ["family", "own", ""], ["family", "new", "half"], ["b", "loose", ""],
    ]  # fmt: skip
    assert found["tenure_days"].isna().tolist() == [True, False, True]


def test_without_customers_and_contracts_scores_stay(prepared):
    found = prepared(answer("1", None, "2024-07-02", nps=9), spells=False, people=False)
    assert found[["customer_id", "grp", "counts"]].to_numpy().tolist() == [["", "promoter", True]]
    assert found[["tenure_days", "active_end"]].isna().all(axis=None)


def test_the_wave_names_the_quarter_unless_the_rules_say_otherwise(prepared):
    rows = [
        answer("1", "a", "2024-07-02", invited="2024-06-20", wave="2024Q2", nps=9),
        answer("2", "b", "2024-07-02", invited="2024-06-20", wave="spring", nps=9),
        answer("3", "c", invited="2024-06-20", nps=None),
    ]

    def quarters(rule, **more):
        found = prepared(*rows, rules=Rules(wave=rule), **more)
        return (found["quarter_number"] - Quarter.parse("2024Q1").ordinal + 1).tolist()

    assert quarters("declared") == [2, 3, 2]
    assert quarters("answered") == [3, 3, 2]
    assert quarters("invited") == [2, 2, 2]
    assert quarters("invited", first_month=4) == [1, 1, 1]


def test_of_three_months_that_are_no_quarter_the_day_counts_not_the_wave(prepared):
    rows = [
        answer("1", "a", "2024-07-02", invited="2024-06-20", wave="2024Q2", nps=9),
        answer("2", "b", "2024-05-31", wave="2024Q3", nps=9),
    ]
    found = prepared(*rows, about="2024-08")
    assert [str(Quarter.numbered(number)) for number in found["quarter_number"]] == ["2024-08", "2024-05"]


@pytest.mark.parametrize(("rule", "kept"), [("last", ["2", "4"]), ("first", ["1", "4"])])
def test_one_answer_of_a_customer_survey_and_wave_counts(prepared, rule, kept):
    found = prepared(
        answer("1", "a", "2024-07-02", survey="r", nps=9),
        answer("2", "a", "2024-08-02", survey="r", nps=1),
        answer("3", "a", "2024-08-03", survey="r"),
        answer("4", "a", "2024-08-04", survey="shop", touchpoint_id="shop", csat=4.0),
        answer("5", "a", invited="2024-08-05", survey="r"),
        rules=Rules(answer=rule),
    )
    assert found.index[found["counts"]].tolist() == kept
    assert found["kind"].tolist() == ["relationship"] * 3 + ["transactional", "relationship"]


def test_a_wave_over_two_quarters_has_one_answer_and_anonymous_ones_all_count(prepared):
    found = prepared(
        answer("1", "a", "2024-06-30", wave="summer", nps=9),
        answer("2", "a", "2024-07-01", wave="summer", nps=3),
        answer("3", None, "2024-07-01", nps=3),
        answer("4", None, "2024-07-01", nps=3),
    )
    assert found["counts"].tolist() == [False, True, True, True]


def test_an_answer_on_or_after_the_close_is_silence_still(prepared):
    rows = [answer("1", "a", "2024-10-01", invited="2024-09-20", nps=9, language="vi")]
    found = prepared(*rows)
    assert found[["counts", "grp", "language"]].to_numpy().tolist() == [[False, "", ""]]
    assert found[["answered_day", "nps"]].isna().all(axis=None)
    assert prepared(*rows, close=date(2025, 1, 1))["grp"].tolist() == ["promoter"]


@pytest.fixture
def written(engine):
    """Prepared texts of hand-made rows."""

    def make(rows, answers=None):
        lived = spells_of(CONTRACTS, customers=None, engine=engine)
        answered = None
        if answers is not None:
            answered = responses(
                known("survey_responses", answers), lives=lived, customers=None, rules=Rules(), about=Q3
            )
        made = texts(contract_table("verbatims", rows), responses=answered, lives=lived, customers=None, about=Q3)
        return engine.to_pandas(made.order_by("verbatim_id"))

    return make


def test_a_text_stands_beside_its_score_and_its_customer(written):
    found = written(
        [
            {"verbatim_id": "1", "response_id": "r", "text": "rất tốt, cảm ơn"},
            {"verbatim_id": "2", "customer_id": "b", "text": "k", "at": "2024-05-05", "source": "review"},
            {"verbatim_id": "3", "response_id": "gone", "text": "  "},
        ],
        [answer("r", "a", "2024-07-02", nps=9, wave="2024Q2", language="vi", scale_max=10.0, touchpoint_id="t")],
    )
    assert len(found) == 2
    first, second = found.iloc[0], found.iloc[1]
    assert first[["customer_id", "language", "grp", "plan", "touchpoint_id"]].tolist() == [
        "a", "vi", "promoter", "new", "t",
    ]  # fmt: skip
    assert (first["quarter_number"], first["day"]) == (
        Quarter.parse("2024Q2").ordinal,
        day_number(date(2024, 7, 2)),
    )
    assert (first["words"], first["nps"], first["tenure_days"]) == (4, 9, 31)
    assert first["text_hash"] == hashlib.sha256("rất tốt, cảm ơn".encode()).hexdigest()[:32]
    assert second[["customer_id", "source", "grp", "touchpoint_id"]].tolist() == ["b", "review", "", ""]
    assert (second["quarter_number"], second["words"]) == (Quarter.parse("2024Q2").ordinal, 1)


def test_of_a_text_without_a_day_the_table_of_customers_speaks(engine):
    people = known("customers", CUSTOMERS)
    lived = spells_of(CONTRACTS, customers=people, engine=engine)
    rows = [
        {"verbatim_id": "1", "customer_id": "a", "text": "ok"},
        {"verbatim_id": "2", "customer_id": "a", "text": "ok", "at": "2024-09-01"},
    ]
    made = texts(contract_table("verbatims", rows), responses=None, lives=lived, customers=people, about=Q3)
    found = engine.to_pandas(made.order_by("verbatim_id"))
    assert found[["plan", "region"]].to_numpy().tolist() == [["own", "hn"], ["new", "hn"]]
    assert found["tenure_days"].isna().tolist() == [True, False]


def test_texts_without_any_survey(written):
    found = written([{"verbatim_id": "1", "text": "ok", "at": "2024-07-05"}])
    assert found[["customer_id", "grp"]].to_numpy().tolist() == [["", ""]]
    assert found["quarter_number"].tolist() == [Quarter.parse("2024Q3").ordinal]
    assert found[["nps", "csat", "tenure_days"]].isna().all(axis=None)
