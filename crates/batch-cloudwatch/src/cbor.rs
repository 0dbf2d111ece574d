//! The parts of CBOR (RFC 8949) that a `PutMetricData` request is made of, as the SDK writes them.

use aws_sdk_cloudwatch::primitives::DateTime;

/// Where the bytes go: into a body, or only into its size. One description of a request serves
/// both, so that what is counted is what is sent.
pub(crate) trait Sink {
    /// Takes these bytes.
    fn put(&mut self, bytes: &[u8]);
}

impl Sink for Vec<u8> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Counts the bytes, and keeps none.
#[derive(Debug, Default)]
pub(crate) struct Size(pub(crate) usize);

impl Sink for Size {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }
}

/// Ends a map of any number of entries, which began with `bf`.
#[inline]
pub(crate) fn end(sink: &mut impl Sink) {
    sink.put(&[0xff]);
}

/// Begins an array of `items` items.
#[inline]
pub(crate) fn array(sink: &mut impl Sink, items: usize) {
    header(sink, 0x80, items as u64);
}

/// A text.
#[inline]
pub(crate) fn text(sink: &mut impl Sink, text: &str) {
    header(sink, 0x60, text.len() as u64);
    sink.put(text.as_bytes());
}

/// A floating-point number, always in 9 bytes.
#[inline]
pub(crate) fn double(sink: &mut impl Sink, number: f64) {
    let mut bytes = [0xfb; 9];
    bytes[1..].copy_from_slice(&number.to_be_bytes());
    sink.put(&bytes);
}

/// An integer.
#[inline]
pub(crate) fn integer(sink: &mut impl Sink, number: i32) {
    match u64::try_from(number) {
        Ok(number) => header(sink, 0x00, number),
        Err(_) => header(sink, 0x20, u64::from(!number as u32)), // n stands for -1 - n
    }
}

/// An instant: seconds since 1970 as a floating-point number, in 10 bytes.
#[inline]
pub(crate) fn timestamp(sink: &mut impl Sink, instant: &DateTime) {
    sink.put(&[0xc1]);
    double(sink, instant.as_secs_f64());
}

/// The length of a text or an array that was written here, which begins these bytes, and what comes after it.
#[inline]
pub(crate) fn length(bytes: &[u8]) -> (usize, &[u8]) {
    let (&first, rest) = bytes.split_first().expect("it was written here");
    let more = match first & 0x1f {
        short @ 0..=23 => return (usize::from(short), rest),
        24 => 1,
        25 => 2,
        26 => 4,
        _ => 8,
    };
    let (length, rest) = rest.split_at(more);
    (length.iter().fold(0, |length, &byte| length << 8 | usize::from(byte)), rest)
}

/// The bytes of a text that was written here, which begins these bytes, and what comes after it.
#[inline]
pub(crate) fn text_bytes(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = length(bytes);
    rest.split_at(length)
}

/// A type and its argument, in as few bytes as it takes.
#[inline]
fn header(sink: &mut impl Sink, kind: u8, argument: u64) {
    match argument {
        0..=23 => sink.put(&[kind | argument as u8]),
        24..=0xff => sink.put(&[kind | 24, argument as u8]),
        0x100..=0xffff => {
            let [high, low] = (argument as u16).to_be_bytes();
            sink.put(&[kind | 25, high, low]);
        }
        _ => long_header(sink, kind, argument),
    }
}

#[cold]
fn long_header(sink: &mut impl Sink, kind: u8, argument: u64) {
    match u32::try_from(argument) {
        Ok(argument) => {
            sink.put(&[kind | 26]);
            sink.put(&argument.to_be_bytes());
        }
        Err(_) => {
            sink.put(&[kind | 27]);
            sink.put(&argument.to_be_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_cbor::Encoder;
    use proptest::prelude::*;

    use super::*;

    /// Checks that ours are the bytes that the SDK's encoder writes, and that they are counted.
    #[track_caller]
    fn check(write: impl Fn(&mut Vec<u8>), count: impl Fn(&mut Size), expected: impl Fn(&mut Encoder)) {
        let (mut ours, mut size, mut theirs) = (Vec::new(), Size::default(), Encoder::new(Vec::new()));
        write(&mut ours);
        count(&mut size);
        expected(&mut theirs);
        assert_eq!(ours, theirs.into_writer());
        assert_eq!(size.0, ours.len());
    }

    macro_rules! check {
        (|$sink:ident| $ours:expr, |$encoder:ident| $theirs:expr) => {
            check(|$sink| $ours, |$sink| $ours, |$encoder| _ = $theirs)
        };
    }

    #[test]
    fn lengths_take_as_few_bytes_as_they_can() {
        for length in [0, 1, 23, 24, 255, 256, 65_535, 65_536] {
            let long = "x".repeat(length);
            check!(|sink| text(sink, &long), |encoder| encoder.str(&long));
            check!(|sink| array(sink, length), |encoder| encoder.array(length));
            let mut written = Vec::new();
            text(&mut written, &long);
            written.extend_from_slice(b"rest");
            assert_eq!(text_bytes(&written), (long.as_bytes(), &b"rest"[..]));
        }
        check!(|sink| array(sink, 1 << 32), |encoder| encoder.array(1 << 32));
    }

    #[test]
    fn integers_are_written_as_the_sdk_does() {
        for number in [0, 1, 23, 24, 60, 255, 256, 65_536, i32::MAX, -1, -24, -25, -257, i32::MIN] {
            check!(|sink| integer(sink, number), |encoder| encoder.integer(number));
        }
    }

    #[test]
    fn maps_begin_and_end_as_in_the_sdk() {
        check!(|sink| sink.put(b"\xbf"), |encoder| encoder.begin_map());
        check!(|sink| end(sink), |encoder| encoder.end());
    }

    proptest! {
        #[test]
        fn texts_numbers_and_instants_are_written_as_the_sdk_does(
            words in any::<String>(), number in any::<f64>(), whole in any::<i32>(),
            seconds in any::<i64>(), nanoseconds in 0..1_000_000_000_u32,
        ) {
            let instant = DateTime::from_secs_and_nanos(seconds, nanoseconds);
            check!(|sink| text(sink, &words), |encoder| encoder.str(&words));
            check!(|sink| double(sink, number), |encoder| encoder.double(number));
            check!(|sink| integer(sink, whole), |encoder| encoder.integer(whole));
            check!(|sink| timestamp(sink, &instant), |encoder| encoder.timestamp(&instant));
        }
    }
}
