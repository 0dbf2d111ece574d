//! Whatever answers in the place of Amazon DynamoDB: every write gets one outcome.
#![no_main]

use batch_core::{Batch, Service};
use batch_dynamodb::{AttributeValue, DynamoDb, ScalarType, Write};
use batchwright_fuzz::{Answered, accounted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let client = clients::dynamodb(answer.clone());
    let put = |n: usize| Write::put([("pk".to_owned(), AttributeValue::N(n.to_string()))].into());
    let writes: Vec<_> = (0..answer.entries()).map(put).collect();
    let table = DynamoDb::new(client, "orders").partition_key("pk", ScalarType::Number);
    let batch = Batch::of(writes);
    accounted(&run(table.send(&batch)), batch.entries().len());
    // The same as the response to the request for the keys.
    let discovered = run(table.discover_keys());
    assert!(!format!("{discovered:?}").is_empty());
});
