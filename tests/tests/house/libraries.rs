//! Which crate may name which library: a library that one crate knows can be replaced in that crate.

use super::metadata::{Package, ours};
use super::{SHIPPED, assert_none};

/// A library, the shipped crates that may name it, and why only these. Whatever is not listed may be named by all.
const KEPT: [(&str, &[&str], &str); 22] = [
    ("argon2", &["commands"], "passwords are checked where commands are authorised"),
    ("async-graphql", &["graphql", "server"], "the schema is one crate's, and the server only executes it"),
    ("axum", &["server"], "HTTP ends in the server: everything further in can be tried without it"),
    ("clap", &["server"], "the arguments are the server's"),
    ("email_address", &["domain"], "whether this is an address is a rule, with one answer"),
    ("gif", &["commands"], "what people send is read where commands are carried out, and made anew there"),
    ("hyper", &["server"], "HTTP ends in the server"),
    ("hyper-util", &["server"], "HTTP ends in the server"),
    ("image", &["commands"], "as gif"),
    ("jsonwebtoken", &["commands"], "whether a token is good is decided where commands are authorised"),
    ("phonenumber", &["domain"], "whether this is a number is a rule, with one answer"),
    ("png", &["commands"], "as gif"),
    ("postgres-es", &["store"], "the dialects end in the store"),
    (
        "prometheus-client",
        &["store", "projections", "server"],
        "the store counts its commits, notifications their requests, and the server tells",
    ),
    ("lettre", &["projections"], "only notifications send mail"),
    (
        "reqwest",
        &["store", "projections"],
        "notifications call out, and the store does where files lie in a bucket; nobody else",
    ),
    (
        "ring",
        &["store", "commands", "projections"],
        "sealing and randomness are the store's, tokens and receipts the commands', signatures the notifications'",
    ),
    ("sqlite-es", &["store"], "the dialects end in the store"),
    ("sqlx", &["store", "projections"], "the log is the store's SQL, and each view has its own"),
    (
        "tokio",
        &["store", "commands", "projections", "graphql", "server"],
        "rules are pure: they wait for nothing",
    ),
    ("tower-http", &["server"], "HTTP ends in the server"),
    ("tracing-subscriber", &["server"], "libraries report; the program decides who listens"),
];

#[test]
fn each_library_is_named_only_where_it_is_kept() {
    let shipped = ours().filter(|package| SHIPPED.contains(&package.name.as_str()));
    assert_none(&shipped.flat_map(out_of_place).collect::<Vec<_>>());
}

#[test]
fn chrono_cannot_read_the_time() {
    assert_none(&ours().flat_map(clocks).collect::<Vec<_>>());
}

fn out_of_place(package: &Package) -> Vec<String> {
    // The tests of a crate may name what they like: nobody runs them in production.
    let bound = package.dependencies.iter().filter(|dependency| !dependency.is_dev);
    bound
        .filter_map(|dependency| KEPT.iter().find(|(library, ..)| *library == dependency.name))
        .filter(|(_, crates, _)| !crates.contains(&package.name.as_str()))
        .map(|(library, crates, why)| {
            format!("{} names {library}, which only {} may: {why}", package.name, crates.join(", "))
        })
        .collect()
}

fn clocks(package: &Package) -> Vec<String> {
    let chrono = package.dependencies.iter().filter(|dependency| dependency.name == "chrono");
    chrono
        .filter(|chrono| chrono.has_default_features || chrono.features.iter().any(|it| it == "now" || it == "clock"))
        .map(|_| {
            let name = &package.name;
            format!("{name} takes chrono with a clock: default-features = false, without `now` and `clock`; ask store::Clock")
        })
        .collect()
}
