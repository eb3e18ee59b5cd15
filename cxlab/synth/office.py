"""What the team itself wrote down: events, decisions, targets, initiatives, costs."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from cxlab.synth import company

EVENTS = (  # day, scope, English, Vietnamese
    ("2024-02-10", "", "Tet", "Tết Nguyên đán"),
    ("2024-11-11", "region=cch", "Floods: network down 27 hours in Central Vietnam and the Highlands",
     "Lũ lụt: mất mạng 27 giờ ở Miền Trung và Tây Nguyên"),
    ("2025-01-29", "", "Tet", "Tết Nguyên đán"),
    ("2025-04-14", "channel=app", "Billing app launched: log-in codes fail, wrong balances",
     "Ra mắt ứng dụng thanh toán: lỗi mã đăng nhập, sai số dư"),
    ("2025-10-01", "region=mkd", "Callback pilot starts in the Mekong Delta",
     "Bắt đầu thí điểm gọi lại ở Đồng bằng sông Cửu Long"),
    ("2025-10-06", "channel=app", "Billing app fixed", "Đã sửa lỗi ứng dụng thanh toán"),
    ("2026-01-05", "channel=app", "eSIM by app opens", "Mở đăng ký eSIM qua ứng dụng"),
    ("2026-02-17", "", "Tet", "Tết Nguyên đán"),
    ("2026-07-01", "plan=en90,en120", "Én 90 and Én 120: price +10%", "Én 90 và Én 120 tăng giá 10%"),
)  # fmt: skip


def events(*, calm: bool) -> pa.Table:
    """One row per event; ``scope`` names whom it concerned, empty for everyone. A calm company has none."""
    rows = () if calm else EVENTS
    return pa.table(
        {
            "event_id": pa.array([f"event-{at}" for at, *_ in rows], pa.string()),
            "name_en": pa.array([en for _, _, en, _ in rows], pa.string()),
            "name_vi": pa.array([vi for *_, vi in rows], pa.string()),
            "at": pa.array([date.fromisoformat(at) for at, *_ in rows], pa.date32()),
            "scope": pa.array([scope for _, scope, _, _ in rows], pa.string()),
        }
    )
