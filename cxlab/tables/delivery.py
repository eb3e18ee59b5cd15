"""``[deliver.<name>]`` of study.toml: who is told what, and by which way.

No secret stands in a study file: it names environment variables that hold them.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

Event = Literal["success", "failure", "change"]
Kind = Literal["edition", "pdf"]
"""Files a report is sent as: one HTML file that holds it whole, and the same printed."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
PATTERNS = {r"^[a-z][a-z0-9_-]*$": "a name of small letters such as board"}
"""What the patterns mean, in words."""

_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\"\\\x00-\x1f\x7f]+@[^@\s<>()\[\],;:\"\\\x00-\x1f\x7f]+", re.ASCII)
_NEEDS_KIND = 'needs kind = "folder", "mail" or "webhook"'


def _variable(name: str) -> str:
    if not re.fullmatch(r"([A-Z_][A-Z0-9_]*)?", name):  # what came may be the secret itself: it is not repeated
        raise ValueError("needs the name of an environment variable such as CXLAB_SMTP_PASSWORD, not a secret")
    return name


Variable = Annotated[str, AfterValidator(_variable)]


class _Target(BaseModel):
    """What all targets have.

    ``attempts`` in all, the first wait ``wait_seconds`` long and every later one twice as long; an answer is
    waited for ``timeout_seconds``. No ``languages`` means those of the study.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, populate_by_name=True)

    on: tuple[Event, ...] = ("success", "change")
    languages: tuple[str, ...] = ()
    attempts: Annotated[int, Field(ge=1, le=10)] = 4
    wait_seconds: Annotated[float, Field(ge=0, le=600)] = 5.0
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0


class FolderTarget(_Target):
    """A folder that is there already, such as a mounted share: gets ``2026Q3/`` with real files."""

    kind: Literal["folder"]
    path: Path
    on: tuple[Literal["success", "change"], ...] = ("success", "change")
    pdf: bool = True


class MailTarget(_Target):
    """People, told by mail through an SMTP server."""

    kind: Literal["mail"]
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    security: Literal["starttls", "ssl", "none"] = "starttls"
    ca_file: Path | None = None
    user: str = ""
    password_env: Variable = ""
    sender: Annotated[str, Field(alias="from")]
    to: Annotated[tuple[str, ...], Field(min_length=1)]
    attach: tuple[Kind, ...] = ("edition", "pdf")
    largest_megabytes: Annotated[float, Field(gt=0, le=100)] = 15.0

    @field_validator("sender")
    @classmethod
    def _an_address(cls, address: str) -> str:
        if not _ADDRESS.fullmatch(address) or not address.isascii():
            raise ValueError(f"needs a bare mail address such as cx@example.org; got {address!r}")
        return address

    @field_validator("to")
    @classmethod
    def _addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cls._an_address(address) for address in addresses)

    @model_validator(mode="after")
    def _consistent(self) -> MailTarget:
        if bool(self.user) != bool(self.password_env):
            raise ValueError("user and password_env go together")
        if self.password_env and self.security == "none" and not _is_here(self.host):
            raise ValueError('a password is not sent in the clear: security = "starttls" or "ssl"')
        return self


class WebhookTarget(_Target):
    """A program, told by a signed POST of JSON."""

    kind: Literal["webhook"]
    url: str = ""
    url_env: Variable = ""
    secret_env: Variable = ""
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _consistent(self) -> WebhookTarget:
        if bool(self.url) == bool(self.url_env):
            raise ValueError("needs either url, or url_env where the address is a secret itself")
        if self.url and not is_safe_address(self.url):
            raise ValueError("url needs https://, or http:// to this machine, and no user or password in it")
        return self


def is_safe_address(url: str) -> bool:
    """Whether a report may be posted there: encrypted or not leaving the machine, and no secret in sight.

    >>> is_safe_address("https://example.org/x"), is_safe_address("http://127.0.0.1:8000/x")
    (True, True)
    >>> is_safe_address("http://example.org/x"), is_safe_address("https://me:word@example.org/x")
    (False, False)
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    known = parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))
    return known and bool(host) and parts.username is None and not re.search(r"[\s\x00-\x1f\x7f]", url)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _kind_of(value: object) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"={kind}" if kind in ("folder", "mail", "webhook") else None  # = is left out of a problem's path


Target = Annotated[
    Annotated[FolderTarget, Tag("=folder")]
    | Annotated[MailTarget, Tag("=mail")]
    | Annotated[WebhookTarget, Tag("=webhook")],
    Discriminator(
        _kind_of,
        custom_error_type="value_error",
        custom_error_context={"error": _NEEDS_KIND},
    ),
]


def language_problems(data: Mapping[str, Any], *, known: Sequence[str]) -> Iterator[str]:
    """Name the languages of targets that the study does not have."""
    targets = data.get("deliver")
    for name, target in targets.items() if isinstance(targets, dict) else ():
        asked = target.get("languages", ()) if isinstance(target, dict) else ()
        for language in asked if isinstance(asked, list) else ():
            if language not in known:
                yield f"deliver.{name}.languages: the study has {' and '.join(known)}; got {language!r}"
