//! Responses with a result for each entry, in the order of the entries, such as those of Amazon Kinesis and Amazon Data
//! Firehose.
//!
//! One scan finds the entries that failed, without a model of each result; what is said of an accepted entry is cut out
//! of the body when a receipt asks. Any other response than a [compact](Compact) one the SDK reads.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use batch_core::Verdict;

use crate::memory::Kept;
use crate::{Compact, Failures, KnownDeserializer, Written};

/// How a service writes these responses.
pub trait Form: 'static {
    /// Where it is written what the service says of an accepted entry. The default stands for one that failed.
    type Said: Copy + Default + fmt::Debug + Send + Sync;
    /// What the verdicts on its entries are of.
    type Response: Send + Sync;

    /// The name of the count of failures, which says no more than the results do: in quotation marks, with its colon.
    const COUNT: &'static [u8];
    /// The name of the results, with the bracket before them.
    const LIST: &'static [u8];
    /// More than a result comes to, in bytes. A larger one is not kept for receipts that may never ask.
    const MOST_RESULT_BYTES: usize;

    /// Reads a member that says nothing of an entry.
    fn other(response: &mut Compact<'_>) -> Option<()>;

    /// Reads the result of an entry that was accepted. What is said of it is perhaps as long as what was said of the last
    /// one.
    fn accepted(result: &mut Compact<'_>, last: Self::Said) -> Option<Self::Said>;

    /// The verdict on an entry that failed with this code and message.
    fn failed(code: &str, message: Option<String>) -> Verdict<Self::Response>;
}

/// The results of a response, each of whose entries was certainly either accepted or not.
#[derive(Debug)]
pub struct Results<F: Form> {
    body: Kept,
    said: Vec<F::Said>,
    failed: Failures<F::Response>,
}

/// What is said of each entry, and what failed.
type Read<F> = (Vec<<F as Form>::Said>, Failures<<F as Form>::Response>);

/// Where the results of a response are put when it is read.
pub struct Answer<F: Form> {
    entries: usize,
    results: Arc<Mutex<Option<Results<F>>>>,
}

impl<F: Form> Results<F> {
    /// The results of a request of so many entries, read from this body; `None` if that is not certain.
    pub fn of(body: Kept, entries: usize) -> Option<Self> {
        let bytes = body.bytes();
        if bytes.len() > MOST_OTHER_BYTES + entries.saturating_mul(F::MOST_RESULT_BYTES) {
            return None;
        }
        let (said, failed) = Compact::read(bytes, |body| Self::read(body, entries))?;
        Some(Self { body, said, failed })
    }

    fn read(mut body: Compact<'_>, entries: usize) -> Option<Read<F>> {
        let (mut has_count, mut has_other, mut results) = (false, false, None);
        body.object(|response| {
            if !has_count && response.skip(F::COUNT).is_some() {
                has_count = true;
                response.count()
            } else if results.is_none() && response.skip(F::LIST).is_some() {
                results = Some(response.results(entries, F::accepted, F::failed)?);
                Some(())
            } else if !has_other {
                has_other = true;
                F::other(response)
            } else {
                None
            }
        })?;
        results.filter(|_| has_count)
    }

    /// The body that the results are in.
    #[inline]
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.body.bytes()
    }

    /// What is said of each entry, in their order.
    #[inline]
    #[must_use]
    pub fn said(&self) -> &[F::Said] {
        &self.said
    }

    /// The positions of the entries that failed, in ascending order, and the verdict on each.
    #[must_use]
    pub fn failed(&self) -> &[(usize, Verdict<F::Response>)] {
        &self.failed
    }

    /// The same, taken out of the results.
    #[must_use]
    pub fn take_failed(&mut self) -> Failures<F::Response> {
        std::mem::take(&mut self.failed)
    }
}

impl<F: Form> Answer<F> {
    /// Nothing yet, of a request with so many entries.
    #[must_use]
    pub fn to(entries: usize) -> Self {
        Self { entries, results: Arc::default() }
    }

    /// Has the response to this request read here first. The operation then returns `output`.
    #[must_use]
    pub fn read_in<O: fmt::Debug + Send + Sync + 'static>(
        &self,
        written: Written,
        known: &KnownDeserializer,
        output: impl Fn() -> Option<O> + Send + Sync + 'static,
    ) -> Written {
        let (entries, results) = (self.entries, Arc::clone(&self.results));
        written.reading(known, move |response| {
            let (output, read) = (output()?, read(response, entries)?);
            *results.lock().unwrap_or_else(PoisonError::into_inner) = Some(read);
            Some(output)
        })
    }

    /// The results, if the response was read.
    #[must_use]
    pub fn into_results(self) -> Option<Results<F>> {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<F: Form> fmt::Debug for Answer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").field("entries", &self.entries).finish_non_exhaustive()
    }
}

fn read<F: Form>(response: &HttpResponse, entries: usize) -> Option<Results<F>> {
    match response.status().as_u16() {
        200 => Results::of(Kept::of(response.body())?, entries),
        _ => None,
    }
}

/// More than the rest of a response comes to, in bytes.
const MOST_OTHER_BYTES: usize = 256;
