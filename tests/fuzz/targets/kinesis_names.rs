//! A name of a stream that the writer accepts is one that the server accepts, and the other way round; any ARN is
//! accepted, or refused with a reason that can be shown.
#![no_main]

use batch_kinesis::{Kinesis, KinesisWriter, Stream};
use batch_local::LocalServer;
use batchwright_fuzz::{Lines, clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for (letter, text) in Lines::of(input).iter() {
        match letter {
            'a' => _ = is_taken(Stream::new(text)),
            'n' if !text.starts_with("arn:") => named(&text),
            _ => {}
        }
    }
});

fn named(name: &str) {
    let client = clients::kinesis(LocalServer::new().http_client());
    let create = client.create_stream().stream_name(name).shard_count(1);
    assert_eq!(is_taken(Stream::new(name)), run(create.send()).is_ok(), "{name:?}");
}

fn is_taken(stream: Stream) -> bool {
    let client = clients::kinesis(LocalServer::new().http_client());
    let built = KinesisWriter::builder(Kinesis::new(client, stream)).build();
    built.map_err(|reason| assert!(!reason.to_string().is_empty())).is_ok()
}
