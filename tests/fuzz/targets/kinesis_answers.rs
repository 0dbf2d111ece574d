//! Whatever answers in the place of Amazon Kinesis: every record gets one outcome.
#![no_main]

use batch_core::Service;
use batch_kinesis::{KinesisWriter, Record, Stream};
use batchwright_fuzz::{Answered, accounted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let client = clients::kinesis(answer.clone());
    let records: Vec<_> =
        (0..answer.entries()).map(|n| Record::new(format!("data {n}")).partition_key("k")).collect();
    let writer =
        KinesisWriter::builder(client.clone(), Stream::name("orders")).build().expect("it is a stream");
    accounted(&run(writer.service().send(&records)), records.len());
    // The same as the answer to what is asked before anything is sent.
    let connected = run(KinesisWriter::builder(client, Stream::name("orders")).discover_limits().connect());
    assert!(!format!("{connected:?}").is_empty());
});
