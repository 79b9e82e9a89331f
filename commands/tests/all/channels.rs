//! Channels, and what two administrators do to one at the same moment.

use super::{Desk, member};
use commands::{CommandError, ConnectInput, ReviseChannelInput};
use domain::{
    access::Role,
    channel::{ChannelAddress, ChannelKind, ChannelName, ChannelSecret, Rules},
    ids::ChannelId,
};
use store::{Dialect, on_both_databases};

on_both_databases!(
    of_two_who_change_where_a_channel_sends_to_neither_undoes_what_the_other_did,
    a_secret_that_is_made_beside_another_change_is_kept_and_so_is_the_change,
    a_channel_that_is_disconnected_meanwhile_has_no_address_again,
);

const ROUNDS: usize = 20;

impl Desk {
    async fn webhook(&self) -> ChannelId {
        let secrets = vec![ChannelSecret { secret: "first".to_owned(), until: None }];
        let address =
            ChannelAddress { url: Some("https://first.example".to_owned()), secrets, emails: vec![] };
        let name = ChannelName::parse("hook").expect("a name");
        let input = ConnectInput { name, kind: ChannelKind::Webhook, address, rules: Rules::default() };
        self.commands.connect_channel(&member(Role::Admin), input).await.expect("connected").id
    }

    async fn address(&self, id: ChannelId) -> Option<ChannelAddress> {
        let clear = self.store.channel_address(&id.to_string()).await.expect("readable")?;
        Some(serde_json::from_slice(&clear).expect("an address"))
    }
}

fn url(url: &str) -> ReviseChannelInput {
    ReviseChannelInput { url: Some(url.to_owned()), ..ReviseChannelInput::default() }
}

async fn of_two_who_change_where_a_channel_sends_to_neither_undoes_what_the_other_did(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, admin) = (desk.webhook().await, member(Role::Admin));
    for round in 0..ROUNDS {
        let (address, secret) = (format!("https://{round}.example"), format!("secret {round}"));
        let by_secret = ReviseChannelInput { secret: Some(secret.clone()), ..ReviseChannelInput::default() };
        let (one, other) = tokio::join!(
            desk.commands.revise_channel(&admin, id, url(&address)),
            desk.commands.revise_channel(&admin, id, by_secret),
        );
        let versions = [one.expect("revised").version, other.expect("revised").version];
        assert_ne!(versions[0], versions[1], "one came after the other");
        let now = desk.address(id).await.expect("connected");
        assert_eq!(now.url.as_deref(), Some(address.as_str()), "round {round}");
        assert_eq!(now.secrets[0].secret, secret, "round {round}");
    }
}

async fn a_secret_that_is_made_beside_another_change_is_kept_and_so_is_the_change(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let (id, admin) = (desk.webhook().await, member(Role::Admin));
    for round in 0..ROUNDS {
        let address = format!("https://{round}.example");
        let before = desk.address(id).await.expect("connected").secrets[0].secret.clone();
        let (revised, rotated) = tokio::join!(
            desk.commands.revise_channel(&admin, id, url(&address)),
            desk.commands.rotate_channel_secret(&admin, id),
        );
        revised.expect("revised");
        let now = desk.address(id).await.expect("connected");
        assert_eq!(now.url.as_deref(), Some(address.as_str()), "round {round}");
        let signing: Vec<_> = now.signing(desk.clock.now()).collect();
        let shown = rotated.expect("rotated").secret.expect("shown once");
        assert_eq!(signing, [shown.as_str(), before.as_str()], "round {round}");
    }
}

async fn a_channel_that_is_disconnected_meanwhile_has_no_address_again(dialect: Dialect) {
    let desk = Desk::open(dialect).await;
    let admin = member(Role::Admin);
    for round in 0..ROUNDS {
        let (id, address) = (desk.webhook().await, format!("https://{round}.example"));
        let (revised, disconnected) = tokio::join!(
            desk.commands.revise_channel(&admin, id, url(&address)),
            desk.commands.disconnect_channel(&admin, id),
        );
        disconnected.expect("disconnected");
        assert!(matches!(revised, Ok(_) | Err(CommandError::Channel(_) | CommandError::NotFound)));
        assert!(desk.address(id).await.is_none(), "round {round}");
    }
}
