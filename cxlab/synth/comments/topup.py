"""Topping up."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("nạp tiền lỗi", "nạp không được", "thẻ cào lỗi", "nạp chậm", "nạp tiền khó"),
    short_good=("nạp nhanh", "nạp tiền tiện"),
    bad=(
        "Nạp qua ví báo thành công mà {few} tiếng sau tiền mới vào",
        "thẻ cào bị mờ số, gọi tổng đài thì không đọc được",
        "29 tết nạp không được, đứt liên lạc với cả nhà",
        "nạp nhầm số, xin chuyển lại mà không được",
        "nạp {price} mà tài khoản không thấy cộng",
        "nạp bằng mã cứ báo mã không hợp lệ",
        "ngân hàng trừ tiền rồi mà điện thoại vẫn chưa có",
        "nhập sai mã {few} lần là bị khóa nạp cả ngày",
        "muốn mua thẻ mệnh giá nhỏ mà không chỗ nào bán",
        "nạp tự động không chạy, sáng ra hết tiền",
        "thẻ cào rách mất mã, không ai đổi cho",
        "nạp cho mẹ ở quê {province} mà treo giao dịch tới hôm sau",
    ),
    good=(
        "Nạp thẻ nhanh, có khuyến mãi 20% thích",
        "nạp tiền qua ngân hàng vài giây là có",
        "nạp hộ bố mẹ ở quê tiện lắm",
        "chỗ nào cũng mua được thẻ, nạp dễ",
        "ngày khuyến mãi nạp được thêm kha khá",
    ),
    detail=(
        "mấy ngày giáp tết là hay bị",
        "cả qua ví lẫn qua ngân hàng",
        "lúc {hour} đêm",
        "đúng ngày khuyến mãi",
        "có biên lai đàng hoàng",
    ),
    effect=(
        "không gọi được cho ai suốt buổi",
        "số suýt bị khóa vì quá hạn",
        "phải mượn điện thoại gọi nhờ",
        "lỡ mất đợt khuyến mãi",
        "tiền treo mấy hôm mới hoàn",
    ),
    versus=(
        "nạp cho mạng khác thì vào ngay",
        "mọi năm đâu có bị",
        "mua thẻ giấy còn nhanh hơn",
    ),
    ask=(
        "kiểm tra lại giao dịch giúp mình",
        "cho chuyển tiền nạp nhầm đi",
        "in mã thẻ cho rõ vào",
        "tết nhất thì tăng cường hệ thống nạp",
    ),
    sly=("nạp hôm nay mai có, hồi hộp như chơi xổ số",),
)

EN = Bank(
    short=("top up failed", "can't top up", "top-up problem", "recharge failed"),
    short_good=("easy top up", "quick top up"),
    bad=(
        "Topped up via bank app, money arrived next day",
        "scratch card code unreadable",
        "Top up failed twice on New Year's Eve",
        "paid {price} and my balance did not change",
        "typed the wrong number and nobody can move the credit back",
        "the code is always invalid, brand new card",
        "my bank took the money, you did not get it",
        "after {few} wrong digits I was locked out of topping up for a day",
        "automatic top up did not run and I had no credit in the morning",
        "topping up for my parents in {province} hung until the next day",
        "no small cards for sale anywhere",
        "top-up page keeps timing out",
    ),
    good=(
        "quick and easy top up",
        "credit arrives within seconds from my bank",
        "I like the 20% bonus when topping up",
        "topping up for my parents is simple",
        "cards are sold everywhere, very handy",
    ),
    detail=(
        "always around the holidays",
        "both by wallet and by bank",
        "at {hour}",
        "on a bonus day of all days",
        "I have the receipt",
    ),
    effect=(
        "could not call anybody all evening",
        "my number nearly expired",
        "missed the bonus day",
        "had to borrow a phone",
        "the money was stuck for days",
    ),
    versus=(
        "for another network it arrives at once",
        "never had this in earlier years",
        "a paper card is faster",
    ),
    ask=(
        "please check my transaction",
        "let people transfer credit sent to a wrong number",
        "print the codes so one can read them",
        "prepare the system for the holidays",
    ),
    sly=("top up today, get it tomorrow, exciting like a lottery",),
)
