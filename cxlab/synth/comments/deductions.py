"""Unexplained charges."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("trừ tiền vô lý", "ăn tiền khách hàng", "tự trừ tiền", "mất tiền oan", "trừ tiền lung tung"),
    short_good=("đã hoàn tiền",),
    bad=(
        "Tài khoản tự nhiên bị trừ {amount}, hỏi không ai trả lời được là trừ gì",
        "nạp 50k sang hôm sau còn {amount}, trừ gì mà ghê thế",
        "Dịch vụ nhạc chờ mình có đăng ký đâu mà tháng nào cũng thu",
        "ăn tiền khách hàng trắng trợn",
        "Nhắn tin hủy {few} lần vẫn trừ, bực",
        "tiền trong máy cứ bốc hơi dần, chẳng hiểu vì sao",
        "không gọi không lướt gì mà mất {amount}",
        "hóa đơn cao hơn mọi tháng {amount} mà không ai giải thích được",
        "bị đăng ký dịch vụ gì lạ hoắc, mỗi ngày trừ một ít",
        "ngủ một đêm dậy tài khoản bay {amount}",
        "bấm nhầm cái quảng cáo là mất luôn {amount}",
        "con nít nghịch máy có tí mà bị trừ cả {amount}",
        "kiểm tra lịch sử thấy trừ tiền mấy khoản không tên",
        "bị trừ hai lần cho cùng một gói",
    ),
    good=(
        "Đã hoàn lại tiền nhưng phải gọi {few} lần",
        "trừ nhầm {amount} mà báo cái là hoàn ngay, được",
        "giờ trừ khoản nào cũng có tin nhắn rõ ràng",
        "hóa đơn tháng này ghi chi tiết, dễ hiểu",
    ),
    detail=(
        "tháng nào cũng bị, không nhiều thì ít",
        "từ hôm {days} tới giờ",
        "xem trong lịch sử chỉ ghi mỗi chữ dịch vụ",
        "mà không có lấy một tin nhắn báo",
        "đúng lúc vừa nạp xong",
    ),
    effect=(
        "giờ chẳng dám nạp nhiều tiền vào máy",
        "tiền không nhiều nhưng cảm giác bị móc túi",
        "mất lòng tin hẳn",
        "bố mẹ già đâu biết kiểm tra, cứ bị trừ hoài",
        "phải nhờ con gọi hỏi mới lấy lại được một phần",
        "cần gọi gấp thì tài khoản hết sạch",
    ),
    versus=(
        "sim cũ của mình {years} năm không mất đồng nào kiểu này",
        "mạng khác trừ gì cũng nhắn báo đàng hoàng",
        "trước kia đâu có bị",
    ),
    ask=(
        "yêu cầu giải thích rõ từng khoản",
        "trả lại tiền cho tôi",
        "muốn trừ gì thì phải hỏi khách trước",
        "khóa hết mấy dịch vụ lạ giúp mình với",
        "cho xem chi tiết cước miễn phí đi",
    ),
    sly=(
        "tài khoản mình chắc có lỗ thủng, cảm ơn đã giữ hộ tiền",
        "đăng ký giùm cả dịch vụ mình không biết, chu đáo ghê",
    ),
)

EN = Bank(
    short=("hidden charges", "stole my money", "wrong charges", "unexplained fees", "money disappears"),
    short_good=("refunded",),
    bad=(
        "Charged for a ringtone service I never asked for",
        "my balance just disappears, {amount} gone overnight",
        "Bill was {amount} higher than usual and nobody can explain why",
        "topped up yesterday and today only {amount} is left",
        "you take a little every day for some service I can't even name",
        "I cancelled by text {few} times and still get charged",
        "charged twice for the same package",
        "one wrong tap on an ad cost me {amount}",
        "I made no calls and still lost {amount}",
        "there are charges in my history without any description",
        "subscribed to something without my consent, {amount} a week",
        "money leaves my account and staff just say it is the system",
    ),
    good=(
        "Got refunded but took {few} calls",
        "wrong charge of {amount} was returned the same day, fine",
        "the bill is finally detailed and easy to check",
        "I now get a message for each charge, good",
    ),
    detail=(
        "it happens every month",
        "right after I topped up",
        "without any message",
        "the history only says service",
        "since {days} days ago",
    ),
    effect=(
        "I don't dare to keep credit on the phone any more",
        "it is not much but it feels like theft",
        "my trust is gone",
        "my old parents can't check and pay every time",
        "when I needed to call there was nothing left",
    ),
    versus=(
        "never happened in {years} years with my old operator",
        "other networks send a message for each charge",
        "this did not happen before",
    ),
    ask=(
        "I want every charge explained",
        "give me my money back",
        "ask before you charge",
        "please block all these third party services",
    ),
    sly=("thank you for looking after my balance so well that it is gone",),
)
