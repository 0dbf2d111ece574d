use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use batch_core::Invalid;

use crate::known_key::KnownKey;
use crate::member::{self, Problem};
use crate::pointer::Pointer;

/// A partition key, and where it comes from.
#[derive(Clone, Debug, Eq)]
pub(crate) enum PartitionKey {
    /// The user gave it, or it is part of the data: it keeps order.
    Known(KnownKey),
    /// The writer made it up.
    Random(RandomKey),
}

/// Where the keys of records without one come from.
#[derive(Debug)]
pub(crate) enum KeySource {
    /// From nowhere, for this reason; no writer is built with it.
    Invalid(String),
    /// From this top-level member of the data, which is JSON.
    Member(String),
    /// From the value at this pointer in the data, which is JSON.
    Pointer(Pointer),
    /// From nowhere.
    Random(Generator),
}

/// Keys that spread records evenly over the shards: the service takes their MD5, under which any
/// keys do that as long as they differ, so that counting is enough. Each writer counts from another
/// number, for those that send little before they end.
#[derive(Debug)]
pub(crate) struct Generator(AtomicU64);

/// A number in 8 characters: short, because a key counts towards the size of its record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RandomKey([u8; 8]);

impl PartitionKey {
    /// One that keeps order.
    #[inline]
    pub(crate) fn known_by(text: String) -> Self {
        Self::Known(text.into())
    }

    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Known(key) => key.text(),
            Self::Random(key) => key.text(),
        }
    }

    /// The bytes of a key that keeps order.
    pub(crate) fn known(&self) -> Option<&[u8]> {
        match self {
            Self::Known(key) => Some(key.bytes()),
            Self::Random(_) => None,
        }
    }

    /// Its length in UTF-8, in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Known(key) => key.bytes().len(),
            Self::Random(key) => key.0.len(),
        }
    }

    /// What it occupies on the heap, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Known(key) => key.heap_bytes(),
            Self::Random(_) => 0,
        }
    }
}

/// By what is sent: it makes no difference where the key comes from.
impl PartialEq for PartitionKey {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl KeySource {
    /// From what this text names: a JSON pointer, if it begins with a slash, or else a top-level member.
    pub(crate) fn named(text: String) -> Self {
        if text.is_empty() {
            return Self::Invalid(
                "the member for partition keys has no name; set it, or omit `Kinesis::partition_key_from`"
                    .to_owned(),
            );
        }
        if !text.starts_with('/') {
            return Self::Member(text);
        }
        match Pointer::parse(text.clone()) {
            Ok(pointer) => Self::Pointer(pointer),
            Err(reason) => Self::Invalid(format!(
                "the JSON pointer {text:?} for partition keys {reason}; correct it, or omit \
                 `Kinesis::partition_key_from`"
            )),
        }
    }

    /// The key of a record with this data.
    pub(crate) fn key(&self, data: &[u8]) -> Result<PartitionKey, Invalid> {
        match self {
            Self::Invalid(reason) => Err(Invalid::new(reason.clone())),
            Self::Member(name) => known(member::text(data, name), |problem| problem.of_member(name)),
            Self::Pointer(pointer) => known(pointer.find(data).and_then(member::text_of), |problem| {
                problem.at_pointer(pointer.as_str())
            }),
            Self::Random(keys) => Ok(PartitionKey::Random(keys.generate())),
        }
    }
}

fn known(
    text: Result<String, Problem>,
    describe: impl Fn(Problem) -> Cow<'static, str>,
) -> Result<PartitionKey, Invalid> {
    text.map(PartitionKey::known_by).map_err(|problem| {
        Invalid::new(format!("no partition key: {}; set one with `Record::partition_key`", describe(problem)))
    })
}

impl Generator {
    #[expect(
        clippy::disallowed_methods,
        reason = "which shard takes a record without a key is not to be repeated"
    )]
    pub(crate) fn new() -> Self {
        Self::starting_at(fastrand::Rng::new().u64(..))
    }

    fn starting_at(number: u64) -> Self {
        Self(AtomicU64::new(number))
    }

    pub(crate) fn generate(&self) -> RandomKey {
        // Only the number matters, not what other threads wrote before.
        RandomKey::of(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

impl RandomKey {
    fn of(number: u64) -> Self {
        Self(std::array::from_fn(|place| DIGITS[(number >> (6 * place)) as usize % DIGITS.len()]))
    }

    /// Its characters, none of which needs an escape in JSON.
    pub(crate) fn digits(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.0).expect("its characters are digits, and those are ASCII")
    }
}

const DIGITS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Generator, KeySource, PartitionKey, RandomKey};

    fn key(source: &KeySource, data: &str) -> Result<String, String> {
        source.key(data.as_bytes()).map(|key| key.text().to_owned()).map_err(|reason| reason.to_string())
    }

    #[test]
    fn a_member_of_the_data_is_a_known_key() {
        let source = KeySource::Member("id".to_owned());
        assert_eq!(key(&source, r#"{"id":7}"#).as_deref(), Ok("7"));
        let found = source.key(br#"{"id":7}"#).expect("it is there");
        assert_eq!(found.known(), Some(&b"7"[..]));

        let refused = key(&source, r#"{"ID":7}"#).expect_err("it is not there");
        assert!(
            refused.contains("has no member \"id\"") && refused.contains("Record::partition_key"),
            "{refused}"
        );
    }

    #[test]
    fn a_value_at_a_pointer_is_a_known_key() {
        let source = KeySource::named("/user/ids/1".to_owned());
        assert_eq!(key(&source, r#"{"user":{"ids":[7,"8"]}}"#).as_deref(), Ok("8"));
        for (data, words) in [
            (r#"{"user":{"ids":[7]}}"#, r#"the data has no value at "/user/ids/1""#),
            (r#"{"user":{"ids":[7,null]}}"#, r#"the value at "/user/ids/1" of the data is null"#),
            (r#"{"user":{"ids":[7,""]}}"#, "is empty"),
            (r#"{"user":"#, r#"the data is not JSON, so it has no value at "/user/ids/1""#),
        ] {
            let refused = key(&source, data).expect_err("it is not there");
            assert!(refused.contains(words) && refused.contains("Record::partition_key"), "{refused}");
        }
        let member = KeySource::named("~1user".to_owned());
        assert_eq!(key(&member, r#"{"~1user":1}"#).as_deref(), Ok("1"), "only a slash begins a pointer");
    }

    #[test]
    fn a_random_key_keeps_no_order_and_differs_from_all_others() {
        let source = KeySource::Random(Generator::new());
        let keys: HashSet<_> = (0..10_000).map(|_| key(&source, "").expect("it needs no data")).collect();
        assert_eq!(keys.len(), 10_000);
        assert!(keys.iter().all(|key| key.len() == 8 && key.is_ascii()));
        assert_eq!(source.key(b"").expect("it needs no data").known(), None);
    }

    #[test]
    fn two_writers_begin_with_different_keys() {
        assert_ne!(Generator::new().generate(), Generator::new().generate());
    }

    #[test]
    fn keys_are_equal_by_what_is_sent() {
        let random = RandomKey::of(17);
        assert_eq!(PartitionKey::Random(random), PartitionKey::known_by(random.text().to_owned()));
        assert_ne!(PartitionKey::Random(random), PartitionKey::Random(RandomKey::of(18)));
    }

    /// How many of these random keys each of the shards gets.
    fn spread(start: u64, keys: usize, shards: u128) -> Vec<usize> {
        let generator = Generator::starting_at(start);
        let mut counts = vec![0; shards as usize];
        for _ in 0..keys {
            let hash = u128::from_be_bytes(md5::compute(generator.generate().text()).0);
            counts[(hash / (u128::MAX / shards + 1)) as usize] += 1;
        }
        counts
    }

    #[test]
    fn random_keys_spread_evenly_over_the_shards() {
        for start in [0, 1 << 47, u64::MAX - 100] {
            for (shards, mean) in [(2, 5_000), (4, 5_000), (100, 400)] {
                let counts = spread(start, mean * shards as usize, shards);
                // Five standard deviations of what chance does.
                let bound = 5.0 * (mean as f64).sqrt();
                for count in counts {
                    assert!(
                        (count as f64 - mean as f64).abs() < bound,
                        "{count} of {mean} with {shards} shards"
                    );
                }
            }
        }
    }
}
