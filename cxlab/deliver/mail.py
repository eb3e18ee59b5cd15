"""People told by mail: the leader's page as text, the report as one file, printed where it could be."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from cxlab.deliver.hidden import secret
from cxlab.deliver.lines import one_line, reason_of
from cxlab.deliver.outcome import Undelivered
from cxlab.deliver.parcel import Parcel, wording_of
from cxlab.tables.delivery import MailTarget

PORTS = {"starttls": 587, "ssl": 465, "none": 25}
BETWEEN = "\n\n" + "—" * 12 + "\n\n"
"""Between the languages of a body."""


def compose(target: MailTarget, parcel: Parcel, *, key: str, at: datetime) -> EmailMessage:
    """Write the mail: PDFs, then editions are left out where it would be larger than the target allows.

    Parameters
    ----------
    target : MailTarget
        To whom, and how large it may be.
    parcel : Parcel
        What it says and brings.
    key : str
        Names the message: the same mail sent twice has the same id.
    at : datetime
        Its date.
    """
    offered = [parcel.editions, parcel.pdfs] if "pdf" in target.attach else [parcel.editions]
    kinds = offered if "edition" in target.attach else offered[1:]
    for attached in (kinds, kinds[:1] if len(kinds) > 1 else [], []):
        message = _message(target, parcel, attached, key=key, at=at)
        if len(message.as_bytes(policy=SMTP)) <= target.largest_megabytes * 1e6:
            break
    return message


def size_of(message: EmailMessage) -> int:
    """Return the bytes a server gets."""
    return len(message.as_bytes(policy=SMTP))


def post(target: MailTarget, message: EmailMessage, *, base: Path) -> str:
    """Hand the mail to the server; return what was done in words, without an address.

    Raises
    ------
    Undelivered
        If the server cannot be reached, is not who it should be, or takes it for nobody.
    """
    try:
        server = _server(target, base=base)
        try:
            if target.user:
                server.login(target.user, secret(target.password_env))
            refused = server.send_message(message, target.sender, list(target.to))
        finally:
            _take_leave(server)
    except UnicodeEncodeError:
        raise Undelivered(f"{_where(target)}: user and password can only hold ASCII", passing=False) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        raise Undelivered(
            f"{_where(target)} takes mail for none of {_people(len(codes))}: {_answers(error.recipients)}",
            passing=all(400 <= code < 500 for code in codes),
        ) from None
    except smtplib.SMTPResponseException as error:
        raise Undelivered(
            f"{_where(target)} answered {error.smtp_code} {_text(error.smtp_error)}",
            passing=400 <= error.smtp_code < 500,
        ) from None
    except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
        raise Undelivered(f"{_where(target)}: {reason_of(error)}", passing=False) from None
    except (smtplib.SMTPException, OSError) as error:
        raise Undelivered(f"{_where(target)}: {reason_of(error)}", passing=True) from None
    gone = len(target.to) - len(refused)
    return f"{_people(gone)}, {size_of(message) / 1e6:.1f} MB" + (
        f"; refused for {_people(len(refused))}: {_answers(refused)}" if refused else ""
    )


def _take_leave(server: smtplib.SMTP) -> None:
    """End a conversation; how the server answers to that changes nothing of what it took."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _server(target: MailTarget, *, base: Path) -> smtplib.SMTP:
    port, seconds = target.port or PORTS[target.security], target.timeout_seconds
    context = trusting(target.ca_file, base=base)
    if target.security == "ssl":
        return smtplib.SMTP_SSL(target.host, port, timeout=seconds, context=context)
    server = smtplib.SMTP(target.host, port, timeout=seconds)
    if target.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def trusting(ca_file: Path | None, *, base: Path) -> ssl.SSLContext:
    """Return how servers are recognised: by the system's authorities, or by those in a file of the study.

    Raises
    ------
    Undelivered
        If that file cannot be read.
    """
    try:
        return ssl.create_default_context(cafile=base / ca_file.expanduser() if ca_file else None)
    except OSError as error:
        raise Undelivered(f"ca_file {ca_file} cannot be read: {reason_of(error)}", passing=False) from None


def _message(
    target: MailTarget, parcel: Parcel, attached: list[Mapping[str, Path]], *, key: str, at: datetime
) -> EmailMessage:
    languages = parcel.languages(target.languages)
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = target.sender, ", ".join(target.to)
    message["Subject"] = parcel.subjects[languages[0]]
    message["Date"] = format_datetime(at.astimezone(UTC))
    message["Message-ID"] = f"<{key}@{target.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        BETWEEN.join(_body(target, parcel, language, attached) for language in languages), cte="quoted-printable"
    )
    for path in (files[language] for files in attached for language in languages if language in files):
        kind, subtype = ("application", "pdf") if path.suffix == ".pdf" else ("text", "html")
        message.add_attachment(path.read_bytes(), maintype=kind, subtype=subtype, filename=path.name)
    return message


def _body(target: MailTarget, parcel: Parcel, language: str, attached: list[Mapping[str, Path]]) -> str:
    wording = wording_of(parcel.study, language)
    said = [parcel.bodies[language]]
    if any(language in files for files in attached):
        said.append(wording.text("deliver.attached"))
    elif target.attach and parcel.errand.event != "failure":
        said.append(wording.text("deliver.too_large"))
    return "\n\n".join(said)


def _where(target: MailTarget) -> str:
    return f"{target.host}:{target.port or PORTS[target.security]}"


def _people(count: int) -> str:
    return f"{count} recipient{'' if count == 1 else 's'}"


def _answers(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return ", ".join(sorted({f"{code} {_text(words)}" for code, words in refused.values()}))


def _text(said: bytes | str) -> str:
    return one_line(said.decode("utf-8", "replace") if isinstance(said, bytes) else said)


def header_lines(message: EmailMessage) -> Iterator[str]:
    """Yield what a dry run shows of a mail: subject, who gets it, and what is attached."""
    yield f'"{message["Subject"]}" to {message["To"]}'
    names = [part.get_filename() for part in message.iter_attachments()]
    yield f"{size_of(message) / 1e6:.1f} MB with {', '.join(map(str, names)) or 'no file'}"
