"""Outage."""

from cxlab.synth.comments.bank import Bank

VI = Bank(
    short=("mất mạng cả ngày", "sự cố mạng", "mất liên lạc", "mạng sập", "mất mạng"),
    short_good=("khắc phục nhanh",),
    bad=(
        "Bão lũ đã khổ mà mất mạng hơn {days} ngày, không gọi được cho ai",
        "mất mạng từ trưa hôm qua tới giờ, tổng đài thì bận",
        "Sự cố thì ai cũng thông cảm nhưng phải báo dân biết chứ",
        "sao mất sóng cả ngày thế, không liên lạc được với mẹ",
        "sập mạng {hours} tiếng liền mà không một tin nhắn xin lỗi",
        "mấy hôm lũ cả huyện như bị cắt khỏi thế giới",
        "đứt mạng nguyên một ngày, gọi cấp cứu cũng không được",
        "mất mạng toàn khu từ sáng đến khuya",
        "điện có lại rồi mà mạng vẫn chết",
        "đang đêm mạng sập, sáng ra vẫn chưa có",
        "trạm hỏng {days} ngày mới sửa, không ai thông báo gì",
        "cả nhà đứng ngồi không yên vì mất mạng giữa lúc nước lên",
    ),
    good=(
        "Được cộng bù {few} ngày data, coi như có thiện chí",
        "mất mạng có {few} tiếng là sửa xong, xử lý nhanh",
        "sự cố mà có nhắn tin báo trước nên mình yên tâm",
        "lũ lớn vậy mà hôm sau đã có mạng lại, cảm ơn anh em kỹ thuật",
    ),
    detail=(
        "đúng lúc cần nhất thì không có",
        "cả xã chứ không riêng nhà mình",
        "từ {hour} hôm trước tới hôm sau",
        "đợt lũ vừa rồi ở {province}",
        "các trạm xung quanh cũng chết hết",
    ),
    effect=(
        "không gọi được cho con đang học xa, lo thắt ruột",
        "không biết nhà ngoại sống chết ra sao",
        "quán không nhận được đơn nào cả ngày",
        "không báo được cho đội cứu hộ",
        "phải đi bộ mấy cây số sang bên kia mới có mạng",
        "không chuyển khoản được cho ai",
    ),
    versus=(
        "mạng khác vài tiếng là có lại rồi",
        "nhà bên dùng bên kia vẫn gọi được mới tức",
        "năm ngoái lũ cũng thế mà chưa rút kinh nghiệm",
    ),
    ask=(
        "lần sau có sự cố làm ơn nhắn tin cho khách",
        "phải đền bù cho người dân chứ",
        "đầu tư trạm dự phòng cho mùa mưa bão đi",
        "nên có một lời xin lỗi công khai",
    ),
    sly=("mất mạng cả ngày, được nghỉ ngơi thư giãn quá cơ",),
)

EN = Bank(
    short=("network down", "total outage", "no network", "whole day offline", "outage"),
    short_good=("fixed quickly",),
    bad=(
        "Whole day without network during the flood. Unacceptable",
        "No apology, no message, nothing, after a day without service",
        "couldnt call my parents for {hours} hours",
        "the network went down at {hour} and came back the next day",
        "complete blackout for {hours} hours, not even emergency calls",
        "power was back long before your network was",
        "our whole town was cut off while the water was rising",
        "the mast was broken for {days} days and nobody told us",
        "service died in the middle of the night and was still dead in the morning",
        "offline all day and the hotline was busy too",
        "another outage, the second in a month",
    ),
    good=(
        "they gave {few} days free data after the outage, fair",
        "the outage was fixed within {few} hours, well done",
        "at least we got a text before the maintenance shutdown",
        "network was back one day after the flood, thanks to the technicians",
    ),
    detail=(
        "exactly when we needed it most",
        "everybody in the village had the same",
        "in {province} during the flood",
        "from {hour} until late the next day",
        "all the masts around here were dead",
    ),
    effect=(
        "I did not know if my family was safe",
        "my shop had no orders all day",
        "we could not reach the rescue team",
        "I walked for an hour to find a signal",
        "couldn't transfer any money",
    ),
    versus=(
        "other networks were back after a few hours",
        "the neighbour's phone worked all the time",
        "same as last year, nothing learned",
    ),
    ask=(
        "tell people by text when something breaks",
        "you should compensate us",
        "please build backup masts before the next storm season",
        "a public apology would be a start",
    ),
    sly=("a whole day offline, thanks for the digital detox",),
)
