//! Credentials that are out of date.

use std::sync::OnceLock;

use batchwright_kit::Keys;

/// Whether a key is out of date: the first one that is asked about, and all before it. So many after it are not valid
/// yet.
pub fn out_of_date(not_yet_valid: usize) -> impl Fn(&str) -> bool + Send + Sync + 'static {
    let first = OnceLock::new();
    move |id| {
        let number = Keys::number(id).unwrap_or_default();
        number <= *first.get_or_init(|| number) + not_yet_valid
    }
}
