"""Mail through a real SMTP server: what a leader gets, and what nobody gets to see."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from cxlab.report.edition import dead_links

PASSWORD = "p4ss w0rd/+="
TARGET = """[deliver.board]
kind = "mail"
host = "127.0.0.1"
port = {port}
security = "{security}"
from = "cx@example.org"
to = ["ann@example.org", "binh@example.org"]
wait_seconds = 0
timeout_seconds = 5
"""
BARE = "attach = []\n"
"""Files take a second to make: only tests that look at them let them be made."""

LOGIN = 'user = "cx"\npassword_env = "CXLAB_SMTP_PASSWORD"\n'


class Mailbox:
    """An SMTP server's side of the story."""

    def __init__(self):
        self.mails, self.answers, self.refused, self.logins = [], [], (), []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return f"550 5.1.1 <{address}>: nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            return self.answers.pop(0)
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def login(self, server, session, envelope, mechanism, given):
        self.logins.append(given)
        known = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
        return AuthResult(success=known, handled=False)

    def read(self, place=0):
        return email.message_from_bytes(self.mails[place][2], policy=email.policy.default)


@pytest.fixture
def mailbox():
    return Mailbox()


@pytest.fixture
def serve(mailbox):
    with contextlib.ExitStack() as stack:

        def start(**settings):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            server = Controller(
                mailbox,
                hostname="127.0.0.1",
                port=port,
                authenticator=mailbox.login,
                auth_require_tls=False,
                **settings,
            )
            server.start()
            stack.callback(server.stop)
            return port

        yield start


@pytest.fixture
def told(house, serve):
    def tell(more="", *, files=False, name="Én Mobile", security="none", event="success", **given):
        target = TARGET.format(port=serve(), security=security) + ("" if files else BARE)
        house.declare(target + more, name=name)
        return house.tell(event, **given)[0]

    return tell


def text_of(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_a_leader_gets_the_answer_the_numbers_and_the_decisions_as_text(told, mailbox):
    outcome = told(files=True)
    assert (outcome.state, outcome.attempts) == ("sent", 1)
    assert outcome.detail.startswith("2 recipients, ")
    ((sender, recipients, _),) = mailbox.mails
    assert (sender, recipients) == ("cx@example.org", ["ann@example.org", "binh@example.org"])
    message = mailbox.read()
    assert message["Subject"] == "Customer experience, Q3 2026 · Én Mobile"
    assert message["To"] == "ann@example.org, binh@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    english, vietnamese = text_of(message).split("————————————")
    for words in (
        "The data of this quarter give no overall answer",
        "Left this quarter\n  8.8% (8.3\xa0to\xa09.4 · 10,330 at the start)\n",
        "1. Hold the old price <b>&\n   Cost 27\xa0m VND · Head of prepaid, 15\xa0Nov\xa02026\n2. Wait.",
        "Attached: the whole report as one file. It opens in any browser, without a network.",
    ):
        assert words in english
    for words in ("8,8% (8,3\xa0đến\xa09,4", "1. Giữ giá cũ <b>&\n", "Đính kèm: toàn bộ báo cáo trong một tệp"):
        assert words in vietnamese


def test_the_attachment_opens_alone(told, mailbox):
    told(files=True)
    attached = {part.get_filename(): part for part in mailbox.read().iter_attachments()}
    assert sorted(attached) == ["cx-2026Q3-en.html", "cx-2026Q3-vi.html"]
    for part in attached.values():
        html = part.get_payload(decode=True).decode()
        assert part.get_content_type() == "text/html"
        assert html.count('href="#') > 20
        assert list(dead_links(html)) == []


HOSTILE = "Én\r\nBcc: thief@example.com\r\n\r\n<script>alert(1)</script>\u202e\x00\x1b[31m"


def test_no_name_and_no_reason_becomes_a_header_or_a_recipient(told, mailbox):
    assert told(files=True, name=HOSTILE, event="change", because=HOSTILE).state == "sent"
    ((_, recipients, content),) = mailbox.mails
    assert recipients == ["ann@example.org", "binh@example.org"]
    message = mailbox.read()
    assert message["Subject"] == (
        "Corrected: Customer experience, Q3 2026 · Én Bcc: thief@example.com <script>alert(1)</script>"
    )
    assert "Bcc" not in message
    assert not any(line.lower().startswith(b"bcc:") for line in content.splitlines())
    assert text_of(message).splitlines()[0].endswith("Why: Én Bcc: thief@example.com <script>alert(1)</script>")
    assert not set("\u202e\x00\x1b") & set(text_of(message))
    assert {part.get_content_type() for part in message.walk()} == {"multipart/mixed", "text/plain", "text/html"}


def test_a_failure_is_five_lines_and_no_file(told, mailbox, house):
    lines = {"en": ["2026Q3 was not made:\r\nBcc: thief@example.com", "2026Q2 still stands"]}
    told('on = ["failure"]\n', event="failure", folder=house.folder / "notices", notice=lines)
    message = mailbox.read()
    assert message["Subject"] == "2026Q3 was not made: Bcc: thief@example.com · Én Mobile"
    assert "Bcc" not in message
    assert text_of(message).splitlines()[-1] == "2026Q2 still stands"
    assert list(message.iter_attachments()) == []


def test_a_mail_that_would_be_too_large_goes_without_files_and_says_so(told, mailbox):
    told(files=True, more="largest_megabytes = 0.05\n")
    message = mailbox.read()
    assert list(message.iter_attachments()) == []
    assert "The report itself is not attached: it would be too large for this mail." in text_of(message)


def test_what_the_server_puts_off_is_tried_again_under_the_same_id(told, mailbox, house):
    mailbox.answers = ["451 4.3.0 try later", "451 4.3.0 try later"]
    outcome = told()
    assert (outcome.state, outcome.attempts, len(mailbox.mails)) == ("sent", 3, 1)
    put_off = [line for line in house.log if line["event"] == "delivery put off"]
    assert [line["attempt"] for line in put_off] == [1, 2]
    assert put_off[0]["why"].endswith("answered 451 4.3.0 try later")


def test_what_the_server_refuses_for_good_is_not_tried_again(told, mailbox):
    mailbox.answers = ["554 5.7.1 no thanks"]
    outcome = told()
    assert (outcome.state, outcome.attempts) == ("failed", 1)
    assert outcome.detail.endswith("answered 554 5.7.1 no thanks")


def test_one_refused_recipient_keeps_nobody_else_from_reading(told, mailbox, house):
    mailbox.refused = ("binh@example.org",)
    outcome = told()
    assert (outcome.state, mailbox.mails[0][1]) == ("sent", ["ann@example.org"])
    assert outcome.detail.startswith("1 recipient, ")
    assert outcome.detail.endswith("refused for 1 recipient: 550 5.1.1 <[email]>: nobody here")
    assert "example.org" not in (house.run / "delivered.json").read_text() + str(house.log)


def test_no_recipient_left_is_a_failure(told, mailbox):
    mailbox.refused = ("ann@example.org", "binh@example.org")
    outcome = told()
    assert (outcome.state, outcome.attempts) == ("failed", 1)
    assert "takes mail for none of 2 recipients: 550 5.1.1 <[email]>: nobody here" in outcome.detail


def everything_under(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("given", [PASSWORD, "wrong-" + PASSWORD])
def test_a_password_comes_from_the_environment_and_is_told_to_nobody(given, told, mailbox, house, monkeypatch):
    monkeypatch.setenv("CXLAB_SMTP_PASSWORD", given)
    outcome = told(LOGIN)
    assert outcome.state == ("sent" if given == PASSWORD else "failed")
    assert outcome.attempts == 1
    assert len(mailbox.mails) == (given == PASSWORD)
    held = everything_under(house.folder) + repr(outcome).encode()
    assert [form for form in (given, "cDRzcyB3MHJkLys9") if form.encode() in held] == []


def test_a_server_that_repeats_the_password_is_not_quoted(told, mailbox, house, monkeypatch):
    monkeypatch.setenv("CXLAB_SMTP_PASSWORD", PASSWORD)
    mailbox.answers = ["554 you are p4ss w0rd/+=, ann@example.org"]
    outcome = told(LOGIN)
    assert outcome.detail.endswith("answered 554 you are [secret], [email]")


def test_a_password_smtp_cannot_carry_is_refused_unseen(told, mailbox, monkeypatch):
    monkeypatch.setenv("CXLAB_SMTP_PASSWORD", "mật khẩu")
    assert told(LOGIN).detail.endswith(": user and password can only hold ASCII")
    assert mailbox.mails == []


def test_a_missing_password_is_asked_for_by_the_name_of_its_variable(told, mailbox, monkeypatch):
    monkeypatch.delenv("CXLAB_SMTP_PASSWORD", raising=False)
    assert told(LOGIN).detail == "the environment variable CXLAB_SMTP_PASSWORD is not set"
    assert mailbox.mails == []


def secure(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def test_starttls_with_the_authority_of_the_study(house, serve, mailbox, certificate):
    port = serve(tls_context=secure(certificate), require_starttls=True)
    house.declare(TARGET.format(port=port, security="starttls") + BARE + f'ca_file = "{certificate[0]}"\n')
    assert house.tell()[0].state == "sent"
    assert len(mailbox.mails) == 1


def test_a_server_nobody_vouches_for_gets_neither_password_nor_mail(
    house, serve, mailbox, certificate, monkeypatch
):
    monkeypatch.setenv("CXLAB_SMTP_PASSWORD", PASSWORD)
    port = serve(tls_context=secure(certificate))
    house.declare(TARGET.format(port=port, security="starttls") + LOGIN + BARE)
    (outcome,) = house.tell()
    assert (outcome.state, outcome.attempts) == ("failed", 1)
    assert "certificate verify failed" in outcome.detail.lower()
    assert (mailbox.mails, mailbox.logins) == ([], [])


def test_a_server_without_starttls_gets_nothing_in_the_clear(told, mailbox, monkeypatch):
    monkeypatch.setenv("CXLAB_SMTP_PASSWORD", PASSWORD)
    outcome = told(LOGIN, security="starttls")
    assert (outcome.state, outcome.attempts) == ("failed", 1)
    assert outcome.detail.endswith("STARTTLS extension not supported by server.")
    assert (mailbox.mails, mailbox.logins) == ([], [])


def test_tls_from_the_start(house, serve, mailbox, certificate):
    port = serve(ssl_context=secure(certificate))
    house.declare(TARGET.format(port=port, security="ssl") + BARE + f'ca_file = "{certificate[0]}"\n')
    assert house.tell()[0].state == "sent"
    assert len(mailbox.mails) == 1


def test_a_server_that_is_down_is_said_in_words(house):
    house.declare(TARGET.format(port=9, security="none") + BARE + "attempts = 2\n")
    (outcome,) = house.tell()
    assert (outcome.state, outcome.attempts, outcome.detail) == ("failed", 2, "127.0.0.1:9: Connection refused")


def test_a_server_that_never_answers_is_not_waited_for_for_ever(house):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        target = TARGET.format(port=mute.getsockname()[1], security="none")
        house.declare(target.replace("timeout_seconds = 5", "timeout_seconds = 0.3\nattempts = 1\nattach = []"))
        (outcome,) = house.tell()
    assert (outcome.state, outcome.detail.partition(": ")[2]) == (
        "failed",
        "Connection unexpectedly closed: timed out",
    )


def test_a_dry_run_shows_subject_recipients_and_files(told, mailbox):
    outcome = told(files=True, dry_run=True)
    subject = "Customer experience, Q3 2026 · Én Mobile"
    assert str(outcome).startswith(f'board: would be sent: "{subject}" to ann@example.org, binh@example.org, ')
    assert str(outcome).endswith(" MB with cx-2026Q3-en.html, cx-2026Q3-vi.html")
    assert mailbox.mails == []


def test_a_ca_file_that_is_missing_is_named(house):
    house.declare(TARGET.format(port=9, security="starttls") + BARE + 'ca_file = "gone.pem"\n')
    assert house.tell()[0].detail == "ca_file gone.pem cannot be read: No such file or directory"
