//! A service for numbers: what it does with a request follows from the numbers in it.

use std::sync::Arc;

use async_trait::async_trait;
use batch_core::{Batch, ConfigError, Failure, Invalid, LimitPolicy, Measure, Reply, Service, Verdict};

/// What becomes of a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Act {
    Accept,
    /// The whole request has no response.
    Hang,
    Reject,
}

/// The service. Numbers below zero are invalid.
#[derive(Clone)]
pub(crate) struct Fake(Arc<dyn Fn(i64) -> Act + Send + Sync>);

impl Fake {
    pub(crate) fn accepting() -> Self {
        Self::by(|_| Act::Accept)
    }

    pub(crate) fn by(act: impl Fn(i64) -> Act + Send + Sync + 'static) -> Self {
        Self(Arc::new(act))
    }
}

#[async_trait]
impl Service for Fake {
    type Entry = i64;
    type Response = ();

    fn name(&self) -> &'static str {
        "fake"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 80, 8)
    }

    fn measure<'a>(&self, number: &'a i64) -> Result<Measure<'a>, Invalid> {
        if *number < 0 {
            return Err(Invalid::new("it is below 0"));
        }
        Ok(Measure::of_bytes(8))
    }

    async fn send(&self, batch: &Batch<i64>) -> Reply<()> {
        let acts: Vec<_> = batch.entries().iter().map(|&number| (self.0)(number)).collect();
        if acts.contains(&Act::Hang) {
            std::future::pending::<()>().await;
        }
        let verdict = |act: Act| match act {
            Act::Reject => Verdict::Reject(Failure::new("Unlucky")),
            Act::Accept | Act::Hang => Verdict::Accepted(()),
        };
        Ok(acts.into_iter().map(verdict).collect())
    }
}
