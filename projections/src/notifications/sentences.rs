//! The words that notifications are made of, in every language that the desk's tools speak.

#[cfg(test)]
mod tests;
mod visitors;

use domain::{channel::PauseReason, locale::Locale};

/// A language: every word exists in the first four, and what visitors are told in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    English = 0,
    Simplified = 1,
    Traditional = 2,
    German = 3,
    Japanese = 4,
    Korean = 5,
    French = 6,
    Spanish = 7,
    Arabic = 8,
}

impl Tongue {
    /// The desk's own that fits a tag best; English for whoever speaks none of them.
    pub(crate) fn of(locale: Option<&Locale>) -> Self {
        match Self::of_visitor(locale) {
            Self::Japanese | Self::Korean | Self::French | Self::Spanish | Self::Arabic => Self::English,
            tongue @ (Self::English | Self::Simplified | Self::Traditional | Self::German) => tongue,
        }
    }

    /// The one that fits a visitor's tag best; English for whoever speaks none of them.
    pub(crate) fn of_visitor(locale: Option<&Locale>) -> Self {
        let Some(locale) = locale else { return Self::English };
        match locale.language() {
            "zh" if locale.is_traditional_chinese() => Self::Traditional,
            "zh" => Self::Simplified,
            "de" => Self::German,
            "ja" => Self::Japanese,
            "ko" => Self::Korean,
            "fr" => Self::French,
            "es" => Self::Spanish,
            "ar" => Self::Arabic,
            _ => Self::English,
        }
    }

    /// A word of the tables; the key itself when they have none, which a test forbids.
    pub(crate) fn say(self, key: &str) -> &str {
        if let Some((_, words)) = visitors::WORDS.iter().find(|(known, _)| *known == key) {
            return words[self as usize];
        }
        let words = WORDS.iter().find(|(known, _)| *known == key).map(|(_, words)| words);
        words.map_or(key, |words| words.get(self as usize).unwrap_or(&words[0]))
    }

    /// Is it written from right to left?
    pub(crate) fn is_right_to_left(self) -> bool {
        self == Self::Arabic
    }

    /// Its own tag, for those who read pages aloud.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Simplified => "zh-Hans",
            Self::Traditional => "zh-Hant",
            Self::German => "de",
            Self::Japanese => "ja",
            Self::Korean => "ko",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Arabic => "ar",
        }
    }

    /// Why a channel is paused.
    pub(crate) fn why_paused(self, reason: &PauseReason) -> String {
        match reason {
            PauseReason::ByHand => self.say("paused.by_hand").to_owned(),
            PauseReason::Refused(code) => {
                self.say("paused.refused").replace("{code}", code.as_deref().unwrap_or("–"))
            }
            PauseReason::Gone => self.say("paused.gone").to_owned(),
            PauseReason::Failing => self.say("paused.failing").to_owned(),
        }
    }

    /// So many of something that the table says with a gap for the number.
    pub(crate) fn count(self, key: &str, count: usize) -> String {
        self.say(key).replace("{n}", &count.to_string())
    }
}

/// What members are told, in the order of [`Tongue`]. What heads a notification has 留言, “message” or „Nachricht“ in it: a robot that lets through
/// only what has a keyword can be given that one.
const WORDS: &[(&str, [&str; 4])] = &[
    ("message.submitted", ["New message", "新留言", "新留言", "Neue Nachricht"]),
    (
        "message.continued",
        ["The visitor added to a message", "访客补充了留言", "訪客補充了留言", "Nachricht ergänzt"],
    ),
    ("message.replied", ["A message was answered", "留言已回复", "留言已回覆", "Nachricht beantwortet"]),
    (
        "message.auto_reply_sent",
        [
            "A message was answered automatically",
            "留言已自动回复",
            "留言已自動回覆",
            "Nachricht automatisch beantwortet",
        ],
    ),
    (
        "message.note_added",
        ["A note on a message", "留言有新备注", "留言有新備註", "Notiz zu einer Nachricht"],
    ),
    ("message.assigned", ["A message was assigned", "留言已指派", "留言已指派", "Nachricht zugewiesen"]),
    (
        "message.unassigned",
        [
            "A message went back to the queue",
            "留言退回队列",
            "留言退回佇列",
            "Nachricht wieder in der Warteschlange",
        ],
    ),
    (
        "message.follow_up_scheduled",
        ["A message was parked", "留言已安排跟进", "留言已安排跟進", "Nachricht auf Wiedervorlage"],
    ),
    (
        "message.follow_up_completed",
        [
            "A message is parked no more",
            "留言跟进已完成",
            "留言跟進已完成",
            "Wiedervorlage der Nachricht erledigt",
        ],
    ),
    (
        "message.follow_up_came_due",
        [
            "A message is to be followed up",
            "留言该跟进了",
            "留言該跟進了",
            "Wiedervorlage einer Nachricht ist fällig",
        ],
    ),
    ("message.resolved", ["A message was resolved", "留言已处理", "留言已處理", "Nachricht erledigt"]),
    ("message.closed", ["A message was closed", "留言已关闭", "留言已關閉", "Nachricht geschlossen"]),
    (
        "message.reopened",
        ["A message was reopened", "留言重新打开", "留言重新開啟", "Nachricht wieder geöffnet"],
    ),
    (
        "message.categorized",
        ["A message has another category", "留言分类已更改", "留言分類已更改", "Nachricht neu eingeordnet"],
    ),
    (
        "message.tagged",
        ["A message has other tags", "留言标签已更改", "留言標籤已更改", "Nachricht neu verschlagwortet"],
    ),
    (
        "message.prioritized",
        [
            "A message has another priority",
            "留言优先级已更改",
            "留言優先級已更改",
            "Priorität der Nachricht geändert",
        ],
    ),
    (
        "message.marked_as_spam",
        [
            "A message was marked as spam",
            "留言被标为垃圾信息",
            "留言被標為垃圾訊息",
            "Nachricht als Spam markiert",
        ],
    ),
    (
        "message.unmarked_as_spam",
        [
            "A message is no spam after all",
            "留言不再是垃圾信息",
            "留言不再是垃圾訊息",
            "Nachricht ist doch kein Spam",
        ],
    ),
    ("message.archived", ["A message was archived", "留言已归档", "留言已封存", "Nachricht archiviert"]),
    (
        "message.unarchived",
        [
            "A message was taken out of the archive",
            "留言已取消归档",
            "留言已取消封存",
            "Nachricht aus dem Archiv geholt",
        ],
    ),
    ("message.deleted", ["A message was deleted", "留言已删除", "留言已刪除", "Nachricht gelöscht"]),
    (
        "message.restored",
        ["A message was restored", "留言已恢复", "留言已復原", "Nachricht wiederhergestellt"],
    ),
    (
        "message.shredded",
        ["A message was shredded", "留言已彻底销毁", "留言已徹底銷毀", "Nachricht vernichtet"],
    ),
    (
        "message.erased",
        [
            "The words of a message were erased",
            "留言内容已抹除",
            "留言內容已抹除",
            "Inhalt der Nachricht getilgt",
        ],
    ),
    ("message.rated", ["A message was rated", "留言收到评价", "留言收到評價", "Nachricht bewertet"]),
    (
        "message.reply_reviewed",
        [
            "A reply to a message was reviewed",
            "留言回复已质检",
            "留言回覆已質檢",
            "Antwort auf eine Nachricht geprüft",
        ],
    ),
    (
        "message.reply_became_overdue",
        ["A message is overdue", "留言超时未回复", "留言逾時未回覆", "Nachricht ist überfällig"],
    ),
    (
        "channel.warned",
        [
            "A channel delivers no messages",
            "留言通知通道发送失败",
            "留言通知管道傳送失敗",
            "Ein Kanal stellt keine Nachricht zu",
        ],
    ),
    (
        "channel.paused",
        [
            "A channel for messages was paused",
            "留言通知通道已暂停",
            "留言通知管道已暫停",
            "Ein Kanal für Nachrichten pausiert",
        ],
    ),
    (
        "test",
        [
            "A test message: the channel works",
            "测试留言：通道可用",
            "測試留言：管道可用",
            "Testnachricht: der Kanal funktioniert",
        ],
    ),
    ("digest", ["{n} messages have news", "{n} 条留言动态", "{n} 則留言動態", "Neues zu {n} Nachrichten"]),
    (
        "digest.one",
        ["A message has news", "1 条留言有新动态", "1 則留言有新動態", "Neues zu einer Nachricht"],
    ),
    ("digest.new", ["{n} new messages", "{n} 条新留言", "{n} 則新留言", "{n} neue Nachrichten"]),
    ("more", ["… and {n} more", "…… 另有 {n} 条", "…… 另有 {n} 則", "… und {n} weitere"]),
    ("reference", ["Reference", "编号", "編號", "Kennung"]),
    ("visitor", ["From", "访客", "訪客", "Von"]),
    ("contact", ["Contact", "联系方式", "聯絡方式", "Kontakt"]),
    ("category", ["Category", "分类", "分類", "Kategorie"]),
    ("priority", ["Priority", "优先级", "優先級", "Priorität"]),
    ("assignee", ["Assignee", "负责人", "負責人", "Zuständig"]),
    ("due", ["Due", "截止时间", "截止時間", "Fällig"]),
    ("rating", ["Rating", "评分", "評分", "Bewertung"]),
    ("pictures", ["Pictures", "图片", "圖片", "Bilder"]),
    ("files", ["Files", "文件", "檔案", "Dateien"]),
    ("channel", ["Channel", "通道", "管道", "Kanal"]),
    ("pauses_at", ["Will be paused", "将暂停于", "將暫停於", "Wird pausiert"]),
    ("reason", ["Reason", "原因", "原因", "Grund"]),
    ("paused.by_hand", ["paused by hand", "已手动暂停", "已手動暫停", "von Hand pausiert"]),
    (
        "paused.refused",
        [
            "the receiver says that the channel is not set up right (code {code})",
            "接收方称通道设置有误（代码 {code}）",
            "接收方稱管道設定有誤（代碼 {code}）",
            "der Empfänger sagt, der Kanal sei falsch eingerichtet (Code {code})",
        ],
    ),
    (
        "paused.gone",
        [
            "the receiver says that this address is gone for good",
            "接收方称该地址已永久失效",
            "接收方稱該位址已永久失效",
            "der Empfänger sagt, diese Adresse gebe es nicht mehr",
        ],
    ),
    (
        "paused.failing",
        [
            "nothing was delivered for five days",
            "连续五天未送达",
            "連續五天未送達",
            "fünf Tage lang wurde nichts zugestellt",
        ],
    ),
    ("open", ["Open the message", "查看留言", "查看留言", "Nachricht öffnen"]),
    ("LOW", ["low", "低", "低", "niedrig"]),
    ("NORMAL", ["normal", "普通", "普通", "normal"]),
    ("HIGH", ["high", "高", "高", "hoch"]),
    ("URGENT", ["urgent", "紧急", "緊急", "dringend"]),
];
