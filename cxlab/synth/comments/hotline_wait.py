"""Waiting on the hotline."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("tổng đài chờ lâu", "gọi mãi không được", "tổng đài bận", "chờ lâu", "khó gặp tổng đài"),
    short_good=("tổng đài nhanh", "bắt máy nhanh"),
    bad=(
        "Gọi tổng đài nghe nhạc {minutes} phút rồi tự ngắt",
        "bấm phím 1 phím 2 vòng vòng không gặp được người thật",
        "chat với bot hoài, trả lời 1 dạng",
        "gọi {few} cuộc mới gặp, mệt",
        "tổng đài lúc nào cũng báo bận",
        "chờ máy hết {minutes} phút mới có người nghe",
        "nghe nhạc chờ thuộc luôn cả bài",
        "bảo sẽ gọi lại khi rảnh máy mà chẳng thấy đâu",
        "nói chuyện với máy tự động mãi, hỏi một đằng đáp một nẻo",
        "gọi lúc {hour} không ai trực",
        "đang chờ tới lượt thì rớt cuộc gọi, lại từ đầu",
        "hàng chờ có {minutes} người trước mình",
        "chatbot cứ gửi lại menu, muốn gặp người không có nút",
    ),
    good=(
        "Chờ hơi lâu nhưng cuối cùng cũng có người giúp",
        "gọi tổng đài một phút là có người nghe",
        "dạo này gọi tổng đài bắt máy nhanh hơn trước",
        "nửa đêm gọi vẫn có người trực, tốt",
    ),
    detail=(
        "dịp tết thì khỏi nói",
        "gọi giờ nào cũng vậy",
        "suốt từ {hour}",
        "cả hai số tổng đài",
        "mà cuộc gọi này còn mất tiền",
    ),
    effect=(
        "hết giờ nghỉ trưa vẫn chưa xong việc",
        "bực quá bỏ cuộc luôn",
        "việc gấp mà phải đợi tới hôm sau",
        "điện thoại hết pin vì chờ",
        "tự mò mạng tìm cách sửa còn nhanh hơn",
    ),
    versus=(
        "tổng đài mạng cũ gọi là nghe",
        "hồi trước đâu phải đợi thế",
        "gọi ngân hàng còn nhanh hơn",
    ),
    ask=(
        "thêm người trực tổng đài đi",
        "cho nút gặp nhân viên ngay từ đầu",
        "báo trước thời gian chờ để người ta biết",
        "có lịch hẹn gọi lại thì tốt",
    ),
    sly=("nhạc chờ hay lắm, nghe {minutes} phút chưa chán",),
)

EN = Bank(
    short=("long wait", "hotline busy", "can't reach hotline", "endless waiting", "no answer"),
    short_good=("quick hotline",),
    bad=(
        "{minutes} minutes of music, then the line dropped",
        "Impossible to reach a human being",
        "chatbot answers something else entirely",
        "I called {few} times before anyone picked up",
        "press 1, press 2, and you are back where you started",
        "the hotline is always busy",
        "waited {minutes} minutes on hold",
        "I know the waiting music by heart",
        "promised to call me back when free, never happened",
        "nobody answers after {hour}",
        "{minutes} people ahead of me in the queue",
        "no button to talk to a person in the chat",
    ),
    good=(
        "Had to wait on the line but got through in the end",
        "the hotline picked up within a minute",
        "waiting times are shorter than before",
        "someone answered even at midnight, good",
    ),
    detail=(
        "holidays are the worst",
        "no matter at what time",
        "since {hour}",
        "on both numbers",
        "and the call is not even free",
    ),
    effect=(
        "my lunch break was over before I got through",
        "I gave up",
        "an urgent thing had to wait until the next day",
        "my battery died while waiting",
        "I found the answer online faster",
    ),
    versus=(
        "my old operator picked up at once",
        "it was quicker last year",
        "even my bank answers faster",
    ),
    ask=(
        "hire more people for the hotline",
        "give us a button for a real person",
        "tell callers how long it will take",
        "offer a callback at a fixed time",
    ),
    sly=("wonderful music, {minutes} minutes of it",),
)
