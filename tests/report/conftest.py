"""A small made-up study and its executed notebooks, built without an engine and without a kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cxlab.finding import Check, Estimate, Finding, Message, Withheld, definition
from cxlab.quarter import Quarter
from cxlab.report import RunFacts, write_pages
from cxlab.report.sections import section, wording_of
from cxlab.tables.load_report import LoadReport, TableReport

Q3 = Quarter(2026, 3)

LABELS = {
    "plan": {
        "en90": {"en": "Én 90", "vi": "Én 90"},
        "payg": {"en": "Én Tự Do", "vi": "Én Tự Do"},
        "after": {"en": "Én Sau 150", "vi": "Én Sau 150"},
    }
}


def load_report() -> LoadReport:
    counts = {"first": date(2024, 1, 1), "last": date(2026, 9, 30), "dated": True, "versioned": True}
    people = TableReport(
        table="customers", read=20000, accepted=20000, quarantined=0, late=0, reasons={}, **counts
    )
    refused = {"end_before_start": 4, "duplicate_key": 2, "plan_missing": 1, "customer_id_not_in_customers": 3}
    spells = TableReport(
        table="contracts", read=24010, accepted=24000, quarantined=10, late=37, reasons=refused,
        **(counts | {"dated": False}),
    )  # fmt: skip
    return LoadReport(
        tables={"customers": people, "contracts": spells},
        joined={"responses_to_customers": 0.93},
        questions={"churn": None, "voc": "voc needs verbatims"},
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class SmallStudy:
    """What pages read of a study."""

    config: SimpleNamespace
    folder: Path = Path()
    quarter: Quarter = Q3
    as_of: date = date(2026, 10, 5)
    team_as_of: date = date(2026, 10, 12)
    events: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["event_id", "date", "name_en", "name_vi"])
    )
    targets: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["metric", "segment", "period", "target"])
    )
    commentary: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["quarter", "question", "role", "language", "text"])
    )
    load: Any = field(default_factory=load_report)
    fingerprint: str = "3f9a0c1e77aa" * 5


def config(**changes: object) -> SimpleNamespace:
    settings: dict[str, Any] = {
        "time_zone": "Asia/Ho_Chi_Minh",
        "name": "Én Mobile", "made_up": True, "languages": ("en", "vi"), "currency": "VND", "level": 0.95,
        "minimum_n": 10, "indicative_n": 50, "labels": LABELS, "reports": Path("reports"),
    }  # fmt: skip
    return SimpleNamespace(**(settings | changes))


@pytest.fixture
def study(tmp_path: Path) -> SmallStudy:
    return SmallStudy(config=config(), folder=tmp_path)


@pytest.fixture(scope="session")
def facts() -> RunFacts:
    return RunFacts(
        run_id="20261012-0200-a1", made_at=datetime(2026, 10, 12, 2, 0, tzinfo=UTC), state="published",
        approved_by="Head of CX research", approved_on=date(2026, 10, 12), code_version="0.1.0",
    )  # fmt: skip


def share(value: float, low: float, high: float, n: int | None = None) -> Estimate:
    return Estimate(value=value, low=low, high=high, unit="share", n=n)


def sentence(what: str, value: Estimate) -> Message:
    return Message("page.no_material_change", {"what": what, "value": value, "band": "1%"})


def check(*, passed: bool | None = True) -> Check:
    return Check(name="links", passed=passed, message=Message("sure.linked" if passed else "sure.independent"))


def tail(values: list[float], *, n: list[int], half: float = 0.01) -> dict[str, Any]:
    estimates = np.array(values)
    return {"estimate": estimates, "low": estimates - half, "high": estimates + half, "n": n}


def plans(values: list[float], **given: Any) -> pd.DataFrame:
    return pd.DataFrame({"plan": ["en90", "payg", "after"], **tail(values, **({"n": [5210, 2875, 1422]} | given))})


def finding(name: str, **changes: object) -> Finding:
    headline = share(0.088, 0.083, 0.094, 10207)
    made: dict[str, Any] = {
        "name": name, "about": Q3, "definition": definition(name), "headline": headline,
        "message": sentence(name.partition(".")[2].replace("_", " "), headline),
        "table": plans([0.078, 0.121, 0.044]),
        "shape": "bars", "method": Message("sure.independent"), "checks": (check(),),
    }  # fmt: skip
    return Finding(**(made | changes))


def churn_findings() -> tuple[Finding, ...]:
    steps = ["open", "joined", "back", "lost_voluntary", "lost_involuntary", "transferred", "close"]
    none = [np.nan] * 7
    counts = [10318.0, 871, 44, 790, 118, 6, 10319]
    flow = pd.DataFrame(
        {"step": steps, "estimate": counts, "low": none, "high": none, "n": [int(c) for c in counts]}
    )
    change = Estimate(value=0.003, low=-0.005, high=0.011, unit="share_points", n=10318)
    changes = pd.DataFrame(
        {
            "against": ["last_quarter", "year_ago"], "verdict": ["cannot_tell", "real_change"],
            "estimate": [0.003, 0.012], "low": [-0.005, 0.004], "high": [0.011, 0.020], "n": [10318, 9100],
        }
    )  # fmt: skip
    months = np.arange(0, 37, dtype=float)
    staying = np.exp(-months / 15)
    curve = pd.DataFrame(
        {
            "tenure_months": months,
            "estimate": staying,
            "low": staying * 0.97,
            "high": staying + (1 - staying) * 0.03,
            "n": 4000,
        }
    )
    held = Withheld(Message("page.too_few_customers", {"least": 10}))
    at_risk = Estimate(value=232e6, low=210e6, high=255e6, unit="amount", n=10319)
    return (
        finding("churn.left", table=flow, shape="flow"),
        finding("churn.left_change", headline=change, table=changes, message=Message("page.first_quarter")),
        finding("churn.left_by", checks=(check(), check(passed=False), check(passed=None))),
        finding("churn.retention", headline=share(0.46, 0.45, 0.48, 4000), table=curve, shape="curve"),
        finding("churn.median_tenure", headline=held, message=held.reason, shape="number", table=flow.iloc[:0]),
        finding("churn.at_risk", headline=at_risk, message=sentence("Én", at_risk)),
    )


def displayed(study: SmallStudy, one: Finding, as_: str | None = None) -> list[Any]:
    return [
        new_output(
            "display_data",
            {
                "text/html": str(section(one, study=study, wording=wording_of(study, lang), as_=as_)),
                "text/plain": ".",
            },
            metadata={"cxlab": {"lang": lang, "finding": one.name}},
        )
        for lang in study.config.languages
    ]


def notebook(
    study: SmallStudy, *findings: Finding, as_: str | None = None, prose: Mapping[str, str] | None = None
) -> Any:
    words = prose or {
        "en": "# For the analyst only\n\n## Who goes\n\nPlans differ; read the *interval*, then the number.",
        "vi": "# Chỉ dành cho người phân tích\n\n## Ai rời mạng\n\nCác gói khác nhau; đọc *khoảng tin cậy* trước.",
    }
    cells = [new_markdown_cell("Not tagged, so only the analyst reads it."), new_code_cell("quarter = '2026Q3'")]
    for place, one in enumerate(findings):
        if place == 1:
            cells += [new_markdown_cell(text, metadata={"tags": [f"lang-{lang}"]}) for lang, text in words.items()]
        cells.append(new_code_cell(f"show(study, findings[{place}])", outputs=displayed(study, one, as_)))
    printed = [
        new_output("stream", text="printed"),
        new_output("execute_result", {"text/html": "<table>bare</table>"}),
    ]
    cells.append(new_code_cell("print('printed')", outputs=printed))
    made = new_notebook(cells=cells)
    for number, cell in enumerate(made.cells):
        cell.id = f"cell{number}"
    made.metadata["cxlab"] = {"title": {"en": "Who leaves", "vi": "Ai rời mạng"}, "tables": [], "after": []}
    nbformat.validate(made)
    return made


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """What makes the parts of a report."""
    return SimpleNamespace(
        study=SmallStudy, config=config, share=share, sentence=sentence, check=check, tail=tail, plans=plans,
        finding=finding, churn_findings=churn_findings, notebook=notebook, load_report=load_report,
    )  # fmt: skip


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, facts: RunFacts) -> Path:
    """A written report, only to be read: an answered question and a page of tables."""
    folder = tmp_path_factory.mktemp("written")
    study = SmallStudy(config=config(), folder=folder)
    findings = churn_findings()
    executed = {"churn": notebook(study, *findings), "tables": notebook(study, *findings, as_="table")}
    write_pages(executed, findings, study=study, facts=facts, to=folder / "report")
    return folder / "report"
