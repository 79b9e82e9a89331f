//! Where requests may go. Nobody who may connect a channel can make this machine talk to itself or to its neighbours.

use super::vendor::{AddressFault, Kind};
use ipnet::IpNet;
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};
use url::{Host, Url};

/// Which addresses requests may go to.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    private: Arc<[IpNet]>,
    base_urls: Arc<BTreeMap<Kind, Url>>,
}

/// Where a request goes, and which addresses its host's name may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) reach: Reach,
}

/// Which addresses the name of a host may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public ones and those of the allowed networks.
    Global,
    /// Those of the allowed networks only: without TLS, or on an odd port.
    Allowed,
    /// Whatever the configuration names.
    Configured,
}

impl Guard {
    /// The networks that generic webhooks may be in, and hosts that take the place of vendors'.
    pub fn new(private: Vec<IpNet>, base_urls: BTreeMap<Kind, Url>) -> Self {
        Self { private: private.into(), base_urls: base_urls.into() }
    }

    pub(super) fn private(&self) -> &[IpNet] {
        &self.private
    }

    pub(super) fn base_urls(&self) -> &BTreeMap<Kind, Url> {
        &self.base_urls
    }

    /// Can a channel of this kind have this address?
    pub fn check(&self, kind: Kind, address: &str) -> Result<Url, AddressFault> {
        let url = kind.read_address(address)?;
        if kind == Kind::Webhook {
            self.reach(&url)?;
        }
        Ok(url)
    }

    /// Where a request goes that is meant for an address. It is checked again: what is allowed may have changed since.
    pub(crate) fn target(&self, kind: Kind, url: &Url) -> Result<Target, AddressFault> {
        kind.check_home(url)?;
        let Some(base) = self.base_urls.get(&kind) else {
            let reach = match kind {
                Kind::Webhook => self.reach(&self.check(kind, url.as_str())?)?,
                Kind::Wecom | Kind::Feishu | Kind::Lark | Kind::Dingtalk | Kind::Slack => Reach::Global,
            };
            return Ok(Target { url: url.clone(), reach });
        };
        let mut target = base.clone();
        target.set_path(&format!("{}{}", base.path().trim_end_matches('/'), url.path()));
        target.set_query(url.query());
        Ok(Target { url: target, reach: Reach::Configured })
    }

    /// May a connection be made to it?
    pub(crate) fn permits(&self, address: IpAddr, reach: Reach) -> bool {
        match reach {
            Reach::Configured => true,
            Reach::Allowed => self.is_allowed(address),
            Reach::Global => is_global(address) || self.is_allowed(address),
        }
    }

    /// Which addresses a generic webhook's host may have; a literal one is judged at once.
    fn reach(&self, url: &Url) -> Result<Reach, AddressFault> {
        let reach = match (url.scheme(), url.port_or_known_default()) {
            ("https", Some(443 | 8443)) => Reach::Global,
            ("https" | "http", Some(_)) => Reach::Allowed,
            _ => return Err(AddressFault::NotHttps),
        };
        let refused = || match url.scheme() {
            "http" => AddressFault::NotHttps,
            _ if reach == Reach::Allowed => AddressFault::Port,
            _ => AddressFault::Private,
        };
        let literal = match url.host().ok_or(AddressFault::NotAnAddress)? {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(name) => {
                let name = name.trim_end_matches('.');
                // It has no other meaning (RFC 6761, 6.3), so nobody need be asked.
                (name == "localhost" || name.ends_with(".localhost")).then_some(Ipv4Addr::LOCALHOST.into())
            }
        };
        match literal {
            Some(address) if !self.permits(address, reach) => Err(match is_global(address) {
                true => refused(),
                false if self.is_allowed(address) => refused(),
                false => AddressFault::Private,
            }),
            // Without a network that is allowed no name can lead into one.
            None if reach == Reach::Allowed && self.private.is_empty() => Err(refused()),
            Some(_) | None => Ok(reach),
        }
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.private.iter().any(|network| network.contains(&address))
    }
}

/// Is it an address of the public internet? By IANA's registries of special-purpose addresses; what could lead to a private
/// one by translation (6to4, NAT64) is none either.
fn is_global(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !special
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [a, b, c, ..] = segments;
    let special = address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unicast_link_local()
        || address.is_unique_local()
        // Site-local (RFC 3879), documentation, discard, 6to4, NAT64 (well-known and local), segment routing.
        || (a & 0xffc0) == 0xfec0
        || (a == 0x2001 && b == 0xdb8)
        || (a == 0x3fff && b < 0x1000)
        || segments[..4] == [0x100, 0, 0, 0]
        || a == 0x2002
        || (a == 0x64 && b == 0xff9b && (segments[2..6] == [0; 4] || c == 1))
        || a == 0x5f00
        // IETF protocol assignments, Teredo among them (2001::/23), and IPv4-compatible addresses.
        || (a == 0x2001 && b < 0x200)
        || segments[..6] == [0; 6];
    !special
}
