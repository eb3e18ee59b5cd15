"""Comments that belong to no theme: pleased, so-so, displeased, and beside the point."""

VI_PLEASED = (
    "tốt", "ok", "ổn", "hài lòng", "được", "good", "tạm ổn", "khá tốt", "oke", "bình thường, ổn", "tốt lắm",
    "cũng được", "mọi thứ đều ổn", "dịch vụ tốt", "không có gì phàn nàn", "dùng tốt, không có ý kiến gì thêm",
    "Mình thấy ổn, chưa gặp vấn đề gì", "tới giờ chưa có gì để chê", "đáp ứng đủ nhu cầu của mình",
    "nói chung là hài lòng với dịch vụ", "dùng quen rồi nên thấy ổn", "Cảm ơn công ty, tiếp tục phát huy",
    "mọi thứ vẫn bình thường như trước giờ", "cho 9 điểm vì chưa có gì hoàn hảo",
    "đủ dùng với người ít nhu cầu như mình", "gia đình mình dùng thấy được",
    "chưa cần góp ý gì, khi nào có sẽ nói", "nhìn chung ưng ý", "dùng mấy tháng nay thấy yên tâm",
    "hài lòng, mong giữ vững", "chất lượng tốt hơn mình nghĩ", "chưa gặp trục trặc gì cả",
    "dùng từ đầu năm tới giờ vẫn ổn", "không có gì phải phàn nàn", "được cái ổn định",
    "mình dùng ít nên thấy vậy là đủ", "công việc trôi chảy, không bị gián đoạn", "thấy hợp với mình",
    "vợ mình cũng khen", "ở đây ai cũng dùng", "cũng giống kỳ trước, vẫn hài lòng",
    "điểm cao vì mọi thứ suôn sẻ", "chưa thấy chỗ nào đáng chê", "lần khảo sát nào mình cũng chấm vậy",
    "dùng bền, ít phải bận tâm", "mấy năm nay vẫn vậy, không có gì thay đổi", "tin dùng", "đúng như mong đợi",
    "so với nhu cầu thì dư dùng", "không có nhu cầu gì thêm", "thấy được việc",
    "nói chung mọi thứ đều tốt với mình", "xứng đáng điểm cao", "dịch vụ ổn định, cứ thế mà làm",
    "con cái cài cho, thấy dùng được", "tới nay chưa phải gọi ai lần nào", "mình không rành lắm nhưng thấy tốt",
    "ổn so với mặt bằng chung", "chỉ mong giữ được như bây giờ",
)  # fmt: skip

VI_SO_SO = (
    "bình thường", "tạm", "tạm được", "cũng bình thường", "không ý kiến", "k", ".", "không", "không có ý kiến",
    "ko", "chưa biết", "khó nói", "trung bình", "cũng tạm", "Dùng bình thường, không có gì đặc biệt",
    "chưa dùng nhiều nên chưa đánh giá được", "có lúc được lúc không", "mới dùng nên chưa rõ lắm",
    "không tốt cũng không xấu", "nói chung là tạm chấp nhận", "để dùng thêm rồi mới nói được",
    "mình chỉ nghe gọi thôi nên không để ý", "thấy cũng giống như mọi nơi", "không có gì nổi bật",
    "tùy lúc, khó mà chấm điểm", "dùng cho có thôi chứ không quan tâm", "hỏi bất ngờ quá chưa nghĩ ra",
    "bận quá không có thời gian góp ý", "điểm đó là theo cảm tính thôi", "lần sau góp ý kỹ hơn",
)  # fmt: skip

VI_DISPLEASED = (
    "tệ", "chán", "thất vọng", "quá tệ", "không hài lòng", "dở", "kém", "chưa tốt", "tệ hại", "bực mình",
    "Dịch vụ ngày càng đi xuống", "nói hoài có ai nghe đâu", "thất vọng toàn tập", "không đáng để dùng",
    "chẳng có gì để khen cả", "làm ăn chán quá", "xem lại cách phục vụ đi", "càng ngày càng tệ",
    "mình không hài lòng chút nào", "nhiều thứ cần phải cải thiện", "góp ý nhiều lần rồi, thôi không nói nữa",
    "cái gì cũng không ra sao", "chất lượng kém hơn lời hứa", "mong là sẽ khá hơn chứ giờ thì chán",
    "không biết nói gì hơn, quá chán", "đánh giá thấp vì không vừa ý", "làm ơn nghiêm túc với khách",
)  # fmt: skip

VI_BESIDE = (
    "test", "cảm ơn", "cám ơn", "đã nạp tiền rồi", "alo", "ai vậy", "số này của ai thế", "đang bận nhắn sau nhé",
    "1", "10", "8 điểm", "cho 7", "10/10", "ok 9", "không gọi nữa nhé", "mình trả lời rồi mà",
    "nhầm số rồi bạn ơi", "tôi đang lái xe", "mai ra cửa hàng", "đã chuyển khoản", "hihi", "ờ", "dạ vâng ạ",
    "chúc một ngày tốt lành", "cho mình hỏi mấy giờ rồi", "CẦN BÁN XE MÁY CŨ GIÁ TỐT LIÊN HỆ ZÚP EM",
    "Vay nhanh trong ngày không cần thế chấp", "shop em có hàng mới về, ghé xem nha cả nhà",
    "Kiếm thêm 500k mỗi ngày tại nhà, nhắn em", "khảo sát gì nhiều thế", "chưa có lương", "hôm nay trời đẹp",
    "gửi lộn", "đang học", "vâng", "xin cảm ơn và hẹn gặp lại",
)  # fmt: skip

EN_PLEASED = (
    "good", "ok", "fine", "all good", "satisfied", "nice", "great", "no complaints", "works for me", "happy",
    "Everything works as it should", "so far so good", "no problems in all these months", "good service overall",
    "I am satisfied, nothing to add", "does what I need", "pretty happy with it", "better than I expected",
    "can't complain", "it just works and that is what matters", "solid service for my needs",
    "keep going like this", "my family is happy with it as well", "a 9 because nobody is perfect",
    "fine for somebody who needs little", "used to it by now and content", "happy customer here, thank you",
    "good all round", "nothing has gone wrong so far", "it suits me", "my wife says the same",
    "same as last time, still content", "I gave a high score because things run smoothly",
    "no reason to be unhappy", "as expected", "I hardly notice it, which is a good sign", "does the job",
    "more than enough for my needs", "all fine from my side", "I have nothing to criticise", "reliable so far",
    "hope it stays this way",
)  # fmt: skip

EN_SO_SO = (
    "average", "so so", "ok I guess", "normal", "no comment", "none", "n/a", "nothing", "not sure", "neutral",
    ".", "nothing special", "neither good nor bad", "too early to say", "it depends",
    "some days good, some days not", "I hardly use it so I can't tell", "same as everywhere",
    "could be better, could be worse", "I only receive calls, so no opinion", "no time for surveys right now",
    "the score is just a feeling", "ask me again in a few months", "don't know what to write here",
    "acceptable, no more than that",
)  # fmt: skip

EN_DISPLEASED = (
    "bad", "terrible", "poor", "disappointed", "not happy", "awful", "horrible service", "worst", "not good",
    "It gets worse every month", "nobody listens anyway", "very disappointed overall", "not worth it",
    "nothing to praise here", "please take your customers seriously", "a lot to improve", "I expected more",
    "quality is below what was promised", "I have said it many times, enough", "frustrating experience",
    "hope it gets better because now it is bad", "unhappy with everything really", "you can do better than this",
)  # fmt: skip

EN_BESIDE = (
    "test", "thanks", "thank you", "hello", "who is this", "wrong number", "10", "8", "10 out of 10",
    "I already answered", "driving now", "see you tomorrow", "paid already", "have a nice day", "lol",
    "what survey", "ok bye", "yes", "no", "selling a used motorbike, good price, message me",
    "Earn money from home, ask me how", "call me later", "in a meeting", "sent by mistake", "is this a robot",
    "what time is it there", "hi from the beach",
)  # fmt: skip

NOISE = (
    "asdfgh", "jkljkl", "qweqwe", "hhhhhhhh", "fdsfsdf", "zxczxc", "ưqeưqe", "kkkkkk", "aaaaa", "lkjlkj",
    "hjkhjk", "sdfsdfsdf", "........", "???",
)  # fmt: skip
