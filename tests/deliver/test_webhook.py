"""A program is told by a signed request, once, and nowhere else than the study says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

TARGET = '[deliver.chat]\nkind = "webhook"\nwait_seconds = 0\nurl = "{url}"\n'


@pytest.fixture
def told(house, hook):
    def tell(more="", **given):
        house.declare(TARGET.format(url=hook.url) + more)
        return house.tell(**given)

    return tell


def test_a_program_gets_words_and_numbers(told, hook, house):
    (outcome,) = told()
    assert (outcome.target, outcome.kind, outcome.state, outcome.attempts) == ("chat", "webhook", "sent", 1)
    ((path, headers, body),) = hook.asked
    assert (path, headers["content-type"]) == ("/hook", "application/json; charset=utf-8")
    found = json.loads(body)
    assert {name: found[name] for name in ("event", "study", "made_up", "quarter", "run", "because")} == {
        "event": "success",
        "study": "Én Mobile",
        "made_up": True,
        "quarter": "2026Q3",
        "run": house.run.name,
        "because": None,
    }
    assert found["subject"] == {
        "en": "Customer experience, Q3 2026 · Én Mobile",
        "vi": "Trải nghiệm khách hàng quý III/2026 · Én Mobile",
    }
    assert "8.8% (8.3\xa0to\xa09.4 · 10,330 at the start)" in found["text"]["en"]
    assert found["numbers"][0] == {"plan": "en90", "estimate": 0.078, "low": 0.068, "high": 0.088, "n": 5210}


def test_the_signature_is_that_of_standard_webhooks(told, hook, monkeypatch):
    monkeypatch.setenv("CXLAB_HOOK_SECRET", "hush")
    told('secret_env = "CXLAB_HOOK_SECRET"\n')
    ((_, headers, body),) = hook.asked
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(b"hush", signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_without_a_secret_nothing_is_signed(told, hook):
    told()
    assert "webhook-signature" not in hook.asked[0][1]


def test_what_passes_is_tried_again_with_the_same_id(told, hook):
    hook.answers = [(503, {}), (429, {})]
    (outcome,) = told()
    assert (outcome.state, outcome.attempts) == ("sent", 3)
    assert len({headers["webhook-id"] for _, headers, _ in hook.asked}) == 1


@pytest.mark.parametrize("code", [400, 401, 404, 410])
def test_what_does_not_pass_is_not_tried_again(code, told, hook):
    hook.answers = [(code, {})]
    (outcome,) = told()
    host = hook.url.split("/")[2]
    assert (outcome.state, outcome.attempts, outcome.detail) == ("failed", 1, f"{host} answered {code}")


def test_attempts_come_to_an_end(told, hook):
    hook.answers = [(500, {})] * 9
    (outcome,) = told("attempts = 3\n")
    assert (outcome.state, outcome.attempts, len(hook.asked)) == ("failed", 3, 3)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(code, told, hook):
    hook.answers = [(code, {"Location": hook.url.replace("/hook", "/elsewhere")})]
    (outcome,) = told()
    assert (outcome.state, [path for path, _, _ in hook.asked]) == ("failed", ["/hook"])


def test_an_address_that_is_a_secret_stays_one(house, hook, monkeypatch):
    monkeypatch.setenv("CXLAB_HOOK_URL", f"{hook.url}/T0KEN")
    house.declare('[deliver.chat]\nkind = "webhook"\nwait_seconds = 0\nurl_env = "CXLAB_HOOK_URL"\n')
    hook.answers = [(404, {})]
    assert [one.detail for one in house.tell()] == ["the address in CXLAB_HOOK_URL answered 404"]
    assert [one.state for one in house.tell()] == ["sent"]
    assert hook.asked[-1][0] == "/hook/T0KEN"
    assert not [path for path in house.folder.rglob("*") if path.is_file() and b"T0KEN" in path.read_bytes()]


def test_an_address_from_the_environment_keeps_the_same_rules(house, monkeypatch):
    house.declare('[deliver.chat]\nkind = "webhook"\nurl_env = "CXLAB_HOOK_URL"\n')
    monkeypatch.setenv("CXLAB_HOOK_URL", "http://example.org/T0KEN")
    said = "CXLAB_HOOK_URL needs an https address, or an http one of this machine, without a login"
    assert [(one.state, one.detail) for one in house.tell()] == [("failed", said)]
    monkeypatch.delenv("CXLAB_HOOK_URL")
    assert [one.detail for one in house.tell()] == ["the environment variable CXLAB_HOOK_URL is not set"]


def test_nobody_there_is_said_in_words(house):
    house.declare(TARGET.format(url="http://127.0.0.1:9/hook") + "attempts = 2\n")
    assert [(one.state, one.attempts, one.detail) for one in house.tell()] == [
        ("failed", 2, "127.0.0.1:9: Connection refused")
    ]
