use std::fmt;

use batch_core::Reply;

/// What a reply to a request of so many entries says of each, in whatever form it says it.
#[must_use]
pub fn meaning<R: fmt::Debug>(reply: Reply<R>, entries: usize) -> String {
    format!("{:?}", reply.map(|verdicts| verdicts.into_each(entries)))
}
