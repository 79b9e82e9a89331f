//! By what visitors are told, as the desk says before they write.

use super::*;

on_both_databases! {
    a_desk_says_by_what_visitors_are_told_as_its_channels_stand,
}

/// As anybody may ask.
async fn reaches(told: &Told) -> Value {
    told.desk.ask(None, "{ desk { reaches } }", json!({})).await.data()["desk"]["reaches"].clone()
}

async fn a_desk_says_by_what_visitors_are_told_as_its_channels_stand(dialect: Dialect) {
    let alone = Told::start(dialect).await;
    alone.connect("WECOM", json!({})).await;
    assert_eq!(reaches(&alone).await, json!([]), "the group is not the visitors'");
    let reached = Reached::start(dialect).await;
    let told = &reached.told;
    let mail = reached.channel().await["id"].as_str().expect("an id").to_owned();
    assert_eq!(reaches(told).await, json!(["EMAIL"]));
    told.channel("pauseChannel", &mail).await;
    assert_eq!(reaches(told).await, json!([]));
    told.channel("resumeChannel", &mail).await;
    let input = json!({"name": "SMS", "kind": "VISITOR_SMS"});
    let sms = told.give("connectChannel", "ConnectChannelInput", input, "channel { id }").await;
    assert_eq!(sms["userErrors"], json!([]));
    assert_eq!(reaches(told).await, json!(["EMAIL", "PHONE"]));
    told.channel("disconnectChannel", &mail).await;
    assert_eq!(reaches(told).await, json!(["PHONE"]));
}
