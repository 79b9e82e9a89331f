//! Where a request comes from. `X-Forwarded-For` is anybody's to write: it is believed as far as proxies that we were told
//! of have written it, from its right end.
//!
//! `Forwarded` is not read: a proxy that writes one of the two passes the other on as its client sent it.

use axum::{
    extract::{ConnectInfo, Request},
    http::HeaderMap,
    middleware::Next,
    response::Response,
};
use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// Where a request comes from; put beside it for every handler.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// Networks of proxies that are believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Arc<[Network]>);

/// An address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl TrustedProxies {
    /// Addresses and networks (`10.0.0.0/8`) with commas between them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| {
            Network::parse(part).ok_or_else(|| {
                format!("is a list of addresses or networks such as 127.0.0.1,10.0.0.0/8, not {part}")
            })
        };
        Ok(Self(parts.map(network).collect::<Result<Vec<_>, _>>()?.into()))
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// Who asked: whoever connected, unless that is a proxy of ours; then the right-most address that is none of ours.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let values = headers.get_all("x-forwarded-for").iter().rev();
        for value in values {
            let Ok(value) = value.to_str() else { return client };
            for hop in value.split(',').rev() {
                if !self.trust(client) {
                    return client;
                }
                match hop_address(hop.trim()) {
                    Some(address) => client = address,
                    // Whoever wrote that is the last whom we know.
                    None => return client,
                }
            }
        }
        client
    }
}

/// Puts the client's address beside the request.
pub(crate) async fn tell(proxies: TrustedProxies, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if let Some(peer) = peer {
        let client = proxies.client(peer, request.headers());
        request.extensions_mut().insert(ClientAddress(client));
    }
    next.run(request).await
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok().filter(|bits| *bits <= most))?;
        Some(Self { address, bits })
    }

    fn holds(&self, address: IpAddr) -> bool {
        let differing = match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => (ours.to_bits() ^ theirs.to_bits()).leading_zeros(),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits() ^ theirs.to_bits()).leading_zeros(),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        differing >= self.bits
    }
}

/// An address as proxies write it: some add a port.
fn hop_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let networks = self.0.iter().map(|network| format!("{}/{}", network.address, network.bits));
        f.write_str(&networks.collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let proxies = TrustedProxies::parse(proxies).expect("networks");
        let name = axum::http::HeaderName::from_static("x-forwarded-for");
        let headers = forwarded.iter().map(|value| (name.clone(), value.parse().expect("a value")));
        let mut all = HeaderMap::new();
        headers.for_each(|(name, value)| {
            all.append(name, value);
        });
        proxies.client(peer.parse().expect("an address"), &all).to_string()
    }

    #[test]
    fn whoever_connects_is_the_client_unless_it_is_a_proxy_of_ours() {
        assert_eq!(client("", "192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.0/8", "::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn what_the_client_wrote_itself_is_left_of_what_proxies_wrote_and_is_not_believed() {
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["127.0.0.1, 203.0.113.9, 10.4.5.6"]), "203.0.113.9");
        assert_eq!(
            client("10.0.0.0/8", "10.1.2.3", &["127.0.0.1", "203.0.113.9", "10.4.5.6"]),
            "203.0.113.9"
        );
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["unknown, 10.4.5.6"]), "10.4.5.6");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.1.2.3", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(client("2001:db8::/32", "2001:db8::9", &["2001:db9::1"]), "2001:db9::1");
    }

    #[test]
    fn networks_are_read_and_nothing_else_is() {
        for good in ["127.0.0.1", "::1", "10.0.0.0/8, 192.168.0.0/16", "0.0.0.0/0", ""] {
            assert!(TrustedProxies::parse(good).is_ok(), "{good}");
        }
        for bad in ["proxy.example.com", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::1/129"] {
            assert!(TrustedProxies::parse(bad).is_err(), "{bad}");
        }
    }
}
