//! Our writing of JSON against that of `serde_json`.
#![no_main]

use batch_smithy::json::{Base64, Text, need_escape, push_escaped, to_vec};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let by_serde = serde_json::to_string(&text).expect("a text can be written");
    let written = to_vec(&Text(&text), 0).expect("a text can be written");
    assert_eq!(written, by_serde.as_bytes());
    let mut pushed = vec![b'"'];
    push_escaped(&mut pushed, &text);
    assert_eq!(pushed, by_serde.as_bytes()[..by_serde.len() - 1]);
    assert_eq!(need_escape(&text), by_serde.len() != text.len() + 2);
    let written = to_vec(&Base64(input), 0).expect("bytes can be written");
    let read: String = serde_json::from_slice(&written).expect("it is JSON");
    assert_eq!(aws_smithy_types::base64::decode(read).expect("it is base64"), input);
});
