use fastrand::Rng;

use crate::injector::Drawn;
use crate::refusal::{Dialect, Refusal};
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
    /// What the plan has in store for a request with these bodies, unless that is a refusal.
    pub(crate) fn drawn<B: AsRef<str>>(
        drawn: &Drawn,
        dialect: &Dialect,
        bodies: &[B],
    ) -> Result<Self, Refusal> {
        let bodies: Vec<&str> = bodies.iter().map(AsRef::as_ref).collect();
        match Self::of(&drawn.fault, drawn.seed, dialect.throttled, &bodies) {
            Self::Request { status, code } => Err(Refusal::named(dialect, status, &code)),
            marks => Ok(marks),
        }
    }

    /// What `fault` does to entries with these bodies; `throttled` is the service's code for
    /// throttling.
    fn of(fault: &Fault, seed: u64, throttled: &str, bodies: &[&str]) -> Self {
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

impl Mark<'_> {
    /// What a request that has no other entry is refused with.
    pub(crate) fn refusal(&self, dialect: &Dialect) -> Refusal {
        let refusal = Refusal::named(dialect, 500, self.code);
        match refusal.is_throttling(dialect) {
            true => refusal.with_status(dialect.throttled_status),
            false if self.sender_fault => refusal.with_status(400),
            false => refusal,
        }
    }
}

impl Chosen {
    fn among(&self, count: usize, seed: u64) -> Vec<bool> {
        let mut rng = Rng::with_seed(seed);
        (0..count)
            .map(|index| match self {
                Self::Above(allowance) => !allowance.take(),
                Self::All => true,
                Self::At(positions) => positions.contains(&index),
                Self::Rate(rate) => rng.f64() < *rate,
            })
            .collect()
    }
}
