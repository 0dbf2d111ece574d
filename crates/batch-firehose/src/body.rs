//! The body of a `PutRecordBatch` request, written from the records where they are. A client without
//! interceptors shows the typed input to nothing, so there is none: that saves an entry of the SDK for every
//! record, and a look at each character of the base64. All other requests are the SDK's.

use base64_simd::STANDARD;
use batch_core::Batch;
use batch_smithy::memory::for_body;

use crate::{DeliveryStream, Record};

/// The body for the records of this batch to this delivery stream.
pub(crate) fn of_batch(stream: &DeliveryStream, batch: &Batch<Record>) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = for_body(most_bytes(batch.load().bytes, batch.entries().len()));
    json.extend_from_slice(b"{\"DeliveryStreamName\":");
    serde_json::to_writer(&mut json, stream.stream_name())?;
    json.extend_from_slice(b",\"Records\":[");
    for (position, record) in batch.entries().iter().enumerate() {
        if position > 0 {
            json.push(b',');
        }
        json.extend_from_slice(b"{\"Data\":\"");
        STANDARD.encode_append(record.data(), &mut json); // nothing in it needs an escape
        json.extend_from_slice(b"\"}");
    }
    json.extend_from_slice(b"]}");
    Ok(json)
}

/// The SDK's serializer that this is tested against.
pub(crate) const SERIALIZER: &str = "PutRecordBatchRequestSerializer";

/// What a body of so many records, with so many bytes of data, has at most, so that it is not moved while it
/// grows.
fn most_bytes(load: usize, records: usize) -> usize {
    STANDARD.encoded_length(load) + records * RECORD_BYTES + OTHER_BYTES
}

/// More than a record comes to beside its data: 12 of JSON, and up to 4 at the end of the base64.
const RECORD_BYTES: usize = 16;

/// The same of the rest of a body, whose name has up to 64 characters.
const OTHER_BYTES: usize = 128;

#[cfg(test)]
mod tests {
    use batch_core::Batch;

    use super::{most_bytes, of_batch};
    use crate::{DeliveryStream, Record};

    #[test]
    fn a_body_is_not_moved_while_it_grows() {
        let stream = DeliveryStream::new("n".repeat(64));
        for (data, records) in [(0, 0), (0, 500), (1, 500), (2, 500), (3, 500), (1_000, 500), (1_024_000, 4)]
        {
            let batch = Batch::of(vec![Record::new(vec![7; data]); records]);
            let json = of_batch(&stream, &batch).expect("it can be written");
            let most = most_bytes(data * records, records);
            assert!(json.len() <= most, "{} bytes of {data} for {records} records", json.len());
        }
    }
}
