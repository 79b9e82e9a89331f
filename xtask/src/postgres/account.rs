//! Under which account the server runs: PostgreSQL refuses root.

use std::fs;
use std::process::Command;

/// The numbers of a user of this machine.
#[derive(Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The account to change to, or none: we are somebody already.
pub(crate) fn for_server() -> Result<Option<Account>, String> {
    if !is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let account = find(&passwd, "postgres").or_else(|| find(&passwd, "nobody"));
    account.map(Some).ok_or("PostgreSQL refuses root, and there is no user `postgres` or `nobody`".to_owned())
}

/// Whether we may do anything here.
pub(crate) fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A line of `/etc/passwd` is `name:password:uid:gid:comment:home:shell`.
fn find(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { uid, gid })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "\
root:x:0:0:root:/root:/bin/bash
not-postgres:x:7:8::/:/bin/false
postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash
broken
nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin
";

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        assert_eq!(find(PASSWD, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(find(PASSWD, "nobody"), Some(Account { uid: 65534, gid: 65533 }));
    }

    #[test]
    fn a_user_who_is_not_there_is_not_found() {
        assert_eq!(find(PASSWD, "post"), None);
        assert_eq!(find(PASSWD, "broken"), None);
        assert_eq!(find("", "postgres"), None);
    }
}
