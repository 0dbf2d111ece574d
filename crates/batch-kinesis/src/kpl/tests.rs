use batchwright_kit::{Deaggregated, deaggregated};
use proptest::prelude::*;

use super::*;

fn aggregate(records: &[Record]) -> Vec<u8> {
    let mut aggregate = vec![7; 7];
    write(&mut aggregate, records);
    aggregate
}

/// What another library makes of five records with two keys, `pk0` and `pk1`.
const GOLDEN: &str = "f3899ac20a03706b300a03706b311a0908001a0564617461301a0908011a0564617461311a0908001a056461746132\
                      1a0908011a0564617461331a0908001a05646174613433b9e14f9ac85238708fb827592a9ee5";

fn golden() -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&GOLDEN[at..at + 2], 16).expect("it is hexadecimal");
    (0..GOLDEN.len()).step_by(2).map(digit).collect()
}

#[test]
fn the_reader_of_the_tests_reads_what_another_library_wrote() {
    let records = deaggregated(&golden()).expect("it is one");
    let keys: Vec<_> = records.iter().map(|record| &*record.partition_key).collect();
    assert_eq!(keys, ["pk0", "pk1", "pk0", "pk1", "pk0"]);
    let data: Vec<_> = records.iter().map(|record| &*record.data).collect();
    assert_eq!(data, [b"data0", b"data1", b"data2", b"data3", b"data4"]);
}

#[test]
fn the_fields_are_those_of_another_library() {
    let mut ours = MAGIC.to_vec();
    push(&mut ours, PARTITION_KEY, b"pk0");
    push(&mut ours, PARTITION_KEY, b"pk1");
    for n in 0..5_u8 {
        let data = [b"data".as_slice(), &[b'0' + n]].concat();
        push_tag(&mut ours, RECORD, 2 + field_bytes(data.len()));
        ours.extend_from_slice(&[FIRST_PARTITION_KEY[0], n % 2]);
        push(&mut ours, DATA, &data);
    }
    let checksum = md5::compute(&ours[MAGIC.len()..]);
    ours.extend_from_slice(&checksum.0);
    assert_eq!(ours, golden());
}

#[test]
fn numbers_take_a_byte_for_seven_bits() {
    for (number, bytes) in [(0, 1), (1, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (usize::MAX, 10)] {
        assert_eq!(varint_bytes(number), bytes, "{number}");
        let mut written = Vec::new();
        push_tag(&mut written, 0, number);
        assert_eq!(written.len(), 1 + bytes, "{number}");
    }
}

#[test]
fn what_begins_with_the_magic_is_like_an_aggregate() {
    assert!(is_like_aggregate(&golden()) && is_like_aggregate(&MAGIC));
    assert!(!is_like_aggregate(&MAGIC[..3]) && !is_like_aggregate(b"text"));
}

proptest! {
    #[test]
    fn records_are_read_as_they_were_written_and_sizes_are_exact(
        key in "\\PC{1,40}",
        hash_key in proptest::option::of(any::<u128>()),
        sizes in proptest::collection::vec(0..300_usize, 1..40),
        large in proptest::option::of(0..40_000_usize),
    ) {
        let keyed = |record: Record| {
            let record = record.partition_key(&*key);
            match hash_key {
                Some(hash_key) => record.explicit_hash_key(hash_key),
                None => record,
            }
        };
        let sizes = sizes.into_iter().chain(large);
        let records: Vec<_> = sizes.map(|size| keyed(Record::new(vec![(size % 251) as u8; size]))).collect();
        let aggregate = aggregate(&records);
        let expected: Vec<_> = records
            .iter()
            .map(|record| Deaggregated {
                partition_key: key.clone(),
                hash_key: hash_key.map(|key| key.to_string()),
                data: record.data().clone(),
            })
            .collect();
        prop_assert_eq!(deaggregated(&aggregate), Some(expected));
        let bytes = shared_bytes(&records[0]) + records.iter().map(member_bytes).sum::<usize>();
        prop_assert_eq!(aggregate.len() + key.len(), bytes);
    }
}
