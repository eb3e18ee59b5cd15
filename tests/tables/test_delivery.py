"""[deliver.<name>]: what a study file may say of it, and that no secret is ever repeated."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from cxlab.errors import UsageError
from cxlab.tables.config import StudyConfig, read_config
from cxlab.tables.delivery import FolderTarget, MailTarget, WebhookTarget

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
STUDY = """name = "T"
currency = "VND"
time_zone = "Asia/Ho_Chi_Minh"
window_opens = 2025-01-01
reports = "reports"
"""
MAIL = 'kind = "mail"\nhost = "smtp.example.org"\nfrom = "cx@example.org"\nto = ["ann@example.org"]\n'


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "study.toml"
        path.write_text(STUDY + text, encoding="utf-8")
        return read_config(path)

    return read


def test_what_is_left_out_has_a_value(read):
    targets = read(
        f'[deliver.board]\n{MAIL}[deliver.archive]\nkind = "folder"\npath = "x"\n'
        '[deliver.chat]\nkind = "webhook"\nurl = "https://example.org/x"\n'
    ).deliver
    board, archive, chat = targets["board"], targets["archive"], targets["chat"]
    assert isinstance(board, MailTarget)
    assert isinstance(archive, FolderTarget)
    assert isinstance(chat, WebhookTarget)
    assert (board.security, board.attach, board.on) == ("starttls", ("edition", "pdf"), ("success", "change"))
    assert (chat.attempts, chat.wait_seconds, chat.timeout_seconds) == (4, 5.0, 30.0)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('[deliver.x]\npath = "y"', ['x: needs kind = "folder", "mail" or "webhook"']),
        ('[deliver.x]\nkind = "pigeon"', ['x: needs kind = "folder", "mail" or "webhook"']),
        ('[deliver."My board"]\nkind = "folder"\npath = "y"',
         ["My board.[key]: needs a name of small letters such as board; got 'My board'"]),
        (f'[deliver.x]\n{MAIL}password = "hush"', ["x.password: no such setting"]),
        (f'[deliver.x]\n{MAIL}user = "u"\npassword_env = "hush hush"',
         ["x.password_env: needs the name of an environment variable such as CXLAB_SMTP_PASSWORD, not a secret"]),
        (f'[deliver.x]\n{MAIL}user = "u"', ["x: user and password_env go together"]),
        (f'[deliver.x]\n{MAIL}user = "u"\npassword_env = "P"\nsecurity = "none"',
         ['x: a password is not sent in the clear: security = "starttls" or "ssl"']),
        (f'[deliver.x]\n{MAIL}'.replace("cx@example.org", "cx@example.org\\nBcc: a@b.c"),
         ["x.from: needs a bare mail address such as cx@example.org; got 'cx@example.org\\nBcc: a@b.c'"]),
        (f'[deliver.x]\n{MAIL}'.replace('"ann@example.org"', '"Ann <ann@example.org>"'),
         ["x.to: needs a bare mail address such as cx@example.org; got 'Ann <ann@example.org>'"]),
        ('[deliver.x]\nkind = "webhook"',
         ["x: needs either url, or url_env where the address is a secret itself"]),
        ('[deliver.x]\nkind = "webhook"\nurl = "http://example.org/T0KEN"',
         ["x: url needs https://, or http:// to this machine, and no user or password in it"]),
        ('[deliver.x]\nkind = "folder"\npath = "y"\non = ["failure"]',
         ["x.on.0: needs 'success' or 'change'; got 'failure'"]),
        (f'[deliver.x]\n{MAIL}languages = ["de"]', ["x.languages: the study has en and vi; got 'de'"]),
        (f'[deliver.x]\n{MAIL}attempts = 0', ["x.attempts: needs to be greater than or equal to 1; got 0"]),
    ],
)  # fmt: skip
def test_every_problem_is_named_and_no_secret_repeated(text, problems, read, tmp_path):
    with pytest.raises(UsageError) as refused:
        read(text)
    assert str(refused.value).splitlines() == [
        f"{tmp_path}/study.toml has 1 problem",
        *(f"  - deliver.{problem}" for problem in problems),
        "  See data/README.md#studytoml",
    ]
    assert "hush" not in str(refused.value)
    assert "T0KEN" not in str(refused.value)


def section():
    return DOCUMENT.split("\n## Delivery\n")[1].split("\n## ")[0]


def test_the_example_of_the_documentation_is_accepted(read):
    example = re.search(r"```toml\n(.*?)```", section(), flags=re.DOTALL)[1]
    assert set(read(example).deliver) == {"board", "archive", "chat"} == set(tomllib.loads(example)["deliver"])


def test_every_setting_is_documented():
    documented = set(re.findall(r"`(\w+)`", section()))
    for target in (FolderTarget, MailTarget, WebhookTarget):
        names = {field.alias or name for name, field in target.model_fields.items()}
        assert names - documented == set()


def test_targets_change_no_number():
    from cxlab.tables.study import _NO_NUMBERS

    assert "deliver" in StudyConfig.model_fields
    assert "deliver" in _NO_NUMBERS
