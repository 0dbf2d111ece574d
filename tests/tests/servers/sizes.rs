//! Whether an item counts as many bytes for us as for a server that measures it: random items are
//! filled up to the limit by our count, which the server must take, and a byte more, which it must
//! not.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use batch_dynamodb::item_bytes;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::dynamodb::{Item, Items, keyed};
use crate::endpoint::Endpoint;
use crate::remote::Remote;

/// The limit of an item, in bytes (API reference, `BatchWriteItem`: 400 KB).
const LIMIT: usize = 409_600;

/// Each is a request of 400 KB, twice.
const ITEMS: usize = 60;

pub(crate) async fn agree(endpoint: Endpoint) {
    let table = Items::create(&endpoint, "sizes").await;
    for item in items(&endpoint.name) {
        let shown = format!("{item:?}");
        assert!(table.takes(filled(item.clone(), LIMIT)).await, "it counts more for the server: {shown}");
        assert!(!table.takes(filled(item, LIMIT + 1)).await, "it counts less for the server: {shown}");
    }
}

/// Random items such that this server measures them by AWS's rules.
fn items(server: &str) -> Vec<Item> {
    // It counts UTF-16 units, not bytes of UTF-8.
    let text = if server == "dynalite" { "[a-z ]{1,20}" } else { "[a-zéß€😀 ]{1,20}" };
    // It leaves out zeros that fill a pair of digits.
    let numbers = if server == "dynoxide-rs" { without_padding().boxed() } else { number().boxed() };
    let mut runner = TestRunner::deterministic();
    let mut item = || {
        let tree = btree_map(text, value(text, numbers.clone()), 0..8).new_tree(&mut runner).unwrap();
        tree.current().into_iter().chain(keyed("k")).collect()
    };
    (0..ITEMS).map(|_| item()).collect()
}

/// The item with a filler, so that it counts so many bytes for us.
fn filled(mut item: Item, bytes: usize) -> Item {
    const FILLER: &str = "filler!";
    let missing = bytes - item_bytes(&item) - FILLER.len();
    item.insert(FILLER.to_owned(), AttributeValue::S("x".repeat(missing)));
    assert_eq!(item_bytes(&item), bytes);
    item
}

fn value(text: &'static str, numbers: BoxedStrategy<String>) -> impl Strategy<Value = AttributeValue> {
    let leaf = prop_oneof![
        text.prop_map(AttributeValue::S),
        numbers.prop_map(AttributeValue::N),
        vec(any::<u8>(), 0..20).prop_map(|bytes| AttributeValue::B(Blob::new(bytes))),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null(true)),
        btree_set(text, 1..5).prop_map(|members| AttributeValue::Ss(members.into_iter().collect())),
        btree_set(1..9_999_i64, 1..5).prop_map(|members| {
            AttributeValue::Ns(members.into_iter().map(|member| (10 * member + 1).to_string()).collect())
        }),
        btree_set(vec(any::<u8>(), 1..9), 1..5)
            .prop_map(|members| AttributeValue::Bs(members.into_iter().map(Blob::new).collect())),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(AttributeValue::L),
            btree_map(text, inner, 0..5).prop_map(|members| AttributeValue::M(members.into_iter().collect())),
        ]
    })
}

/// Numbers of every length, sign and scale.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0".to_owned()),
        "-?[1-9][0-9]{0,37}",
        "-?[1-9][0-9]{0,18}\\.[0-9]{0,18}[1-9]",
        "-?0\\.0{0,20}[1-9][0-9]{0,17}",
        "-?[1-9]0{0,20}",
        "-?[1-9]\\.[0-9]{0,10}[1-9]E-?[1-9][0-9]?",
    ]
}

/// Numbers none of whose pairs of digits, aligned on the decimal point, is filled with a zero.
fn without_padding() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("0".to_owned()),
        "-?[1-9][0-9]{0,36}[1-9]",
        "-?[1-9]([0-9]{0,17}[1-9])?\\.[0-9]{0,17}[1-9]",
        "-?0\\.[1-9]{1,20}",
    ]
}
