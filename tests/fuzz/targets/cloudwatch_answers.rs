//! Whatever answers in the place of Amazon CloudWatch: every metric gets one outcome.
#![no_main]

use batch_cloudwatch::{CloudWatchWriter, Metric, Namespace};
use batch_core::Service;
use batchwright_fuzz::{Answered, accounted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let metrics: Vec<_> = (0..answer.entries()).map(|n| Metric::new("depth", n as f64)).collect();
    let client = clients::cloudwatch(answer.clone());
    let writer =
        CloudWatchWriter::builder(client, Namespace::new("Orders")).build().expect("it is a namespace");
    accounted(&run(writer.service().send(&metrics)), metrics.len());
});
