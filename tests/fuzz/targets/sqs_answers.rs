//! Whatever answers in the place of Amazon SQS: every message gets one outcome.
#![no_main]

use batch_core::{Batch, Service};
use batch_sqs::{Message, Queue, Sqs, SqsWriter};
use batchwright_fuzz::{Answered, accounted, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let answer = Answered::of(input);
    let messages: Vec<_> = (0..answer.entries()).map(|n| Message::new(format!("body {n}"))).collect();
    // By name, so that the answer is that to a lookup as well.
    for queue in
        [Queue::new("orders"), Queue::new("https://sqs.eu-west-1.amazonaws.com/123456789012/orders")]
    {
        let writer = SqsWriter::builder(Sqs::new(clients::sqs(answer.clone()), queue)).build().expect("it is a queue");
        accounted(&run(writer.service().send(&Batch::of(messages.clone()))), messages.len());
    }
});
