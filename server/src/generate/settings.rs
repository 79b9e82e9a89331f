//! How the desk is led over the years: each revision of its settings, as an administrator would make it.

use super::{
    calendar::{holidays, instant},
    simulation::Simulation,
};
use chrono::{DateTime, Utc};
use domain::{
    access::{Permission, Scope, held},
    actor::Actor,
    desk::{
        CategoryInput, CriterionInput, DeskCommand, FieldKind, FormFieldInput, HoursChange, HoursPreset,
        ReviseAutoReply, ReviseBlockedWords, ReviseCategories, ReviseDesk, ReviseForm, ReviseOpeningHours,
        RevisePrivacyNotice, ReviseRoles, ReviseServiceTarget, RoleGiven, RuleChange, TargetException,
        TextIn,
    },
    hours::{HolidayInput, HoursRange},
    ids::CategoryId,
    locale::Locale,
    message::Priority,
};

/// Revisions before the first message; the others come later, one after the other.
pub(super) const AT_FIRST: usize = 8;
/// All of them.
pub(super) const REVISIONS: usize = 20;

/// A category: its id, a sign, and its names in Chinese and English.
const CATEGORIES: [(&str, &str, &str, &str); 7] = [
    ("delivery", "🚚", "发货与物流", "Delivery"),
    ("returns", "↩️", "退换货", "Returns"),
    ("payment", "💳", "支付与发票", "Payment"),
    ("product", "📦", "商品咨询", "Products"),
    ("account", "👤", "账号", "Account"),
    ("complaint", "⚠️", "投诉", "Complaints"),
    ("other", "💬", "其他", "Something else"),
];
const TAGS: [&str; 8] = ["refund", "vip", "damaged", "invoice", "complaint", "praise", "repeat", "wholesale"];
const CRITERIA: [(&str, &str, &str); 3] = [
    ("ACCURACY", "准确", "Accuracy"),
    ("COURTESY", "礼貌", "Courtesy"),
    ("COMPLETENESS", "完整", "Completeness"),
];

impl Simulation {
    /// The revision of that number.
    pub(super) fn revise_settings(&mut self, at: i64, number: usize) {
        let Some(actor) = self.staff.administrator() else { return };
        let now = instant(at);
        let command = match number {
            0 => desk(now, "Leaveword Shop", 7),
            1 => categories(now, &CATEGORIES),
            2 => self.hours(now, &[(1..=5, "09:00", "18:00")]),
            3 => target(now, 6 * 3_600, &[("complaint", 2 * 3_600)]),
            4 => form(now, false),
            5 => notice(
                now,
                "我们只用您的留言答复您。",
                "We use your message to answer you, and for nothing else.",
            ),
            6 => auto_reply(
                now,
                "{{desk.name}}目前不在线，我们{{opensAt}}回来。",
                "{{desk.name}} is closed. We are back at {{opensAt}}.",
            ),
            7 => roles(now, actor, &["messages.read", "messages.reply", "messages.work"]),
            8 => self.hours(now, &[(1..=6, "09:00", "20:00")]),
            9 => target(now, 8 * 3_600, &[("complaint", 3 * 3_600), ("payment", 4 * 3_600)]),
            10 => categories(
                now,
                &[&CATEGORIES[..4], &[("wholesale", "🏬", "批发", "Wholesale")], &CATEGORIES[5..]].concat(),
            ),
            11 => auto_reply(
                now,
                "您好，客服{{opensAt}}上班后马上答复您。",
                "Hello, we answer right after {{opensAt}}.",
            ),
            12 => form(now, true),
            13 => notice(
                now,
                "我们只用您的留言答复您，三年后删除。",
                "We use your message to answer you, and delete it after three years.",
            ),
            14 => self.hours(now, &[(1..=5, "08:30", "21:00"), (6..=7, "10:00", "18:00")]),
            15 => target(now, 4 * 3_600, &[("complaint", 3_600)]),
            16 => roles(now, actor, &["messages.read", "messages.reply", "messages.work", "messages.assign"]),
            17 => desk(now, "Leaveword Store", 14),
            18 => blocked_words(now),
            _ => categories(
                now,
                &[&CATEGORIES[..5], &[("wholesale", "🏬", "批发", "Wholesale")], &CATEGORIES[5..]].concat(),
            ),
        };
        self.revise(at, actor, command);
        let roles = self.settings().roles();
        self.staff.look_up(&roles);
        self.watch_all(at);
    }

    /// Weekly hours, with every holiday of these years.
    fn hours(&self, at: DateTime<Utc>, weekly: &[(std::ops::RangeInclusive<u8>, &str, &str)]) -> DeskCommand {
        let range = |(days, from, until): &(std::ops::RangeInclusive<u8>, &str, &str)| HoursRange {
            days: days.clone().collect(),
            from: (*from).to_owned(),
            until: (*until).to_owned(),
        };
        let day = |(date, name): (_, &str)| HolidayInput { date, name: name.to_owned(), ranges: vec![] };
        let desk = HoursChange {
            preset: Some(HoursPreset::MondayToFriday),
            weekly: Some(weekly.iter().map(range).collect()),
            holidays: Some(holidays(instant(self.from), instant(self.until)).map(day).collect()),
            ..HoursChange::default()
        };
        let revise = ReviseOpeningHours { at, desk, categories: None, availability: RuleChange::default() };
        DeskCommand::ReviseOpeningHours(revise.into())
    }
}

fn desk(at: DateTime<Utc>, name: &str, days: u64) -> DeskCommand {
    let locales = ["zh-CN", "zh-TW", "en", "de", "ja", "ko"];
    let revise = ReviseDesk {
        at,
        name: Some(name.to_owned()),
        locales: Some(locales.into_iter().map(locale).collect()),
        time_zone: None,
        phone_region: None,
        days_until_shredding: Some(days),
        upload_bytes: None,
        uploads_per_message: None,
        files: None,
        file_bytes: None,
        figures_per_member: None,
    };
    DeskCommand::ReviseDesk(revise.into())
}

fn categories(at: DateTime<Utc>, categories: &[(&str, &str, &str, &str)]) -> DeskCommand {
    let category = |(id, icon, zh, en): &(&str, &str, &str, &str)| CategoryInput {
        id: (*id).to_owned(),
        name: said(zh, en),
        icon: Some((*icon).to_owned()),
    };
    let criterion =
        |(id, zh, en): (&str, &str, &str)| CriterionInput { id: id.to_owned(), name: said(zh, en) };
    DeskCommand::ReviseCategories(ReviseCategories {
        at,
        categories: Some(categories.iter().map(category).collect()),
        tags: Some(TAGS.map(str::to_owned).to_vec()),
        criteria: Some(CRITERIA.into_iter().map(criterion).collect()),
    })
}

fn target(at: DateTime<Utc>, seconds: u64, of_categories: &[(&str, u64)]) -> DeskCommand {
    let of_category = of_categories.iter().map(|(id, answer_within_seconds)| TargetException {
        category_id: Some(CategoryId((*id).to_owned())),
        priority: None,
        answer_within_seconds: *answer_within_seconds,
    });
    let urgent =
        TargetException { category_id: None, priority: Some(Priority::Urgent), answer_within_seconds: 1_800 };
    let exceptions = Some(of_category.chain([urgent]).collect());
    DeskCommand::ReviseServiceTarget(ReviseServiceTarget {
        at,
        answer_within_seconds: Some(seconds),
        exceptions,
    })
}

/// Questions of every kind; the later form has one more, and asks for a category.
fn form(at: DateTime<Utc>, later: bool) -> DeskCommand {
    let field = |id: &str, kind, zh, en, options| FormFieldInput {
        id: id.to_owned(),
        kind,
        label: said(zh, en),
        help: vec![],
        example: vec![],
        options,
        required: false,
    };
    let channels = vec![said("网站", "Website"), said("应用", "App"), said("门店", "In a shop")];
    let mut fields = vec![
        field("number", FieldKind::Text, "购买编号", "Number of your purchase", vec![]),
        field("channel", FieldKind::Choice, "购买渠道", "Where you bought it", channels),
        field("bought_on", FieldKind::Date, "购买日期", "When you bought it", vec![]),
        field("pieces", FieldKind::Number, "数量", "How many", vec![]),
    ];
    if later {
        fields.push(field("by_mail", FieldKind::Checkbox, "可以邮件答复", "You may answer by mail", vec![]));
    }
    DeskCommand::ReviseForm(ReviseForm {
        at,
        require_name: Some(true),
        require_category: Some(later),
        guidance: Some(said("请尽量写清楚，我们会尽快答复。", "Tell us what happened; we answer soon.")),
        fields: Some(fields),
    })
}

fn notice(at: DateTime<Utc>, zh: &str, en: &str) -> DeskCommand {
    DeskCommand::RevisePrivacyNotice(RevisePrivacyNotice { at, text: said(zh, en) })
}

fn auto_reply(at: DateTime<Utc>, zh: &str, en: &str) -> DeskCommand {
    let text_without_time =
        Some(said("我们现在不在线，会尽快答复您。", "We are closed and will answer soon."));
    let (enabled, text) = (Some(true), Some(said(zh, en)));
    DeskCommand::ReviseAutoReply(ReviseAutoReply { at, enabled, text, text_without_time })
}

fn blocked_words(at: DateTime<Utc>) -> DeskCommand {
    let words = ["代开发票", "刷单兼职", "online casino", "guest post"].map(str::to_owned).to_vec();
    DeskCommand::ReviseBlockedWords(ReviseBlockedWords { at, words })
}

/// One role of the desk's own, for those who lead a shift.
fn roles(at: DateTime<Utc>, actor: Actor, permissions: &[&str]) -> DeskCommand {
    let shift = RoleGiven {
        id: super::rounds::SHIFT.to_owned(),
        name: "班长".to_owned(),
        names: vec![(locale("en"), "Shift leader".to_owned())],
        permissions: permissions.iter().map(|name| ((*name).to_owned(), Scope::Team)).collect(),
    };
    debug_assert!(permissions.iter().all(|name| Permission::named(name).is_some()));
    let by = held(actor);
    DeskCommand::ReviseRoles(ReviseRoles {
        at,
        by,
        in_use: std::collections::BTreeMap::new(),
        roles: vec![shift],
    })
}

fn said(zh: &str, en: &str) -> Vec<TextIn> {
    vec![(locale("zh-CN"), zh.to_owned()), (locale("en"), en.to_owned())]
}

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).expect("a tag of ours")
}
