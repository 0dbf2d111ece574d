//! What must hold whatever the input.

use std::fmt::Debug;

use batch_core::{Invalid, LimitPolicy, Measure, Reply, Verdict, Verdicts};

/// One outcome for every entry: a verdict each, or a reply for all of them. All of it can be shown.
pub fn accounted<T: Debug>(reply: &Reply<T>, entries: usize) {
    if let Ok(Verdicts::Each(verdicts)) = reply {
        assert_eq!(verdicts.len(), entries, "{reply:?}");
    }
    if let Ok(Verdicts::AllBut(_, others)) = reply {
        assert!(others.is_sorted_by(|(one, _), (next, _)| one < next), "{reply:?}");
        assert!(others.iter().all(|&(position, _)| position < entries), "{reply:?}");
    }
    let shown = format!("{reply:?}");
    assert!(!shown.is_empty());
}

/// The same outcome for every entry, in whatever form it is told.
pub fn alike<T: Debug>([one, other]: [Reply<T>; 2], entries: usize) {
    let meaning = |reply: Reply<T>| format!("{:?}", reply.map(|verdicts| verdicts.into_each(entries)));
    assert_eq!(meaning(one), meaning(other));
}

/// What the writer refuses, the server refuses, and what it takes, the server takes.
pub fn agree<T: Debug>(measured: &Result<Measure<'_>, Invalid>, limits: &LimitPolicy, reply: &Reply<T>) {
    assert_eq!(fits(measured, limits), is_taken(reply), "measured as {measured:?}, answered by {reply:?}");
}

/// What the writer takes, the server takes, which may take more.
pub fn admitted<T: Debug>(measured: &Result<Measure<'_>, Invalid>, limits: &LimitPolicy, reply: &Reply<T>) {
    assert!(!fits(measured, limits) || is_taken(reply), "measured as {measured:?}, answered by {reply:?}");
}

fn fits(measured: &Result<Measure<'_>, Invalid>, limits: &LimitPolicy) -> bool {
    measured
        .as_ref()
        .is_ok_and(|measure| limits.check_entry(measure.entry_bytes, measure.request_bytes).is_ok())
}

fn is_taken<T>(reply: &Reply<T>) -> bool {
    match reply {
        Ok(Verdicts::AllAccepted(_)) => true,
        Ok(Verdicts::Each(verdicts)) => matches!(verdicts[..], [Verdict::Accepted(_)]),
        Ok(Verdicts::AllBut(..)) | Err(_) => false,
    }
}
