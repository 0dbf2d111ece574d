//! Whatever answers in the place of Amazon Kinesis: every record gets one outcome, and the same whether the writer reads
//! the answer or the SDK does.
#![no_main]

use batch_core::{Batch, Service};
use batch_kinesis::{Kinesis, Record};
use batchwright_fuzz::{Answered, accounted, alike, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let records: Vec<_> =
        (0..answer.entries()).map(|n| Record::new(format!("data {n}")).partition_key("k")).collect();
    let batch = Batch::of(records);
    let client = clients::kinesis(answer);
    let [observed, stream] =
        [clients::observed::kinesis(&client), client].map(|client| Kinesis::new(client, "orders"));
    let replies = [&observed, &stream].map(|stream| run(stream.send(&batch)));
    replies.iter().for_each(|reply| accounted(reply, batch.entries().len()));
    alike(replies, batch.entries().len());
    // The same as the response to what is asked before anything is sent.
    let discovered = run(stream.discover_limits());
    assert!(!format!("{discovered:?}").is_empty());
});
