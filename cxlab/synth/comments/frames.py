"""Words around the clauses: openings, closings, small pieces, feelings, emoji, and what fills the slots."""

VI_OPENINGS = (
    "Chào nhà mạng", "Ad ơi", "Mình góp ý thật", "Nói thật", "Thật lòng mà nói", "Xin góp ý", "Gửi ban quản lý",
    "Em xin phản ánh", "Tôi là khách hàng lâu năm", "Nói chung", "Cho mình hỏi", "Kính gửi công ty",
    "Mình kể cho nghe", "Theo mình", "Dạ em góp ý chút", "Không muốn nói nhưng", "Quan điểm cá nhân",
    "Góp ý chân thành",
)  # fmt: skip
VI_CLOSINGS_BAD = (
    "mong sớm khắc phục", "mong phản hồi", "hy vọng sẽ tốt hơn", "mong công ty xem lại", "cảm ơn đã đọc",
    "xem lại giùm", "mong được giải quyết sớm", "nản thật sự", "chờ tin", "nhờ công ty kiểm tra giúp",
    "góp ý vậy thôi", "không cải thiện thì chịu", "mong lắm thay", "cảm ơn",
)  # fmt: skip
VI_CLOSINGS_GOOD = (
    "cảm ơn nhà mạng", "cảm ơn nhiều", "tiếp tục phát huy", "chúc công ty ngày càng phát triển", "mãi ủng hộ",
    "sẽ còn dùng lâu", "cứ vậy nha", "cảm ơn Én", "chúc mọi người sức khỏe", "rất cảm kích",
    "mong giữ được lâu dài",
)  # fmt: skip
VI_PIECES_BAD = (
    "bực thật", "chán ghê", "mệt mỏi", "lần nào cũng vậy", "tháng này {few} lần rồi", "hết nói nổi",
    "khó chịu lắm", "thất vọng", "quá đáng", "không hiểu kiểu gì", "từ tuần trước tới giờ", "mấy tháng nay rồi",
    "dạo này hay bị lắm", "ai chịu nổi", "thấy nản", "hơi buồn", "nói thật là tệ", "tuần {few} bữa như thế",
    "sửa giùm cái", "xem lại đi", "ức chế ghê", "làm ăn gì kỳ", "suốt cả tháng", "phiền phức thật", "bó tay",
    "xin đấy", "tội khách hàng quá",
)  # fmt: skip
VI_PIECES_GOOD = (
    "thích ghê", "rất ưng", "quá được", "hài lòng", "yên tâm hẳn", "ưng cái bụng", "cho điểm cao",
    "rất đáng khen", "tốt hơn trước", "cứ thế phát huy", "cảm ơn nhiều", "mấy tháng nay rồi", "vui lắm",
    "ngon lành", "đáng tiền", "khen thật lòng", "trên cả mong đợi", "like mạnh",
)  # fmt: skip

EN_OPENINGS = (
    "Hi", "Hello", "Honestly", "To be honest", "Dear team", "My feedback", "Just saying",
    "As a long-time customer", "In my opinion", "Well", "Sorry to say", "Let me tell you", "One thing",
    "Overall", "Dear Sir or Madam", "Look",
)  # fmt: skip
EN_CLOSINGS_BAD = (
    "please look into it", "hope it improves", "waiting for your answer", "thanks for reading", "do better",
    "please fix this", "I expect a reply", "not good enough", "that is all", "sort it out please", "thank you",
    "please take this seriously", "fed up",
)  # fmt: skip
EN_CLOSINGS_GOOD = (
    "thank you", "thanks a lot", "keep it up", "well done", "best wishes to the team", "cheers",
    "much appreciated", "happy to stay", "great job everyone", "thanks Én",
)  # fmt: skip
EN_PIECES_BAD = (
    "really annoying", "so tired of it", "every single time", "{few} times this month", "very frustrating",
    "for months now", "since last week", "again and again", "not acceptable", "I am fed up", "what a pity",
    "why", "this is not ok", "disappointing", "come on", "it has to stop", "no idea why", "makes me angry",
    "sigh", "and it gets worse", "come on guys", "hard to believe",
)  # fmt: skip
EN_PIECES_GOOD = (
    "love it", "really happy", "well done", "thumbs up", "better than before", "much appreciated",
    "so convenient", "great job", "no complaints", "worth the money", "for months now", "keep going",
    "made me smile", "top",
)  # fmt: skip

EMOJI_BAD = ("😡", "😤", "😞", "🙄", "😭", "👎", "😒", "🤦", ":((", ":(", "=((", "😢")
EMOJI_GOOD = ("😊", "👍", "❤️", "🥰", "😍", "👏", ":)", ":D", "🎉", "💙", "^^", "😁")

PROVINCES = {
    "hn": ("Hà Nội", "Hưng Yên", "Bắc Ninh", "Hà Nam"),
    "rrd": ("Hải Phòng", "Nam Định", "Thái Bình", "Hải Dương", "Ninh Bình", "Vĩnh Phúc"),
    "nmm": ("Thái Nguyên", "Lào Cai", "Hà Giang", "Sơn La", "Phú Thọ", "Yên Bái"),
    "cch": ("Nghệ An", "Quảng Nam", "Đắk Lắk", "Quảng Trị", "Bình Định", "Gia Lai", "Hà Tĩnh"),
    "hcm": ("TP.HCM", "Long An", "Tiền Giang", "Bình Dương"),
    "se": ("Đồng Nai", "Tây Ninh", "Bình Phước", "Bà Rịa - Vũng Tàu"),
    "mkd": ("Cần Thơ", "An Giang", "Cà Mau", "Bến Tre", "Đồng Tháp", "Kiên Giang"),
}
SLOTS = {
    "few": ("2", "3", "4", "5", "6", "3-4", "5-6", "2-3"),
    "minutes": ("10", "12", "15", "18", "20", "25", "30", "40", "45"),
    "hours": ("8", "10", "12", "14", "16", "20", "24", "27"),
    "days": ("2", "3", "4", "5", "6", "10", "12"),
    "amount": ("5k", "9k", "10k", "12k", "15k", "20k", "25k", "30k", "40k", "18.000đ", "22 nghìn"),
    "price": ("90k", "99k", "100k", "120k", "132k", "50k", "70k"),
    "years": ("2", "3", "4", "5", "6", "7", "8", "10", "12"),
    "speed": ("1", "2", "3", "4", "5", "6", "8"),
    "hour": ("7h tối", "8h tối", "9h tối", "10h đêm", "6h sáng", "8h-10h", "trưa", "khuya"),
}
EN_SLOTS = {
    **SLOTS,
    "few": ("two", "three", "four", "five", "2", "3", "4", "6"),
    "amount": ("5,000", "9,000", "10k", "12,000", "15k", "20k", "30,000", "40,000 VND", "25k"),
    "price": ("90k", "99,000", "100k", "120k", "132,000", "50k"),
    "hour": ("6pm", "7pm", "8pm", "9 pm", "10 at night", "noon", "6 in the morning", "midnight"),
}
