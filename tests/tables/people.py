"""A study in which three people stand in every table, to take one of them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd

HEAD = """
name = "People"
currency = "VND"
time_zone = "Asia/Ho_Chi_Minh"
window_opens = 2024-01-01
reports = "reports"
made_up = true
quarantine_share = 1.0
"""

PERSON, OTHER, CHILD = "KH-0912-7731", "KH-0912-7732", "KH-0912-7733"
"""Source ids. The child's account is the person."""

_BOTH = (PERSON, OTHER)


def rows() -> dict[str, pd.DataFrame]:
    """Return a table each of everything a person can stand in, one row or more of each of the two."""
    number = {PERSON: 1, OTHER: 2}

    def each(**columns: object) -> pd.DataFrame:
        return pd.DataFrame(
            {name: [of(who, number[who]) if callable(of) else of for who in _BOTH] for name, of in columns.items()}
        )

    customers = each(customer_id=lambda who, n: who, account_id=None, first_seen=date(2024, 1, 5), region="hn")
    child = {"customer_id": CHILD, "account_id": PERSON, "first_seen": date(2024, 1, 6), "region": "hn"}
    customers["Full name"] = ["Trần Thị Kín", "Lê Văn Mở"]
    day = pd.Timestamp("2024-02-03 10:00")
    return {
        "customers": pd.concat([customers, pd.DataFrame([child])], ignore_index=True),
        "contracts": each(
            contract_id=lambda who, n: f"hd-{n}", customer_id=lambda who, n: who, plan="en90",
            start=date(2024, 1, 5),
        ),
        "transactions": each(
            txn_id=lambda who, n: f"gd-{n}", customer_id=lambda who, n: who, at=day, amount=90_000,
            kind="recurring",
        ),
        "survey_responses": each(
            response_id=lambda who, n: f"tl-{n}", customer_id=lambda who, n: who, kind="relationship",
            invited_at=day, answered_at=day, nps=9,
        ),
        "answers": each(response_id=lambda who, n: f"tl-{n}", item="why", text=lambda who, n: f"because {n}"),
        "verbatims": each(
            verbatim_id=lambda who, n: f"vb-{n}", response_id=lambda who, n: f"tl-{n}",
            text=lambda who, n: f"Sóng yếu ở chỗ số {'một' if n == 1 else 'hai'}", source="survey",
        ),
        "codings": each(
            event_id=lambda who, n: f"mh-{n}", verbatim_id=lambda who, n: f"vb-{n}", code_id="signal",
            coder_id="A", value=True, at=day,
        ),
        "interactions": each(interaction_id=lambda who, n: f"tx-{n}", customer_id=lambda who, n: who, at=day),
        "loop_cases": each(case_id=lambda who, n: f"vv-{n}", response_id=lambda who, n: f"tl-{n}", opened_at=day),
        "referrals": each(
            referral_id=lambda who, n: f"gt-{n}", referrer_id=lambda who, n: who if n == 1 else CHILD,
            referred_id=lambda who, n: "KH-new" if n == 1 else who, asked_at=date(2024, 2, 1),
        ),
        "id_map": each(source="crm", source_id=lambda who, n: f"crm-{n}", customer_id=lambda who, n: who),
    }  # fmt: skip


def write_people(
    folder: Path, *, ids: str = "keep", more: str = "", tables: Mapping[str, pd.DataFrame] | None = None
) -> Path:
    """Write the study and return its study.toml."""
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    blocks = []
    for name, frame in (rows() if tables is None else tables).items():
        frame.to_csv(folder / "raw" / f"{name}.csv", index=False)
        blocks.append(f'[sources.{name}]\npath = "raw/{name}.csv"\nids = "{ids}"\n')
    path = folder / "study.toml"
    path.write_text(HEAD + "\n".join([*blocks, more]), encoding="utf-8")
    return path
