//! A record that the writer takes is one that the server takes, and the other way round; a key from a member of the
//! data, or from where a pointer leads, is what `serde_json` reads there.
#![no_main]

use batch_core::{Batch, Service};
use batch_kinesis::{Kinesis, KinesisWriter, Record};
use batch_local::LocalServer;
use batchwright_fuzz::{Lines, agree, clients, run};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let (record, member) = read(&Lines::of(input));
    let server = LocalServer::new();
    let client = clients::kinesis(server.http_client());
    run(client.create_stream().stream_name("orders").shard_count(2).send())
        .expect("the stream can be created");
    let stream = Kinesis::new(client, "orders");
    let stream = match member.clone() {
        Some(member) => stream.partition_key_from(member),
        None => stream,
    };
    let Ok(writer) = KinesisWriter::builder(stream).build() else { return };
    let service = writer.service();
    let mut filled = record.clone();
    let prepared = service.prepare(&mut filled);
    assert_eq!(prepared.is_ok(), filled.get_partition_key().is_some(), "{prepared:?}");
    if let (Some(member), None) = (&member, record.get_partition_key()) {
        same_key(record.data(), member, filled.get_partition_key());
    }
    let measured = service.measure(&filled);
    if filled.get_partition_key().is_some() {
        agree(&measured, &service.limits().expect("they fit together"), &run(service.send(&Batch::of([filled.clone()]))));
    } else {
        measured.expect_err("without a key nothing can be sent");
    }
});

fn read(lines: &Lines<'_>) -> (Record, Option<String>) {
    let data = lines.iter().find(|(letter, _)| *letter == 'D').map(|(_, text)| text);
    let (mut record, mut member) = (Record::new(data.unwrap_or_default()), None);
    for (letter, text) in lines.iter() {
        match letter {
            'h' => record = record.explicit_hash_key(text),
            'k' => record = record.partition_key(text),
            'm' => member = Some(text),
            _ => {}
        }
    }
    (record, member)
}

/// Of texts that are JSON. Of others the writer reads no more than it needs.
fn same_key(data: &[u8], member: &str, found: Option<&str>) {
    let Ok(document) = serde_json::from_slice::<Value>(data) else { return };
    let expected = match &document {
        whole if member.starts_with('/') => whole.pointer(member),
        Value::Object(object) => object.get(member),
        _ => return,
    };
    // Of members with the same name the writer takes the first, and `serde_json` the last.
    let is_ambiguous =
        |name: &str| data.windows(name.len().max(1)).filter(|part| *part == name.as_bytes()).count() > 1;
    match expected {
        _ if member.starts_with('/') && (member.contains('~') || member.split('/').any(is_ambiguous)) => {}
        None | Some(Value::Null) => assert_eq!(found, None),
        Some(_) if is_ambiguous(member) => {}
        Some(Value::String(text)) if data.contains(&b'\\') || text.is_empty() => {}
        Some(Value::String(text)) => assert_eq!(found, Some(&**text)),
        Some(Value::Bool(value)) => assert_eq!(found, Some(value.to_string().as_str())),
        Some(other) => {
            let found: Value = serde_json::from_str(found.expect("it has a text")).expect("it is JSON");
            assert_eq!(found, *other);
        }
    }
}
