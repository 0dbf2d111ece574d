//! Reads aggregated records, as a consumer of the stream does.

use anyhow::{Context, bail, ensure};
use aws_sdk_kinesis::types::Record as Received;

/// A record that was submitted: its partition key and its data.
pub(crate) type Submitted = (String, Vec<u8>);

/// What an aggregate begins with. Then comes a message of Protocol Buffers, and its MD5.
const MAGIC: [u8; 4] = [0xf3, 0x89, 0x9a, 0xc2];
const CHECKSUM: usize = 16;

// The fields of the message and of a record in it, each the number of a field and how it is written.
const PARTITION_KEY: usize = 0x0a;
const RECORD: usize = 0x1a;
const PARTITION_KEY_INDEX: usize = 0x08;
const DATA: usize = 0x1a;

/// The records in one of the stream: itself, unless it is an aggregate.
pub(crate) fn records_in(received: Received) -> anyhow::Result<Vec<Submitted>> {
    let key = received.partition_key.unwrap_or_default();
    let data = received.data.into_inner();
    let Some(aggregate) = data.strip_prefix(&MAGIC) else { return Ok(vec![(key, data)]) };
    let message = aggregate.len().checked_sub(CHECKSUM).and_then(|end| aggregate.get(..end));
    let records = read(message.context("an aggregate ends before its checksum")?)?;
    let is_of_one_key = records.iter().all(|(other, _)| *other == key);
    ensure!(is_of_one_key, "an aggregate has records of another key than its own");
    Ok(records)
}

fn read(mut message: &[u8]) -> anyhow::Result<Vec<Submitted>> {
    let (mut keys, mut records) = (Vec::new(), Vec::new());
    while !message.is_empty() {
        match (number(&mut message)?, bytes(&mut message)?) {
            (PARTITION_KEY, key) => keys.push(std::str::from_utf8(key)?),
            (RECORD, record) => records.push(record),
            (field, _) => bail!("an aggregate has the field {field:#x}"),
        }
    }
    let record = |mut record: &[u8]| {
        let (mut key, mut data) = (None, None);
        while !record.is_empty() {
            match number(&mut record)? {
                PARTITION_KEY_INDEX => key = keys.get(number(&mut record)?),
                DATA => data = Some(bytes(&mut record)?.to_vec()),
                field => bail!("a record of an aggregate has the field {field:#x}"),
            }
        }
        let key = key.context("a record of an aggregate has no key")?;
        Ok(((*key).to_owned(), data.context("a record of an aggregate has no data")?))
    };
    records.into_iter().map(record).collect()
}

fn bytes<'a>(from: &mut &'a [u8]) -> anyhow::Result<&'a [u8]> {
    let length = number(from)?;
    let (bytes, rest) = from.split_at_checked(length).context("a field of an aggregate is cut off")?;
    *from = rest;
    Ok(bytes)
}

fn number(from: &mut &[u8]) -> anyhow::Result<usize> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = from.split_first().context("a number of an aggregate is cut off")?;
        *from = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    bail!("a number of an aggregate does not end")
}
