"""New rows, late rows, other rules and dates give new answers at once; what did not change is not made again."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from cxlab.evidence import movements, risk_table
from cxlab.evidence.repeat import repeat_counts
from cxlab.tables import open_study

from .conftest import HEAD

RULES = """
[rules.activity]
kinds = ["recharge"]
idle_days = {idle}
validity = false
[rules.margin]
default = {margin}
"""


def paid(number, customer, day, *, loaded=None):
    at = datetime.fromisoformat(f"{day}T10:00:00")
    return {
        "txn_id": f"t{number}", "customer_id": customer, "at": at, "amount": 10_000 * number, "kind": "recharge",
        "loaded_at": datetime.fromisoformat(f"{loaded or day}T23:00:00"),
    }  # fmt: skip


PEOPLE = [{"customer_id": f"c{n}", "first_seen": date(2024, 1, n)} for n in (1, 2, 3)]
MONEY = [
    paid(1, "c1", "2024-01-01"), paid(2, "c1", "2024-02-10"), paid(3, "c2", "2024-01-02"),
    paid(4, "c2", "2024-03-20"), paid(5, "c3", "2024-01-03"),
]  # fmt: skip
ASKED = {"quarter": "2024Q1", "role": "Head", "due": date(2024, 6, 1), "text_en": "Do it", "text_vi": "Lam di"}
DECISIONS = [{"decision_id": f"d{day}", "decided_at": date(2024, 4, day), **ASKED} for day in (2, 20)]


class Written:
    """A study that can be written again, and what it answers."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "raw").mkdir()
        for name, rows in (("customers", PEOPLE), ("transactions", MONEY), ("decisions", DECISIONS)):
            self.write(name, rows)
        self.rule()

    def write(self, name, rows):
        pd.DataFrame(rows).to_parquet(self.folder / "raw" / f"{name}.parquet")

    def rule(self, *, idle=30, margin=0.5):
        sources = "".join(
            f'[sources.{name}]\npath = "raw/{name}.parquet"\n'
            for name in ("customers", "transactions", "decisions")
        )
        text = f"{HEAD}{RULES.format(idle=idle, margin=margin)}{sources}"
        (self.folder / "study.toml").write_text(text, encoding="utf-8")

    def open(self, **dates):
        return open_study("2024Q1", config=self.folder, **{"as_of": "2024-04-10", **dates})

    def answers(self, *, fresh=True, **dates):
        """Evidence of the study; if fresh, the same has to come of a study that never had another state."""
        found = evidence_of(self.open(**dates))
        if fresh:
            other = self.folder.with_name("fresh")
            shutil.rmtree(other, ignore_errors=True)
            shutil.copytree(self.folder, other, ignore=shutil.ignore_patterns("prepared"))
            assert_same(found, evidence_of(open_study("2024Q1", config=other, **{"as_of": "2024-04-10", **dates})))
        return found

    def made(self, *kinds):
        """When each kept file of these kinds was made."""
        folders = [self.folder / "prepared" / kind for kind in kinds]
        return {str(path): path.stat().st_mtime_ns for of in folders for path in of.rglob("*") if path.is_file()}


PREPARED = ("lives", "days", "buying", "buying-30")


def evidence_of(study):
    lives, window = study.lives, study.window
    return {
        "movements": movements(lives, quarters=study.quarters),
        "risk": risk_table(lives, window=window),
        "repeat": repeat_counts(study.buying),
        "tried": repeat_counts(study.buying_before(30)),
        "margin": pd.DataFrame({"margin": [int(lives.margin_amount.sum().execute())]}),
        "decisions": study.decisions[["decision_id"]].reset_index(drop=True),
    }


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name, rows in expected.items():
        pd.testing.assert_frame_equal(found[name], rows, obj=name)


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    folder.mkdir()
    return Written(folder)


def test_what_did_not_change_is_not_made_again(study):
    first = study.answers(fresh=False)
    made = study.made("tables", "counted", *PREPARED)
    assert len(made) >= 3 * 2 + 1 + len(PREPARED)
    assert_same(study.answers(fresh=False), first)
    assert study.made("tables", "counted", *PREPARED) == made


def test_appended_rows_are_counted_and_the_other_tables_are_kept(study):
    before = study.answers(fresh=False)
    kept = {path: at for path, at in study.made("tables").items() if "transactions" not in path}
    study.write("transactions", [*MONEY, paid(6, "c3", "2024-01-25"), paid(7, "c3", "2024-02-20")])
    after = study.answers()
    assert before["repeat"]["amount"].sum() + 130_000 == after["repeat"]["amount"].sum()
    assert before["risk"]["at_risk"].sum() < after["risk"]["at_risk"].sum()
    assert kept.items() <= study.made("tables").items()


def test_a_new_customer_brings_the_rows_that_waited_for_it(study):
    study.write("transactions", [*MONEY, paid(6, "c4", "2024-02-01")])
    assert study.open().load.tables["transactions"].reasons == {"customer_id_not_in_customers": 1}
    before = study.answers(fresh=False)
    study.write("customers", [*PEOPLE, {"customer_id": "c4", "first_seen": date(2024, 2, 1)}])
    assert study.open().load.tables["transactions"].reasons == {}
    joined = [answers["movements"]["joined"].sum() for answers in (before, study.answers())]
    assert joined == [3, 4]


def test_a_late_row_is_used_from_the_day_it_was_known(study):
    before = study.answers(fresh=False)
    made = study.made(*PREPARED)
    study.write("transactions", [*MONEY, paid(6, "c1", "2024-03-05", loaded="2024-05-01")])
    assert study.open().load.tables["transactions"].late == 1
    assert_same(study.answers(fresh=False), before)
    later = study.answers(as_of="2024-05-02")
    assert study.open(as_of="2024-05-02").load.tables["transactions"].late == 0
    assert before["repeat"]["amount"].sum() + 60_000 == later["repeat"]["amount"].sum()
    assert_same(study.answers(fresh=False), before)
    assert made.items() <= study.made(*PREPARED).items()


def test_a_row_taken_back_at_the_source_is_gone(study):
    study.write("transactions", [*MONEY, paid(6, "c1", "2024-03-05")])
    more = study.answers(fresh=False)
    study.write("transactions", MONEY)
    assert more["repeat"]["amount"].sum() - 60_000 == study.answers()["repeat"]["amount"].sum()


@pytest.mark.parametrize(("rule", "changed"), [({"idle": 60}, "risk"), ({"margin": 0.25}, "margin")])
def test_a_changed_rule_changes_what_follows_from_it(study, rule, changed):
    before = study.answers(fresh=False)
    tables = study.made("tables")
    study.rule(**rule)
    assert not study.answers()[changed].equals(before[changed])
    assert study.made("tables") == tables
    made = study.made(*PREPARED)
    study.rule()
    assert_same(study.answers(fresh=False), before)
    assert study.made(*PREPARED) == made


def test_another_team_date_changes_the_teams_work_alone(study):
    early, late = (study.answers(fresh=False, team_as_of=day) for day in ("2024-04-10", "2024-04-30"))
    assert early["decisions"]["decision_id"].tolist() == ["d2"]
    assert late["decisions"]["decision_id"].tolist() == ["d2", "d20"]
    made = study.made("tables", *PREPARED)
    study.answers(fresh=False, team_as_of="2024-04-10")
    assert study.made("tables", *PREPARED) == made
    for name in ("movements", "risk", "repeat", "margin"):
        pd.testing.assert_frame_equal(early[name], late[name], obj=name)


def test_another_day_of_the_team_counts_only_the_work_of_the_team_anew(study):
    study.open(team_as_of="2024-04-10")
    before = study.made("counted")
    study.open(team_as_of="2024-04-11")
    new = {Path(path).name.split("-")[0] for path in study.made("counted").keys() - before.keys()}
    assert new == {"decisions"}
    assert before.items() <= study.made("counted").items()


@pytest.mark.parametrize("days", [-1, 91, 5000])
def test_buying_before_the_window_opens_is_refused(study, days):
    with pytest.raises(ValueError, match=rf"^buying needs days from 0 to the length of the window; got {days}$"):
        study.open().buying_before(days)
