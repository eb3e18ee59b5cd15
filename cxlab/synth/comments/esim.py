"""eSIM, which no code of the first codebook covers."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("lỗi esim", "esim rắc rối", "chuyển esim khó", "esim hỏng"),
    short_good=("esim tiện", "esim hay"),
    bad=(
        "Chuyển eSIM mất nguyên buổi sáng ngoài cửa hàng",
        "đổi điện thoại mới, esim không chuyển được, hư hết",
        "quét mã QR báo mã đã dùng",
        "máy hỗ trợ mà hệ thống báo không hỗ trợ eSIM",
        "cài eSIM xong mất cả sim cũ lẫn mới",
        "xóa nhầm eSIM là phải làm lại từ đầu",
        "mã QR eSIM gửi qua mail mà hết hạn mất rồi",
        "lên eSIM xong không nhận được mã ngân hàng",
        "đăng ký eSIM {few} lần đều treo ở bước cuối",
        "đồng hồ thông minh không ghép được eSIM",
        "đổi lại sim vật lý từ eSIM cũng khó",
        "eSIM cứ báo đang kích hoạt suốt {hours} tiếng",
    ),
    good=(
        "eSIM tiện, khỏi tháo sim",
        "đăng ký eSIM {few} phút là xong",
        "đi nước ngoài dùng eSIM quá tiện",
        "một máy hai số nhờ eSIM, thích",
        "làm eSIM tại nhà được luôn, hay",
    ),
    detail=(
        "máy mới mua",
        "cả máy vợ mình cũng vậy",
        "từ {hour}",
        "làm đúng hướng dẫn từng bước",
        "quét bằng máy khác cũng thế",
    ),
    effect=(
        "{days} ngày không có số để dùng",
        "lỡ hết mã xác nhận",
        "phải quay lại sim thường",
        "đành dùng máy cũ",
        "chẳng dám đổi máy nữa",
    ),
    versus=("bên khác quét cái là xong", "sim thường còn đỡ phiền hơn", "nước ngoài người ta làm dễ ợt"),
    ask=(
        "cho chuyển eSIM giữa hai máy dễ hơn đi",
        "có eSIM cho máy tính bảng không",
        "hướng dẫn eSIM rõ hơn giùm",
        "cấp lại mã QR nhanh giúp mình",
    ),
    sly=("eSIM hiện đại lắm, hiện đại tới mức không dùng được",),
)

EN = Bank(
    short=("esim problem", "esim failed", "esim trouble"),
    short_good=("esim works", "love esim"),
    bad=(
        "eSIM QR code said already used",
        "Moved phones, lost my eSIM, had to visit a shop",
        "no eSIM for tablets?",
        "eSIM stuck on activating for {hours} hours",
        "the QR code for the eSIM had expired when the mail came",
        "my phone supports eSIM but your system says no",
        "after installing the eSIM neither SIM worked",
        "deleted the eSIM by mistake and had to start all over",
        "tried to register the eSIM {few} times, hangs at the last step",
        "my watch will not pair with the eSIM",
        "going back from eSIM to a plastic SIM is a pain",
        "with the eSIM my bank codes no longer arrive",
    ),
    good=(
        "eSIM in five minutes, lovely",
        "eSIM is so handy when travelling",
        "two numbers on one phone thanks to eSIM",
        "set up the eSIM at home, no shop needed",
    ),
    detail=(
        "brand new phone",
        "followed every step",
        "same on my wife's phone",
        "since {hour}",
        "scanned it with another phone too",
    ),
    effect=(
        "{days} days without my number",
        "missed all my codes",
        "went back to the normal SIM",
        "still carrying my old phone",
        "I don't dare to change phones",
    ),
    versus=("elsewhere you scan once and it works", "plastic was less trouble", "abroad this is easy"),
    ask=(
        "make moving an eSIM easier",
        "clearer eSIM instructions please",
        "send me a new QR code",
        "support eSIM on tablets",
    ),
    sly=("eSIM so modern that it can't be used",),
)
