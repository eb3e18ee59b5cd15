"""From a draft to a correction and back: who hears what of a study that is really run."""

from __future__ import annotations

import json

import pytest

from ..run.drafts import ROLE, Drafts, typed
from ..run.notebooks import write_notebook, write_study

HOOK = '\n[deliver.chat]\nkind = "webhook"\nwait_seconds = 0\nurl = "{url}"\n'


@pytest.fixture
def study(tmp_path, hook):
    file = write_study(tmp_path / "tiny", publish=False)
    write_notebook(tmp_path / "tiny" / "notebooks", "overview", "1", found=0.08)
    file.write_text(file.read_text() + HOOK.format(url=hook.url))
    return Drafts(tmp_path / "tiny")


def test_a_draft_is_told_to_nobody_a_report_once_and_a_correction_with_its_reason(study, hook):
    assert study.type("run", "2026Q3").exit_code == 0
    assert hook.asked == []
    approve = ["publish", "2026Q3", "--approved-by", ROLE]
    done = study.type(*approve)
    assert done.exit_code == 0, done.output
    assert "chat: sent: " in done.stderr
    assert study.type("deliver", "2026Q3").stdout.startswith("chat: sent before: ")
    write_notebook(study.folder / "notebooks", "overview", "2", found=0.09)
    assert typed(study.folder, "run", "2026Q3").exit_code == 0
    assert len(hook.asked) == 1
    assert study.type(*approve, "--because", "top-ups came late").exit_code == 0
    assert study.type("rollback", "2026Q3", "--because", "they did not").exit_code == 0
    told = [json.loads(body) for _, _, body in hook.asked]
    first, second = study.names
    assert [(one["event"], one["run"], one["because"]) for one in told] == [
        ("success", first, None),
        ("change", second, "top-ups came late"),
        ("change", first, "they did not"),
    ]
    assert "Why: top-ups came late" in told[1]["text"]["en"]
    assert "Approved by Head of CX research" in told[1]["text"]["en"]


def test_a_target_that_fails_leaves_the_quarter_published(study, hook):
    hook.answers = [(404, {})]
    assert study.type("run", "2026Q3").exit_code == 0
    done = study.type("publish", "2026Q3", "--approved-by", ROLE)
    assert done.exit_code == 0, done.output
    assert "chat: failed: 127.0.0.1:" in done.stderr
    assert study.report.is_symlink()
    assert study.type("deliver", "2026Q3").stdout.startswith("chat: sent: ")
