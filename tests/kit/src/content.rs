//! The entries of the suites: each has a number, which follows from its content, and so does every byte of it.

use crate::Destination;

/// What the content of entry `n` begins with, and that of no other.
#[must_use]
pub fn name(n: usize) -> String {
    format!("entry-{n:012}-")
}

/// The content of entry `n`: so many bytes, or as many as its name needs.
#[must_use]
pub fn content(n: usize, bytes: usize) -> String {
    let mut content = name(n);
    let letter = char::from(b'a' + (n % 26) as u8);
    content.extend(std::iter::repeat_n(letter, bytes.saturating_sub(content.len())));
    content
}

/// The lane of entry `n`.
#[must_use]
pub fn lane<D: Destination>(n: usize) -> Option<String> {
    n.checked_rem(D::LANES).map(|lane| format!("lane-{lane}"))
}

/// Which entry has this content.
///
/// # Panics
///
/// When the content was altered.
#[must_use]
#[track_caller]
pub fn number(text: &str) -> usize {
    unaltered(text).unwrap_or_else(|| panic!("altered: {text}"))
}

/// Which entry has this content, unless that was altered.
#[must_use]
pub fn unaltered(text: &str) -> Option<usize> {
    let number = mentioned(text)?;
    (text == content(number, text.len())).then_some(number)
}

/// Which entry this text mentions, if it mentions one.
#[must_use]
pub fn mentioned(text: &str) -> Option<usize> {
    let (_, digits) = text.split_once("entry-")?;
    digits.get(..12)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{content, mentioned, unaltered};

    #[test]
    fn a_content_tells_its_number_unless_it_was_altered() {
        for bytes in [0, 19, 20, 1_000] {
            let text = content(27, bytes);
            assert_eq!(text.len(), bytes.max(19));
            assert_eq!(unaltered(&text), Some(27));
        }
        let text = content(27, 100);
        assert_eq!(unaltered(&text.replace("bb", "bc")), None);
        assert_eq!(unaltered(&text.replace("27", "28")), None);
        assert_eq!(unaltered("é".repeat(30).as_str()), None);
        assert_eq!(mentioned(&format!("order part={text}")), Some(27));
        assert_eq!(mentioned("order"), None);
    }
}
