//! Servers that remember little or nothing.

use batch_local::LocalServer;

use super::support::{client_of, datum, local, now, outcome, put, statistics};

#[tokio::test(start_paused = true)]
async fn a_server_that_discards_only_counts() {
    let server = LocalServer::builder().discard(true).build();
    let client = client_of(&server);
    for _ in 0..2 {
        put(&client, vec![datum("m"); 3]).await.unwrap();
    }
    assert_eq!(outcome(put(&client, vec![datum("")]).await), "InvalidParameterValue");
    let view = server.cloudwatch();
    assert_eq!((view.accepted_count("n"), view.namespaces()), (6, vec!["n".to_owned()]));
    assert!(view.accepted("n").is_empty() && view.batches("n").is_empty());
    assert!(client.list_metrics().send().await.unwrap().metrics().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_server_refuses_what_it_has_no_room_for() {
    let server = LocalServer::builder().capacity(4 * 600).build();
    let client = client_of(&server);
    put(&client, vec![datum("m"); 3]).await.unwrap();
    let error = put(&client, vec![datum("m"); 3]).await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(outcome::<(), _>(Err(error)), "ServiceUnavailable");
    put(&client, vec![datum("m")]).await.unwrap();
    assert_eq!(server.cloudwatch().accepted_count("n"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_was_sent_nothing_is_empty() {
    let (server, client) = local();
    let now = now(&server).await;
    assert!(statistics(&client, now).await.is_empty());
    let view = server.cloudwatch();
    assert_eq!((view.accepted("n").len(), view.accepted_count("n"), view.batches("n").len()), (0, 0, 0));
}
