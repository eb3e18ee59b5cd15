"""Errors of the app."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("app lỗi", "app văng hoài", "app dở", "lỗi otp", "app quá tệ"),
    short_good=("app tiện", "app dễ dùng"),
    bad=(
        "App cập nhật xong văng liên tục",
        "otp gửi mãi không thấy, đăng nhập {few} lần rồi",
        "Thanh toán báo lỗi nhưng tiền vẫn trừ, hôm sau mới cập nhật",
        "xem cước trên app với tin nhắn 2 số khác nhau",
        "vào app cứ xoay rồi màn hình trắng",
        "app bắt cập nhật hoài, cập nhật xong vẫn lỗi",
        "số dư trên app hiện sai be bét",
        "quên mật khẩu mà bấm lấy lại thì báo lỗi hệ thống",
        "mỗi lần mở app phải đăng nhập lại từ đầu",
        "mã xác nhận tới sau {minutes} phút thì hết hạn mất rồi",
        "app nặng, máy đời cũ mở là treo",
        "giao diện mới tìm mục thanh toán không ra",
        "app báo hết data trong khi mới đăng ký hôm qua",
    ),
    good=(
        "app mới dễ dùng hơn bản cũ nhiều",
        "app bây giờ chạy mượt, trả tiền mười giây là xong",
        "xem dung lượng trên app tiện, khỏi soạn tin",
        "từ hôm sửa lại app hết văng rồi",
        "thích nhất là đổi gói ngay trên app",
    ),
    detail=(
        "từ hôm cập nhật tới giờ",
        "xóa đi cài lại vẫn vậy",
        "cả máy mình lẫn máy vợ",
        "đúng lúc tới hạn thanh toán",
        "dùng wifi hay 4G đều thế",
    ),
    effect=(
        "phải chạy ra tận nơi đóng tiền",
        "bị khóa một chiều vì không trả được",
        "ngồi canh mã cả buổi",
        "cuối cùng xóa app luôn",
        "chẳng biết mình còn bao nhiêu tiền",
    ),
    versus=(
        "bản cũ đơn giản mà chạy ngon",
        "app của mạng khác đăng nhập bằng vân tay, nhẹ tênh",
        "app ngân hàng còn dễ hơn",
    ),
    ask=(
        "sửa lỗi đăng nhập giùm ad ơi",
        "trả lại bản cũ đi",
        "cho gửi mã qua email nữa nhé",
        "test kỹ rồi hãy phát hành",
    ),
    sly=("app xịn tới mức không cho ai vào", "cập nhật xong khỏi mở được luôn, bảo mật tuyệt đối"),
)

EN = Bank(
    short=("app crashes", "app is broken", "otp problem", "buggy app", "bad app"),
    short_good=("nice app", "app works"),
    bad=(
        "The new app logs me out every day",
        "OTP never arrives, had to go to the shop to pay",
        "Shows wrong balance since the update",
        "the app crashes as soon as I open it",
        "payment failed in the app but the money was gone",
        "white screen after every update",
        "password reset ends in system error",
        "the code comes after {minutes} minutes when it has already expired",
        "the app and the text message show two different balances",
        "I can't find the payment page in the new design",
        "the app freezes my older phone",
        "says I have no data left although I bought some yesterday",
    ),
    good=(
        "App is much better now, paid in ten seconds",
        "the new app is easy to use",
        "checking my data in the app is handy",
        "no more crashes since the last update, good job",
        "I like that I can change my plan in the app",
    ),
    detail=(
        "since the last update",
        "reinstalled it twice",
        "on my phone and on my wife's",
        "on wifi and on 4G",
        "just when the bill was due",
    ),
    effect=(
        "I was cut off because I could not pay",
        "had to drive to town to pay the bill",
        "I deleted it in the end",
        "spent the whole morning waiting for a code",
        "I have no idea how much credit I have",
    ),
    versus=(
        "the old version was simple and worked",
        "other apps let me log in with a fingerprint",
        "even my bank's app is easier",
    ),
    ask=(
        "please fix the log-in",
        "bring back the old version",
        "send the code by email as well",
        "test before you release",
    ),
    sly=("the app is so secure that nobody can get in",),
)
