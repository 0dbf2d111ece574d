//! What errors and logs say, searched for secrets.

use std::error::Error;
use std::iter;

use batch_core::UnprocessedItem;

use crate::planted::check;
use crate::recorder::Recording;

/// Checks what an error and its sources show, to users and to those who debug.
#[track_caller]
pub(crate) fn question(path: &str, error: &(dyn Error + 'static)) {
    for error in iter::successors(Some(error), |&error| error.source()) {
        if let Some(source) = error.source() {
            let (shown, source) = (error.to_string(), source.to_string());
            assert!(!shown.contains(&source), "{path}: a report of the chain says twice: {shown}: {source}");
        }
        check(path, "an error", &error.to_string());
        check(path, "the Debug of an error", &format!("{error:?} {error:#?}"));
    }
}

/// Checks items, of which there must be some.
#[track_caller]
pub(crate) fn question_all<E: 'static>(path: &str, items: &[UnprocessedItem<E>]) {
    assert!(!items.is_empty(), "{path}: nothing is handed back");
    for item in items {
        question(path, item);
        question(path, &item.cause);
    }
}

/// Checks what our crates told above TRACE; returns it.
#[track_caller]
pub(crate) fn search(path: &str, recording: &Recording) -> Vec<String> {
    let told = recording.ours();
    told.into_iter()
        .map(|told| {
            check(path, "a log", &format!("{told:?}"));
            told.text
        })
        .collect()
}
