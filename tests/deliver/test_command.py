"""``cxlab deliver``: what a person types, and what is said."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cxlab.cli import app

HOOK = '[deliver.chat]\nkind = "webhook"\nwait_seconds = 0\nurl = "{url}"\n'


@pytest.fixture
def typed(house):
    return lambda *words: CliRunner().invoke(app, ["deliver", *words, "--study", str(house.folder)])


def test_the_published_quarter_goes_out_once(typed, house, hook):
    house.declare(HOOK.format(url=hook.url))
    done = typed("2026Q3")
    assert (done.exit_code, len(hook.asked)) == (0, 1)
    assert done.stdout.startswith("chat: sent: 127.0.0.1:")
    assert typed("2026Q3").stdout.startswith("chat: sent before: on 20")
    assert typed("2026Q3", "--again").stdout.startswith("chat: sent: ")
    assert len(hook.asked) == 2


def test_a_corrected_quarter_goes_out_as_one(typed, house, hook):
    house.declare(HOOK.format(url=hook.url))
    path = house.run / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"because": "late recharges", "supersedes": "run"}))
    assert typed("2026Q3").exit_code == 0
    assert json.loads(hook.asked[0][2])["event"] == "change"
    assert "Why: late recharges" in json.loads(hook.asked[0][2])["text"]["en"]


def test_a_dry_run_sends_nothing_and_json_comes_last(typed, house, hook):
    house.declare(HOOK.format(url=hook.url))
    done = typed("2026Q3", "--dry-run", "--json")
    assert hook.asked == []
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["quarter"], [one["state"] for one in told["deliveries"]]) == ("2026Q3", ["planned"])


def test_what_failed_is_named_and_ends_with_1(typed, house):
    house.declare(HOOK.format(url="http://127.0.0.1:9/") + "attempts = 1\n")
    done = typed("2026Q3")
    assert done.exit_code == 1
    assert done.stdout == "chat: failed: 127.0.0.1:9: Connection refused\n"
    assert done.stderr == "cxlab: not delivered to chat: the same command tries these again\n"


def test_a_quarter_that_is_not_published_is_refused(typed, house, hook):
    house.declare(HOOK.format(url=hook.url))
    done = typed("2026Q2")
    assert done.exit_code == 69
    assert done.stderr == f"cxlab: 2026Q2 is not published: no report at {house.folder}/reports/2026Q2\n"


def test_a_draft_is_refused(typed, house, hook):
    house.declare(HOOK.format(url=hook.url))
    path = house.run / "manifest.json"
    path.write_text(path.read_text().replace('"published"', '"draft"'))
    done = typed("2026Q3")
    assert (done.exit_code, done.stderr) == (69, "cxlab: 2026Q3 is a draft: nothing was sent\n")
    assert hook.asked == []


def test_bad_usage_ends_with_2(typed, house):
    done = typed("2026Q3")
    assert done.exit_code == 2
    assert done.stderr == f"cxlab: {house.file} names nobody to deliver to\n  See data/README.md#delivery\n"
    assert typed("2026Q7").exit_code == 2
    house.declare(HOOK.format(url="http://127.0.0.1:9/"))
    done = typed("2026Q3", "--to", "board")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[1] == "  - no target is called 'board'"
