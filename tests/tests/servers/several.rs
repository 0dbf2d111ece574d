//! Whether a request may carry writes to several tables.

use std::time::Duration;

use batch_core::{Linger, Settings, Writer};
use batch_dynamodb::{DynamoDb, ScalarType};

use crate::dynamodb::{Items, KEY};
use crate::endpoint::Endpoint;
use crate::remote::Remote;

/// How many writes each table gets; 25 travel in a request.
const WRITES: usize = 50;

pub(crate) async fn share_requests(endpoint: Endpoint) {
    let (orders, audit) =
        (Items::create(&endpoint, "several-orders").await, Items::create(&endpoint, "several-audit").await);
    let tables = DynamoDb::new(orders.client.clone(), orders.name.as_str())
        .partition_key(KEY, ScalarType::String)
        .table(audit.name.as_str(), None);
    let settings = Settings::new().linger(Linger::Fixed(Duration::from_secs(1)));
    let writer = Writer::builder(tables.discover_keys().await.unwrap()).settings(settings).build().unwrap();
    for n in 0..WRITES {
        writer.submit(orders.entry(n, "order", 0)).await.unwrap();
        writer.submit(audit.entry(n, "audit", 0).table(audit.name.as_str())).await.unwrap();
    }
    let unprocessed = writer.flush().await;
    assert!(unprocessed.is_empty(), "{unprocessed:?}");
    assert_eq!(writer.stats().requests, 4);
    for (table, text) in [(orders, "order"), (audit, "audit")] {
        let held = table.held(WRITES).await;
        assert_eq!(held.len(), WRITES, "{text}");
        assert!(held.iter().all(|held| held.text == text), "{held:?}");
    }
}
