"""Spam and advertising calls."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("tin rác nhiều", "spam hoài", "quảng cáo nhiều", "tin nhắn rác", "gọi quảng cáo hoài"),
    short_good=("hết tin rác",),
    bad=(
        "Ngày {few} tin quảng cáo, xóa mỏi tay",
        "suốt ngày gọi mời vay tiền, sao lộ số của mình thế",
        "Nhắn từ chối quảng cáo rồi vẫn gửi",
        "tin nhắn rác nhiều quá ad ơi",
        "tổng đài gọi mời gói lúc 12h trưa",
        "cuộc gọi bất động sản với chứng khoán gọi miết",
        "{hour} còn nhắn tin khuyến mãi",
        "toàn số lạ gọi tới rồi cúp",
        "tin nhắn lừa trúng thưởng gửi đều như vắt chanh",
        "một ngày {minutes} cuộc rác, chặn không xuể",
        "số mới dùng {few} ngày đã có người gọi mời bảo hiểm",
        "tin quảng cáo của nhà mạng nhiều hơn tin của bạn bè",
        "gọi điện giả danh công an hù dọa người già",
    ),
    good=("dạo này bớt tin rác hẳn", "chặn cuộc gọi rác tốt, yên tĩnh"),
    detail=(
        "đang ngủ trưa cũng reo",
        "ngày nào cũng vậy",
        "cả cuối tuần",
        "toàn đầu số lạ",
        "chặn số này có số khác",
    ),
    effect=(
        "giờ số lạ là không dám nghe",
        "lỡ mất cuộc gọi quan trọng vì tưởng rác",
        "đang họp mà máy reo liên tục",
        "mẹ mình suýt bị lừa",
        "phải để chế độ im lặng cả ngày",
    ),
    versus=(
        "sim phụ mạng khác cả tháng không có cuộc nào",
        "ngày trước đâu có thế",
        "nhiều hơn cả thư rác trong email",
    ),
    ask=(
        "chặn giùm mấy số này đi",
        "đừng nhắn quảng cáo nữa",
        "bảo vệ thông tin khách hàng chút đi",
        "cho nút từ chối một lần là xong",
    ),
    sly=("nhờ nhà mạng mà ngày nào cũng có người nhớ tới mình, toàn mời vay tiền",),
)

EN = Bank(
    short=("too much spam", "spam", "too many ads", "spam calls", "promo texts"),
    short_good=("less spam",),
    bad=(
        "{few} promo texts a day, please stop",
        "Loan sharks call me daily, who gave them my number",
        "Opted out twice, still getting ads",
        "marketing calls at lunch time, really?",
        "unknown numbers ring and hang up all day",
        "you send more messages than my friends do",
        "property agents call me {few} times a day",
        "promotions even at {hour}",
        "a fake prize message every single day",
        "my number was {few} days old when insurance people started calling",
        "scammers pretending to be police frighten my parents",
        "blocking numbers is useless, they come from new ones",
    ),
    good=("fewer spam calls lately", "your spam filter works well"),
    detail=(
        "even on Sundays",
        "every day the same",
        "always a new number",
        "also in the middle of a meeting",
        "while the baby sleeps",
    ),
    effect=(
        "I don't answer unknown numbers any more",
        "I missed a job call because I thought it was spam",
        "my phone is on silent all day",
        "my mother almost fell for it",
        "deleting them is a chore",
    ),
    versus=(
        "my other SIM gets none of these",
        "it was not like this before",
        "worse than my email inbox",
    ),
    ask=(
        "please block those numbers",
        "stop sending me ads",
        "protect our data better",
        "one opt-out should be enough",
    ),
    sly=("so nice that somebody thinks of me every day, even if only to lend me money",),
)
