//! What is written can be read back, and is what the service would return.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::support::{b, check, item, local, n, put, s, write};

fn every_type() -> Vec<(&'static str, AttributeValue)> {
    vec![
        ("binary", b(&[0, 255])),
        ("binaries", AttributeValue::Bs(vec![Blob::new([1]), Blob::new([])])),
        ("bool", AttributeValue::Bool(false)),
        ("empty binary", b(&[])),
        ("empty list", AttributeValue::L(Vec::new())),
        ("empty map", AttributeValue::M(item([]))),
        ("empty string", s("")),
        ("list", AttributeValue::L(vec![s("a"), n("1"), AttributeValue::L(vec![])])),
        ("map", AttributeValue::M(item([("k", AttributeValue::M(item([("l", s("x"))])))]))),
        ("null", AttributeValue::Null(true)),
        ("number", n("-12.5")),
        ("numbers", AttributeValue::Ns(vec!["3".into(), "0.1".into()])),
        ("string", s("\u{1F9E6} \"\\\n\0")),
        ("strings", AttributeValue::Ss(vec!["b".into(), "".into()])),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_type_of_value_goes_there_and_back() {
    let (server, client) = local().await;
    let mut sent = item([("id", s("a"))]);
    sent.extend(every_type().into_iter().map(|(name, value)| (name.to_owned(), value)));
    write(&client, "items", vec![put(sent.clone())]).await.unwrap();
    let key = item([("id", s("a"))]);
    let read = client.get_item().table_name("items").set_key(Some(key)).send().await.unwrap();
    assert_eq!(read.item.as_ref(), Some(&sent));
    let scanned = client.scan().table_name("items").send().await.unwrap();
    assert_eq!(scanned.items(), [sent]);
    let stored = server.dynamodb().items("items").remove(0);
    assert_eq!(stored.attributes["number"], json!({"N": "-12.5"}));
    assert_eq!(stored.attributes["binary"], json!({"B": "AP8="}));
}

#[tokio::test(start_paused = true)]
async fn numbers_are_returned_in_their_plain_form() {
    let (_, client) = local().await;
    let numbers = AttributeValue::Ns(vec!["0100".into(), "1.50".into()]);
    let sent = item([("id", s("a")), ("n", n("-1.20e2")), ("z", n("-0.0")), ("ns", numbers)]);
    write(&client, "items", vec![put(sent)]).await.unwrap();
    let read = client.scan().table_name("items").send().await.unwrap().items.unwrap().remove(0);
    assert_eq!((&read["n"], &read["z"]), (&n("-120"), &n("0")));
    assert_eq!(read["ns"], AttributeValue::Ns(vec!["100".into(), "1.5".into()]));
}

#[tokio::test(start_paused = true)]
async fn the_size_of_an_item_follows_the_published_rules() {
    let size = async |name: &str, value: AttributeValue| {
        let (server, client) = local().await;
        write(&client, "items", vec![put(item([("id", s("a")), (name, value)]))]).await.unwrap();
        server.dynamodb().items("items")[0].bytes - "ida".len() - name.len()
    };
    assert_eq!(size("é", s("é€")).await, 5);
    assert_eq!(size("x", b(&[0; 10])).await, 10);
    assert_eq!(size("x", AttributeValue::Bool(true)).await, 1);
    assert_eq!(size("x", AttributeValue::Null(true)).await, 1);
    assert_eq!(size("x", n("-12.345")).await, 5);
    assert_eq!(size("x", AttributeValue::Ss(vec!["a".into(), "bc".into()])).await, 3);
    assert_eq!(size("x", AttributeValue::Ns(vec!["0".into(), "12".into()])).await, 3);
    assert_eq!(size("x", AttributeValue::Bs(vec![Blob::new([0; 4]), Blob::new([])])).await, 4);
    assert_eq!(size("x", AttributeValue::L(vec![])).await, 3);
    assert_eq!(size("x", AttributeValue::L(vec![s("ab"), n("1")])).await, 3 + (1 + 2) + (1 + 2));
    let inner = AttributeValue::M(item([("cd", s("e"))]));
    assert_eq!(size("x", AttributeValue::M(item([("ab", inner)]))).await, 3 + (1 + 2 + 3 + (1 + 2 + 1)));
}

#[tokio::test(start_paused = true)]
async fn a_value_that_the_service_cannot_hold_refuses_the_whole_batch() {
    let bad = async |value: AttributeValue, expected: &str| {
        let good = item([("id", s("good"))]);
        let nested = AttributeValue::L(vec![value.clone()]);
        for value in [value, nested] {
            check(&["id:S"], vec![put(good.clone()), put(item([("id", s("bad")), ("x", value)]))], expected)
                .await;
        }
    };
    bad(AttributeValue::Ss(vec![]), "An string set  may not be empty").await;
    bad(AttributeValue::Ns(vec![]), "An number set  may not be empty").await;
    bad(AttributeValue::Bs(vec![]), "Binary sets should not be empty").await;
    bad(AttributeValue::Ss(vec!["a".into(), "b".into(), "a".into()]), "contains duplicates").await;
    bad(AttributeValue::Ns(vec!["1".into(), "1.0".into()]), "contains duplicates").await;
    bad(AttributeValue::Bs(vec![Blob::new("a"), Blob::new("a")]), "contains duplicates").await;
    bad(AttributeValue::Null(false), "must have the value of true").await;
    bad(n("one"), "cannot be converted to a numeric value").await;
    bad(n(""), "cannot be converted to a numeric value").await;
    bad(n("1e126"), "Number overflow").await;
    bad(n("1e-131"), "Number underflow").await;
    bad(n(&"1".repeat(39)), "more than 38 significant digits").await;
    bad(AttributeValue::Ns(vec!["1".into(), "NaN".into()]), "cannot be converted").await;
    bad(AttributeValue::M(item([("", s("a"))])), "Attribute name must not be empty").await;
}
