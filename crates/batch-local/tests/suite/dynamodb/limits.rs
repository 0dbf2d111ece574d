//! Every limit of an item and of a batch: exactly at it, and one beyond.

use aws_sdk_dynamodb::types::{AttributeValue, WriteRequest};

use super::support::{
    Item, answer, check, count, error, item, local, message, outcome, plain, put, s, sized, table,
};

const ITEM: usize = 409_600;
const BODY: usize = 16_777_216;

async fn ok(writes: Vec<WriteRequest>) {
    check(&["id:S"], writes, "ok").await;
}

async fn refused(writes: Vec<WriteRequest>, expected: &str) {
    check(&["id:S"], writes, expected).await;
}

fn with(name: &str, value: AttributeValue) -> Item {
    item([("id", s("a")), (name, value)])
}

/// A value of so many levels.
fn nested(levels: usize, in_maps: bool) -> AttributeValue {
    (1..levels).fold(s("x"), |inner, _| match in_maps {
        false => AttributeValue::L(vec![inner]),
        true => AttributeValue::M(item([("k", inner)])),
    })
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_one_to_25_writes() {
    ok(count(1)).await;
    ok(count(25)).await;
    refused(count(26), "length less than or equal to 25").await;
    refused(vec![], "length greater than or equal to 1").await;
    let (_, client) = local().await;
    let met = client.batch_write_item().send().await;
    assert_eq!(outcome(&met), "whole ValidationException");
    let met = client.batch_write_item().set_request_items(Some([].into())).send().await;
    assert_eq!(message(&met), "The requestItems parameter is required for BatchWriteItem");
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_up_to_25_writes_over_all_tables() {
    let (server, client) = local().await;
    table(&client, "other", &["id:S"], None).await;
    let send = async |first: usize, second: usize| {
        let request = client.batch_write_item().request_items("items", count(first));
        request.request_items("other", count(second)).send().await
    };
    let met = send(13, 13).await;
    assert_eq!(outcome(&met), "whole ValidationException");
    assert!(message(&met).contains("Too many items"));
    assert_eq!(outcome(&send(25, 0).await), "whole ValidationException");
    assert_eq!(server.dynamodb().applied_count("items"), 0);
    // The same key in two tables is two items.
    assert_eq!(outcome(&send(12, 13).await), "ok");
    assert_eq!(
        (server.dynamodb().applied_count("items"), server.dynamodb().applied_count("other")),
        (12, 13)
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_has_up_to_400_kibibytes() {
    ok(vec![sized("a", ITEM)]).await;
    refused(vec![plain("b"), sized("a", ITEM + 1)], "Item size has exceeded the maximum allowed size").await;
}

#[tokio::test(start_paused = true)]
async fn an_item_counts_what_it_is_and_not_how_json_writes_it() {
    let (server, _) = local().await;
    let most = ITEM - "idax".len();
    let check = async |value: String, fits: bool| {
        let body = format!(r#"{{"TableName":"items","Item":{{"id":{{"S":"a"}},"x":{value}}}}}"#);
        let answered = answer(&server, "PutItem", body).await;
        assert_eq!(answered.status().as_u16(), if fits { 200 } else { 400 }, "{}", answered.body().len());
    };
    // A thousand of these characters of so many bytes, and as much plain text as there is room for.
    let text = |one: &str, bytes: usize, over: usize| {
        format!(r#"{{"S":"{}{}"}}"#, one.repeat(1_000), "x".repeat(most + over - 1_000 * bytes))
    };
    for (one, bytes) in [("é", 2), ("\\u0000", 1), ("\\ud83e\\udde6", 4)] {
        check(text(one, bytes, 0), true).await;
        check(text(one, bytes, 1), false).await;
    }
    // Three bytes of four characters.
    let binary = |groups: usize| format!(r#"{{"B":"{}"}}"#, "AAAA".repeat(groups));
    check(binary(most / 3), true).await;
    check(binary(most / 3 + 1), false).await;
    // Three bytes for the list, one for each of its elements and one for the zero.
    let list = |bytes: usize| format!(r#"{{"L":[{{"N":"0"}},{{"S":"{}"}}]}}"#, "x".repeat(bytes - 3 - 2 - 1));
    check(list(most), true).await;
    check(list(most + 1), false).await;
}

/// The body of a batch of so many puts of an item of 400 KB.
fn largest(puts: usize) -> Vec<u8> {
    let rest = "x".repeat(ITEM - "id00x".len());
    let put = |index: usize| {
        format!(r#"{{"PutRequest":{{"Item":{{"id":{{"S":"{index:02}"}},"x":{{"S":"{rest}"}}}}}}}}"#)
    };
    let puts: Vec<String> = (0..puts).map(put).collect();
    format!(r#"{{"RequestItems":{{"items":[{}]}}}}"#, puts.join(",")).into_bytes()
}

#[tokio::test(start_paused = true)]
async fn a_batch_may_be_of_the_most_and_the_largest_items() {
    let (server, _) = local().await;
    let answered = answer(&server, "BatchWriteItem", largest(25)).await;
    assert_eq!(answered.body(), r#"{"UnprocessedItems":{}}"#);
    assert!(server.dynamodb().items("items").iter().all(|item| item.bytes == ITEM));
    assert_eq!(server.dynamodb().batches("items")[0].bytes, 25 * ITEM);
}

#[tokio::test(start_paused = true)]
async fn a_request_has_up_to_16_mebibytes_on_the_wire() {
    let (server, _) = local().await;
    let mut body = largest(1);
    body.resize(BODY, b' ');
    assert_eq!(answer(&server, "BatchWriteItem", body.clone()).await.status(), 200);
    body.push(b' ');
    let answered = answer(&server, "BatchWriteItem", body).await;
    assert_eq!(answered.status(), 413);
    assert_eq!(answered.headers().get("x-amzn-query-error"), None);
    assert_eq!(error(&answered).0, "RequestEntityTooLargeException");
    assert_eq!(server.dynamodb().applied_count("items"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_value_has_up_to_32_levels() {
    for in_maps in [false, true] {
        ok(vec![put(with("x", nested(32, in_maps)))]).await;
        for levels in [33, 60, 70, 1_000] {
            refused(vec![put(with("x", nested(levels, in_maps)))], "Nesting Levels have exceeded").await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_attribute_name_has_1_to_65535_bytes() {
    ok(vec![put(with(&"n".repeat(65_535), s("x")))]).await;
    refused(vec![put(with(&"n".repeat(65_536), s("x")))], "Attribute name is too large").await;
    refused(vec![put(with("", s("x")))], "Attribute name must not be empty").await;
}
