//! Serializes requests as AWS JSON: with `serde_json`, from borrowed views of an SDK's input, or piece by piece.

use std::{fmt, io};

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::base64;
use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use crate::memory::{for_body, into_body};

/// A text. Nearly every text needs no escape, which one vectorized pass shows; `serde_json` writes the
/// others.
///
/// Only [`to_vec`] writes it as a string, and not as the key of a map; other serializers write bytes.
/// `Debug` shows its length.
#[derive(Clone, Copy)]
pub struct Text<'a>(pub &'a str);

/// Bytes, written in base64.
///
/// Only [`to_vec`] writes it so; other serializers write bytes. `Debug` shows its length.
#[derive(Clone, Copy)]
pub struct Base64<'a>(pub &'a [u8]);

/// The value as compact JSON, in a buffer with this initial capacity.
///
/// The value may contain [`Text`] and [`Base64`], but no other bytes.
///
/// # Errors
///
/// When the value cannot be represented as JSON.
pub fn to_vec(value: &impl Serialize, capacity: usize) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = for_body(capacity);
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut json, Verbatim))?;
    Ok(json)
}

/// The request with this body: a POST to the root of the endpoint. `version` is the version of the
/// protocol, `1.0` or `1.1`; `target` names the service and the operation.
///
/// `None` if the version is unknown.
#[must_use]
pub fn request(version: &'static str, target: &'static str, body: Vec<u8>) -> Option<HttpRequest> {
    let content_type = match version {
        "1.0" => "application/x-amz-json-1.0",
        "1.1" => "application/x-amz-json-1.1",
        _ => return None,
    };
    let length = body.len();
    let mut request = HttpRequest::new(into_body(body));
    request.set_method("POST").ok()?;
    request.set_uri("/").ok()?;
    let headers = request.headers_mut();
    headers.insert("content-type", content_type);
    headers.insert("x-amz-target", target);
    headers.insert("content-length", length.to_string());
    Some(request)
}

/// Appends a text as it stands between the quotes of a JSON string, with the escapes of `serde_json`.
#[inline]
pub fn push_escaped(json: &mut Vec<u8>, text: &str) {
    match need_escape(text) {
        false => json.extend_from_slice(text.as_bytes()), // nearly always
        true => push_with_escapes(json, text.as_bytes()),
    }
}

/// Eight bytes at a time, which a JSON text within JSON, where every few bytes are a quote, needs most.
#[inline(never)]
fn push_with_escapes(json: &mut Vec<u8>, mut rest: &[u8]) {
    json.reserve(rest.len() + rest.len() / 8);
    while let Some((word, after)) = rest.split_first_chunk() {
        let plain = escapes_in(u64::from_le_bytes(*word)).trailing_zeros() as usize / 8;
        // To copy all eight and forget some again costs less than to copy just as many as are wanted.
        let length = json.len() + plain;
        json.extend_from_slice(word);
        if plain == word.len() {
            rest = after;
        } else {
            json.truncate(length);
            push_escape(json, word[plain]);
            rest = &rest[plain + 1..];
        }
    }
    for &byte in rest {
        match is_escaped(byte) {
            false => json.push(byte),
            true => push_escape(json, byte),
        }
    }
}

fn push_escape(json: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\x08' => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        b'\x0c' => b'f',
        b'\r' => b'r',
        _ => {
            let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
            return json.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
        }
    };
    json.extend_from_slice(&[b'\\', short]);
}

/// Whether the text has a character that a JSON string must escape.
#[must_use]
pub fn need_escape(text: &str) -> bool {
    if text.len() < SHORT {
        return short_needs_escape(text.as_bytes());
    }
    // `is_escaped` has `|` and no `||`: without branches, it is vectorised.
    let mut blocks = text.as_bytes().chunks(BLOCK);
    blocks.any(|block| block.iter().fold(false, |any, &byte| any | is_escaped(byte)))
}

fn is_escaped(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

/// The same eight bytes at a time, which for a short text costs less than vectors do.
fn short_needs_escape(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let last = text.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [b' '; 8];
        last[..rest.len()].copy_from_slice(rest);
        last
    });
    words.iter().chain([&last]).fold(0, |any, &word| any | escapes_in(u64::from_le_bytes(word))) != 0
}

/// The highest bit of the lowest byte of the word that must be escaped, and perhaps those of higher bytes;
/// 0 if none must.
fn escapes_in(word: u64) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    // What the subtraction borrows spoils the bits of bytes above one that is below `limit`, and no others.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & (ONES << 7)
}

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match need_escape(self.0) {
            false => serializer.serialize_bytes(self.0.as_bytes()),
            true => serializer.serialize_str(self.0),
        }
    }
}

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(base64::encode(self.0).as_bytes())
    }
}

macro_rules! debug_length {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} bytes)", stringify!($name), self.0.len())
            }
        }
    )*};
}

debug_length!(Base64 Text);

/// Compact JSON, in which bytes stand for strings that need no escape.
struct Verbatim;

impl Formatter for Verbatim {
    fn write_byte_array<W: ?Sized + io::Write>(&mut self, json: &mut W, bytes: &[u8]) -> io::Result<()> {
        self.begin_string(json)?;
        json.write_all(bytes)?;
        self.end_string(json)
    }
}

/// Below this, the bytes around the vectors would cost more than these save.
const SHORT: usize = 64;

/// Enough to be worth vectors, little enough to stop early.
const BLOCK: usize = 4_096;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, Base64, SHORT, Text, need_escape, push_escaped, request, to_vec};

    /// Checks that the text is written as `serde_json` writes it.
    #[track_caller]
    fn check(text: &str) {
        let by_serde = serde_json::to_string(text).expect("a text can be written");
        let written = to_vec(&Text(text), 0).expect("a text can be written");
        assert_eq!(written, by_serde.as_bytes(), "{text:?}");
        let mut pushed = vec![b'"'];
        push_escaped(&mut pushed, text);
        pushed.push(b'"');
        assert_eq!(pushed, by_serde.as_bytes(), "{text:?}");
        assert_eq!(need_escape(text), by_serde.len() != text.len() + 2, "{text:?}");
    }

    #[test]
    fn whatever_json_escapes_is_escaped_and_nothing_else() {
        for character in ('\0'..='\u{ff}').chain(['\u{2028}', '\u{2029}', '\u{ffff}', '\u{1f600}']) {
            check(character.encode_utf8(&mut [0; 4]));
        }
    }

    #[test]
    fn what_needs_an_escape_is_found_wherever_it_lies() {
        for place in (0..=SHORT).chain([BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7]) {
            for escaped in ['"', '\\', '\u{1f}', ' ', '!', '#', ']', '\u{7f}', 'ä'] {
                for tail in ["", "!tail", " tail of a text", "\u{20ac}\u{10ffff}"] {
                    check(&format!("{}{escaped}{tail}", "a".repeat(place)));
                }
            }
        }
    }

    #[test]
    fn debug_shows_lengths_and_no_content() {
        assert_eq!(format!("{:?} {:?}", Text("secret"), Base64(b"secret")), "Text(6 bytes) Base64(6 bytes)");
    }

    #[test]
    fn a_request_has_the_headers_of_its_protocol() {
        for (version, kind) in [("1.0", "application/x-amz-json-1.0"), ("1.1", "application/x-amz-json-1.1")]
        {
            let request = request(version, "Things_20200101.PutThings", b"{}".to_vec());
            let request = request.expect("the version is known");
            assert_eq!((request.method(), request.uri()), ("POST", "/"));
            assert_eq!(request.headers().get("content-type"), Some(kind));
            assert_eq!(request.headers().get("x-amz-target"), Some("Things_20200101.PutThings"));
            assert_eq!(request.headers().get("content-length"), Some("2"));
        }
        assert!(request("2.0", "Things", Vec::new()).is_none());
    }

    proptest! {
        #[test]
        fn every_text_can_be_read_back(text in any::<String>(), quotes in "[\"\\\\\n a\u{1}é]{0,40}") {
            for text in [text.clone(), quotes.clone(), text + &quotes] {
                check(&text);
                let written = to_vec(&Text(&text), 0).expect("a text can be written");
                let read: String = serde_json::from_slice(&written).expect("it is JSON");
                prop_assert_eq!(read, text);
            }
        }

        #[test]
        fn bytes_are_a_string_in_base64(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let written = to_vec(&[Base64(&bytes)], 0).expect("bytes can be written");
            let [text]: [String; 1] = serde_json::from_slice(&written).expect("it is JSON");
            prop_assert_eq!(aws_smithy_types::base64::decode(text).expect("it is base64"), bytes);
        }
    }
}
