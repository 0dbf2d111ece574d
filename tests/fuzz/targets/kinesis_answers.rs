//! Whatever answers in the place of Amazon Kinesis: every record gets one outcome.
#![no_main]

use batch_core::{Batch, Service};
use batch_kinesis::{Kinesis, Record};
use batchwright_fuzz::{Answered, accounted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let client = clients::kinesis(answer.clone());
    let records: Vec<_> =
        (0..answer.entries()).map(|n| Record::new(format!("data {n}")).partition_key("k")).collect();
    let stream = Kinesis::new(client, "orders");
    let count = records.len();
    accounted(&run(stream.send(&Batch::of(records))), count);
    // The same as the response to what is asked before anything is sent.
    let discovered = run(stream.discover_limits());
    assert!(!format!("{discovered:?}").is_empty());
});
