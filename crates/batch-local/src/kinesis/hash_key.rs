//! Which shard a record goes to.

use super::code::INVALID_ARGUMENT;
use crate::refusal::Refusal;
use crate::validation::violation;

/// The hash of a partition key: its MD5 as one number.
pub(super) fn of_partition_key(key: &str) -> u128 {
    u128::from_be_bytes(md5::compute(key).0)
}

/// The number that an `ExplicitHashKey` is.
pub(super) fn parse(text: &str, member: &str) -> Result<u128, Refusal> {
    let decimal = (1..=39).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !decimal || (text.starts_with('0') && text != "0") {
        let constraint = r"Member must satisfy regular expression pattern: 0|([1-9]\d{0,38})";
        return Err(violation(member, &format!("'{text}'"), constraint));
    }
    text.parse().map_err(|_| {
        let message = format!(
            "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {text}"
        );
        Refusal::new(&INVALID_ARGUMENT, message)
    })
}

/// The first and the last hash of the shard at `index` of so many.
pub(super) fn range(index: usize, shards: usize) -> (u128, u128) {
    let width = width(shards);
    let start = width * index as u128;
    let end = if index + 1 == shards { u128::MAX } else { start + (width - 1) };
    (start, end)
}

/// The hashes of every shard but the last one, which has the rest: 2^128 divided by the shards.
fn width(shards: usize) -> u128 {
    let shards = shards as u128;
    let divides = shards > 1 && u128::MAX % shards == shards - 1;
    u128::MAX / shards + u128::from(divides)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_cover_every_hash_once_and_evenly() {
        for shards in [1, 2, 3, 4, 7, 500, 20_000] {
            let mut next = 0;
            for index in 0..shards {
                let (start, end) = range(index, shards);
                assert_eq!(start, next, "{index} of {shards}");
                assert!(end - start >= u128::MAX / shards as u128 - 1);
                next = end.wrapping_add(1);
            }
            assert_eq!(next, 0, "the last of {shards} ends at 2^128 - 1");
        }
        assert_eq!(range(0, 2), (0, (1 << 127) - 1));
        assert_eq!(range(0, 3).1, 113_427_455_640_312_821_154_458_202_477_256_070_484);
    }

    #[test]
    fn a_partition_key_is_hashed_as_md5_in_big_endian_order() {
        assert_eq!(of_partition_key(""), 0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e);
    }
}
