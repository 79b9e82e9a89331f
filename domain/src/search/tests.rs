//! What is found, by text and query.

use super::{Query, QueryError, Said, index_phone, index_tokens};
use std::collections::BTreeSet;

/// Is it found, by its tokens and then by its words? What is said has to have the tokens.
fn finds(query: &str, text: &str) -> bool {
    finds_in(query, &[text], None)
}

fn finds_in(query: &str, texts: &[&str], phone: Option<&str>) -> bool {
    let query = Query::read(query).unwrap();
    let of_texts = texts.iter().flat_map(|text| index_tokens(text));
    let of_phone = phone.into_iter().flat_map(index_phone);
    let indexed: BTreeSet<String> = of_texts.chain(of_phone).map(|token| token.text).collect();
    let every = |tokens: &Vec<String>| tokens.iter().all(|token| indexed.contains(token));
    let candidate = query.tokens().iter().all(|ways| ways.iter().any(every));
    let said = query.is_in(&Said::new(texts.iter().copied(), phone));
    assert!(candidate || !said, "what is said has no tokens");
    said
}

#[test]
fn chinese_is_found_from_one_character_on_in_either_script() {
    for query in ["退", "退款", "退款申請", "款申", "退款申请提交"] {
        assert!(finds(query, "我的退款申请提交三天了"), "{query}");
    }
    assert!(finds("回覆", "没有人回复"));
    assert!(finds("账号", "帳號被鎖定"));
    assert!(!finds("款退", "我的退款申请"));
    // Not across the end of a sentence.
    assert!(!finds("款请", "退款,请快"));
}

#[test]
fn words_typed_together_are_found_apart() {
    assert!(finds("退款失败", "退款一直失败"));
    assert!(finds("app闪退", "APP 一直閃退"));
    assert!(finds("开发票", "能开增值税专用发票吗"));
    assert!(!finds("退款失败", "退款一直没到"));
    // Far apart, or in two texts, they are about two things.
    assert!(!finds("退款失败", "退款到了,谢谢。另外请问为什么新固件的升级总是失败"));
    assert!(!finds_in("退款失败", &["退款", "失败"], None));
}

#[test]
fn japanese_and_korean_are_found_within_words() {
    assert!(finds("ﾊﾟｽﾜｰﾄﾞ", "パスワードを忘れました"));
    assert!(finds("机", "机の引き出し"));
    assert!(!finds("か", "がんばる"));
    for query in ["배송", "배송지연", "배송 지연", "지연"] {
        assert!(finds(query, "배송 지연 안내"), "{query}");
    }
}

#[test]
fn words_are_found_by_their_beginnings() {
    for query in ["re", "refu", "refund", "REFUND", "ｒｅｆｕｎｄ"] {
        assert!(finds(query, "A refund, please"), "{query}");
    }
    assert!(!finds("fund", "A refund, please"));
    assert!(finds("unterbrechungsfrei", "eine unterbrechungsfreie Leitung"));
    assert!(!finds("unterbrechungsfreu", "eine unterbrechungsfreie Leitung"));
}

#[test]
fn one_letter_is_a_word_and_no_beginning() {
    assert!(finds("x", "SoundBud X"));
    assert!(!finds("s", "SoundBud X"));
}

#[test]
fn accents_umlauts_and_eszett_are_folded() {
    for (query, text) in [
        ("cafe", "café"),
        ("Strasse", "Hauptweg, Straße 3"),
        ("STRASSE", "straße"),
        ("Mueller", "Herr Müller"),
        ("Muller", "Herr Müller"),
        ("Müller", "Herr Mueller"),
        ("lukasz", "Łukasz"),
        ("oconnor", "Mary O’Connor"),
        ("O'Connor", "Mary OConnor"),
    ] {
        assert!(finds(query, text), "{query} in {text}");
    }
}

#[test]
fn names_of_products_are_found_however_they_are_joined() {
    for query in ["NF-200", "nf200", "NF 200", "ＮＦ－２００", "nf-2", "\"NF-200\""] {
        assert!(finds(query, "暖风机NF-200开关"), "{query}");
    }
    assert!(finds("iPhone15", "iPhone 15 does not pair"));
    assert!(finds("K8支持指纹", "门锁 K8 支持指纹"));
    assert!(!finds("NF-300", "NF-200"));
    assert!(finds("5.2.0", "version 5.2.0"));
}

#[test]
fn quotes_ask_for_whole_words_in_order() {
    assert!(finds("\"white desk\"", "the white desk"));
    assert!(!finds("\"white des\"", "the white desk"));
    assert!(!finds("\"desk white\"", "the white desk"));
    assert!(finds("「修改地址", "请修改地址"));
    assert!(!finds("“退款失败”", "退款一直失败"));
}

#[test]
fn every_term_has_to_be_there_in_whichever_text() {
    assert!(finds_in("发票 王小明", &["重新开发票", "王小明"], None));
    assert!(!finds_in("发票 李雷", &["重新开发票", "王小明"], None));
    assert!(!finds_in("\"发票 王小明\"", &["重新开发票", "王小明"], None));
}

#[test]
fn a_number_is_found_in_any_grouping_and_by_its_end() {
    let texts = ["138 0013 8000"];
    for query in [
        "13800138000",
        "138-0013-8000",
        "138 0013 8000",
        "+86 138 0013 8000",
        "8000",
        "38000",
        "１３８００１３８０００",
    ] {
        assert!(finds_in(query, &texts, Some("+8613800138000")), "{query}");
    }
    assert!(finds_in("030 901820", &["+49 30 901820"], Some("+4930901820")));
    assert!(!finds_in("8001", &texts, Some("+8613800138000")));
    // The zero before an area code says that nothing but a country is before it.
    assert!(!finds_in("0800138000", &texts, Some("+8613800138000")));
    assert!(finds("415-555-0177", "call 415 555 0177"));
    assert!(finds("8831 2207", "orders 20260412-8831 and 20260415-2207"));
}

#[test]
fn a_reference_is_found_as_it_is_said() {
    for query in
        ["LW-0B1XYZ", "lw0b1xyz", "0b1xyz", "LW-OBIXYZ", "obl xyz".replace(' ', "").as_str(), "LW-0B"]
    {
        assert!(finds(query, "LW-0B1XYZ"), "{query}");
    }
}

#[test]
fn an_address_is_found_by_its_parts() {
    for query in ["anna.schmidt@example.com", "anna.schmidt", "schmidt", "xie.ting@ example", "example.com"] {
        let address =
            if query.starts_with("xie") { "xie.ting@example.com" } else { "Anna.Schmidt@example.com" };
        assert!(finds(query, address), "{query}");
    }
}

#[test]
fn what_cannot_be_looked_for_is_refused() {
    assert_eq!(Query::read(" ,。!\" "), Err(QueryError::Nothing));
    assert_eq!(Query::read(&"长".repeat(201)), Err(QueryError::TooLong));
    assert_eq!(Query::read(&"a b ".repeat(7)), Err(QueryError::TooMany));
}

#[test]
fn positions_are_places_in_the_text() {
    let tokens = index_tokens("K8 门锁。");
    let of = |text: &str| tokens.iter().find(|token| token.text == text).map(|token| token.position);
    assert_eq!(
        (of("k"), of("8"), of("k8"), of("门"), of("门锁")),
        (Some(0), Some(1), Some(0), Some(2), Some(2))
    );
}
