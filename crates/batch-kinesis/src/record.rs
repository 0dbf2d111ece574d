use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use crate::HashKey;
use crate::partition_key::PartitionKey;

/// A record: data, and what determines its shard.
///
/// What the service would reject is reported when the record is submitted, never by these methods.
/// `Debug` shows lengths and which keys are set, but neither data nor keys.
///
/// ```
/// use batch_kinesis::Record;
///
/// let record = Record::new("21.5 °C").partition_key("station-17");
/// assert_eq!(record.data(), "21.5 °C".as_bytes());
/// assert_eq!(record.get_partition_key(), Some("station-17"));
/// ```
#[derive(Clone, Eq, PartialEq)]
#[must_use]
pub struct Record {
    data: Bytes,
    partition_key: Option<PartitionKey>,
    /// Boxed, since few have one: without it, a record fits into a cache line.
    explicit_hash_key: Option<Box<HashKey>>,
}

impl Record {
    /// A record with these bytes: 0 to 1 MiB, including the partition key, or more if the stream accepts
    /// it; see [`Kinesis::max_record_bytes`](crate::Kinesis::max_record_bytes).
    ///
    /// The request shares them instead of copying them. The memory bound of a writer counts their length;
    /// the rest of their allocation (the spare capacity of a vector, the rest of a sliced buffer) lives as
    /// long as the record and is not counted.
    ///
    /// ```
    /// use batch_kinesis::Record;
    ///
    /// assert_eq!(Record::new("text"), Record::new(vec![b't', b'e', b'x', b't']));
    /// ```
    pub fn new(data: impl Into<Bytes>) -> Self {
        Self { data: data.into(), partition_key: None, explicit_hash_key: None }
    }

    /// A record whose data is this value as JSON. `serde_json` writes NaN and infinities, which JSON does
    /// not have, as `null`, without an error.
    ///
    /// ```
    /// use batch_kinesis::Record;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Measurement {
    ///     celsius: f64,
    /// }
    ///
    /// assert_eq!(Record::json(&Measurement { celsius: 21.5 })?.data(), r#"{"celsius":21.5}"#.as_bytes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON, such as a map whose keys are not strings.
    pub fn json(value: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_vec(value).map(|json| Self::new(json.into_boxed_slice()))
    }

    /// Sets the partition key: 1 to 256 characters, which count towards the size of the record. Records
    /// with the same key go to the same shard, and the writer keeps their order. Default: a key from the
    /// data, if [`Kinesis::partition_key_from`](crate::Kinesis::partition_key_from) names a member; else a
    /// random key that the writer generates when the record is submitted, and that keeps no order.
    ///
    /// ```
    /// use batch_kinesis::Record;
    ///
    /// assert_eq!(Record::new("21.5 °C").partition_key("station-17").get_partition_key(), Some("station-17"));
    /// ```
    pub fn partition_key(mut self, key: impl Into<String>) -> Self {
        self.partition_key = Some(PartitionKey::known_by(key.into()));
        self
    }

    /// Sets the hash key that determines the shard instead of the hash of the partition key: a number below
    /// 2^128, or its decimal text. The writer still keeps the order of the partition key.
    ///
    /// ```
    /// use batch_kinesis::Record;
    ///
    /// let record = Record::new("21.5 °C").explicit_hash_key(u128::MAX / 2);
    /// assert_eq!(record.get_explicit_hash_key(), Record::new("").explicit_hash_key("170141183460469231731687303715884105727").get_explicit_hash_key());
    /// ```
    pub fn explicit_hash_key(mut self, key: impl Into<HashKey>) -> Self {
        self.explicit_hash_key = Some(Box::new(key.into()));
        self
    }

    /// The data.
    #[must_use]
    pub fn data(&self) -> &Bytes {
        &self.data
    }

    /// The data, without anything else.
    #[must_use]
    pub fn into_data(self) -> Bytes {
        self.data
    }

    /// The partition key, if it was [set](Self::partition_key) or added by a writer.
    #[must_use]
    pub fn get_partition_key(&self) -> Option<&str> {
        self.partition_key.as_ref().map(PartitionKey::text)
    }

    /// The explicit hash key, if it was [set](Self::explicit_hash_key).
    #[must_use]
    pub fn get_explicit_hash_key(&self) -> Option<&HashKey> {
        self.explicit_hash_key.as_deref()
    }

    /// The partition key, unless it is a random one, which keeps no order.
    pub(crate) fn known_key(&self) -> Option<&[u8]> {
        self.partition_key.as_ref().and_then(PartitionKey::known)
    }

    /// The partition key, whoever made it.
    pub(crate) fn key(&self) -> Option<&PartitionKey> {
        self.partition_key.as_ref()
    }

    /// Fills in a partition key, of which there is none.
    pub(crate) fn fill_in(&mut self, key: PartitionKey) {
        self.partition_key = Some(key);
    }

    /// What it occupies on the heap, in bytes, as far as can be seen.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.data.len()
            + self.partition_key.as_ref().map_or(0, PartitionKey::heap_bytes)
            + self.explicit_hash_key.as_deref().map_or(0, |key| size_of::<HashKey>() + key.heap_bytes())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("data_bytes", &self.data.len())
            .field("partition_key_bytes", &self.get_partition_key().map(str::len))
            .field("has_explicit_hash_key", &self.explicit_hash_key.is_some())
            .finish()
    }
}

/// Other data becomes a record without keys.
macro_rules! record_from {
    ($($data:ty)*) => {$(
        impl From<$data> for Record {
            fn from(data: $data) -> Self {
                Self::new(data)
            }
        }
    )*};
}

record_from!(Bytes String Vec<u8>);

/// Copies the text.
impl From<&str> for Record {
    fn from(text: &str) -> Self {
        Self::new(Bytes::copy_from_slice(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{HashKey, Record};

    #[test]
    fn debug_shows_what_there_is_and_nothing_that_it_says() {
        let record = Record::new("secret").partition_key("private").explicit_hash_key(4711_u128);
        assert_eq!(
            format!("{record:?}"),
            "Record { data_bytes: 6, partition_key_bytes: Some(7), has_explicit_hash_key: true }"
        );
    }

    #[test]
    fn data_of_every_kind_becomes_the_same_record() {
        let expected = Record::new("text");
        assert_eq!(Record::from("text"), expected);
        assert_eq!(Record::from(String::from("text")), expected);
        assert_eq!(Record::from(b"text".to_vec()), expected);
        assert_eq!(Record::from(Bytes::from_static(b"text")), expected);
        assert_ne!(expected.clone().partition_key("a"), expected);
        assert_ne!(expected.clone().explicit_hash_key(1_u128), expected);
    }

    #[test]
    fn data_is_shared_and_not_copied() {
        let data = Bytes::from(b"text".to_vec());
        let place = data.as_ptr();
        let record = Record::new(data);
        assert_eq!(record.clone().into_data().as_ptr(), place);
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_record_is_one_cache_line() {
        assert_eq!(size_of::<Option<Record>>(), 64);
    }

    #[test]
    fn memory_is_charged_for_data_and_keys() {
        let mut key = String::with_capacity(100);
        key.push_str("a key of 22 characters");
        let record = Record::new("1234").partition_key(key).explicit_hash_key("12345");
        assert_eq!(record.heap_bytes(), 4 + 100 + size_of::<HashKey>() + 5);
        assert_eq!(Record::new("1234").partition_key("key").heap_bytes(), 4);
        assert_eq!(Record::new("1234").heap_bytes(), 4);
    }
}
