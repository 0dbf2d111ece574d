//! Whatever answers in the place of Amazon DynamoDB: every write gets one outcome.
#![no_main]

use batch_core::Service;
use batch_dynamodb::{AttributeValue, DynamoDbWriter, KeyType, Table, Write};
use batchwright_fuzz::{Answered, accounted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let client = clients::dynamodb(answer.clone());
    let put = |n: usize| Write::put([("pk".to_owned(), AttributeValue::N(n.to_string()))].into());
    let writes: Vec<_> = (0..answer.entries()).map(put).collect();
    let builder = DynamoDbWriter::builder(client.clone(), Table::name("orders"));
    let writer = builder.partition_key("pk", KeyType::Number).build().expect("it is a table");
    accounted(&run(writer.service().send(&writes)), writes.len());
    // The same as the answer to what is asked before anything is sent.
    let connected = run(DynamoDbWriter::builder(client, Table::name("orders")).connect());
    assert!(!format!("{connected:?}").is_empty());
});
