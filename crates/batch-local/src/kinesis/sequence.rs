//! Sequence numbers: of one length, so that they sort as text too.

/// The sequence number of what came as the `number`th to its stream.
pub(super) fn text(number: u64) -> String {
    format!("{PREFIX}{number:0DIGITS$}")
}

/// What came under this sequence number.
pub(super) fn number(text: &str) -> Option<u64> {
    let digits = text.strip_prefix(PREFIX).filter(|digits| digits.len() == DIGITS)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

const DIGITS: usize = 54;
const PREFIX: &str = "49";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_number_is_read_as_it_was_written() {
        for value in [0, 1, u64::MAX] {
            assert_eq!(number(&text(value)), Some(value));
        }
        for bad in ["", "49", "0", &text(1)[1..], &format!("{}0", text(1)), &text(1).replace('0', "+")] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn later_sequence_numbers_are_greater_as_text_too() {
        assert!(text(9) < text(10) && text(10) < text(u64::MAX));
    }
}
