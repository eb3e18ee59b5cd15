"""Comparing with others, thinking of leaving."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("sắp chuyển mạng", "sẽ đổi mạng", "chắc bỏ sim", "tính chuyển mạng"),
    short_good=("không chuyển mạng",),
    bad=(
        "Bạn bè rủ qua mạng khác, chắc hết tháng mình chuyển giữ số",
        "bên kia {price} được 5gb/ngày, ở đây 3gb",
        "Dùng {years} năm rồi, giờ tính chuyển thật",
        "sim phụ thôi, sim chính mạng khác rồi",
        "Nếu không vì số đẹp là bỏ lâu rồi",
        "hết gói này là mình qua mạng khác",
        "đang hỏi thủ tục chuyển mạng giữ số",
        "cả nhà chuyển hết rồi còn mỗi mình",
        "trước hay giới thiệu cho bạn bè, giờ thì không dám",
        "nhà mạng khác mời về với ưu đãi hơn hẳn",
        "lần cuối mình gia hạn ở đây",
        "đã mua sim bên kia dùng thử, thấy hơn",
        "vẫn giữ số vì lười đổi chứ không phải vì thích",
    ),
    good=("có người rủ chuyển mạng mà mình ở lại",),
    detail=(
        "tháng sau là chuyển",
        "chờ hết hạn gói thôi",
        "hỏi xong thủ tục cả rồi",
        "vợ mình đi trước rồi",
        "cân nhắc từ hồi đầu năm",
    ),
    effect=(
        "chắc chia tay thôi",
        "gắn bó lâu mà tiếc cũng phải đi",
        "giờ số này chỉ để nhận mã ngân hàng",
        "coi như lần góp ý cuối",
        "mấy đứa cùng phòng cũng đi theo",
    ),
    versus=(
        "bên kia chăm khách cũ tốt hơn",
        "cùng số tiền mạng khác cho nhiều hơn",
        "so qua so lại thấy thua mọi mặt",
    ),
    ask=(
        "có gì giữ chân khách cũ không",
        "cho mình một lý do để ở lại đi",
        "làm nhanh thủ tục chuyển mạng giúp",
        "đừng làm khó khi khách muốn đi",
    ),
    sly=("ở lại làm gì khi bên kia cho gấp đôi, chắc vì tình cảm",),
)

EN = Bank(
    short=("leaving soon", "switching network", "will port out", "thinking of leaving"),
    short_good=("staying",),
    bad=(
        "Will port out when my package ends",
        "Other network gives double the data for this money",
        "I keep this SIM only for the number",
        "used to recommend you, not any more",
        "already bought a SIM from another network to try",
        "my whole family has left, I am the last one",
        "after {years} years I am thinking of leaving for real",
        "this is my second SIM now, the main one is elsewhere",
        "asked how to move my number, {few} days to go",
        "friends keep telling me to change networks",
        "this was my last renewal",
        "a rival offered me a much better deal",
    ),
    good=("people asked me to switch but I stayed",),
    detail=(
        "next month",
        "as soon as the term is over",
        "my wife went first",
        "been thinking about it since spring",
        "the forms are already filled in",
    ),
    effect=(
        "so this is goodbye",
        "a pity after all this time",
        "the number is only for bank codes now",
        "take this as my last feedback",
        "my roommates will follow",
    ),
    versus=(
        "they treat old customers better over there",
        "same money, more for it elsewhere",
        "you lose every comparison I made",
    ),
    ask=(
        "give me one reason to stay",
        "make me an offer",
        "don't make porting so hard",
        "do something for long-time customers",
    ),
    sly=("why stay when the others give double, must be love",),
)
