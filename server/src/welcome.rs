//! What is printed when a server has started: its addresses, and the first administrator's one-time sign-in.

use crate::{config::Config, running::Server};
use serde_json::json;
use std::net::SocketAddr;

/// The address that links begin with.
pub(crate) fn base_url(config: &Config, address: SocketAddr) -> String {
    config.public_url.clone().unwrap_or_else(|| here(address))
}

/// Where it is reached from this machine.
fn here(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        // It listens everywhere.
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// A sign-in link as a person follows it.
pub(crate) fn sign_in_url(base: &str, token: &str) -> String {
    format!("{base}/sign-in#{token}")
}

/// All of it.
pub(crate) fn text(config: &Config, server: &Server) -> String {
    let (base, here) = (base_url(config, server.address()), here(server.address()));
    let console = match config.ui.has_console() {
        true => format!("{base}/"),
        false => "none in this binary: `cargo xtask ui`, then build it again".to_owned(),
    };
    let mut text = format!(
        "\nLeaveword {} listens on {here}\n  console  {console}\n  GraphQL  {base}/graphql\n  health   {base}/health\n",
        env!("CARGO_PKG_VERSION")
    );
    if let Some((link, email)) = server.first_sign_in() {
        let until = link.expires_at.format("%Y-%m-%d %H:%M UTC");
        let url = sign_in_url(&base, &link.token);
        let curl = curl(&here, &link.token);
        text += &format!(
            "\nThe first administrator is Admin, e-mail {email}.\nSign in once, before {until}, and choose a \
             password:\n  {url}\nor the same with curl (with the password that stands in it):\n  {curl}\n"
        );
    }
    text
}

/// The link's redemption as one line for a shell, with a random password.
fn curl(base: &str, token: &str) -> String {
    let password: [u8; 9] = store::random::bytes();
    let password = password.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let query = format!(
        "mutation {{ redeemSignInLink(input: {{token: \"{token}\", newPassword: \"{password}\"}}) \
         {{ token expiresAt member {{ name }} userErrors {{ message }} }} }}"
    );
    format!(
        "curl -s -w '\\n' {base}/graphql -H 'content-type: application/json' -d '{}'",
        json!({ "query": query })
    )
}
