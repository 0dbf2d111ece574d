//! What the server tells without the wire.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use batch_local::{AppliedWrite, Chosen, Fault, FaultPlan, LocalServer};
use serde_json::json;

use super::support::{
    client_of, delete, ids, item, local, n, outcome, plain, put, s, sized, table, with_table, write,
};

#[tokio::test(start_paused = true)]
async fn the_history_keeps_what_the_table_no_longer_holds() {
    let (server, client) = local().await;
    write(&client, "items", vec![plain("b"), plain("a")]).await.unwrap();
    let newer = item([("id", s("a")), ("n", n("1.0"))]);
    client.put_item().table_name("items").set_item(Some(newer)).send().await.unwrap();
    write(&client, "items", vec![delete(item([("id", s("b"))])), delete(item([("id", s("c"))]))])
        .await
        .unwrap();
    let view = server.dynamodb();
    let shown = |write: AppliedWrite| match write {
        AppliedWrite::Delete(key) => json!({"delete": key}),
        AppliedWrite::Put(item) => item.attributes,
        other => panic!("{other:?}"),
    };
    let newest = json!({"id": {"S": "a"}, "n": {"N": "1"}});
    assert_eq!(
        view.applied("items").into_iter().map(shown).collect::<Vec<_>>(),
        [
            json!({"id": {"S": "b"}}),
            json!({"id": {"S": "a"}}),
            newest.clone(),
            json!({"delete": {"id": {"S": "b"}}}),
            json!({"delete": {"id": {"S": "c"}}}),
        ]
    );
    assert_eq!(view.applied_count("items"), 5);
    let items = view.items("items");
    assert_eq!(
        (items.len(), &items[0].attributes, items[0].bytes),
        (1, &newest, "ida".len() + "n".len() + 2)
    );
    assert_eq!(view.table_names(), ["items"]);
    assert!(view.items("other").is_empty() && view.applied("other").is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_sizes_of_batches_are_remembered_with_their_unprocessed_items() {
    let (server, client) = local().await;
    table(&client, "other", &["id:S"], None).await;
    server.set_faults(FaultPlan::script([Fault::partial_failure(
        Chosen::At(vec![0]),
        "InternalError",
        false,
    )]));
    let batch = client.batch_write_item().request_items("items", vec![sized("a", 100), plain("b")]);
    batch.request_items("other", vec![delete(item([("id", s("c"))]))]).send().await.unwrap();
    write(&client, "items", vec![plain("a"), plain("a")]).await.unwrap_err();
    write(&client, "items", vec![plain("c")]).await.unwrap();
    client.put_item().table_name("items").item("id", s("single")).send().await.unwrap();
    let sizes = |table: &str| {
        let batches = server.dynamodb().batches(table);
        batches.iter().map(|batch| (batch.entries, batch.bytes)).collect::<Vec<_>>()
    };
    assert_eq!(sizes("items"), [(2, 103), (1, 3)]);
    assert_eq!(sizes("other"), [(1, 3)]);
}

#[tokio::test(start_paused = true)]
async fn requests_are_counted_by_operation() {
    let (server, client) = local().await;
    write(&client, "items", vec![plain("a")]).await.unwrap();
    write(&client, "items", vec![]).await.unwrap_err();
    let error = client.list_backups().send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let requests = server.requests();
    let all: Vec<(&str, u64)> = requests.iter().collect();
    assert_eq!(all, [("BatchWriteItem", 2), ("CreateTable", 1), ("Unknown", 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_discarding_server_validates_and_counts_but_holds_nothing() {
    let (server, client) = with_table(LocalServer::builder().discard(true).build()).await;
    for _ in 0..2 {
        let met = write(&client, "items", vec![plain("a"), plain("")]).await;
        assert_eq!(outcome(&met), "whole ValidationException");
        assert_eq!(outcome(&write(&client, "items", vec![plain("a")]).await), "ok");
    }
    assert_eq!(client.scan().table_name("items").send().await.unwrap().count(), 0);
    let view = server.dynamodb();
    assert_eq!(view.applied_count("items"), 2);
    assert!(
        view.items("items").is_empty()
            && view.applied("items").is_empty()
            && view.batches("items").is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_full_server_refuses_until_a_table_is_deleted() {
    let (server, client) = with_table(LocalServer::builder().capacity(10_000).build()).await;
    write(&client, "items", vec![sized("a", 6_000)]).await.unwrap();
    let error = write(&client, "items", vec![plain("b"), sized("a", 6_000)]).await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(error.code(), Some("ServiceUnavailableException"));
    let put = client.put_item().table_name("items").item("id", s("b")).item("x", s("x".repeat(6_000)));
    assert_eq!(put.send().await.unwrap_err().code(), Some("ServiceUnavailableException"));
    assert_eq!(ids(&server), ["a"]);
    client.delete_table().table_name("items").send().await.unwrap();
    table(&client, "items", &["id:S"], None).await;
    write(&client, "items", vec![sized("a", 6_000)]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn services_do_not_share_what_they_hold() {
    let server = LocalServer::new();
    let client = client_of(&server);
    table(&client, "items", &["id:S"], None).await;
    write(&client, "items", vec![put(item([("id", s("a"))]))]).await.unwrap();
    assert!(server.sqs().queue_names().is_empty());
    let clone = server.clone();
    assert_eq!(clone.dynamodb().items("items").len(), 1);
}
