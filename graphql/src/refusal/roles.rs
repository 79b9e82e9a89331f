//! What is refused of the desk's own roles.

use super::{UserError, UserErrorCode as C, tell_within};
use domain::{
    desk::{RoleError, RoleProblem},
    locale::Locale,
    text::TextError,
};

pub(super) fn of_roles(error: &RoleError, locale: Option<&Locale>) -> UserError {
    let field = error.field.last().map_or("", String::as_str);
    let told = |refusal, gaps: &[_]| tell_within(error.field.clone(), refusal, gaps, locale);
    match &error.problem {
        RoleProblem::TooMany(most) => {
            told((C::TooLong, "too-many"), &[("field", field), ("most", &most.to_string())])
        }
        RoleProblem::Id => told((C::Invalid, "role-id"), &[]),
        RoleProblem::BuiltIn => told((C::Invalid, "role-built-in"), &[]),
        RoleProblem::Twice => told((C::Invalid, "role-twice"), &[]),
        RoleProblem::Name(TextError::Empty) => told((C::Required, "text-empty"), &[("field", field)]),
        RoleProblem::Name(TextError::TooLong { max, actual }) => {
            let (max, actual) = (max.to_string(), actual.to_string());
            told((C::TooLong, "text-too-long"), &[("field", field), ("max", &max), ("actual", &actual)])
        }
        RoleProblem::Name(TextError::Control(code)) => {
            let character = format!("U+{code:04X}");
            told((C::Invalid, "text-control"), &[("field", field), ("character", &character)])
        }
        RoleProblem::Name(TextError::NotAPage) => told((C::Invalid, "text-not-a-page"), &[("field", field)]),
        RoleProblem::LanguageTwice => told((C::Invalid, "role-language-twice"), &[]),
        RoleProblem::NoPermission => told((C::Required, "role-without-permission"), &[]),
        RoleProblem::PermissionUnknown => told((C::Unknown, "permission-unknown"), &[]),
        RoleProblem::PermissionTwice => told((C::Invalid, "role-permission-twice"), &[]),
        RoleProblem::WholeDesk(permission) => {
            told((C::Invalid, "role-whole-desk"), &[("permission", permission.name())])
        }
        RoleProblem::BeyondOwn(permission) => {
            told((C::NotAllowed, "role-beyond-own"), &[("permission", permission.name())])
        }
        RoleProblem::InUse { role, members } => {
            let members = members.to_string();
            told((C::NotAllowed, "role-in-use"), &[("role", role.as_str()), ("members", &members)])
        }
    }
}
