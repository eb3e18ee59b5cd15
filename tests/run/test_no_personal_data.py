"""After a real run nothing personal stands in any file but the sources and the private folder."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from cxlab.quarter import Quarter
from cxlab.run import plan_run, run_quarter

PEOPLE = 60
STUDY = """
name = "Planted"
currency = "VND"
time_zone = "Asia/Ho_Chi_Minh"
window_opens = 2023-10-01
reports = "reports"
made_up = true
quarantine_share = 1.0
"""


def card(number: random.Random) -> str:
    digits = [4, *number.choices(range(10), k=14)]
    doubled = [sum(divmod(2 * digit, 10)) if place % 2 == 0 else digit for place, digit in enumerate(digits[::-1])]
    return "".join(map(str, [*digits, -sum(doubled) % 10]))


def planted() -> list[dict[str, str]]:
    """What is known of each person and may stand nowhere."""
    number = random.Random(20_260_930)
    return [
        {
            "id": f"KH-{number.randrange(10**7, 10**8)}",
            "name": f"Trần Thị {number.choice('AEIO')}{number.randrange(10**5, 10**6)}",
            "phone": f"09{number.randrange(10**7, 10**8)}",
            "email": f"khach{number.randrange(10**5, 10**6)}@mail.example.vn",
            "card": card(number),
            "paper": f"0{number.randrange(10**9, 10**10)}1",
            "plate": f"51G-{number.randrange(100, 999)}.{number.randrange(10, 99)}",
            "street": f"Ngõ {number.randrange(10**5, 10**6)} phố Kín",
        }
        for _ in range(PEOPLE)
    ]  # fmt: skip


def said(person: dict[str, str], place: int) -> str:
    phone = person["phone"]
    spelled = f"{phone[:4]} {phone[4:7]} {phone[7:]}" if place % 2 else phone
    return [
        f"Sóng yếu quá, gọi lại số {spelled} giúp mình nhé",
        f"Charged twice on card {person['card']}, please write to {person['email']}",
        f"Xe {person['plate']} đỗ trước cửa hàng, nhân viên rất nhiệt tình",
        f"CCCD {person['paper']} bị ghi sai, đổi mãi không xong",
    ][place % 4]


def tables(people: list[dict[str, str]]) -> dict[str, pd.DataFrame]:
    everyone = list(enumerate(people))
    memo = [f"rang {one['phone']}, {one['email']}" for one in people]
    return {
        "customers": pd.DataFrame(
            [
                {"customer_id": one["id"], "first_seen": "2023-11-01", "region": "hn", "Full name": one["name"],
                 "Phone": one["phone"], "E-mail": one["email"], "Address": one["street"], "CCCD": one["paper"]}
                for one in people
            ]
        ),
        "contracts": pd.DataFrame(
            [
                # every fifth start is a phone number or an address: quarantined
                {"contract_id": f"HD-{one['id']}", "customer_id": one["id"], "plan": "en90",
                 "start": one["phone"] if place % 10 == 0 else one["email"] if place % 5 == 0 else "2023-11-01",
                 "price_per_month": f"card {one['card']}" if place % 7 == 0 else "90000", "Owner": one["name"]}
                for place, one in everyone
            ]
        ),
        "survey_responses": pd.DataFrame(
            [
                {"response_id": f"TL-{one['id']}", "customer_id": one["id"], "kind": "relationship",
                 "invited_at": "2024-02-01", "answered_at": "2024-02-02", "nps": place % 11, "By": one["name"]}
                for place, one in everyone
            ]
        ),
        "verbatims": pd.DataFrame(
            [
                {"verbatim_id": f"VB-{one['id']}", "response_id": f"TL-{one['id']}", "customer_id": one["id"],
                 "text": said(one, place), "source": "survey" if place % 9 else "nowhere", "Agent": one["name"]}
                for place, one in everyone
            ]
        ),
        "codings": pd.DataFrame(
            [
                {"event_id": f"MH-{place}", "verbatim_id": f"VB-{one['id']}", "coder_id": "A",
                 "code_id": ("signal", "price", None)[place % 3], "value": True, "memo": memo[place],
                 "at": "2024-02-05", "sample_design": "random:2024Q1", "inclusion_probability": 1.0}
                for place, one in everyone
            ]
        ),
        "codebook": pd.DataFrame(
            [
                {"code_id": code, "version": 1, "name_en": code, "name_vi": code, "definition": memo[0],
                 "include": memo[1], "exclude": memo[2], "examples": said(people[3], 3), "since": "2023-01-01"}
                for code in ("signal", "price")
            ]
        ),
        "commentary": pd.DataFrame(
            [{"commentary_id": "k1", "quarter": "2024Q1", "question": "nps", "role": "Head of care",
              "language": "en", "text": f"Ask {people[4]['email']} or {people[4]['phone']}.",
              "written_at": "2024-04-02"}]
        ),
    }  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The study after a run of two notebooks of the house, and what is planted in it."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "raw").mkdir()
    people, blocks = planted(), []
    for name, frame in tables(people).items():
        frame.to_csv(folder / "raw" / f"{name}.csv", index=False)
        drop = 'drop = ["CCCD"]\n' if name == "customers" else ""
        blocks.append(f'[sources.{name}]\npath = "raw/{name}.csv"\nids = "hash"\n{drop}')
    with (folder / "raw" / "verbatims.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([people[0]["id"], *people[0].values()])  # too many fields
    (folder / "study.toml").write_text(STUDY + "\n".join(blocks), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CXLAB_THREADS", "1")
        result = run_quarter(
            plan_run(folder / "study.toml", only=["nps", "voc"], jobs=1), quarter=Quarter(2024, 1)
        )
    assert set(result.steps) == {"nps", "voc"}
    return folder, people


def texts_of(path: Path) -> list[str]:
    """Everything a file says: cells of Parquet, parts of a workbook, else its bytes."""
    if path.suffix == ".parquet":
        return [" ".join(pd.read_parquet(path).astype(str).to_numpy().ravel())]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as inside:
            return [inside.read(name).decode("utf-8", "replace") for name in inside.namelist()]
    text = path.read_bytes().decode("utf-8", "replace")
    return (
        [text, json.dumps(json.loads(text), ensure_ascii=False)] if path.suffix in (".json", ".ipynb") else [text]
    )


def test_nothing_planted_stands_in_any_file_of_a_run(ran):
    folder, people = ran
    secrets = [secret for person in people for secret in person.values()]
    leaks: dict[str, set[str]] = {}
    seen = set()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or inside.parts[0] in ("raw", "private"):
            continue
        seen.add(path.suffix)
        for text in texts_of(path):
            close = re.sub(r"[ .()-]", "", text)
            found = {secret for secret in secrets if secret in text or (secret.isdigit() and secret in close)}
            if found:
                leaks.setdefault(str(inside), set()).update(found)
    assert leaks == {}
    assert seen >= {".html", ".json", ".jsonl", ".ipynb", ".parquet", ".csv", ".xlsx"}, "an artefact is missing"


def test_what_was_planted_went_through_the_run(ran):
    """Without these the test above could not fail."""
    folder, people = ran
    sources = " ".join(path.read_text() for path in (folder / "raw").iterdir())
    assert all(secret in sources or secret == person["plate"] for person in people for secret in person.values()
               if secret not in (person["card"], person["plate"], person["paper"]))  # fmt: skip
    kept = pd.concat(map(pd.read_parquet, (folder / "prepared" / "tables").glob("verbatims-*.parquet")))["text"]
    for mark in ("[phone]", "[card]", "[email]", "[plate]", "[id]"):
        assert kept.str.contains(mark, regex=False).any(), mark
    refused = (folder / "prepared" / "quarantine" / "contracts.csv").read_text()
    assert refused.count("[phone]") == 6
    assert refused.count("[email]") == 6
    assert "card [card]" in refused
    assert "ragged_row" in (folder / "prepared" / "quarantine" / "verbatims.csv").read_text()
    pages = "".join(path.read_text() for path in (folder / "reports").rglob("*.html"))
    assert "[phone]" in pages or "[email]" in pages, "no commentary on the pages"
