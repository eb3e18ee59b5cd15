"""Personal columns are found by their names, told by ``cxlab check``, and reach no file that stays."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlab.tables import check_study, describe
from cxlab.tables.personal import looks_personal
from cxlab.tables.schema import TABLES

from .conftest import CONTRACTS, CUSTOMERS, HEAD, write_text


@pytest.mark.parametrize(
    "column",
    [
        "Name",
        "Full name",
        "first_name",
        "CustomerName",
        "Họ và tên",
        "Họ tên",
        "Tên khách hàng",
        "ten_kh",
        "Phone",
        "phone_number",
        "contactPhone",
        "MSISDN",
        "Số điện thoại",
        "SDT",
        "Di động",
        "E-mail",
        "email_address",
        "Địa chỉ",
        "Street",
        "Billing Address",
        "Ngày sinh",
        "dob",
        "birth_date",
        "CCCD",
        "so cmnd",
        "Căn cước",
        "Passport No",
        "Hộ chiếu",
        "Card number",
        "Số tài khoản",
        "IMEI",
        "Zalo",
        "IP address",
        "Giới tính",
    ],
)
def test_columns_about_a_person_are_known_by_their_name(column):
    assert looks_personal(column)


@pytest.mark.parametrize(
    "column", ["Plan name", "Product", "mailing wave", "Tenure", "tên gói", "Contract", "Mobility", "msisdn_hash"]
)
def test_other_columns_are_not_taken_for_personal(column):
    assert not looks_personal(column)


def test_no_column_of_the_contract_looks_personal():
    found = [f"{table.name}.{name}" for table in TABLES.values() for name in table.names if looks_personal(name)]
    assert found == ["touchpoints.name"]


def test_check_tells_what_is_not_declared_and_what_is_kept(tmp_path):
    write_text(
        tmp_path, "c.csv", "No.,Full name,Phone,E-mail,Address\n1,Trần Thị Kín,0912345678,kin@example.vn,Ngõ 7\n"
    )
    (tmp_path / "raw" / "k").mkdir()
    pd.DataFrame(CONTRACTS).assign(MSISDN="0912345678").to_parquet(tmp_path / "raw" / "k" / "1.parquet")
    pd.DataFrame({"response_id": ["r"], "answered_at": ["2024-02-01"], "Phone": ["0912345678"]}).to_excel(
        tmp_path / "raw" / "r.xlsx", index=False
    )
    (tmp_path / "study.toml").write_text(
        f"""{HEAD}
[sources.customers]
path = "raw/c.csv"
drop = ["E-mail"]
columns = {{ customer_id = "Phone", segment = {{ sql = "left(\\"Address\\", 1)" }} }}
[sources.contracts]
path = "raw/k"
[sources.survey_responses]
path = "raw/r.xlsx"
ids = "hash"
columns = {{ customer_id = "Phone" }}
""",
        encoding="utf-8",
    )
    said = describe(check_study("2024Q1", config=tmp_path)).splitlines()
    place = said.index("Personal columns")
    assert said[place + 1 : place + 5] == [
        '  customers: Full name: neither mapped, dropped nor hashed; declare: drop = ["Full name"]',
        "  customers: Phone is kept as customer_id: hash it, or map another column",
        '  contracts: MSISDN: neither mapped, dropped nor hashed; declare: drop = ["MSISDN"]',
        "",
    ]
    for path in (tmp_path / "prepared").rglob("*"):
        text = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".parquet":
            text = pd.read_parquet(path).astype(str).to_csv().encode()
        assert not any(word in text for word in ("Trần".encode(), b"kin@example", "Ngõ 7".encode())), path


def test_a_study_whose_columns_are_declared_says_nothing(make_study):
    places = {"touchpoint_id": ["t"], "name": ["Shop"], "channel": ["shop"]}
    config = make_study({"customers": CUSTOMERS, "contracts": CONTRACTS, "touchpoints": places})
    assert "Personal columns" not in describe(check_study("2024Q1", config=config))
