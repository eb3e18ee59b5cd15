"""Delight and appreciation."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("tuyệt vời", "quá hài lòng", "10 điểm", "yêu Én", "rất hài lòng"),
    short_good=("tuyệt vời", "quá hài lòng", "10 điểm không có nhưng", "yêu Én", "rất hài lòng", "ủng hộ Én"),
    bad=("Sinh nhật năm nay không thấy tặng gì như năm ngoái",),
    good=(
        "Sinh nhật được tặng 5GB, bất ngờ ghê",
        "dùng {years} năm chưa đổi mạng, tin tưởng",
        "Mất máy ở bến xe, tổng đài khóa sim giúp trong {few} phút, cảm ơn nhiều",
        "rất hài lòng, đã giới thiệu cả nhà dùng",
        "10 điểm không có nhưng",
        "được tặng data ngày kỷ niệm, vui cả buổi",
        "khách lâu năm được ưu ái thấy ấm lòng",
        "chưa thấy mạng nào chăm khách như Én",
        "cả công ty mình đều chuyển qua Én theo lời mình",
        "để quên sim ở {province} mà được gửi về tận nhà, quý quá",
        "hôm con ốm cần gọi gấp được ứng tiền ngay, mang ơn",
        "mình là fan ruột từ ngày đầu",
        "hài lòng mọi mặt, không có gì để chê",
        "gắn bó {years} năm và sẽ còn lâu nữa",
        "nhận được thư cảm ơn viết tay, xúc động",
    ),
    detail=(
        "không nghĩ nhà mạng lại nhớ",
        "đúng ngày mình buồn",
        "từ hồi còn sinh viên tới giờ",
        "cả bố mẹ mình cũng khen",
        "gặp ai mình cũng kể",
    ),
    effect=(
        "mình sẽ dùng dài dài",
        "đã rủ thêm {few} người",
        "thấy mình được trân trọng",
        "tin tưởng tuyệt đối luôn",
        "về khoe với cả xóm",
    ),
    versus=(
        "hơn hẳn mạng cũ của mình",
        "chưa thấy ở đâu có",
        "càng ngày càng tốt",
    ),
    ask=(
        "cứ phát huy nhé",
        "mong Én giữ mãi như vậy",
        "chúc công ty phát triển",
        "năm sau tặng nữa nha",
    ),
)

EN = Bank(
    short=("love it", "excellent", "10/10", "wonderful", "very satisfied"),
    short_good=("love it", "excellent", "10/10", "wonderful", "very satisfied", "big fan"),
    bad=("no birthday gift this year, sad",),
    good=(
        "Got free data on my birthday, nice touch",
        "Been with you for {years} years, never let me down",
        "They blocked my stolen phone in {few} minutes. Thank you!",
        "told all my colleagues to switch to Én",
        "a gift for loyal customers, I felt appreciated",
        "best operator I ever had",
        "left my SIM in {province} and they mailed it home, amazing",
        "when my son was ill you lent me credit at once, I won't forget it",
        "happy with everything, nothing to complain about",
        "a fan since the first day",
        "a handwritten thank-you card, who does that these days",
        "completely satisfied, ten out of ten",
        "I recommend Én to everybody I meet",
    ),
    detail=(
        "did not expect that from a phone company",
        "since my student days",
        "my parents love it too",
        "on a day I really needed it",
        "and I tell everyone",
    ),
    effect=(
        "I will stay for a long time",
        "already brought {few} friends",
        "I feel valued",
        "total trust",
        "made my week",
    ),
    versus=(
        "far better than my old operator",
        "never saw this anywhere else",
        "getting better every year",
    ),
    ask=(
        "keep it up",
        "stay the way you are",
        "wish the company all the best",
        "do it again next year",
    ),
)
