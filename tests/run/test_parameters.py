"""Parameters: declared once, checked all at once, before anything starts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.errors import UsageError
from cxlab.run.parameters import choose, read_parameters

CELL = """from typing import Literal
quarter: str = "2026Q3"  # the quarter
horizon_months: int = 12  # how far, months
# share of the base that matters
least_share: float = 0.01
seed: int | None = None  # of the bootstrap
by: Literal["plan", "region", 3] = "plan"  # compared by
strict: bool = False  # refuse doubts
title: str = "All"  # of the page
"""


def declared():
    return {"churn": read_parameters(CELL, notebook="churn.ipynb")}


def parse(name, text):
    return next(p for p in declared()["churn"] if p.name == name).parse(text)


def test_a_parameters_cell_is_read_with_types_defaults_and_comments():
    by_name = {p.name: p for p in declared()["churn"]}
    assert list(by_name) == ["quarter", "horizon_months", "least_share", "seed", "by", "strict", "title"]
    assert by_name["horizon_months"].default == 12
    assert by_name["horizon_months"].comment == "how far, months"
    assert by_name["least_share"].comment == "share of the base that matters"
    assert by_name["seed"].annotation == "int | None"
    assert by_name["by"].choices == ("plan", "region", 3)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("horizon_months", "24", 24),
        ("horizon_months", "-3", -3),
        ("horizon_months", "50_000", 50_000),
        ("least_share", "0.5", 0.5),
        ("least_share", "1e-3", 0.001),
        ("least_share", "2", 2.0),
        ("seed", "None", None),
        ("seed", "7", 7),
        ("by", "region", "region"),
        ("by", "3", 3),
        ("strict", "true", True),
        ("strict", "False", False),
        ("title", "007", "007"),
        ("title", "no", "no"),
        ("title", "Gói cước", "Gói cước"),
    ],
)
def test_values_are_read_as_declared(name, text, value):
    assert parse(name, text) == value
    assert type(parse(name, text)) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "needs"),
    [
        ("horizon_months", "007", "int"),
        ("horizon_months", "12.0", "int"),
        ("horizon_months", "None", "int"),
        ("horizon_months", "1_0", "int"),
        ("horizon_months", "", "int"),
        ("horizon_months", "12; import os", "int"),
        ("least_share", "nan", "float"),
        ("least_share", "inf", "float"),
        ("least_share", "1e999", "float"),
        ("strict", "yes", "bool"),
        ("strict", "1", "bool"),
        ("title", "a\nb", "str"),
        ("title", "\ud800", "str"),
    ],
)
def test_values_that_do_not_fit_are_refused(name, text, needs):
    with pytest.raises(ValueError, match=f"^needs {needs}; got "):
        parse(name, text)


def test_a_choice_that_is_not_named_is_refused():
    with pytest.raises(ValueError, match=r"^needs Literal\['plan', 'region', 3\]; got 'segment'$"):
        parse("by", "segment")


@given(st.integers())
def test_every_whole_number_is_read_back(number):
    assert parse("horizon_months", str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_back(number):
    assert parse("least_share", repr(number)) == number


def test_all_problems_are_said_at_once():
    sets = [
        "churn.horizon_month=24",
        "chrun.seed=1",
        "churn.seed=x",
        "nonsense",
        "churn.quarter=2026Q1",
        "churn.a;b=1",
    ]
    with pytest.raises(UsageError) as caught:
        choose(declared(), sets=sets)
    assert caught.value.exit_code == 2
    assert caught.value.message == "the run was not started; nothing has changed"
    assert list(caught.value.problems) == [
        "unknown parameter of churn 'horizon_month'; did you mean 'horizon_months'?",
        "unknown step 'chrun'; did you mean 'churn'?",
        "churn.seed needs int | None; got 'x'",
        "--set looks like churn.horizon_months=24; got 'nonsense'",
        "churn.quarter is set by the command itself (`cxlab run 2026Q3 --as-of 2026-10-15`)",
        "unknown parameter of churn 'a;b'; known: by, horizon_months, least_share, seed, strict, title",
    ]


def test_values_may_hold_any_sign_and_an_empty_choice_is_fine():
    assert choose(declared(), sets=["churn.title=a=b.c"]) == {"churn": {"title": "a=b.c"}}
    assert choose(declared(), sets=[]) == {}


def test_the_same_parameter_twice_and_steps_left_out_are_refused():
    both = declared() | {"clv": declared()["churn"]}
    with pytest.raises(UsageError) as caught:
        choose(both, sets=["churn.seed=1", "churn.seed=2", "clv.seed=1"], only=["churn", "nps"])
    assert list(caught.value.problems) == [
        "unknown step 'nps'; known: churn, clv",
        "churn.seed is set twice",
        "clv.seed=1: clv is not among the steps of --only",
    ]


def test_a_cell_with_faults_names_each_line():
    cell = "a = 1\nb: int = 2\nc: list = []  # c\nd: int = 'x'  # d\ne: int = 1 + 1  # e\n"
    cell += "f: int = 1  # f\nf: int = 2  # f"
    with pytest.raises(UsageError) as caught:
        read_parameters(cell, notebook="nps.ipynb")
    where = "nps.ipynb, parameters cell, line"
    assert list(caught.value.problems) == [
        f"{where} 1: needs the form `name: type = value  # what it means`",
        f"{where} 2: b needs a comment that says what it means",
        f"{where} 3: `list` is no type a parameter may have: int, float, str, bool, None, Literal[...] "
        "and `|` between them",
        f"{where} 4: d needs int; got 'x'",
        f"{where} 5: e needs a plain value; got `1 + 1`",
        "nps.ipynb: f is declared twice",
    ]


def test_a_cell_that_is_no_python_is_refused():
    with pytest.raises(UsageError, match=r"^the parameters cell of nps.ipynb is no Python: "):
        read_parameters("a: int = ", notebook="nps.ipynb")
