use bytes::Bytes;

/// A record in an aggregate of Amazon Kinesis, as a consumer reads it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deaggregated {
    /// The partition key.
    pub partition_key: String,
    /// The explicit hash key, if it has one.
    pub hash_key: Option<String>,
    /// The data.
    pub data: Bytes,
}

/// Reads an aggregate, written from the description of the format and not from the writer's code. Returns `None`
/// if it is none.
#[must_use]
pub fn deaggregated(aggregate: &[u8]) -> Option<Vec<Deaggregated>> {
    let rest = aggregate.strip_prefix(&[0xf3, 0x89, 0x9a, 0xc2])?;
    let (mut message, checksum) = rest.split_at_checked(rest.len().checked_sub(16)?)?;
    if md5::compute(message).0 != checksum {
        return None;
    }
    let (mut keys, mut hash_keys, mut records) = (Vec::new(), Vec::new(), Vec::new());
    while !message.is_empty() {
        match (number(&mut message)?, bytes(&mut message)?) {
            (0x0a, key) => keys.push(str::from_utf8(key).ok()?),
            (0x12, key) => hash_keys.push(str::from_utf8(key).ok()?),
            (0x1a, record) => records.push(record),
            _ => return None,
        }
    }
    records.into_iter().map(|record| read(record, &keys, &hash_keys)).collect()
}

fn read(mut record: &[u8], keys: &[&str], hash_keys: &[&str]) -> Option<Deaggregated> {
    let (mut partition_key, mut hash_key, mut data) = (None, None, None);
    while !record.is_empty() {
        match number(&mut record)? {
            0x08 => partition_key = Some((*keys.get(number(&mut record)?)?).to_owned()),
            0x10 => hash_key = Some((*hash_keys.get(number(&mut record)?)?).to_owned()),
            0x1a => data = Some(Bytes::copy_from_slice(bytes(&mut record)?)),
            _ => return None,
        }
    }
    Some(Deaggregated { partition_key: partition_key?, hash_key, data: data? })
}

fn bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = number(from)?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

fn number(from: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (&byte, rest) = from.split_first()?;
        *from = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}
