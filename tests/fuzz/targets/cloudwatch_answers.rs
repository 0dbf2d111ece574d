//! Whatever answers in the place of Amazon CloudWatch: every metric gets one outcome.
#![no_main]

use batch_cloudwatch::{CloudWatch, CloudWatchWriter, Metric};
use batch_core::{Batch, Service};
use batchwright_fuzz::{Answered, accounted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let metrics: Vec<_> = (0..answer.entries()).map(|n| Metric::new("depth", n as f64)).collect();
    let batch = Batch::of(metrics);
    let namespace = CloudWatch::new(clients::cloudwatch(answer.clone()), "Orders");
    let writer = CloudWatchWriter::builder(namespace).build().expect("it is a namespace");
    accounted(&run(writer.service().send(&batch)), batch.entries().len());
});
