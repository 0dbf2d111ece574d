//! What a recorder cannot do.

use std::error::Error;
use std::fmt;

use crate::ReserveError;

/// Why what was recorded was not submitted. It stays in the recorder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RecorderError {
    /// The writer is shut down. Submit to another one.
    Closed,
    /// The writer has no tokio runtime to work on. Submit from a runtime with a timer, or set one with
    /// [`WriterBuilder::runtime`](crate::WriterBuilder::runtime).
    NoRuntime,
    /// The writer is full of failures that were not collected. Collect them with a flush.
    Uncollected,
}

impl From<ReserveError> for RecorderError {
    fn from(error: ReserveError) -> Self {
        match error {
            ReserveError::Uncollected => Self::Uncollected,
            _ => Self::Closed,
        }
    }
}

impl fmt::Display for RecorderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the writer is shut down; submit what was recorded to another one",
            Self::NoRuntime => {
                "no tokio runtime with a timer is running on this thread; submit from a runtime built with `enable_all`, or set one with `WriterBuilder::runtime`"
            }
            Self::Uncollected => {
                "the writer is full of failures that were not collected; collect them with `flush` or `take_unprocessed`"
            }
        })
    }
}

impl Error for RecorderError {}

/// Another recorder is installed in this process already, so that this one would see nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct InstallError;

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the process has a recorder already; install one, or combine several and install them with `metrics::set_global_recorder`",
        )
    }
}

impl Error for InstallError {}
