//! Refusals: one table from what the domain said to a code, a field, and a sentence in the caller's language.

use async_graphql::{Enum, SimpleObject};
use commands::{CommandError, PasswordError};
use domain::{
    access::NotARole, contact::ContactError, locale::Locale, member::MemberError, message::MessageError,
    team::TeamError, text::TextError,
};

/// What kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum UserErrorCode {
    /// Something is missing.
    Required,
    /// Something is too long.
    TooLong,
    /// Something cannot be understood.
    Invalid,
    /// Something is not known here.
    Unknown,
    /// It is not possible as things are.
    NotAllowed,
    /// `expectedVersion` no longer holds.
    Conflict,
    /// The idempotency key was used with other input.
    IdempotencyKeyReused,
    /// It is so already.
    AlreadySo,
    /// It is resolved already.
    AlreadyResolved,
    /// It is closed already.
    AlreadyClosed,
    /// It is neither resolved nor closed.
    NotClosed,
    /// Somebody has it already.
    AlreadyAssigned,
    /// Nobody has it.
    NotAssigned,
    /// No follow-up is scheduled.
    NotScheduled,
    /// It was never replied to.
    NotReplied,
    /// This time has passed.
    InThePast,
    /// It ended too long ago.
    TooLate,
    /// They do not work at the desk at present.
    InactiveAssignee,
    /// It is deleted.
    Deleted,
    /// It is marked as spam.
    Spam,
}

/// Why something was refused, for a program and for a person.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UserError {
    /// For a program.
    pub(crate) code: UserErrorCode,
    /// For a person, in the request's language.
    pub(crate) message: String,
    /// The input field it is about.
    pub(crate) field: Option<Vec<String>>,
}

/// A refusal before it is told: code, field, English, Chinese.
type Told = (UserErrorCode, Option<&'static str>, String, String);

fn tell((code, field, english, chinese): Told, locale: Option<&Locale>) -> UserError {
    let message = match locale.map(Locale::language) {
        Some("zh") => chinese,
        _ => english,
    };
    UserError { code, message, field: field.map(|field| vec![field.to_owned()]) }
}

/// A text that cannot be taken, in that input field.
pub(crate) fn of_text(error: &TextError, field: &'static str, locale: Option<&Locale>) -> UserError {
    use UserErrorCode as C;
    let (code, chinese) = match error {
        TextError::Empty => (C::Required, "不能为空".to_owned()),
        TextError::TooLong { max, actual } => (C::TooLong, format!("有 {actual} 个字符，最多 {max} 个")),
        TextError::Control(code) => (C::Invalid, format!("含有控制字符 U+{code:04X}")),
        TextError::NotAPage => (C::Invalid, "应以 https:// 或 http:// 开头".to_owned()),
    };
    tell((code, Some(field), format!("{field} {error}"), format!("{field} {chinese}")), locale)
}

/// The refusal in a command's error. Faults never come here: `fault::of_command` takes them first.
pub(crate) fn of_command(error: &CommandError, locale: Option<&Locale>) -> UserError {
    let (code, field, chinese) = match error {
        CommandError::Message(error) => of_message(*error),
        CommandError::Member(error) => of_member(*error),
        CommandError::Team(error) => of_team(*error),
        CommandError::TeamUnknown => (UserErrorCode::Unknown, Some("teamIds"), "没有这个小组"),
        CommandError::Contact(error) => of_contact(error),
        CommandError::Password(PasswordError::TooShort) => {
            (UserErrorCode::Invalid, Some("newPassword"), "密码不足 10 个字符")
        }
        CommandError::Password(PasswordError::TooLong) => {
            (UserErrorCode::TooLong, Some("newPassword"), "密码超过 200 个字符")
        }
        CommandError::WrongCredentials => (UserErrorCode::Invalid, None, "邮箱或密码不正确"),
        CommandError::LinkUnknown => {
            (UserErrorCode::Invalid, Some("token"), "登录链接已使用或已过期，请重新获取")
        }
        CommandError::EmailTaken => (UserErrorCode::AlreadySo, Some("email"), "该邮箱已属于另一位成员"),
        CommandError::Conflict { .. } => {
            (UserErrorCode::Conflict, Some("expectedVersion"), "留言已有新的变化，请查看后再试")
        }
        CommandError::KeyReused => {
            (UserErrorCode::IdempotencyKeyReused, Some("idempotencyKey"), "该幂等键已用于其他内容")
        }
        CommandError::KeyExpired => (
            UserErrorCode::IdempotencyKeyReused,
            Some("idempotencyKey"),
            "该幂等键已在七天以前使用过，当时提交的内容已经收到",
        ),
        CommandError::KeyTooShort => (
            UserErrorCode::Invalid,
            Some("idempotencyKey"),
            "未携带令牌时，幂等键至少 32 个字符，且须来自随机源（例如 UUID）",
        ),
        CommandError::KeyTooLong => (UserErrorCode::TooLong, Some("idempotencyKey"), "幂等键最多 200 个字符"),
        CommandError::Name(_) => (UserErrorCode::Invalid, Some("name"), "姓名无法使用"),
        CommandError::Visitor(_)
        | CommandError::Desk(_)
        | CommandError::Unauthenticated
        | CommandError::TokenUnknown
        | CommandError::Forbidden(_)
        | CommandError::NotForYou(_)
        | CommandError::NotFound
        | CommandError::Unavailable
        | CommandError::OutcomeUnknown
        | CommandError::Fault(_) => (UserErrorCode::NotAllowed, None, "现在无法执行此操作"),
    };
    tell((code, field, error.to_string(), chinese.to_owned()), locale)
}

/// A rating that is none.
pub(crate) fn of_rating(locale: Option<&Locale>) -> UserError {
    let (english, chinese) = ("a rating is a whole number from 1 to 5", "评分为 1 到 5 的整数");
    tell((UserErrorCode::Invalid, Some("rating"), english.to_owned(), chinese.to_owned()), locale)
}

/// A message is assigned to one, and to one only.
pub(crate) fn one_assignee(locale: Option<&Locale>) -> UserError {
    let (english, chinese) = ("say either memberId or teamId", "请指定成员或小组，二者选一");
    tell((UserErrorCode::Required, Some("memberId"), english.to_owned(), chinese.to_owned()), locale)
}

/// An address that is none.
pub(crate) fn of_email(locale: Option<&Locale>) -> UserError {
    let (english, chinese) =
        ("this is no e-mail address, such as name@example.com", "不是邮箱（name@example.com）");
    tell((UserErrorCode::Invalid, Some("email"), english.to_owned(), chinese.to_owned()), locale)
}

/// A role that there is not.
pub(crate) fn of_role(locale: Option<&Locale>) -> UserError {
    let english = format!("roleId {NotARole}");
    let chinese = "没有这个角色；可选 AGENT、LEAD、ADMIN、AUDITOR、ANALYST".to_owned();
    tell((UserErrorCode::Unknown, Some("roleId"), english, chinese), locale)
}

/// A permission that there is not.
pub(crate) fn of_permission(locale: Option<&Locale>) -> UserError {
    let (english, chinese) =
        ("there is no such permission; roles lists them", "没有这个权限；可用权限见 roles");
    tell((UserErrorCode::Unknown, Some("permissions"), english.to_owned(), chinese.to_owned()), locale)
}

/// A list that holds more than anybody needs.
pub(crate) fn too_many(field: &'static str, most: usize, locale: Option<&Locale>) -> UserError {
    let (english, chinese) =
        (format!("{field}: at most {most} at once"), format!("{field} 一次最多 {most} 个"));
    tell((UserErrorCode::TooLong, Some(field), english, chinese), locale)
}

/// Somebody has the message already; the sentence names them when they are known.
pub(crate) fn already_assigned(name: Option<&str>, locale: Option<&Locale>) -> UserError {
    let english = format!("this message is assigned to {} already", name.unwrap_or("somebody else"));
    let chinese = format!("这条留言已由{}负责", name.unwrap_or("其他人"));
    tell((UserErrorCode::AlreadyAssigned, None, english, chinese), locale)
}

fn of_message(error: MessageError) -> (UserErrorCode, Option<&'static str>, &'static str) {
    use UserErrorCode as C;
    match error {
        MessageError::NotSubmitted => (C::Unknown, Some("messageId"), "没有这条留言"),
        MessageError::AlreadySubmitted => (C::AlreadySo, None, "这条留言已经提交"),
        MessageError::NameRequired => (C::Required, Some("name"), "请填写姓名"),
        MessageError::CategoryRequired => (C::Required, Some("categoryId"), "请选择留言类型"),
        MessageError::CategoryUnknown => (C::Unknown, Some("categoryId"), "没有这个留言类型"),
        MessageError::RelatedUnknown => (C::Unknown, Some("relatedTo"), "没有找到您之前的这条留言"),
        MessageError::AlreadyClosed => (C::AlreadyClosed, None, "这条留言已关闭"),
        MessageError::AlreadySo => (C::AlreadySo, None, "已经是这样，无需更改"),
        MessageError::AlreadyResolved => (C::AlreadyResolved, None, "这条留言已处理"),
        MessageError::NotClosed => (C::NotClosed, None, "这条留言既未处理完也没有关闭"),
        MessageError::NotAssigned => (C::NotAssigned, None, "这条留言还没有负责人"),
        MessageError::AssigneeUnknown => (C::Unknown, Some("memberId"), "没有这位成员"),
        MessageError::AssigneeInactive => (C::InactiveAssignee, Some("memberId"), "这位成员目前不在岗"),
        MessageError::TeamUnknown => (C::Unknown, Some("teamId"), "没有这个小组"),
        MessageError::TeamDisbanded => (C::InactiveAssignee, Some("teamId"), "这个小组已解散"),
        MessageError::MentionUnknown => (C::Unknown, Some("mentions"), "提到的人里有人不是本台成员"),
        MessageError::NotScheduled => (C::NotScheduled, None, "这条留言没有安排跟进"),
        MessageError::InThePast => (C::InThePast, Some("dueAt"), "这个时间已经过去"),
        MessageError::TagUnknown => (C::Unknown, Some("add"), "没有这个标签"),
        MessageError::Spam => (C::Spam, None, "这条留言已标为垃圾留言"),
        MessageError::Deleted => (C::Deleted, None, "这条留言已删除，请先恢复"),
        MessageError::NotReplied => (C::NotReplied, None, "这条留言还没有回复"),
        MessageError::TooLate => (C::TooLate, None, "这条留言结束已超过 30 天"),
        MessageError::AlreadyAssigned(_) => (C::AlreadyAssigned, None, "这条留言已有人负责"),
        // Of the clock's commands, which nobody sends.
        MessageError::WaitIsOver => (C::NotAllowed, None, "访客已不在等待回复"),
        MessageError::AlreadyOverdue => (C::AlreadySo, None, "这次等待已经记为超时"),
        MessageError::NotDueYet => (C::NotAllowed, None, "回复期限还没有到"),
    }
}

fn of_member(error: MemberError) -> (UserErrorCode, Option<&'static str>, &'static str) {
    use UserErrorCode as C;
    match error {
        MemberError::NotInvited => (C::Unknown, None, "没有这位成员"),
        MemberError::AlreadyInvited | MemberError::AlreadyJoined => (C::AlreadySo, None, "这位成员已经加入"),
        MemberError::NotJoined => (C::NotAllowed, None, "这位成员还没有接受邀请"),
        MemberError::Deactivated => (C::NotAllowed, None, "这位成员已停用"),
        MemberError::AlreadySo => (C::AlreadySo, None, "已经是这样，无需更改"),
        MemberError::LastAdministrator => {
            (C::NotAllowed, None, "这是最后一位管理员，请先让另一位成员成为管理员")
        }
        MemberError::NoPermission => (C::Required, Some("permissions"), "至少需要一个权限"),
        MemberError::BeyondRole(_) => (C::NotAllowed, Some("permissions"), "密钥的权限不能超过您自己的权限"),
        MemberError::InThePast => (C::InThePast, Some("expiresAt"), "这个时间已经过去"),
        MemberError::TooFarAhead => (C::Invalid, Some("expiresAt"), "密钥有效期最长一年"),
        MemberError::TooManyKeys => (C::NotAllowed, None, "每位成员最多 20 个密钥，请先撤销一个"),
        MemberError::KeyUnknown => (C::Unknown, Some("id"), "没有这个密钥"),
    }
}

fn of_team(error: TeamError) -> (UserErrorCode, Option<&'static str>, &'static str) {
    use UserErrorCode as C;
    match error {
        TeamError::NotFormed => (C::Unknown, Some("id"), "没有这个小组"),
        TeamError::AlreadyFormed | TeamError::AlreadySo => (C::AlreadySo, None, "已经是这样，无需更改"),
        TeamError::Disbanded => (C::NotAllowed, None, "这个小组已解散"),
        TeamError::MemberUnknown => (C::Unknown, Some("memberId"), "没有这位成员"),
        TeamError::MemberInactive => (C::InactiveAssignee, Some("memberId"), "这位成员目前不在岗"),
        TeamError::Full => (C::NotAllowed, None, "一个小组最多 100 位成员"),
        TeamError::TooMany => (C::NotAllowed, None, "最多 100 个小组，请先解散一个"),
    }
}

fn of_contact(error: &ContactError) -> (UserErrorCode, Option<&'static str>, &'static str) {
    let field = Some("contact");
    match error {
        ContactError::Empty => (UserErrorCode::Required, field, "请填写手机号或邮箱"),
        ContactError::TooLong => (UserErrorCode::TooLong, field, "联系方式最多 254 个字符"),
        ContactError::Neither => (
            UserErrorCode::Invalid,
            field,
            "既不是手机号（13800138000、+49 30 901820），也不是邮箱（name@example.com）",
        ),
    }
}
