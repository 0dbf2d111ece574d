use std::fmt;

use batch_core::{Reply, Verdict, Verdicts};

/// What a reply to a request of so many entries says of each, in whatever form it says it.
#[must_use]
pub fn meaning<R: fmt::Debug>(reply: Reply<R>, entries: usize) -> String {
    match reply {
        Ok(Verdicts::AllAccepted(responses)) => {
            let verdicts = (0..entries).map(|position| Verdict::Accepted(responses.read(position)));
            format!("{:?}", verdicts.collect::<Vec<_>>())
        }
        Ok(Verdicts::AllBut(responses, others)) => {
            let mut others = others.into_iter().peekable();
            let verdict = |position| match others.next_if(|&(other, _)| other == position) {
                Some((_, verdict)) => verdict,
                None => Verdict::Accepted(responses.read(position)),
            };
            format!("{:?}", (0..entries).map(verdict).collect::<Vec<_>>())
        }
        Ok(Verdicts::Each(verdicts)) => format!("{verdicts:?}"),
        Err(refusal) => format!("{refusal:?}"),
    }
}
