//! The guard's settings, read from text and told as text.

use super::{guard::Guard, vendor::Kind};
use ipnet::IpNet;
use std::{collections::BTreeMap, net::IpAddr};
use url::Url;

/// A setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardFault {
    /// Its variable.
    pub variable: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

impl Guard {
    /// Reads `10.1.0.0/16,192.168.7.20` and `wecom=http://127.0.0.1:9001,feishu=…`; empty texts are none.
    pub fn read(networks: &str, bases: &str) -> Result<Self, GuardFault> {
        let bad = |variable, problem| GuardFault { variable, problem };
        let listed = |text: &'static str| move |problem| bad(text, problem);
        let networks = entries(networks).map(network).collect::<Result<_, _>>();
        let bases = entries(bases).map(base).collect::<Result<BTreeMap<_, _>, _>>();
        Ok(Self::new(
            networks.map_err(listed("LEAVEWORD_PRIVATE_NETWORKS"))?,
            bases.map_err(listed("LEAVEWORD_CHANNEL_BASE_URLS"))?,
        ))
    }

    /// What is in force: networks, and base URLs.
    pub fn told(&self) -> (String, String) {
        let networks: Vec<String> = self.private().iter().map(ToString::to_string).collect();
        let bases: Vec<String> =
            self.base_urls().iter().map(|(kind, url)| format!("{}={url}", kind.name())).collect();
        (networks.join(","), bases.join(","))
    }
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let read = text.parse().ok().or_else(address);
    read.ok_or_else(|| format!("{text:?} is no network such as 10.1.0.0/16"))
}

fn base(text: &str) -> Result<(Kind, Url), String> {
    let problem = || {
        format!(
            "{text:?} is not like wecom=http://127.0.0.1:9001, with wecom, feishu, lark, dingtalk or slack"
        )
    };
    if text.contains('@') {
        // Not told again: it may have a password.
        return Err(
            "has an address with a name or a password in it: leave out what stands before @".to_owned()
        );
    }
    let (name, url) = text.split_once('=').ok_or_else(problem)?;
    // A webhook's address is its own.
    let mut vendors = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Webhook);
    let kind = vendors.find(|kind| kind.name() == name.trim()).ok_or_else(problem)?;
    let url: Url = url.trim().parse().map_err(|_| problem())?;
    let usable = matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.query().is_none();
    if usable { Ok((kind, url)) } else { Err(problem()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_is_told() {
        let guard = Guard::read("10.1.0.0/16, 192.168.7.20", "wecom=http://127.0.0.1:9001").expect("valid");
        let told = ("10.1.0.0/16,192.168.7.20/32".to_owned(), "wecom=http://127.0.0.1:9001/".to_owned());
        assert_eq!(guard.told(), told);
        assert_eq!(Guard::read("", "").expect("valid").told(), (String::new(), String::new()));
    }

    #[test]
    fn what_cannot_be_is_named_with_its_variable() {
        for (networks, bases, variable) in [
            ("10.1.0.0/99", "", "LEAVEWORD_PRIVATE_NETWORKS"),
            ("", "telegram=http://x", "LEAVEWORD_CHANNEL_BASE_URLS"),
            ("", "webhook=http://x", "LEAVEWORD_CHANNEL_BASE_URLS"),
            ("", "wecom=ftp://x", "LEAVEWORD_CHANNEL_BASE_URLS"),
            ("", "wecom", "LEAVEWORD_CHANNEL_BASE_URLS"),
            ("", "wecom=http://user:SECRET@127.0.0.1:9001", "LEAVEWORD_CHANNEL_BASE_URLS"),
            ("", "wecom=ftp://SECRET@x", "LEAVEWORD_CHANNEL_BASE_URLS"),
        ] {
            let fault = Guard::read(networks, bases).expect_err("refused");
            assert_eq!(fault.variable, variable, "{networks}{bases}");
            assert!(!fault.problem.contains("SECRET"), "{}", fault.problem);
        }
    }
}
