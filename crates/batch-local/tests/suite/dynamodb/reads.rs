//! Reading items back.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::scan::ScanOutput;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, Select};

use super::support::{Item, count, item, local, n, plain, put, s, sized, table, write};

async fn page(client: &Client, limit: Option<i32>, start: Option<Item>) -> ScanOutput {
    client.scan().table_name("items").set_limit(limit).set_exclusive_start_key(start).send().await.unwrap()
}

fn ids(page: &ScanOutput) -> Vec<&str> {
    page.items().iter().map(|item| item["id"].as_s().unwrap().as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_not_there_is_no_error() {
    let (_, client) = local().await;
    let get = client.get_item().table_name("items").key("id", s("a"));
    assert_eq!(get.clone().send().await.unwrap().item, None);
    write(&client, "items", vec![plain("a")]).await.unwrap();
    assert_eq!(get.send().await.unwrap().item, Some(item([("id", s("a"))])));
    let error = client.get_item().table_name("items").key("x", s("a")).send().await.unwrap_err();
    assert_eq!(error.message(), Some("The provided key element does not match the schema"));
    let error = client.get_item().table_name("unknown").key("id", s("a")).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
}

#[tokio::test(start_paused = true)]
async fn a_scan_goes_on_where_the_page_before_ended() {
    let (_, client) = local().await;
    write(&client, "items", count(5)).await.unwrap();
    let first = page(&client, Some(2), None).await;
    assert_eq!((ids(&first), first.count(), first.scanned_count()), (vec!["00", "01"], 2, 2));
    assert_eq!(first.last_evaluated_key(), Some(&item([("id", s("01"))])));
    let second = page(&client, Some(3), first.last_evaluated_key).await;
    // The page is full, and the service does not look further.
    assert_eq!((ids(&second), second.last_evaluated_key().is_some()), (vec!["02", "03", "04"], true));
    let third = page(&client, Some(3), second.last_evaluated_key).await;
    assert_eq!((third.count(), third.last_evaluated_key()), (0, None));
    let all = page(&client, None, None).await;
    assert_eq!((all.count(), all.last_evaluated_key()), (5, None));
}

#[tokio::test(start_paused = true)]
async fn a_page_has_up_to_one_mebibyte_of_items() {
    let (_, client) = local().await;
    write(&client, "items", (0..5).map(|index| sized(&index.to_string(), 262_144)).collect()).await.unwrap();
    let first = page(&client, None, None).await;
    assert_eq!(ids(&first), ["0", "1", "2", "3"]);
    let second = page(&client, None, first.last_evaluated_key).await;
    assert_eq!((ids(&second), second.last_evaluated_key()), (vec!["4"], None));
    write(&client, "items", vec![sized("3", 262_145)]).await.unwrap();
    assert_eq!(page(&client, None, None).await.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_scan_is_in_the_order_of_the_keys() {
    let (_, client) = local().await;
    table(&client, "ordered", &["id:S", "at:N"], None).await;
    let written = [("b", "1"), ("a", "10"), ("a", "-2"), ("a", "9")];
    let writes = written.map(|(id, at)| put(item([("id", s(id)), ("at", n(at)), ("x", s("x"))])));
    write(&client, "ordered", writes.to_vec()).await.unwrap();
    let read = client.scan().table_name("ordered").limit(3).send().await.unwrap();
    let keys: Vec<_> = read.items().iter().map(|item| (&item["id"], &item["at"])).collect();
    assert_eq!(keys, [(&s("a"), &n("-2")), (&s("a"), &n("9")), (&s("a"), &n("10"))]);
    assert_eq!(read.last_evaluated_key(), Some(&item([("id", s("a")), ("at", n("10"))])));
}

#[tokio::test(start_paused = true)]
async fn a_scan_may_only_count() {
    let (_, client) = local().await;
    write(&client, "items", count(3)).await.unwrap();
    let scan = client.scan().table_name("items");
    let counted = scan.clone().select(Select::Count).send().await.unwrap();
    assert_eq!((counted.count(), counted.items.is_none()), (3, true));
    let error = scan.select(Select::SpecificAttributes).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
}

#[tokio::test(start_paused = true)]
async fn a_scan_with_a_wrong_parameter_is_refused() {
    let (_, client) = local().await;
    let scan = client.scan().table_name("items");
    for (scan, expected) in [
        (scan.clone().limit(0), "greater than or equal to 1"),
        (scan.clone().exclusive_start_key("id", n("1")), "The provided starting key is invalid"),
        (scan.clone().exclusive_start_key("x", s("a")), "The provided starting key is invalid"),
        (scan.clone().filter_expression("x = y"), "unknown field `FilterExpression`"),
    ] {
        let error = scan.send().await.unwrap_err();
        assert!(error.message().unwrap().contains(expected), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_takes_a_unit_for_each_four_kibibytes_and_half_if_it_may_be_old() {
    let (_, client) = local().await;
    write(&client, "items", vec![sized("a", 4_096), sized("b", 4_097)]).await.unwrap();
    let get = async |id: &str, consistent: bool| {
        let get = client.get_item().table_name("items").key("id", s(id)).consistent_read(consistent);
        let output = get.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
        output.consumed_capacity.unwrap().capacity_units.unwrap()
    };
    assert_eq!((get("a", true).await, get("a", false).await), (1.0, 0.5));
    assert_eq!((get("b", true).await, get("none", true).await), (2.0, 1.0));
    let scan = client.scan().table_name("items").return_consumed_capacity(ReturnConsumedCapacity::Total);
    assert_eq!(scan.send().await.unwrap().consumed_capacity.unwrap().capacity_units, Some(1.5));
}
