//! The names of hosts, looked up when a connection is made: what may not be asked is dropped from the answer, so that a name
//! cannot lead elsewhere between the look and the connection.

use super::super::guard::{Guard, Reach};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

type Soon<T> = Pin<Box<dyn Future<Output = T> + Send>>;
/// Who is asked for a name's addresses.
pub(super) type Lookup = Arc<dyn Fn(String) -> Soon<io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Looks names up for one reach.
#[derive(Clone)]
pub(super) struct Names {
    guard: Guard,
    reach: Reach,
    lookup: Lookup,
}

/// Why there is no address to connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotPermitted {
    #[error("none of the name's addresses may be asked")]
    Private,
    #[error("the name is not known")]
    Unknown,
}

impl Names {
    pub(super) fn new(guard: Guard, reach: Reach, lookup: Lookup) -> Self {
        Self { guard, reach, lookup }
    }
}

/// As the machine does it.
pub(super) fn of_the_system() -> Lookup {
    Arc::new(|name| {
        Box::pin(
            async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) },
        )
    })
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let Self { guard, reach, lookup } = self.clone();
        Box::pin(async move {
            let found = lookup(name.as_str().to_owned()).await.map_err(|_| NotPermitted::Unknown)?;
            if found.is_empty() {
                return Err(NotPermitted::Unknown.into());
            }
            let permitted = found.into_iter().filter(|address| guard.permits(*address, reach));
            let permitted: Vec<_> = permitted.map(|address| SocketAddr::new(address, 0)).collect();
            match permitted.is_empty() {
                true => Err(NotPermitted::Private.into()),
                false => Ok(Box::new(permitted.into_iter()) as Addrs),
            }
        })
    }
}
