//! Outcomes in short, as tests compare them.

use std::error::Error;
use std::fmt::Display;

use batch_core::{Failure, Refusal, Reply, Service, UnprocessedItem, Verdict, Verdicts, Writer};

/// A reply in short: `Fatal(AccessDenied)`, `Each[+ !InternalError]`, `AllBut[1:!InternalError]`.
#[must_use]
pub fn shown<R>(reply: &Reply<R>) -> String {
    match reply {
        Ok(Verdicts::AllAccepted(_)) => "AllAccepted".to_owned(),
        Ok(Verdicts::AllBut(_, others)) => {
            let others =
                others.iter().map(|(position, verdict)| format!("{position}:{}", shown_verdict(verdict)));
            format!("AllBut[{}]", others.collect::<Vec<_>>().join(" "))
        }
        Ok(Verdicts::Each(verdicts)) => {
            let verdicts: Vec<_> = verdicts.iter().map(shown_verdict).collect();
            format!("Each[{}]", verdicts.join(" "))
        }
        Err(Refusal { class, failure }) => format!("{class:?}({})", failure.code()),
    }
}

fn shown_verdict<R>(verdict: &Verdict<R>) -> String {
    match verdict {
        Verdict::Accepted(_) => "+".to_owned(),
        Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
        Verdict::Reject(failure) => format!("!{}", failure.code()),
        Verdict::Retry(failure) => format!("~{}", failure.code()),
        Verdict::Throttled(failure) => format!("%{}", failure.code()),
    }
}

/// The failure of a request that failed as a whole.
///
/// # Panics
///
/// When it did not.
#[expect(clippy::must_use_candidate, reason = "it checks, too")]
#[track_caller]
pub fn failure<R>(reply: Reply<R>) -> Failure {
    match reply {
        Ok(_) => panic!("it was to fail as a whole, but: {}", shown(&reply)),
        Err(refusal) => refusal.failure,
    }
}

/// Checks that every entry is accounted for: so many delivered, so many handed back, and none inside.
///
/// # Panics
///
/// When they are not.
#[track_caller]
pub fn check_sums<S: Service>(writer: &Writer<S>, delivered: u64, handed_back: u64) {
    let stats = writer.stats();
    assert_eq!((stats.delivered, stats.handed_back), (delivered, handed_back), "{stats:?}");
    assert_eq!(
        stats.accepted,
        stats.delivered + stats.superseded + stats.merged + stats.handed_back + stats.inside,
        "{stats:?}"
    );
    assert_eq!(stats.inside, 0, "{stats:?}");
}

/// The code behind each item.
#[must_use]
pub fn codes<E>(items: &[UnprocessedItem<E>]) -> Vec<String> {
    items.iter().map(|item| item.cause.failure().map_or("", Failure::code).to_owned()).collect()
}

/// Checks that all of these words are in the text.
///
/// # Panics
///
/// When one is not.
#[track_caller]
pub fn says(text: &impl Display, words: &[&str]) {
    let shown = format!("{text:#}");
    for words in words {
        assert!(shown.contains(words), "{shown}\ndoes not contain\n{words}");
    }
}

/// What a report of an error and its sources says.
#[must_use]
pub fn report(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
