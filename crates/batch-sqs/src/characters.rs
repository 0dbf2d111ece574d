//! The characters that the service takes in bodies and attributes: tab, line feed, carriage
//! return, and everything from U+0020 on but U+FFFE and U+FFFF (API, `SendMessage`).

/// The first character of the text that the service refuses, and its place in bytes.
///
/// In UTF-8 the refused ones are the bytes below 0x20 (but three) and `EF BF BE` and `EF BF BF`;
/// no other sequence has these bytes. Blocks without a suspicious byte, which is nearly all
/// of them, cost one vectorised pass.
pub(crate) fn refused(text: &str) -> Option<(usize, char)> {
    let mut start = 0;
    for block in text.as_bytes().chunks(BLOCK) {
        if block.iter().fold(0, |most, &byte| byte.wrapping_sub(0x20).max(most)) >= SUSPICIOUS
            && let Some(found) = refused_from(text, start, block)
        {
            return Some(found);
        }
        start += block.len();
    }
    None
}

fn refused_from(text: &str, start: usize, block: &[u8]) -> Option<(usize, char)> {
    let may_be_refused =
        |byte: u8| (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r') | (byte == 0xEF);
    if !block.iter().fold(false, |any, &byte| any | may_be_refused(byte)) {
        return None;
    }
    // A byte that may be refused is the first of its character, so `text` can be cut there.
    let places = (start..).zip(block).filter(|(_, byte)| may_be_refused(**byte)).map(|(place, _)| place);
    let mut characters = places.filter_map(|place| Some((place, text.get(place..)?.chars().next()?)));
    characters.find(|&(_, character)| is_refused(character))
}

fn is_refused(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Large enough that what a block costs by itself vanishes, small enough to stay in the nearest cache.
const BLOCK: usize = 512;

/// Bytes from 0x20 to 0xEE are beyond suspicion: less 0x20, that is what is below this.
const SUSPICIOUS: u8 = 0xEF - 0x20;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, refused};

    /// The rule, word for word from the API reference.
    fn is_allowed(character: char) -> bool {
        matches!(u32::from(character),
            0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
    }

    fn model(text: &str) -> Option<(usize, char)> {
        text.char_indices().find(|&(_, character)| !is_allowed(character))
    }

    #[test]
    fn every_character_is_judged_by_the_rule() {
        for character in ('\0'..='\u{1ffff}').chain('\u{10fff0}'..=char::MAX) {
            assert_eq!(
                refused(character.encode_utf8(&mut [0; 4])).is_none(),
                is_allowed(character),
                "{character:?}"
            );
        }
    }

    #[test]
    fn a_refused_character_is_found_wherever_it_lies() {
        let around = |place: usize| place - 4..place + 4;
        for place in (0..40).chain(around(BLOCK / 3)).chain(around(BLOCK)).chain(around(2 * BLOCK)) {
            for (filler, bad) in [("a", '\u{fffe}'), ("\n", '\u{1f}'), ("\u{efff}", '\0')] {
                let text = format!("{}{bad}tail", filler.repeat(place));
                assert_eq!(refused(&text), Some((place * filler.len(), bad)));
            }
        }
    }

    proptest! {
        #[test]
        fn texts_are_judged_like_their_characters(
            text in prop::collection::vec(
                prop_oneof![10 => any::<char>(), 10 => prop::char::range('\t', '\u{7f}'), 1 => prop::char::range('\u{fff0}', '\u{ffff}')],
                0..400,
            )
        ) {
            let text: String = text.into_iter().collect();
            prop_assert_eq!(refused(&text), model(&text));
        }
    }
}
