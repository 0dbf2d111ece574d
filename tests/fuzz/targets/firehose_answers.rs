//! Whatever answers in the place of Amazon Data Firehose: every record gets one outcome, and the same whether the writer
//! reads the answer or the SDK does.
#![no_main]

use batch_core::{Batch, Service};
use batch_firehose::{Firehose, Record};
use batchwright_fuzz::{Answered, accounted, alike, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let records: Vec<_> = (0..answer.entries()).map(|n| Record::new(format!("data {n}"))).collect();
    let batch = Batch::of(records);
    let client = clients::firehose(answer);
    let clients = [clients::observed::firehose(&client), client];
    let replies = clients.map(|client| run(Firehose::new(client, "orders").send(&batch)));
    replies.iter().for_each(|reply| accounted(reply, batch.entries().len()));
    alike(replies, batch.entries().len());
});
