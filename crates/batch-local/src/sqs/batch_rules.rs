//! What makes a batch invalid as a whole.

use std::collections::BTreeSet;

use super::code::{
    BATCH_ENTRY_IDS_NOT_DISTINCT, BATCH_REQUEST_TOO_LONG, EMPTY_BATCH_REQUEST, INVALID_BATCH_ENTRY_ID,
    MISSING_PARAMETER, TOO_MANY_ENTRIES,
};
use crate::refusal::Refusal;

/// Refuses a batch by the ids of its entries; `entry` is the shape's name.
pub(super) fn check_ids<'a>(
    entry: &str,
    ids: impl ExactSizeIterator<Item = Option<&'a str>>,
) -> Result<(), Refusal> {
    match ids.len() {
        0 => {
            let message = format!("There should be at least one {entry} in the request.");
            return Err(Refusal::new(&EMPTY_BATCH_REQUEST, message));
        }
        count if count > MOST_ENTRIES => {
            let message =
                format!("Maximum number of entries per request are {MOST_ENTRIES}. You have sent {count}.");
            return Err(Refusal::new(&TOO_MANY_ENTRIES, message));
        }
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        let id =
            id.ok_or_else(|| Refusal::new(&MISSING_PARAMETER, "The request must contain the parameter Id."))?;
        if !is_id(id) {
            let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
            return Err(Refusal::new(&INVALID_BATCH_ENTRY_ID, message));
        }
        if !seen.insert(id) {
            return Err(Refusal::new(&BATCH_ENTRY_IDS_NOT_DISTINCT, format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

/// Refuses a batch by the bytes of its messages.
pub(super) fn check_bytes(bytes: usize) -> Result<(), Refusal> {
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let message =
        format!("Batch requests cannot be longer than {MOST_BYTES} bytes. You have sent {bytes} bytes.");
    Err(Refusal::new(&BATCH_REQUEST_TOO_LONG, message))
}

fn is_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=80).contains(&id.len()) && id.bytes().all(plain)
}

const MOST_BYTES: usize = 1_048_576;
const MOST_ENTRIES: usize = 10;
