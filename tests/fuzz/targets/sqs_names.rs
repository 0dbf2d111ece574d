//! A name of a queue that the builder takes is one that the server takes, and the other way round; any URL and any
//! account is taken, or refused with a reason that can be shown.
#![no_main]

use batch_local::LocalServer;
use batch_sqs::{Queue, Sqs, SqsWriter};
use batchwright_fuzz::{Lines, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for (letter, text) in Lines::of(input).iter() {
        match letter {
            'n' => named(&text),
            'o' => _ = is_taken(Queue::new("orders").owned_by(text)),
            'u' => _ = is_taken(Queue::new(text)),
            _ => {}
        }
    }
});

fn named(name: &str) {
    if name.starts_with("arn:") || name.contains("://") {
        return; // by its form no name
    }
    let client = clients::sqs(LocalServer::new().http_client());
    let create = client.create_queue().queue_name(name);
    let create = if name.ends_with(".fifo") { create.attributes("FifoQueue".into(), "true") } else { create };
    assert_eq!(is_taken(Queue::new(name)), run(create.send()).is_ok(), "{name:?}");
}

fn is_taken(queue: Queue) -> bool {
    let built = SqsWriter::builder(Sqs::new(clients::sqs(LocalServer::new().http_client()), queue)).build();
    built.map_err(|reason| assert!(!reason.to_string().is_empty())).is_ok()
}
