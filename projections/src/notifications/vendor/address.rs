//! What the address of a channel looks like. Whether it may be reached is [`super::super::Guard`]'s word.

use super::Kind;
use url::{Host, Url};

/// As long as an address may be.
pub const MOST_BYTES: usize = 2_048;

/// Why a channel cannot have an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// It is none.
    #[error("is not an address such as https://example.com/hook")]
    NotAnAddress,
    /// Longer than any.
    #[error("is longer than {MOST_BYTES} bytes")]
    TooLong,
    /// Anybody on the way could read it.
    #[error(
        "does not begin with https://; http:// is only for networks that LEAVEWORD_PRIVATE_NETWORKS names"
    )]
    NotHttps,
    /// A password in an address ends up in logs.
    #[error("has a user name or a password in it")]
    UserInfo,
    /// A robot has one home.
    #[error("is not at {0}, where this kind of channel is")]
    OtherHost(&'static str),
    /// It is at the vendor's, but no robot's.
    #[error("is not a robot's address, which looks like {0}")]
    OtherPath(&'static str),
    /// Other ports are other services.
    #[error(
        "has a port other than 443 and 8443, which is only for networks that LEAVEWORD_PRIVATE_NETWORKS names"
    )]
    Port,
    /// What only this machine, or only its network, can reach.
    #[error("leads into a network that is not public; LEAVEWORD_PRIVATE_NETWORKS can allow it")]
    Private,
}

struct Robot {
    host: &'static str,
    path: &'static str,
    query: &'static str,
    looks_like: &'static str,
}

impl Kind {
    /// Can a channel of this kind have this address, when no private network is allowed?
    pub fn check_address(self, url: &str) -> Result<(), AddressFault> {
        super::super::Guard::default().check(self, url).map(drop)
    }

    /// Reads an address. Robots are at home at their vendors' only; which parts of the network a webhook may be in is not
    /// asked here.
    pub(crate) fn read_address(self, text: &str) -> Result<Url, AddressFault> {
        if text.len() > MOST_BYTES {
            return Err(AddressFault::TooLong);
        }
        // A parser of addresses would take these out without a word.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(AddressFault::NotAnAddress);
        }
        let url = Url::parse(text).map_err(|_| AddressFault::NotAnAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressFault::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') && has_userinfo(text)
        {
            return Err(AddressFault::UserInfo);
        }
        if !url.has_host() {
            return Err(AddressFault::NotAnAddress);
        }
        self.check_home(&url)?;
        let Some(robot) = self.robot() else { return Ok(url) };
        if !robot.takes(&url) {
            return Err(AddressFault::OtherPath(robot.looks_like));
        }
        Ok(url)
    }

    /// Is it at the vendor's, over TLS, on its own port?
    pub(crate) fn check_home(self, url: &Url) -> Result<(), AddressFault> {
        let Some(robot) = self.robot() else { return Ok(()) };
        match () {
            () if url.host() != Some(Host::Domain(robot.host)) => Err(AddressFault::OtherHost(robot.host)),
            () if url.scheme() != "https" => Err(AddressFault::NotHttps),
            () if url.port().is_some() => Err(AddressFault::Port),
            () => Ok(()),
        }
    }

    fn robot(self) -> Option<Robot> {
        let feishu = "/open-apis/bot/v2/hook/";
        let (host, path, query, looks_like) = match self {
            Self::Wecom => (
                "qyapi.weixin.qq.com",
                "/cgi-bin/webhook/send",
                "key",
                "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
            ),
            Self::Feishu => ("open.feishu.cn", feishu, "", "https://open.feishu.cn/open-apis/bot/v2/hook/…"),
            Self::Lark => {
                ("open.larksuite.com", feishu, "", "https://open.larksuite.com/open-apis/bot/v2/hook/…")
            }
            Self::Dingtalk => (
                "oapi.dingtalk.com",
                "/robot/send",
                "access_token",
                "https://oapi.dingtalk.com/robot/send?access_token=…",
            ),
            Self::Slack => ("hooks.slack.com", "/services/", "", "https://hooks.slack.com/services/T…/B…/…"),
            Self::Webhook => return None,
        };
        Some(Robot { host, path, query, looks_like })
    }
}

impl Robot {
    /// Is it the path of a robot, with its key in the path or in the query, and nothing else?
    fn takes(&self, url: &Url) -> bool {
        let is_key = |key: &str| {
            (4..=256).contains(&key.len())
                && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_/".contains(c))
        };
        if url.fragment().is_some() {
            return false;
        }
        match self.query {
            "" => url.query().is_none() && url.path().strip_prefix(self.path).is_some_and(is_key),
            name => {
                let pairs: Vec<_> = url.query_pairs().collect();
                url.path() == self.path
                    && matches!(&pairs[..], [(known, key)] if known == name && is_key(key))
            }
        }
    }
}

/// `https://@host` has an empty one, which a parsed address does not tell.
fn has_userinfo(text: &str) -> bool {
    let rest = text.split_once("//").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#', '\\']).next().is_some_and(|authority| authority.contains('@'))
}

/// An address as it may be shown: its host, and the last four characters of a key that is long enough.
pub fn mask(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let secret = url.query().unwrap_or(url.path());
    let secret = secret.trim_end_matches('/').rsplit(['/', '=', '&']).next().unwrap_or_default();
    let characters: Vec<char> = secret.chars().collect();
    let end: String = match characters.len().checked_sub(4) {
        Some(start) if characters.len() >= 16 => characters[start..].iter().collect(),
        Some(_) | None => String::new(),
    };
    format!("{}://{host}{port}/…{end}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn a_robot_is_at_its_vendors_and_nowhere_else() {
        let wecom = |url: &str| Kind::Wecom.check_address(url);
        let host = AddressFault::OtherHost("qyapi.weixin.qq.com");
        let path = AddressFault::OtherPath("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…");
        for (url, expected) in [
            (
                "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa",
                Ok(()),
            ),
            ("https://QYAPI.weixin.qq.com:443/cgi-bin/webhook/send?key=693a91f6", Ok(())),
            ("http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6", Err(AddressFault::NotHttps)),
            ("https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=693a91f6", Err(host)),
            ("https://qyapi.weixin.qq.com./cgi-bin/webhook/send?key=693a91f6", Err(host)),
            ("https://127.0.0.1/cgi-bin/webhook/send?key=693a91f6", Err(host)),
            ("https://qyapi.weixin.qq.com@evil.example/", Err(AddressFault::UserInfo)),
            ("https://@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6", Err(AddressFault::UserInfo)),
            ("https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=693a91f6", Err(AddressFault::Port)),
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send", Err(path)),
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=", Err(path)),
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6&x=1", Err(path)),
            ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send/../../gettoken?key=693a91f6", Err(path)),
            ("ftp://qyapi.weixin.qq.com/", Err(AddressFault::NotHttps)),
            ("qyapi.weixin.qq.com", Err(AddressFault::NotAnAddress)),
            (" https://qyapi.weixin.qq.com/", Err(AddressFault::NotAnAddress)),
        ] {
            assert_eq!(wecom(url), expected, "{url}");
        }
        for (kind, url) in [
            (Kind::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/0f6c3a9e-0000"),
            (Kind::Lark, "https://open.larksuite.com/open-apis/bot/v2/hook/0f6c3a9e-0000"),
            (Kind::Dingtalk, "https://oapi.dingtalk.com/robot/send?access_token=0f6c3a9e0000"),
            (Kind::Slack, "https://hooks.slack.com/services/T0000/B0000/abcdefghij"),
        ] {
            assert_eq!(kind.check_address(url), Ok(()), "{url}");
            for other in Kind::ALL.into_iter().filter(|other| *other != kind && *other != Kind::Webhook) {
                assert!(
                    matches!(other.check_address(url), Err(AddressFault::OtherHost(_))),
                    "{other:?} {url}"
                );
            }
        }
        assert_eq!(
            Kind::Webhook.check_address(&format!("https://a.example/{}", "x".repeat(2_048))),
            Err(AddressFault::TooLong)
        );
    }

    #[test]
    fn a_masked_address_shows_its_host_and_four_characters() {
        for (url, masked) in [
            (
                "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa",
                "https://qyapi.weixin.qq.com/…5aaa",
            ),
            (
                "https://open.feishu.cn/open-apis/bot/v2/hook/0f6c3a9e-0000-1111",
                "https://open.feishu.cn/…1111",
            ),
            ("https://hooks.example.com/short", "https://hooks.example.com/…"),
            ("https://hooks.example.com:8443/", "https://hooks.example.com:8443/…"),
        ] {
            assert_eq!(mask(&samples::url(url)), masked);
        }
    }
}
