"""Shops and paperwork."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("thủ tục rườm rà", "cửa hàng đông", "giấy tờ phiền", "đợi ở cửa hàng"),
    short_good=("thủ tục nhanh", "cửa hàng gần"),
    bad=(
        "Ra cửa hàng làm lại sim chờ gần tiếng đồng hồ",
        "bị khóa 1 chiều vì cccd hết hạn, không ai báo",
        "Chuẩn hóa thông tin {few} lần rồi vẫn nhắn đòi làm lại",
        "cửa hàng gần nhà đóng cửa luôn rồi",
        "đổi chủ thuê bao mà đòi đủ thứ giấy",
        "đi {speed} cây số mới có điểm giao dịch",
        "chụp căn cước {few} lần hệ thống vẫn báo không khớp",
        "cả cửa hàng có một quầy làm việc, khách ngồi la liệt",
        "lấy số từ sáng tới trưa mới tới lượt",
        "cuối tuần cửa hàng nghỉ, người đi làm biết lúc nào tới",
        "sim đứng tên người khác từ đại lý, giờ sang tên rất khó",
        "bắt photo giấy tờ trong khi đã có căn cước gắn chip",
    ),
    good=(
        "Thủ tục đổi sim nhanh, {few} phút xong",
        "cửa hàng mới sạch sẽ, có chỗ ngồi chờ",
        "làm giấy tờ gọn, chỉ cần căn cước",
        "có quầy mở thứ Bảy nên tiện cho người đi làm",
        "xác thực tại nhà được, khỏi ra cửa hàng",
    ),
    detail=(
        "ở {province}",
        "ngay trong giờ hành chính",
        "mà chỉ để ký một chữ",
        "trời nắng chang chang",
        "máy lấy số thì hỏng",
    ),
    effect=(
        "phải xin nghỉ làm nửa buổi",
        "đi về {few} chuyến mới xong",
        "số bị khóa mất liên lạc với khách",
        "ông nội lớn tuổi đi lại khổ",
        "mất nguyên một buổi sáng",
    ),
    versus=(
        "mạng khác làm ngay trên điện thoại",
        "ra ngân hàng còn nhanh hơn",
        "trước kia chỗ này có {few} quầy",
    ),
    ask=(
        "mở thêm quầy vào cuối tuần đi",
        "cho làm thủ tục từ xa giùm",
        "báo trước khi khóa chứ",
        "đừng bắt khách khai lại hoài",
    ),
    sly=("cửa hàng chu đáo, cho ngồi chờ tới thuộc hết tờ rơi",),
)

EN = Bank(
    short=("too much paperwork", "shop queue", "shop closed", "long queue"),
    short_good=("quick paperwork", "nice shop"),
    bad=(
        "Locked my SIM because of ID papers, no warning",
        "one counter open, twelve people waiting",
        "They asked for the same passport copy three times",
        "waited an hour at the shop to replace a SIM",
        "the shop near my house has closed for good",
        "verified my details {few} times and they still ask again",
        "the photo of my ID never matches according to the system",
        "the nearest shop is {speed} km away",
        "took a number in the morning, was served at noon",
        "shops are closed at weekends when working people have time",
        "registering as a foreigner takes a pile of documents",
        "changing the owner of the SIM is a nightmare of forms",
    ),
    good=(
        "Changing the SIM took five minutes, great",
        "the new shop is clean and well organised",
        "paperwork was simple, only my ID",
        "open on Saturday, very practical",
        "I could verify my ID from home",
    ),
    detail=(
        "in {province}",
        "just for one signature",
        "during office hours",
        "the ticket machine was broken too",
        "in the heat",
    ),
    effect=(
        "had to take half a day off",
        "went there {few} times",
        "customers could not reach me while it was locked",
        "my grandfather cannot travel that far",
        "a whole morning lost",
    ),
    versus=(
        "another network does it on the phone",
        "even the bank is quicker",
        "there used to be {few} counters",
    ),
    ask=(
        "open more counters at weekends",
        "let us do this online",
        "warn people before you lock them",
        "stop asking for the same papers",
    ),
    sly=("great shop, I had time to read every leaflet twice",),
)
