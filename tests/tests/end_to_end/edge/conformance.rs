//! GraphQL over HTTP as its own audit sees it (npm `graphql-http`).

use super::{super::npm, desk};
use domain::access::Role;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_of_graphql_over_http_finds_no_error_and_no_warning() {
    let desk = desk().await;
    let (url, token) = (desk.url("/graphql"), desk.member(Role::Lead).await);
    let said = npm::run("npm", "http_audit.mjs", &[("DESK_URL", &url), ("DESK_TOKEN", &token)]);
    let audits: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(audits.len() >= 60, "{} audits: {said}", audits.len());
    let of_status = |status: &'static str| audits.iter().filter(move |audit| audit["status"] == status);
    let broken: Vec<_> = of_status("error").chain(of_status("warn")).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    // What may be and is not: requests by GET, which we refuse.
    let noticed: Vec<_> = of_status("notice").map(|audit| audit["id"].as_str().expect("an id")).collect();
    assert_eq!(noticed, ["5A70", "D6D5", "6A70"], "{:#?}", of_status("notice").collect::<Vec<_>>());
}
