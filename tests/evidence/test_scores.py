"""Score counts, pairs of waves, invitations: equal to counting rows, additive, blind to order and names."""

from __future__ import annotations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlab.evidence import pairs, rating_counts, response_counts, score_counts
from cxlab.evidence.scores import ANSWERS, LINKS
from cxlab.quarter import Quarter

Q3 = Quarter.parse("2026Q3")
Q2 = Q3 - 1

row = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from(["", "c1", "c2", "c3", "c4", "c5", "c6"]),
        "quarter_number": st.sampled_from([Q3.ordinal, Q2.ordinal]),
        "plan": st.sampled_from(["a", "b", ""]),
        "nps": st.one_of(st.none(), st.integers(0, 10)),
        "answered_day": st.sampled_from([None, 20_001]),
        "kind": st.sampled_from(["relationship", "transactional"]),
    }
)
rows = st.lists(row, min_size=1, max_size=25)


def declared(drawn):
    """Rows as the prepared table holds them: a score only with an answer, one counted per customer and quarter."""
    frame = pd.DataFrame(drawn)
    frame["nps"] = pd.to_numeric(frame["nps"]).where(frame["answered_day"].notna())
    frame["account_id"] = frame["customer_id"].replace({"c1": "family", "c2": "family"})
    frame["response_id"] = [f"r{place}" for place in range(len(frame))]
    scored = frame["nps"].notna()
    again = frame[scored].duplicated(["customer_id", "quarter_number", "kind"]) & (frame["customer_id"] != "")
    frame["counts"] = scored & ~again.reindex(frame.index, fill_value=False)
    return frame


def grouped(nps):
    return "promoter" if nps >= 9 else "passive" if nps >= 7 else "detractor"


@settings(max_examples=8, deadline=None)
@given(rows)
def test_score_counts_equal_counting_rows(responses, drawn):
    frame = declared(drawn)
    found = score_counts(responses(frame), by=["plan"])
    expected = {}
    for each in frame[frame["counts"] & (frame["kind"] == "relationship")].to_dict("records"):
        quarter = "2026Q3" if each["quarter_number"] == Q3.ordinal else "2026Q2"
        cell = expected.setdefault((quarter, each["plan"]), {})
        account = each["account_id"] or each["response_id"]
        signs = cell.setdefault(account, [])
        signs.append({"promoter": 1, "passive": 0, "detractor": -1}[grouped(each["nps"])])
    assert len(found) == len(expected)
    for each in found.to_dict("records"):
        cell = expected[each["quarter"], each["plan"]]
        everyone = [sign for signs in cell.values() for sign in signs]
        assert [each[name] for name in ANSWERS] == [everyone.count(sign) for sign in (1, 0, -1)]
        s = np.array([sum(signs) for signs in cell.values()])
        k = np.array([len(signs) for signs in cell.values()])
        assert [each[name] for name in LINKS] == [len(cell), (s * s).sum(), (s * k).sum(), (k * k).sum()]


@settings(max_examples=8, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_pairs_equal_following_customers(responses, drawn, random):
    frame = declared(drawn)
    found = pairs(responses(frame), quarter=Q3, against=[Q2])
    seen = {}
    for each in frame[frame["counts"] & (frame["kind"] == "relationship")].to_dict("records"):
        person = seen.setdefault(each["customer_id"] or each["response_id"], ["absent", "absent"])
        person[int(each["quarter_number"] == Q3.ordinal)] = grouped(each["nps"])
    expected = pd.Series([tuple(person) for person in seen.values()], dtype=object).value_counts().to_dict()
    assert {(r.then, r.now): r.customers for r in found.itertuples()} == expected
    shuffled = frame.sample(frac=1, random_state=random.randint(0, 2**31))
    names = {name: f"x{number}" for number, name in enumerate(sorted(set(frame["customer_id"]) - {""}))}
    renamed = shuffled.assign(customer_id=shuffled["customer_id"].replace(names))
    pd.testing.assert_frame_equal(pairs(responses(renamed), quarter=Q3, against=[Q2]), found)


@settings(max_examples=5, deadline=None)
@given(rows, rows)
def test_evidence_of_disjoint_customers_adds(responses, first, second):
    one, two = declared(first), declared(second)
    two = two.assign(response_id="s" + two["response_id"])
    for name in ("customer_id", "account_id"):
        two[name] = two[name].where(two[name] == "", "z" + two[name])
    both = responses([*one.to_dict("records"), *two.to_dict("records")])
    for evidence in (
        lambda table: score_counts(table, by=["plan"], bucket=True),
        lambda table: response_counts(table, by=["plan"]),
        lambda table: pairs(table, quarter=Q3, against=[Q2], by=["plan"]),
    ):
        whole, parts = evidence(both), [evidence(responses(part)) for part in (one, two)]
        keys = [name for name in whole if not pd.api.types.is_integer_dtype(whole[name]) or name == "bucket"]
        summed = pd.concat(parts).groupby(keys, as_index=False).sum().sort_values(keys, ignore_index=True)
        pd.testing.assert_frame_equal(
            whole.sort_values(keys, ignore_index=True), summed[list(whole)], check_dtype=False
        )


def test_anonymous_answers_are_everyone_on_their_own(responses):
    table = responses(
        [{"customer_id": "", "nps": score, "quarter_number": q.ordinal} for score in (10, 10, 3) for q in (Q2, Q3)]
    )
    counts = score_counts(table)
    assert counts["accounts"].tolist() == [3, 3]
    met = pairs(table, quarter=Q3, against=[Q2])
    assert "absent" in set(met["then"]) & set(met["now"])
    assert ((met["then"] == "absent") | (met["now"] == "absent")).all()
    assert met["customers"].sum() == 6


def test_a_customer_who_changed_plan_is_absent_from_the_one_and_then_from_the_other(responses):
    table = responses(
        [
            {"customer_id": "c", "nps": 9, "plan": "a", "quarter_number": Q2.ordinal},
            {"customer_id": "c", "nps": 3, "plan": "b", "quarter_number": Q3.ordinal},
        ]
    )
    met = pairs(table, quarter=Q3, against=[Q2], by=["plan"])
    assert met[["plan", "then", "now"]].values.tolist() == [
        ["a", "promoter", "absent"], ["b", "absent", "detractor"]
    ]  # fmt: skip


def test_ratings_are_counted_by_scale_and_value(responses):
    table = responses(
        [
            {"csat": 4.0, "scale_min": 1.0, "scale_max": 5.0, "touchpoint_id": "shop", "kind": "transactional"},
            {"csat": 4.0, "scale_min": 1.0, "scale_max": 5.0, "touchpoint_id": "shop", "kind": "transactional"},
            {"csat": 4.0, "scale_min": 1.0, "scale_max": 10.0, "touchpoint_id": "shop", "kind": "transactional"},
            {"ces": 7.0, "scale_min": 1.0, "scale_max": 7.0, "touchpoint_id": "app", "kind": "transactional"},
            {"csat": 1.0, "counts": False},
        ]
    )
    found = rating_counts(table, measure="csat", by=["touchpoint"])
    assert found[["touchpoint", "scale_max", "value", "answers"]].values.tolist() == [
        ["shop", 5.0, 4.0, 2], ["shop", 10.0, 4.0, 1]
    ]  # fmt: skip
    assert rating_counts(table, measure="ces")["answers"].tolist() == [1]


def test_an_answer_proves_delivery_and_silence_is_counted(responses):
    table = responses(
        [
            {"nps": 9, "delivered_day": None},
            {"answered_day": None, "counts": False},
            {"answered_day": None, "delivered_day": None, "counts": False},
        ]
    )
    (found,) = response_counts(table).to_dict("records")
    assert found == {"quarter": "2026Q3", "invited": 3, "delivered": 2, "answered": 1, "known": 1}


def test_bands_of_tenure_are_counted_in_months_from_one(responses):
    days = {20: "1", 31: "2-3", 100: "4-6", 300: "7-12", 731: "25+", None: ""}
    table = responses([{"nps": 9, "tenure_days": day} for day in days])
    assert set(score_counts(table, by=["tenure_band"])["tenure_band"]) == set(days.values())


def test_unknown_names_are_refused_in_words(responses):
    table = responses([{"nps": 9}])
    with pytest.raises(
        ValueError, match=r"^by names columns of responses \(response_id, .*tenure_band\); got shoe$"
    ):
        score_counts(table, by=["shoe"])
    with pytest.raises(ValueError, match=r"^measure must be csat or ces; got 'nps'$"):
        rating_counts(table, measure="nps")
    with pytest.raises(ValueError, match=r"^pairs needs at least one earlier quarter; got none$"):
        pairs(table, quarter=Q3, against=[])


@settings(max_examples=4, deadline=None)
@given(rows)
def test_a_prepared_bucket_is_taken_as_it_is(responses, drawn):
    answers = responses(declared(drawn))
    table = score_counts(answers.mutate(bucket=ibis.literal(7, type="int32")), bucket=True)
    assert set(table["bucket"]) <= {7}
    counts = list(ANSWERS)
    assert table[counts].sum().tolist() == score_counts(answers)[counts].sum().tolist()
