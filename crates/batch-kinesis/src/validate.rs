//! Rejects what the service would reject in a record, apart from its size.

use batch_core::Invalid;
use batch_smithy::check::{characters, refuse};

use crate::known_key::KnownKey;
use crate::limits::PARTITION_KEY;
use crate::partition_key::PartitionKey;
use crate::{HashKey, Record};

/// Checks a record that has its partition key.
pub(crate) fn record(record: &Record) -> Result<(), Invalid> {
    match record.key() {
        Some(PartitionKey::Known(key)) => partition_key(key)?,
        Some(PartitionKey::Random(_)) => {} // it is always valid
        None => return refuse("the record has no partition key; set one with `Record::partition_key`"),
    }
    record.get_explicit_hash_key().map_or(Ok(()), hash_key)
}

/// Checks that a record for a stream that distributes records itself has no key, which such a stream ignores.
pub(crate) fn without_keys(record: &Record) -> Result<(), Invalid> {
    let (key, method) = match (record.known_key(), record.get_explicit_hash_key()) {
        (Some(_), _) => ("a partition key", "partition_key"),
        (None, Some(_)) => ("an explicit hash key", "explicit_hash_key"),
        (None, None) => return Ok(()),
    };
    refuse(format!(
        "the record has {key}, but the stream distributes records itself (strategy AUTO), ignores keys and keeps no \
         order; omit `Record::{method}`, or set the stream's strategy to USER_PARTITION_KEY"
    ))
}

fn partition_key(key: &KnownKey) -> Result<(), Invalid> {
    match key.bytes().len() {
        0 => refuse("the partition key is empty; add a character, or omit it for a random key"),
        1..=PARTITION_KEY => Ok(()), // no text has more characters than bytes
        _ => characters("partition key", key.text(), PARTITION_KEY, "shorten it, or hash it"),
    }
}

fn hash_key(key: &HashKey) -> Result<(), Invalid> {
    let text = key.as_str();
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_decimal {
        return refuse("the explicit hash key is not a decimal integer; use a u128, or its digits");
    }
    if text.len() > 1 && text.starts_with('0') {
        return refuse("the explicit hash key begins with a zero, which Kinesis does not accept; remove it");
    }
    match text.parse::<u128>() {
        Ok(_) => Ok(()),
        Err(_) => refuse(format!(
            "the explicit hash key is above the limit of 2^128 - 1 = {}; for example, use the MD5 hash of its source",
            u128::MAX
        )),
    }
}

#[cfg(test)]
mod tests {
    use batch_core::Invalid;
    use proptest::prelude::*;

    use super::{record as validate, without_keys};
    use crate::Record;
    use crate::partition_key::{Generator, KeySource};

    /// Checks what is said: nothing, or a reason that contains these words.
    #[track_caller]
    fn check(found: Result<(), Invalid>, expected: Result<(), &str>) {
        match (found, expected) {
            (Ok(()), Ok(())) => {}
            (Err(reason), Err(words)) => {
                assert!(reason.to_string().contains(words), "{reason}\ndoes not contain\n{words}");
            }
            (found, _) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[track_caller]
    fn key(key: impl Into<String>, expected: Result<(), &str>) {
        check(validate(&Record::new("").partition_key(key)), expected);
    }

    #[track_caller]
    fn hash_key(key: &str, expected: Result<(), &str>) {
        check(validate(&Record::new("").partition_key("k").explicit_hash_key(key)), expected);
    }

    #[test]
    fn a_partition_key_has_1_to_256_characters() {
        key("k", Ok(()));
        key("k".repeat(256), Ok(()));
        key("\u{1f600}".repeat(256), Ok(()));
        key("\0\n\"", Ok(()));
        key("", Err("the partition key is empty; add a character, or omit it"));
        key(
            "k".repeat(257),
            Err("257 characters in the partition key are above the limit of 256; shorten it"),
        );
        key("\u{1f600}".repeat(257), Err("257 characters"));
        check(validate(&Record::new("")), Err("has no partition key"));
    }

    #[test]
    fn an_explicit_hash_key_is_a_decimal_number_below_2_to_the_128() {
        for number in ["0", "1", "9", "10", "340282366920938463463374607431768211455"] {
            hash_key(number, Ok(()));
        }
        hash_key(
            "340282366920938463463374607431768211456",
            Err("hash key is above the limit of 2^128 - 1 = 340282366920938463463374607431768211455"),
        );
        hash_key("999999999999999999999999999999999999999", Err("above the limit of 2^128"));
        hash_key(&"9".repeat(40), Err("above the limit of 2^128"));
        hash_key(&"9".repeat(51), Err("hash key is above the limit"));
        for text in ["", "abc", "-1", "+1", "1.0", "1e3", " 1", "1 ", "0x10", "١"] {
            hash_key(text, Err("is not a decimal integer"));
        }
        hash_key("00", Err("hash key begins with a zero"));
        hash_key("01", Err("begins with a zero"));
    }

    #[test]
    fn a_stream_that_distributes_by_itself_is_given_records_without_keys_of_their_own() {
        let mut random = Record::new("x");
        random.fill_in(KeySource::Random(Generator::new()).key(b"x").expect("it needs no data"));
        check(without_keys(&random), Ok(()));
        check(
            without_keys(&random.explicit_hash_key(1_u128)),
            Err("has an explicit hash key, but the stream"),
        );
        let words = "omit `Record::partition_key`, or set the stream's strategy to USER_PARTITION_KEY";
        check(without_keys(&Record::new("x").partition_key("k")), Err(words));
    }

    proptest! {
        #[test]
        fn every_number_of_128_bits_is_an_explicit_hash_key(number in any::<u128>()) {
            let record = Record::new("").partition_key("k").explicit_hash_key(number);
            prop_assert_eq!(validate(&record), Ok(()));
        }
    }
}
