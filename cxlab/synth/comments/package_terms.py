"""Confusing packages, renewal without asking."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("gói khó hiểu", "tự gia hạn", "gói rối rắm", "nhiều gói quá", "điều kiện mập mờ"),
    short_good=("gói dễ hiểu",),
    bad=(
        "Gói nhiều quá chẳng biết chọn gói nào, tên thì giống nhau",
        "tự gia hạn mà không hỏi, mất luôn {price}",
        "Hết gói không báo nên bị tính giá ngoài gói",
        "soạn tin đăng kí cú pháp rối rắm, sai 1 chữ là không được",
        "Ưu đãi ghi to, điều kiện ghi nhỏ xíu",
        "nói không giới hạn mà dùng có {speed}GB đã bị chặn",
        "muốn hủy gói mà tìm mãi không ra cú pháp",
        "khuyến mãi gọi là cho mọi khách, tới lượt mình thì không đủ điều kiện",
        "gói cũ đang dùng ngon bị đổi sang gói khác không ai hỏi",
        "đọc điều khoản ba lần vẫn không hiểu được gì",
        "gói ghi 30 ngày mà mới 28 ngày đã hết",
        "data khuyến mãi chỉ dùng được nửa đêm, ghi vậy ai biết",
        "gói này không cộng dồn với gói kia, chẳng ai nói trước",
    ),
    good=(
        "gói đơn giản, dễ nhớ, đăng ký một tin là xong",
        "sắp hết gói có nhắn trước nên chủ động được",
        "nhân đôi dung lượng đúng như ghi, không lắt léo",
        "gói gia hạn tự động tiện, khỏi phải nhớ",
    ),
    detail=(
        "mà lúc đăng ký không thấy ghi chỗ nào",
        "đúng hôm mình đang ở nước ngoài",
        "trong khi tháng đó mình định nghỉ",
        "hỏi mỗi nơi hiểu một cách",
        "đọc trên tờ rơi một đằng, ra thực tế một nẻo",
    ),
    effect=(
        "mua nhầm gói, bỏ thì tiếc mà dùng thì không hợp",
        "người lớn tuổi như mẹ mình chịu thua",
        "giờ thấy khuyến mãi là sợ",
        "mất toi {price} cho cái gói không dùng tới",
        "tháng nào cũng phải canh ngày để hủy",
    ),
    versus=(
        "bên khác có ba gói là hết, rõ ràng",
        "hồi trước đăng ký dễ hơn nhiều",
        "sim cũ sắp gia hạn là có tin hỏi đồng ý không",
    ),
    ask=(
        "báo trước khi gia hạn giùm một tiếng",
        "bớt gói lại, ghi cho dễ hiểu",
        "cho hủy bằng một lần bấm đi",
        "điều kiện viết to lên",
        "tư vấn gói phù hợp giúp mình với",
    ),
    sly=("không giới hạn kiểu {speed}GB là hết, đúng là sáng tạo",),
)

EN = Bank(
    short=("confusing packages", "auto renewal", "unclear terms", "fine print", "too many packages"),
    short_good=("simple packages",),
    bad=(
        "Auto renewed without asking, I was abroad that month",
        "Too many packages with almost the same name",
        "promo said unlimited. it is not unlimited",
        "the package ended without notice and I paid out-of-bundle rates",
        "the sign-up code is so complicated that one wrong letter kills it",
        "big offer on top, tiny conditions below",
        "could not find how to cancel the package anywhere",
        "my old plan was swapped for another one and nobody asked me",
        "30 days according to you are 28 days",
        "bonus data works only after midnight, who reads that",
        "I am never eligible for any of your promotions",
        "read the terms three times and still don't get them",
    ),
    good=(
        "the package is simple and does what it says",
        "I got a reminder before it ended, very useful",
        "auto renewal is convenient for me",
        "signing up took one message",
    ),
    detail=(
        "it was not mentioned when I signed up",
        "exactly in the month I wanted to pause",
        "the flyer says one thing, reality another",
        "everybody explains it differently",
        "even after switching it off",
    ),
    effect=(
        "bought the wrong one and now I'm stuck with it",
        "lost {price} for something I did not use",
        "my mother gave up",
        "I now watch the calendar to cancel in time",
        "I ignore every promotion these days",
    ),
    versus=(
        "another network has three plans and that's it",
        "it used to be easier",
        "my old operator asked before renewing",
    ),
    ask=(
        "Please text me BEFORE the package ends",
        "fewer packages and clearer names please",
        "let me cancel with one tap",
        "print the conditions bigger",
    ),
    sly=("unlimited, up to {speed} GB, what a wonderful word",),
)
