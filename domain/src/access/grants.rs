//! What somebody holds: permissions, and how far each reaches. Small enough to go along with whoever acts.

use super::{Permission, Permissions, Scope};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Permissions with their scopes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Grants(u64);

/// Two bits for each permission, so at most 32 of them.
const BITS: u32 = 2;
const _: () = assert!(Permission::ALL.len() <= 32, "more permissions than fit");

/// A permission as an event names it.
#[derive(Serialize, Deserialize)]
struct Stored {
    permission: String,
    scope: Scope,
}

impl Grants {
    /// Nothing at all.
    pub const NONE: Self = Self(0);

    /// Every permission everywhere.
    pub fn everything() -> Self {
        Permission::ALL.iter().map(|permission| (*permission, Scope::All)).collect()
    }

    /// How far they reach with a permission; `None`: not at all.
    pub fn scope(self, permission: Permission) -> Option<Scope> {
        match (self.0 >> place(permission)) & 0b11 {
            1 => Some(Scope::Own),
            2 => Some(Scope::Team),
            3 => Some(Scope::All),
            _ => None,
        }
    }

    /// The same with this permission, that far.
    #[must_use]
    pub fn with(self, permission: Permission, scope: Scope) -> Self {
        let far: u64 = match scope {
            Scope::Own => 1,
            Scope::Team => 2,
            Scope::All => 3,
        };
        Self(self.0 & !(0b11 << place(permission)) | far << place(permission))
    }

    /// The same without what is not among these permissions.
    #[must_use]
    pub fn only(self, permissions: Permissions) -> Self {
        self.iter().filter(|(permission, _)| permissions.contains(*permission)).collect()
    }

    /// What is held, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = (Permission, Scope)> {
        Permission::ALL.iter().filter_map(move |permission| Some((*permission, self.scope(*permission)?)))
    }

    /// Does whoever holds these hold each of those, at least that far?
    pub fn covers(self, others: Self) -> bool {
        self.lacks(others).is_none()
    }

    /// The first of those that whoever holds these does not hold that far.
    pub fn lacks(self, others: Self) -> Option<Permission> {
        let beyond = |(permission, scope): &(Permission, Scope)| self.scope(*permission) < Some(*scope);
        others.iter().find(beyond).map(|(permission, _)| permission)
    }

    /// Is nothing held?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// As a row keeps them: `messages.read:team messages.reply:own`.
    pub fn text(self) -> String {
        let word =
            |(permission, scope): (Permission, Scope)| format!("{}:{}", permission.name(), name(scope));
        self.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    /// Reads what a row keeps. A word that is not understood gives nothing.
    pub fn read(text: &str) -> Self {
        let grant = |word: &str| {
            let (permission, scope) = word.split_once(':')?;
            let scope = SCOPES.into_iter().find(|known| name(*known) == scope)?;
            Some((Permission::named(permission)?, scope))
        };
        text.split(' ').filter_map(grant).collect()
    }
}

const SCOPES: [Scope; 3] = [Scope::Own, Scope::Team, Scope::All];

fn name(scope: Scope) -> &'static str {
    match scope {
        Scope::Own => "own",
        Scope::Team => "team",
        Scope::All => "all",
    }
}

fn place(permission: Permission) -> u32 {
    permission as u32 * BITS
}

impl FromIterator<(Permission, Scope)> for Grants {
    fn from_iter<I: IntoIterator<Item = (Permission, Scope)>>(grants: I) -> Self {
        grants.into_iter().fold(Self::NONE, |all, (permission, scope)| all.with(permission, scope))
    }
}

impl std::fmt::Debug for Grants {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Grants({})", self.text())
    }
}

impl Serialize for Grants {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = |(permission, scope): (Permission, Scope)| Stored {
            permission: permission.name().to_owned(),
            scope,
        };
        serializer.collect_seq(self.iter().map(stored))
    }
}

impl<'de> Deserialize<'de> for Grants {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let grant = |Stored { permission, scope }| match Permission::named(&permission) {
            Some(known) => Ok((known, scope)),
            None => Err(D::Error::custom(format!("{permission} is no permission"))),
        };
        Vec::<Stored>::deserialize(deserializer)?.into_iter().map(grant).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    #[test]
    fn each_permission_keeps_its_own_scope() {
        for scope in SCOPES {
            for permission in Permission::ALL {
                let one = Grants::NONE.with(*permission, scope);
                assert_eq!(one.iter().collect::<Vec<_>>(), [(*permission, scope)]);
                let all = Grants::everything().with(*permission, scope);
                assert_eq!(all.scope(*permission), Some(scope));
                assert_eq!(all.iter().filter(|(_, scope)| *scope == Scope::All).count(), {
                    Permission::ALL.len() - usize::from(scope != Scope::All)
                });
            }
        }
        assert!(Grants::NONE.is_empty() && Grants::NONE.iter().next().is_none());
    }

    #[test]
    fn whoever_holds_more_covers_and_whoever_holds_one_thing_less_does_not() {
        let read = |scope| Grants::NONE.with(Permission::MessagesRead, scope);
        assert!(read(Scope::Team).covers(read(Scope::Team)) && read(Scope::All).covers(read(Scope::Own)));
        assert!(!read(Scope::Own).covers(read(Scope::Team)));
        assert!(!Grants::NONE.covers(read(Scope::Own)) && read(Scope::Own).covers(Grants::NONE));
        let both = read(Scope::Own).with(Permission::MessagesReply, Scope::Own);
        assert_eq!(read(Scope::All).lacks(both), Some(Permission::MessagesReply));
        assert!(Role::Lead.grants().covers(Role::Agent.grants()));
        assert!(!Role::Auditor.grants().covers(Role::Agent.grants()));
    }

    #[test]
    fn what_is_held_survives_a_row_and_the_wire() {
        for role in Role::ALL {
            let grants = role.grants();
            assert_eq!(Grants::read(&grants.text()), grants, "{role:?}");
            let wire = serde_json::to_value(grants).expect("serialises");
            assert_eq!(serde_json::from_value::<Grants>(wire).expect("read back"), grants, "{role:?}");
        }
        let some = Grants::NONE.with(Permission::MessagesRead, Scope::Team);
        let wire = serde_json::json!([{"permission": "messages.read", "scope": "team"}]);
        assert_eq!(serde_json::to_value(some).expect("serialises"), wire);
        assert_eq!(some.text(), "messages.read:team");
    }

    #[test]
    fn what_is_not_understood_gives_nothing_in_a_row_and_is_refused_in_an_event() {
        assert_eq!(Grants::read("messages.read:most messages.fly:all messages.reply"), Grants::NONE);
        assert_eq!(Grants::read(""), Grants::NONE);
        let wire = serde_json::json!([{"permission": "messages.fly", "scope": "all"}]);
        assert!(serde_json::from_value::<Grants>(wire).is_err());
    }
}
