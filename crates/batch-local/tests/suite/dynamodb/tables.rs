//! Creating, describing, listing and deleting tables.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder as Create;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeyType, LocalSecondaryIndex, OnDemandThroughput,
    Projection, ProjectionType, ScalarAttributeType, TableStatus,
};
use batch_local::LocalServer;

use super::support::{client_of, key_attribute, local, plain, table, throughput, write};

/// The creation of a table with the keys `id` and `at`.
fn create(client: &Client) -> Create {
    let (id, id_type) = key_attribute("id:S", KeyType::Hash);
    let (at, at_type) = key_attribute("at:N", KeyType::Range);
    let request = client.create_table().table_name("new").billing_mode(BillingMode::PayPerRequest);
    request.key_schema(id).key_schema(at).attribute_definitions(id_type).attribute_definitions(at_type)
}

fn defined(name: &str) -> AttributeDefinition {
    key_attribute(&format!("{name}:S"), KeyType::Hash).1
}

fn local_index(name: &str, keys: &[(&str, KeyType)]) -> LocalSecondaryIndex {
    let keys = keys.iter().map(|(key, key_type)| key_attribute(&format!("{key}:S"), key_type.clone()).0);
    let projection = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
    let index = LocalSecondaryIndex::builder().index_name(name).set_key_schema(Some(keys.collect()));
    index.projection(projection).build().unwrap()
}

fn global_index(name: &str, key: &str) -> GlobalSecondaryIndex {
    let projection = Projection::builder().projection_type(ProjectionType::All).build();
    let key = key_attribute(&format!("{key}:S"), KeyType::Hash).0;
    GlobalSecondaryIndex::builder().index_name(name).key_schema(key).projection(projection).build().unwrap()
}

/// What becomes of the creation of a table: `ok`, or a part of the refusal's message.
async fn check(change: impl Fn(Create) -> Create, expected: &str) {
    let server = LocalServer::new();
    match change(create(&client_of(&server))).send().await {
        Ok(_) => assert_eq!(expected, "ok"),
        Err(error) => {
            assert_eq!(error.code(), Some("ValidationException"), "{expected}");
            assert!(error.message().unwrap().contains(expected), "{error:?} instead of {expected}");
            assert!(server.dynamodb().table_names().is_empty());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_definition_of_a_table_is_checked() {
    check(|create| create, "ok").await;
    check(|create| create.table_name("ab"), "length greater than or equal to 3").await;
    check(|create| create.table_name("a".repeat(256)), "less than or equal to 255").await;
    check(|create| create.table_name("a/b"), "regular expression").await;
    check(|create| create.set_key_schema(Some(vec![])), "length greater than or equal to 1").await;
    check(|create| create.key_schema(key_attribute("x:S", KeyType::Range).0), "less than or equal to 2")
        .await;
    check(|create| create.attribute_definitions(defined("x")), "does not exactly match").await;
    check(|create| create.attribute_definitions(defined("id")), "Duplicate AttributeName").await;
    check(|create| create.attribute_definitions(defined("")), "length greater than or equal to 1").await;
    check(|create| create.set_attribute_definitions(Some(vec![defined("id")])), "not defined").await;
    let reversed = |create: Create| {
        let keys = create.get_key_schema().clone().unwrap().into_iter().rev().collect();
        create.set_key_schema(Some(keys))
    };
    check(reversed, "first KeySchemaElement is not a HASH").await;
    let twice = |key_type: KeyType| {
        move |create: Create| {
            let (first, defined) = key_attribute("id:S", KeyType::Hash);
            let (second, _) = key_attribute("id:S", key_type.clone());
            create.set_key_schema(Some(vec![first, second])).set_attribute_definitions(Some(vec![defined]))
        }
    };
    let most = |units| {
        move |create: Create| {
            let most = OnDemandThroughput::builder().max_write_request_units(units).build();
            create.on_demand_throughput(most)
        }
    };
    check(most(-1), "ok").await;
    check(most(0), "onDemandThroughput").await;
    let provisioned = |create| {
        let create: Create = most(5)(create);
        create.billing_mode(BillingMode::Provisioned).provisioned_throughput(throughput(1, 1))
    };
    check(provisioned, "only be specified when BillingMode is PAY_PER_REQUEST").await;
    check(twice(KeyType::Range), "have the same name").await;
    check(twice(KeyType::Hash), "second KeySchemaElement is not a RANGE").await;
}

#[tokio::test(start_paused = true)]
async fn the_billing_of_a_table_is_checked() {
    let provisioned = |create: Create| create.billing_mode(BillingMode::Provisioned);
    check(|create| provisioned(create).provisioned_throughput(throughput(1, 1)), "ok").await;
    check(|create| create.set_billing_mode(None).provisioned_throughput(throughput(1, 1)), "ok").await;
    check(provisioned, "must both be specified when BillingMode is PROVISIONED").await;
    check(|create| create.set_billing_mode(None), "must both be specified").await;
    check(|create| create.provisioned_throughput(throughput(1, 1)), "when BillingMode is PAY_PER_REQUEST")
        .await;
    check(
        |create| provisioned(create).provisioned_throughput(throughput(1, 0)),
        "greater than or equal to 1",
    )
    .await;
    check(|create| create.billing_mode("FREE".into()), "enum value set").await;
}

#[tokio::test(start_paused = true)]
async fn the_indexes_of_a_table_are_checked() {
    let two = [("id", KeyType::Hash), ("x", KeyType::Range)];
    let with_local = |index: LocalSecondaryIndex| {
        move |create: Create| {
            create.attribute_definitions(defined("x")).local_secondary_indexes(index.clone())
        }
    };
    check(with_local(local_index("idx", &two)), "ok").await;
    check(with_local(local_index("id", &two)), "indexName").await;
    check(with_local(local_index("idx", &two[..1])), "does not have a range key").await;
    let other = [("x", KeyType::Hash), ("id", KeyType::Range)];
    check(with_local(local_index("idx", &other)), "same leading hash key").await;
    let many = |create: Create| {
        let indexes = (0..6).map(|index| local_index(&format!("idx{index}"), &two)).collect();
        create.attribute_definitions(defined("x")).set_local_secondary_indexes(Some(indexes))
    };
    check(many, "limit of 5").await;
    let with_global = |indexes: usize| {
        move |create: Create| {
            let indexes = (0..indexes).map(|index| global_index(&format!("idx{index}"), "x")).collect();
            create.attribute_definitions(defined("x")).set_global_secondary_indexes(Some(indexes))
        }
    };
    check(with_global(20), "ok").await;
    check(with_global(21), "limit of 20").await;
    check(|create| create.global_secondary_indexes(global_index("idx", "x")), "not defined").await;
    let twice = |create: Create| {
        let create =
            create.attribute_definitions(defined("x")).local_secondary_indexes(local_index("idx", &two));
        create.global_secondary_indexes(global_index("idx", "x"))
    };
    check(twice, "Duplicate index name: idx").await;
    let unused = |create: Create| {
        let create = create.attribute_definitions(defined("x")).attribute_definitions(defined("y"));
        create.global_secondary_indexes(global_index("idx", "x"))
    };
    check(unused, "Some AttributeDefinitions are not used").await;
}

#[tokio::test(start_paused = true)]
async fn a_table_is_described_as_it_was_created() {
    let client = client_of(&LocalServer::new());
    let two = [("id", KeyType::Hash), ("x", KeyType::Range)];
    let request = create(&client).attribute_definitions(defined("x"));
    let request = request.local_secondary_indexes(local_index("by-local", &two));
    let created = request.global_secondary_indexes(global_index("by-global", "x")).send().await.unwrap();
    let described = client.describe_table().table_name("new").send().await.unwrap().table.unwrap();
    assert_eq!(created.table_description.as_ref(), Some(&described));
    assert_eq!(described.table_status(), Some(&TableStatus::Active));
    assert_eq!(described.table_arn(), Some("arn:aws:dynamodb:us-east-1:000000000000:table/new"));
    assert_eq!(described.key_schema()[1].attribute_name(), "at");
    assert_eq!(described.attribute_definitions()[1].attribute_type(), &ScalarAttributeType::N);
    let mode = described.billing_mode_summary().and_then(|summary| summary.billing_mode());
    assert_eq!(mode, Some(&BillingMode::PayPerRequest));
    let local = &described.local_secondary_indexes()[0];
    assert_eq!(local.index_name(), Some("by-local"));
    assert_eq!(local.key_schema()[1].attribute_name(), "x");
    let projection = local.projection().and_then(|projection| projection.projection_type());
    assert_eq!(projection, Some(&ProjectionType::KeysOnly));
    assert_eq!(described.global_secondary_indexes()[0].index_name(), Some("by-global"));
}

#[tokio::test(start_paused = true)]
async fn a_description_counts_items_and_shows_the_capacity() {
    let client = client_of(&LocalServer::new());
    table(&client, "five", &["id:S"], Some(5)).await;
    write(&client, "five", vec![plain("ab"), plain("c")]).await.unwrap();
    let described = client.describe_table().table_name("five").send().await.unwrap().table.unwrap();
    assert_eq!((described.item_count(), described.table_size_bytes()), (Some(2), Some(7)));
    assert_eq!(described.provisioned_throughput().unwrap().write_capacity_units(), Some(5));
    assert!(described.billing_mode_summary().is_none());
}

#[tokio::test(start_paused = true)]
async fn tables_are_listed_by_pages() {
    let (_, client) = local().await;
    for name in ["a-1", "a-2", "z-3"] {
        table(&client, name, &["id:S"], None).await;
    }
    let page = client.list_tables().limit(2).send().await.unwrap();
    assert_eq!(page.table_names(), ["a-1", "a-2"]);
    let start = page.last_evaluated_table_name.unwrap();
    let page = client.list_tables().exclusive_start_table_name(start).send().await.unwrap();
    assert_eq!(
        (page.table_names(), page.last_evaluated_table_name()),
        (&["items".to_owned(), "z-3".to_owned()][..], None)
    );
    for limit in [0, 101] {
        let error = client.list_tables().limit(limit).send().await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_is_used_once_until_its_table_is_deleted() {
    let (server, client) = local().await;
    write(&client, "items", vec![plain("a")]).await.unwrap();
    let create = create(&client).table_name("items");
    let error = create.clone().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceInUseException"));
    let deleted = client.delete_table().table_name("items").send().await.unwrap().table_description.unwrap();
    assert_eq!(deleted.table_status(), Some(&TableStatus::Deleting));
    for _ in 0..2 {
        let error = client.delete_table().table_name("items").send().await.unwrap_err();
        assert_eq!(error.code(), Some("ResourceNotFoundException"));
    }
    assert!(client.describe_table().table_name("items").send().await.is_err());
    create.send().await.unwrap();
    assert!(server.dynamodb().items("items").is_empty());
}
