//! A writer built once more: with a seed, say, so that its run can be repeated exactly.

use std::time::Duration;

use async_trait::async_trait;
use batch_core::{Invalid, LimitPolicy, Measure, Reply, Service, Writer};

/// The service of a writer, for another one.
#[derive(Debug)]
pub struct Through<S: Service>(pub Writer<S>);

#[async_trait]
impl<S: Service> Service for Through<S> {
    type Entry = S::Entry;
    type Response = S::Response;

    fn name(&self) -> &'static str {
        self.0.service().name()
    }

    fn destination(&self) -> String {
        self.0.service().destination()
    }

    fn limits(&self) -> LimitPolicy {
        self.0.service().limits()
    }

    fn remembers_for(&self) -> Option<Duration> {
        self.0.service().remembers_for()
    }

    fn prepare(&self, entry: &mut S::Entry) {
        self.0.service().prepare(entry);
    }

    fn measure<'a>(&self, entry: &'a S::Entry) -> Result<Measure<'a>, Invalid> {
        self.0.service().measure(entry)
    }

    async fn send(&self, entries: &[S::Entry]) -> Reply<S::Response> {
        self.0.service().send(entries).await
    }
}
