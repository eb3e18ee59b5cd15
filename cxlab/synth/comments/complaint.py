"""How complaints are dealt with."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("khiếu nại chậm", "không ai giải quyết", "phản ánh vô ích", "hứa suông"),
    short_good=("giải quyết nhanh", "xử lý tốt"),
    bad=(
        "Hẹn 48 tiếng trả lời, nay {few} tuần rồi",
        "phản ánh {few} lần, lần nào cũng phải kể lại từ đầu",
        "khiếu nại xong bị đóng hồ sơ mà chưa giải quyết gì",
        "gửi đơn khiếu nại như ném đá xuống ao",
        "báo đã xử lý xong trong khi vấn đề còn nguyên",
        "cứ đùn từ bộ phận này sang bộ phận kia",
        "hứa có người liên hệ mà {days} ngày rồi im re",
        "khiếu nại từ tháng trước tới giờ không hồi âm",
        "mã khiếu nại thì cho, kết quả thì không",
        "bắt khách chứng minh đủ thứ rồi kết luận do khách",
        "trả lời khiếu nại bằng một tin nhắn mẫu, chẳng liên quan",
        "gọi hỏi tiến độ lần nào cũng nói đang chuyển cấp trên",
    ),
    good=(
        "Có gọi lại xin lỗi và bù tiền, mình thấy được tôn trọng",
        "khiếu nại buổi sáng, chiều đã giải quyết xong",
        "theo dõi hồ sơ tới cùng, có báo từng bước",
        "phản ánh một lần là xử lý dứt điểm",
    ),
    detail=(
        "hồ sơ mở từ {days} ngày trước",
        "lần nào cũng gặp người mới",
        "giấy tờ mình gửi đủ hết rồi",
        "tin nhắn hẹn vẫn còn lưu đây",
        "tính ra là lần thứ {few}",
    ),
    effect=(
        "mất công mất sức, cuối cùng tự chịu",
        "cảm giác bị coi thường",
        "chắc phải lên mạng nói mới có người nghe",
        "mất ăn mất ngủ vì chuyện này",
        "chẳng còn tin lời hứa nào nữa",
    ),
    versus=(
        "chỗ khác khiếu nại trong ngày là xong",
        "bán thì nhanh, giải quyết thì chậm",
        "lần trước cũng y như vậy",
    ),
    ask=(
        "cho một người chịu trách nhiệm từ đầu tới cuối",
        "gọi lại cho tôi ngay",
        "đừng đóng hồ sơ khi khách chưa đồng ý",
        "đã hẹn thì phải giữ lời",
    ),
    sly=("giải quyết nhanh thật, {few} tuần mới có một câu trả lời mẫu",),
)

EN = Bank(
    short=("complaint ignored", "no follow up", "nobody solved it", "empty promises"),
    short_good=("solved quickly", "problem solved"),
    bad=(
        "Ticket closed, problem still there",
        "I had to explain the whole story each time I called",
        "Promised a call within 48h. It's been {few} weeks",
        "my complaint went from desk to desk",
        "complained {few} times without an answer",
        "they sent me a standard text that had nothing to do with my case",
        "I got a case number and nothing else",
        "after all the proof I sent they said it was my fault",
        "each time they tell me it was forwarded",
        "still waiting for a reply to last month's complaint",
        "marked as solved, nobody asked me",
    ),
    good=(
        "They called back, apologised and fixed it",
        "complained in the morning, solved in the afternoon",
        "they kept me informed about my case until the end",
        "one report and the matter was settled",
    ),
    detail=(
        "open since {days} days",
        "a new person every time",
        "I sent all documents",
        "I still have the message with the date",
        "for the {few}th time",
    ),
    effect=(
        "in the end I solved it myself",
        "I feel ignored",
        "maybe I have to go public to be heard",
        "I can't sleep because of this",
        "I don't believe a promise any more",
    ),
    versus=(
        "elsewhere it takes a day",
        "quick to sell, slow to help",
        "exactly like last time",
    ),
    ask=(
        "give me one person who is responsible",
        "call me back now",
        "don't close a case before the customer agrees",
        "keep your word",
    ),
    sly=("lightning fast, {few} weeks for a copy-and-paste answer",),
)
