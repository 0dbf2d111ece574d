use fastrand::Rng;

use crate::{Chosen, Fault};

/// What a fault does to the entries of one write.
#[derive(Debug)]
pub(crate) enum Marks {
    /// The marked entries fail with this code, the others are applied.
    Entries { marked: Vec<bool>, code: String, sender_fault: bool },
    /// Every entry is applied.
    None,
    /// The whole request is refused.
    Request { status: u16, code: String },
}

/// Why a marked entry fails.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark<'a> {
    pub(crate) code: &'a str,
    pub(crate) sender_fault: bool,
}

impl Marks {
    /// What `fault` does to entries with these bodies; `throttled` is the service's code for
    /// throttling.
    pub(crate) fn of(fault: &Fault, seed: u64, throttled: &str, bodies: &[&str]) -> Self {
        let (marked, code, sender_fault) = match fault {
            Fault::FailWhere { predicate, code, sender_fault } => {
                (bodies.iter().map(|body| predicate(body)).collect(), code.as_str(), *sender_fault)
            }
            Fault::PartialFailure { entries, code, sender_fault } => {
                (entries.among(bodies.len(), seed), code.as_str(), *sender_fault)
            }
            Fault::RejectRequestWhere { predicate, status, code } => {
                let refused = bodies.iter().any(|body| predicate(body));
                return if refused {
                    Self::Request { status: *status, code: code.clone() }
                } else {
                    Self::None
                };
            }
            Fault::ThrottleEntries { entries, sender_fault } => {
                (entries.among(bodies.len(), seed), throttled, *sender_fault)
            }
            _ => return Self::None,
        };
        Self::Entries { marked, code: code.to_owned(), sender_fault }
    }

    /// Why the entry at `index` fails, if it does.
    pub(crate) fn at(&self, index: usize) -> Option<Mark<'_>> {
        match self {
            Self::Entries { marked, code, sender_fault } if marked.get(index) == Some(&true) => {
                Some(Mark { code, sender_fault: *sender_fault })
            }
            _ => None,
        }
    }
}

impl Chosen {
    fn among(&self, count: usize, seed: u64) -> Vec<bool> {
        let mut rng = Rng::with_seed(seed);
        (0..count)
            .map(|index| match self {
                Self::All => true,
                Self::At(positions) => positions.contains(&index),
                Self::Rate(rate) => rng.f64() < *rate,
            })
            .collect()
    }
}
