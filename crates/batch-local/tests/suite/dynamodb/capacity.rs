//! What a table with provisioned throughput lets through, and what is consumed.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity::{Indexes, None as Nothing, Total};
use aws_sdk_dynamodb::types::{BillingMode, Capacity, ConsumedCapacity, KeyType, OnDemandThroughput};
use batch_local::LocalServer;

use super::support::{
    client_of, count, delete, item, key_attribute, local, outcome, plain, s, sized, table, throughput, write,
};
use crate::support::{pass, wait};

const EXCEEDED: &str = "whole ProvisionedThroughputExceededException";

/// A table of five writes a second.
async fn five(server: LocalServer) -> (LocalServer, aws_sdk_dynamodb::Client) {
    let client = client_of(&server);
    table(&client, "five", &["id:S"], Some(5)).await;
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn what_has_no_capacity_is_unprocessed_until_it_is_there_again() {
    let (server, client) = five(LocalServer::new()).await;
    let met = write(&client, "five", count(8)).await;
    assert_eq!(outcome(&met), "05, 06, 07");
    assert_eq!(server.dynamodb().applied_count("five"), 5);
    let left = met.unwrap().unprocessed_items.unwrap().remove("five").unwrap();
    assert_eq!(left, count(8)[5..]);
    assert_eq!(outcome(&write(&client, "five", left.clone()).await), EXCEEDED);
    pass(0.2).await;
    assert_eq!(outcome(&write(&client, "five", left.clone()).await), "06, 07");
    wait(1).await;
    assert_eq!(outcome(&write(&client, "five", left[1..].to_vec()).await), "ok");
    assert_eq!(server.dynamodb().items("five").len(), 8);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_capacity_of_one_second_is_saved_up() {
    let (_, client) = five(LocalServer::new()).await;
    wait(300).await;
    assert_eq!(outcome(&write(&client, "five", count(6)).await), "05");
}

#[tokio::test(start_paused = true)]
async fn a_single_write_is_throttled_as_a_whole() {
    let (server, client) = five(LocalServer::new()).await;
    let put = async || client.put_item().table_name("five").item("id", s("a")).send().await;
    for _ in 0..5 {
        put().await.unwrap();
    }
    let error = put().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
    assert!(error.into_service_error().is_provisioned_throughput_exceeded_exception());
    let error = client.delete_item().table_name("five").key("id", s("a")).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ProvisionedThroughputExceededException"));
    assert_eq!(server.dynamodb().applied_count("five"), 5);
}

#[tokio::test(start_paused = true)]
async fn a_table_has_its_new_capacity_at_once_and_no_more_saved_up_than_that() {
    let (_, client) = five(LocalServer::new()).await;
    let update = async |writes| {
        let update = client.update_table().table_name("five").provisioned_throughput(throughput(1, writes));
        let updated = update.send().await.unwrap().table_description.unwrap();
        assert_eq!(updated.provisioned_throughput.unwrap().write_capacity_units, Some(writes));
    };
    assert_eq!(outcome(&write(&client, "five", count(3)).await), "ok");
    update(20).await;
    assert_eq!(outcome(&write(&client, "five", count(3)).await), "02", "two were left of five");
    wait(1).await;
    assert_eq!(outcome(&write(&client, "five", count(21)).await), "20");
    wait(1).await;
    update(2).await;
    assert_eq!(outcome(&write(&client, "five", count(3)).await), "02");
    wait(1).await;
    assert_eq!(outcome(&write(&client, "five", count(3)).await), "02");
}

#[tokio::test(start_paused = true)]
async fn a_table_changes_the_way_in_which_it_is_billed() {
    let (_, client) = five(LocalServer::new()).await;
    let update = || client.update_table().table_name("five");
    let most = |units| OnDemandThroughput::builder().max_write_request_units(units).build();
    let by_request = update().billing_mode(BillingMode::PayPerRequest).on_demand_throughput(most(7));
    let updated = by_request.send().await.unwrap().table_description.unwrap();
    assert_eq!(updated.on_demand_throughput, Some(most(7)));
    wait(1).await;
    assert_eq!(outcome(&write(&client, "five", count(8)).await), "07");
    update().on_demand_throughput(most(-1)).send().await.unwrap();
    assert_eq!(outcome(&write(&client, "five", count(25)).await), "ok");
    let provisioned = update().billing_mode(BillingMode::Provisioned);
    provisioned.provisioned_throughput(throughput(1, 3)).send().await.unwrap();
    assert_eq!(outcome(&write(&client, "five", count(4)).await), "03");
    let described = client.describe_table().table_name("five").send().await.unwrap().table.unwrap();
    assert_eq!((described.billing_mode_summary, described.on_demand_throughput), (None, None));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_capacity_is_checked() {
    let (_, client) = five(LocalServer::new()).await;
    let update = || client.update_table().table_name("five");
    let most = OnDemandThroughput::builder().max_write_request_units(7).build();
    for (update, expected) in [
        (update(), "At least one of"),
        (update().provisioned_throughput(throughput(1, 5)), "will not change"),
        (update().provisioned_throughput(throughput(1, 0)), "greater than or equal to 1"),
        (update().on_demand_throughput(most), "only be specified when BillingMode is PAY_PER_REQUEST"),
        (update().billing_mode(BillingMode::from("FREE")), "satisfy enum value set"),
        (
            update().billing_mode(BillingMode::PayPerRequest).provisioned_throughput(throughput(1, 9)),
            "Neither ReadCapacityUnits nor WriteCapacityUnits",
        ),
    ] {
        let error = update.send().await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"), "{expected}");
        assert!(error.message().unwrap().contains(expected), "{error:?} instead of {expected}");
    }
    let none = client.update_table().table_name("none").provisioned_throughput(throughput(1, 9));
    assert_eq!(none.send().await.unwrap_err().code(), Some("ResourceNotFoundException"));
    assert_eq!(outcome(&write(&client, "five", count(6)).await), "05", "nothing was changed");
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_billed_by_request_accepts_its_maximum() {
    let server = LocalServer::new();
    let client = client_of(&server);
    let most = |units| OnDemandThroughput::builder().max_write_request_units(units).build();
    let (id, id_type) = key_attribute("id:S", KeyType::Hash);
    for (name, units) in [("five", 5), ("any", -1)] {
        let create = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
        let create = create.key_schema(id.clone()).attribute_definitions(id_type.clone());
        create.on_demand_throughput(most(units)).send().await.unwrap();
        let described = client.describe_table().table_name(name).send().await.unwrap().table.unwrap();
        assert_eq!(described.on_demand_throughput, Some(most(units)));
    }
    assert_eq!(outcome(&write(&client, "any", count(25)).await), "ok");
    assert_eq!(outcome(&write(&client, "five", count(6)).await), "05");
    assert_eq!(outcome(&write(&client, "five", count(1)).await), "whole ThrottlingException");
    let error = client.put_item().table_name("five").item("id", s("a")).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ThrottlingException"));
}

#[tokio::test(start_paused = true)]
async fn a_discarding_server_throttles_too() {
    let (server, client) = five(LocalServer::builder().discard(true).build()).await;
    assert_eq!(outcome(&write(&client, "five", count(6)).await), "05");
    assert_eq!(server.dynamodb().applied_count("five"), 5);
}

#[tokio::test(start_paused = true)]
async fn an_item_takes_a_unit_for_each_kibibyte() {
    let (_, client) = five(LocalServer::new()).await;
    let batch = vec![sized("a", 3 * 1_024), sized("b", 1_024), sized("c", 1_025), plain("d")];
    assert_eq!(outcome(&write(&client, "five", batch).await), "c");
    // One of more than a second's worth takes a full bucket, and what is missing is made up for.
    wait(1).await;
    assert_eq!(outcome(&write(&client, "five", vec![sized("e", 10 * 1_024), plain("f")]).await), "f");
    pass(1.1).await;
    assert_eq!(outcome(&write(&client, "five", vec![plain("f")]).await), EXCEEDED);
    pass(0.2).await;
    assert_eq!(outcome(&write(&client, "five", vec![plain("f")]).await), "ok");
}

#[tokio::test(start_paused = true)]
async fn one_table_without_capacity_does_not_hold_up_another() {
    let (_, client) = five(LocalServer::new()).await;
    table(&client, "items", &["id:S"], None).await;
    write(&client, "five", count(5)).await.unwrap();
    let batch = client.batch_write_item().request_items("five", vec![plain("a")]);
    let met = batch.request_items("items", vec![plain("b")]).send().await;
    assert_eq!(outcome(&met), "a");
}

#[tokio::test(start_paused = true)]
async fn consumed_capacity_is_told_to_those_who_ask() {
    let (_, client) = local().await;
    table(&client, "other", &["id:S"], None).await;
    let send = async |wanted| {
        let batch = client.batch_write_item().request_items("items", vec![sized("a", 2_049), plain("b")]);
        let batch = batch.request_items("other", vec![delete(item([("id", s("none"))]))]);
        let output = batch.return_consumed_capacity(wanted).send().await.unwrap();
        let units = |consumed: &ConsumedCapacity| {
            let table = consumed.table().and_then(Capacity::capacity_units);
            (consumed.table_name().unwrap().to_owned(), consumed.capacity_units().unwrap(), table)
        };
        output.consumed_capacity().iter().map(units).collect::<Vec<_>>()
    };
    assert_eq!(send(Total).await, [("items".to_owned(), 4.0, None), ("other".to_owned(), 1.0, None)]);
    let with_tables = [("items".to_owned(), 4.0, Some(4.0)), ("other".to_owned(), 1.0, Some(1.0))];
    assert_eq!(send(Indexes).await, with_tables);
    assert_eq!(send(Nothing).await, []);
    let batch = client.batch_write_item().request_items("items", vec![plain("a")]);
    let error = batch.return_consumed_capacity("ALL".into()).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
}

#[tokio::test(start_paused = true)]
async fn the_larger_of_the_old_and_the_new_item_counts() {
    let (_, client) = local().await;
    let mut consumed = Vec::new();
    for write in
        [sized("a", 5_000), plain("a"), sized("a", 3_000), delete(item([("id", s("a"))])), plain("a")]
    {
        let batch = client.batch_write_item().request_items("items", vec![write]);
        let output = batch.return_consumed_capacity(Total).send().await.unwrap();
        consumed.push(output.consumed_capacity()[0].capacity_units().unwrap());
    }
    assert_eq!(consumed, [5.0, 5.0, 3.0, 3.0, 1.0]);
}
