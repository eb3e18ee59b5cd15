"""The team's own sentences, in both languages."""

from __future__ import annotations

EVENTS = (  # id, first day, kind, scope, English, Vietnamese
    ("tet-2024", "2024-02-10", "season", None, "Tet", "Tết Nguyên đán"),
    ("flood-2024", "2024-11-11", "outage", "region=cch", "Floods: network down 27 hours",
     "Lũ lụt: mất mạng 27 giờ"),
    ("tet-2025", "2025-01-29", "season", None, "Tet", "Tết Nguyên đán"),
    ("app-2025", "2025-04-14", "launch", None, "Billing app launched: log-in codes fail, wrong balances",
     "Ra mắt ứng dụng thanh toán: lỗi mã đăng nhập, sai số dư"),
    ("callback-2025", "2025-10-01", "campaign", "region=mkd", "Callback pilot starts",
     "Bắt đầu thí điểm gọi lại"),
    ("app-fix-2025", "2025-10-06", "launch", None, "Billing app fixed", "Đã sửa lỗi ứng dụng thanh toán"),
    ("esim-2026", "2026-01-05", "launch", None, "eSIM by app opens", "Mở đăng ký eSIM qua ứng dụng"),
    ("tet-2026", "2026-02-17", "season", None, "Tet", "Tết Nguyên đán"),
    ("price-2026", "2026-07-01", "price", "plan=en90,en120", "Én 90 and Én 120: price +10%",
     "Én 90 và Én 120 tăng giá 10%"),
)  # fmt: skip

INITIATIVES = (  # id, English, Vietnamese, owner, start, end, scope, compared with, VND a month
    ("callback", "Call unhappy customers back within 10 days", "Gọi lại khách không hài lòng trong 10 ngày",
     "Head of care", "2025-10-01", None, "region=mkd", "other regions, from the day of the score", 18_000_000),
    ("app_fix", "Repair the billing app", "Sửa ứng dụng thanh toán",
     "Head of digital", "2025-07-01", "2025-11-01", None, None, 40_000_000),
    ("esim", "eSIM by app", "eSIM qua ứng dụng",
     "Head of digital", "2025-11-01", "2026-04-01", None, None, 25_000_000),
)  # fmt: skip

TARGETS = (  # metric, segment, quarter, baseline, target, due, owner
    ("nps.score", "all", "2026Q4", 31.0, 35.0, "2026-12-31", "Head of CX research"),
    ("churn.retention", "all", "2026Q4", 0.47, 0.50, "2026-12-31", "Head of prepaid"),
)

DECISIONS = (  # id, quarter, decided, role, due, done, VND, English, Vietnamese
    ("2026Q2-1", "2026Q2", "2026-07-14", "Head of digital", "2026-08-31", "2026-08-20", 12_000_000,
     "Send the log-in code by message and by app, so that one failure does not lock anybody out.",
     "Gửi mã đăng nhập qua cả tin nhắn và ứng dụng, để một kênh lỗi không làm khách bị khóa."),
    ("2026Q2-2", "2026Q2", "2026-07-14", "Head of shops", "2026-09-15", "2026-09-10", 8_000_000,
     "Open a second counter for papers on Saturdays.",
     "Mở thêm một quầy giấy tờ vào thứ Bảy."),
    ("2026Q2-3", "2026Q2", "2026-07-14", "Head of care", "2026-09-30", None, 20_000_000,
     "Offer a callback to whoever waits more than five minutes on the hotline.",
     "Đề nghị gọi lại cho khách chờ tổng đài quá năm phút."),
    ("2026Q3-1", "2026Q3", "2026-10-12", "Head of prepaid", "2026-11-15", None, 27_000_000,
     "Hold the old price for two renewals for Én 90 users of more than 12 months.",
     "Giữ giá cũ hai kỳ gia hạn cho khách Én 90 dùng trên 12 tháng."),
    ("2026Q3-2", "2026Q3", "2026-10-12", "Head of digital", "2026-12-15", None, 60_000_000,
     "Warn 7 days before a package renews; cancel in one tap.",
     "Báo trước 7 ngày khi gia hạn gói, hủy bằng một chạm."),
    ("2026Q3-3", "2026Q3", "2026-10-12", "Head of care", "2026-12-31", None, 0,
     "Do not extend the callback pilot yet; test it fairly in two more regions.",
     "Chưa nhân rộng thí điểm gọi lại; thử nghiệm có đối chứng thêm hai vùng."),
)  # fmt: skip

COMMENTARY = (  # id, quarter, page, role, language, written, words
    ("2026Q3-overview", "2026Q3", "overview", "Head of CX research", "en", "2026-10-10",
     "The price rise pays for itself; we propose to keep it and soften it for long-standing users."),
    ("2026Q3-overview", "2026Q3", "overview", "Head of CX research", "vi", "2026-10-10",
     "Bản thân việc tăng giá có lãi; chúng tôi đề xuất giữ giá mới nhưng giảm sốc cho khách lâu năm."),
    ("2026Q3-churn", "2026Q3", "churn", "Head of prepaid", "en", "2026-10-10",
     "The rise in Én 90 and Én 120 was expected in July; what surprised us is that it has not eased since."),
    ("2026Q3-churn", "2026Q3", "churn", "Head of prepaid", "vi", "2026-10-10",
     "Mức tăng ở Én 90 và Én 120 đã được dự liệu từ tháng 7; điều bất ngờ là đến nay vẫn chưa dịu lại."),
)  # fmt: skip
