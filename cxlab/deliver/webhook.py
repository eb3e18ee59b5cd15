"""Programs told by a POST of JSON, signed as standardwebhooks.com describes it.

``webhook-signature`` is ``v1,`` and the base64 of the HMAC-SHA256 of ``<webhook-id>.<webhook-timestamp>.<body>``
under the secret. The id stays the same when the same thing is told again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cxlab.deliver.hidden import secret
from cxlab.deliver.lines import reason_of
from cxlab.deliver.mail import trusting
from cxlab.deliver.outcome import Undelivered
from cxlab.deliver.parcel import Parcel
from cxlab.tables.delivery import WebhookTarget, is_safe_address

PASSING = {408, 425, 429, 500, 502, 503, 504}
"""Answers after which the same request may do better later."""


def body_of(target: WebhookTarget, parcel: Parcel) -> bytes:
    """Return what is posted: what happened, in words by language, and the numbers of the leader's page."""
    errand, languages = parcel.errand, parcel.languages(target.languages)
    content = {
        "event": errand.event,
        "study": parcel.study.name,
        "made_up": parcel.study.made_up,
        "quarter": str(errand.quarter),
        "run": errand.folder.name,
        "because": errand.because or None,
        "subject": {language: parcel.subjects[language] for language in languages},
        "text": {language: parcel.bodies[language] for language in languages},
        "numbers": list(parcel.numbers),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, allow_nan=False).encode()


def headers_of(body: bytes, *, key: str, at: datetime, signed_with: str) -> dict[str, str]:
    """Return the headers of a request, with its signature where there is a secret.

    >>> from datetime import UTC
    >>> made = headers_of(b"{}", key="k", at=datetime(2026, 10, 12, tzinfo=UTC), signed_with="s")
    >>> made["webhook-signature"]
    'v1,pZvV/OPotsC2APSZF5nZOmlKRkmNOa8OOZqIsiy6UdI='
    """
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "cxlab",
        "webhook-id": key,
        "webhook-timestamp": stamp,
    }
    if signed_with:
        signed = hmac.new(signed_with.encode(), b".".join((key.encode(), stamp.encode(), body)), hashlib.sha256)
        headers["webhook-signature"] = f"v1,{base64.b64encode(signed.digest()).decode()}"
    return headers


def call(target: WebhookTarget, body: bytes, *, key: str, at: datetime, base: Path) -> str:
    """Post it; return what was done in words. No redirect is followed.

    Raises
    ------
    Undelivered
        If nobody answers, or the answer is not one of success.
    """
    url = _address(target)
    signed_with = secret(target.secret_env) if target.secret_env else ""
    headers = headers_of(body, key=key, at=at, signed_with=signed_with)
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")
    secure = urllib.request.HTTPSHandler(context=trusting(target.ca_file, base=base))
    opener = urllib.request.build_opener(_NoRedirect, secure)
    try:
        with opener.open(request, timeout=target.timeout_seconds) as answer:
            return f"{where(target)} answered {answer.status}, {len(body) / 1e3:.1f} kB"
    except urllib.error.HTTPError as error:
        error.close()
        raise Undelivered(f"{where(target)} answered {error.code}", passing=error.code in PASSING) from None
    except urllib.error.URLError as error:
        reason = error.reason if isinstance(error.reason, BaseException) else error
        passing = not isinstance(reason, ssl.SSLCertVerificationError)
        raise Undelivered(f"{where(target)}: {reason_of(reason)}", passing=passing) from None
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered(f"{where(target)}: {reason_of(error)}", passing=True) from None


def where(target: WebhookTarget) -> str:
    """Return the host that is called: the rest of an address may be a secret."""
    return urlsplit(target.url).netloc if target.url else f"the address in {target.url_env}"


def _address(target: WebhookTarget) -> str:
    if target.url:
        return target.url
    url = secret(target.url_env)
    if not is_safe_address(url):
        raise Undelivered(
            f"{target.url_env} needs an https address, or an http one of this machine, without a login",
            passing=False,
        )
    return url


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed report goes where the study says, nowhere else."""

    def redirect_request(  # type: ignore[override]
        self, *_: object, **__: Mapping[str, object]
    ) -> None:
        return None
