//! A set of permissions, as an API key has one.

use super::Permission;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Some of the permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(u32);

impl Permissions {
    /// Those that are in it, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }

    /// Is it in it?
    pub fn contains(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Is none in it?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their names, as they are stored.
    pub fn names(self) -> Vec<&'static str> {
        self.iter().map(Permission::name).collect()
    }

    /// Reads names; `Err`: the first one that is no permission's.
    pub fn named<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self, S> {
        let mut all = Self::default();
        for name in names {
            match Permission::named(name.as_ref()) {
                Some(permission) => all.0 |= bit(permission),
                None => return Err(name),
            }
        }
        Ok(all)
    }
}

/// Each permission has its own bit; there are fewer than 32 of them.
fn bit(permission: Permission) -> u32 {
    1 << permission as u32
}

impl std::fmt::Debug for Permissions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Self::named(names).map_err(|name| D::Error::custom(format!("{name} is no permission")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_named_and_nothing_else() {
        let some = Permissions::named(["messages.read", "members.manage"]).expect("both are known");
        assert_eq!(some.names(), ["messages.read", "members.manage"]);
        assert!(some.contains(Permission::MembersManage) && !some.contains(Permission::MessagesReply));
        let all =
            Permissions::named(Permission::ALL.iter().map(|known| known.name())).expect("all are known");
        assert_eq!(all.iter().count(), Permission::ALL.len(), "every bit is its own");
        assert!(Permissions::default().is_empty() && !some.is_empty());
        assert_eq!(Permissions::named(["messages.read", "messages"]), Err("messages"));
    }

    #[test]
    fn a_set_survives_the_wire() {
        let some = Permissions::named(["audit.read", "messages.read"]).expect("known");
        let wire = serde_json::to_value(some).expect("serialises");
        assert_eq!(wire, serde_json::json!(["messages.read", "audit.read"]));
        assert_eq!(serde_json::from_value::<Permissions>(wire).expect("read back"), some);
    }
}
