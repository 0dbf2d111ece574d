//! What the key of a write must be.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, BillingMode, GlobalSecondaryIndex, KeyType, LocalSecondaryIndex, Projection,
    ProjectionType,
};
use batch_local::LocalServer;

use super::support::{
    b, check, client_of, delete, item, key_attribute, local, message, n, outcome, plain, put, s, table, write,
};

const MISMATCH: &str = "The provided key element does not match the schema";
const DUPLICATES: &str = "Provided list of item keys contains duplicates";

#[tokio::test(start_paused = true)]
async fn an_item_has_the_keys_of_its_table() {
    let keys = &["id:S", "at:N"];
    check(keys, vec![put(item([("id", s("a")), ("at", n("1")), ("x", s("x"))]))], "ok").await;
    check(keys, vec![put(item([("id", s("a"))]))], MISMATCH).await;
    check(keys, vec![put(item([("at", n("1"))]))], MISMATCH).await;
    check(keys, vec![put(item([("id", s("a")), ("at", s("1"))]))], MISMATCH).await;
    check(keys, vec![put(item([("id", AttributeValue::L(vec![])), ("at", n("1"))]))], MISMATCH).await;
    check(&["id:B"], vec![put(item([("id", b(b"a"))]))], "ok").await;
    check(&["id:B"], vec![put(item([("id", s("YQ=="))]))], MISMATCH).await;
}

#[tokio::test(start_paused = true)]
async fn a_delete_has_exactly_the_keys_of_its_table() {
    let keys = &["id:S", "at:N"];
    check(keys, vec![delete(item([("id", s("a")), ("at", n("1"))]))], "ok").await;
    check(keys, vec![delete(item([("id", s("a"))]))], MISMATCH).await;
    check(keys, vec![delete(item([("id", s("a")), ("at", n("1")), ("x", s("x"))]))], MISMATCH).await;
    check(keys, vec![delete(item([("id", s("a")), ("at", s("1"))]))], MISMATCH).await;
    check(keys, vec![delete(item([("id", s("a")), ("at", n("one"))]))], "cannot be converted").await;
}

#[tokio::test(start_paused = true)]
async fn a_key_is_not_empty_and_of_limited_size() {
    let keys = &["id:S", "at:B"];
    let write = |id: &str, at: &[u8]| item([("id", s(id)), ("at", b(at))]);
    let both = async |id: &str, at: &[u8], expected: &str| {
        check(keys, vec![put(write(id, at))], expected).await;
        check(keys, vec![delete(write(id, at))], expected).await;
    };
    both(&"x".repeat(2_048), &[0; 1_024], "ok").await;
    both(&"x".repeat(2_049), &[0; 1], "Size of hashkey has exceeded").await;
    both(&format!("{}é", "x".repeat(2_047)), &[0; 1], "Size of hashkey has exceeded").await;
    both("x", &[0; 1_025], "Aggregated size of all range keys has exceeded").await;
    both("", &[0; 1], "cannot contain an empty string value. Key: id").await;
    both("x", &[], "cannot contain an empty binary value. Key: at").await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_writes_no_item_twice() {
    check(&["id:S"], vec![plain("a"), plain("b"), plain("a")], DUPLICATES).await;
    check(&["id:S"], vec![plain("a"), delete(item([("id", s("a"))]))], DUPLICATES).await;
    check(&["id:N"], vec![put(item([("id", n("1"))])), put(item([("id", n("10e-1"))]))], DUPLICATES).await;
    check(&["id:N"], vec![put(item([("id", n("1"))])), put(item([("id", n("-1"))]))], "ok").await;
    let both = |id: &str, at: &str| put(item([("id", s(id)), ("at", n(at))]));
    check(&["id:S", "at:N"], vec![both("a", "1"), both("a", "2"), both("b", "1")], "ok").await;
    check(&["id:S", "at:N"], vec![both("a", "1"), both("b", "1"), both("a", "1.0")], DUPLICATES).await;
}

#[tokio::test(start_paused = true)]
async fn equal_numbers_are_one_key() {
    let server = LocalServer::new();
    let client = client_of(&server);
    table(&client, "numbers", &["id:N"], None).await;
    for id in ["1", "01.0", "0.1e1"] {
        write(&client, "numbers", vec![put(item([("id", n(id)), ("x", s(id))]))]).await.unwrap();
    }
    let items = server.dynamodb().items("numbers");
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].attributes["x"]["S"], "0.1e1");
    let read = client.get_item().table_name("numbers").key("id", n("1e0")).send().await.unwrap();
    assert_eq!(read.item.unwrap()["id"], n("1"));
}

#[tokio::test(start_paused = true)]
async fn a_table_is_known_by_its_name_and_by_its_arn() {
    let (server, client) = local().await;
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/items";
    assert_eq!(outcome(&write(&client, arn, vec![plain("a")]).await), "ok");
    let both = client.batch_write_item().request_items("items", vec![plain("b")]);
    let met = both.clone().request_items(arn, vec![plain("b")]).send().await;
    assert_eq!(message(&met), DUPLICATES);
    assert_eq!(outcome(&both.request_items(arn, vec![plain("c")]).send().await), "ok");
    assert_eq!(server.dynamodb().items("items").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_table_refuses_the_whole_batch() {
    let (server, client) = local().await;
    let request = client.batch_write_item().request_items("items", vec![plain("a")]);
    let met = request.request_items("unknown", vec![plain("a")]).send().await;
    assert_eq!(outcome(&met), "whole ResourceNotFoundException");
    assert!(met.unwrap_err().into_service_error().is_resource_not_found_exception());
    assert_eq!(server.dynamodb().applied_count("items"), 0);
    assert_eq!(outcome(&write(&client, "a b", vec![plain("a")]).await), "whole ValidationException");
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_indexes_have_their_types() {
    let client = client_of(&LocalServer::new());
    let (id, id_type) = key_attribute("id:S", KeyType::Hash);
    let (at, at_type) = key_attribute("at:N", KeyType::Range);
    let (local, local_type) = key_attribute("local:S", KeyType::Range);
    let (global, global_type) = key_attribute("global:B", KeyType::Hash);
    let projection = Projection::builder().projection_type(ProjectionType::All).build();
    let by_local =
        LocalSecondaryIndex::builder().index_name("by-local").key_schema(id.clone()).key_schema(local);
    let by_global = GlobalSecondaryIndex::builder().index_name("by-global").key_schema(global);
    let request = client.create_table().table_name("indexed").billing_mode(BillingMode::PayPerRequest);
    let request = request.key_schema(id).key_schema(at).set_attribute_definitions(Some(vec![
        id_type,
        at_type,
        local_type,
        global_type,
    ]));
    let request = request
        .local_secondary_indexes(by_local.projection(projection.clone()).build().unwrap())
        .global_secondary_indexes(by_global.projection(projection).build().unwrap());
    request.send().await.unwrap();

    let check = async |name: &str, value: AttributeValue, expected: &str| {
        let met =
            write(&client, "indexed", vec![put(item([("id", s("a")), ("at", n("1")), (name, value)]))]).await;
        match expected {
            "ok" => assert_eq!(outcome(&met), "ok", "{met:?}"),
            _ => assert!(message(&met).contains(expected), "{met:?}"),
        }
    };
    check("other", s(""), "ok").await;
    check("local", s("a"), "ok").await;
    check("local", n("1"), "Index Key local Expected: S Actual: N IndexName: by-local").await;
    check("local", s(""), "empty string value. IndexName: by-local, IndexKey: local").await;
    check("local", s("x".repeat(1_025)), "Aggregated size of all range keys").await;
    check("global", b(&[0; 2_048]), "ok").await;
    check("global", b(&[0; 2_049]), "Size of hashkey").await;
    check("global", b(&[]), "empty binary value. IndexName: by-global, IndexKey: global").await;
    check("global", AttributeValue::Null(true), "Expected: B Actual: NULL").await;
}

#[tokio::test(start_paused = true)]
async fn a_single_write_says_what_is_wrong_with_its_key() {
    let (server, client) = local().await;
    let put = async |name: &str, value: AttributeValue| {
        let error = client.put_item().table_name("items").item(name, value).send().await.unwrap_err();
        error.message().unwrap().to_owned()
    };
    assert!(put("x", s("a")).await.ends_with("Missing the key id in the item"));
    assert!(put("id", n("1")).await.ends_with("Type mismatch for key id expected: S actual: N"));
    let error = client.delete_item().table_name("items").key("id", n("1")).send().await.unwrap_err();
    assert_eq!(error.message(), Some(MISMATCH));
    client.put_item().table_name("items").item("id", s("a")).send().await.unwrap();
    client.delete_item().table_name("items").key("id", s("a")).send().await.unwrap();
    assert!(server.dynamodb().items("items").is_empty());
    assert_eq!(server.dynamodb().applied_count("items"), 2);
}
