//! Responses of which parts were replaced, so that whoever reads them meets what no service writes.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;

/// The result of an entry that failed, as Amazon Kinesis and Amazon Data Firehose write it, with one of these codes.
pub fn failed_result(codes: &'static [&'static str]) -> impl Strategy<Value = String> {
    let messages = select(&["words", "größer", ""][..]);
    (select(codes), messages)
        .prop_map(|(code, message)| format!(r#"{{"ErrorCode":"{code}","ErrorMessage":"{message}"}}"#))
}

/// Checks that responses mean the same to two readers, whole and damaged: `body` makes them of such results, and any of
/// these pieces, or others, may stand anywhere. `meanings` has both read one to a request of so many entries.
pub fn read_alike(
    results: impl Strategy<Value = String>,
    pieces: &'static [&'static str],
    body: impl Fn(&[&str]) -> String,
    meanings: impl Fn(&[u8], usize) -> [String; 2],
) {
    let input = (vec(results, 1..4), -1..=1_isize, vec(change(pieces), 0..4));
    let run = TestRunner::default().run(&input, |(results, more, changes)| {
        let entries = results.len().saturating_add_signed(more).max(1);
        let mut bytes = body(&results.iter().map(String::as_str).collect::<Vec<_>>()).into_bytes();
        for (place, length, new) in changes {
            let place = place.index(bytes.len() + 1);
            let end = (place + length).min(bytes.len());
            bytes.splice(place..end, new);
        }
        let [one, other] = meanings(&bytes, entries);
        prop_assert_eq!(one, other, "{:?}", String::from_utf8_lossy(&bytes));
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}

/// A change of a response: at this place of its bytes, so many are replaced by these.
fn change(pieces: &'static [&'static str]) -> impl Strategy<Value = (Index, usize, Vec<u8>)> {
    let pieces = select(pieces).prop_map(|piece| piece.as_bytes().to_vec());
    let new = prop_oneof![4 => pieces, 1 => vec(any::<u8>(), 0..3), 1 => Just(vec![])];
    (any::<Index>(), prop_oneof![2 => Just(0_usize), 1 => 0..4_usize, 1 => 0..400_usize], new)
}
