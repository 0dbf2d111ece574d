//! The ways to send entries that are compared.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One way to send entries.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Arm {
    /// Perfect batches made by hand, on the raw SDK: what the others are compared with.
    ByHand,
    /// One request for each entry, on the raw SDK.
    Single,
    /// The writer's `submit`, from one task.
    Submit,
    /// The writer's `submit_tracked`, with a receipt for each entry.
    Tracked,
    /// The writer's `try_submit`, from four tasks.
    TrySubmit,
}

impl Arm {
    /// By hand comes first: each other arm of a round is divided by it.
    pub(crate) const ALL: [Self; 5] =
        [Self::ByHand, Self::Submit, Self::Tracked, Self::TrySubmit, Self::Single];
}

impl fmt::Display for Arm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByHand => "by hand",
            Self::Single => "single calls",
            Self::Submit => "submit",
            Self::Tracked => "receipts",
            Self::TrySubmit => "try_submit",
        })
    }
}
