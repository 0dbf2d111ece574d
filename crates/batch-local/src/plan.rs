use std::ops::Range;
use std::time::Duration;

use crate::{Chosen, Fault};

/// A plan of the faults and the latency of requests.
///
/// Faults hit the operations that write entries, such as `SendMessageBatch`, `PutRecords` and
/// `BatchWriteItem`, so that reading back stays reliable; [`only`](Self::only) chooses other operations.
/// Latency is added to every request.
///
/// The same plan, seed and order of requests give the same faults.
///
/// ```
/// use batch_local::{Fault, FaultPlan};
///
/// // The first write is throttled, the second passes, the third is applied but never confirmed.
/// let script = FaultPlan::script([Fault::ThrottleRequest, Fault::None, Fault::ResetAfter]);
///
/// // Every tenth write, on average, fails in one of the ways that occur in production.
/// let random = FaultPlan::random(0.1, 42);
/// # let _ = (script, random);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FaultPlan {
    pub(crate) choice: Choice,
    pub(crate) latency: Option<Range<Duration>>,
    pub(crate) operations: Vec<String>,
    /// What strikes where nothing else does.
    pub(crate) otherwise: Fault,
}

/// How the fault of a request is chosen.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    Always(Fault),
    Random { rate: f64, seed: u64, kinds: Vec<(Fault, u32)> },
    Script(Vec<Fault>),
}

impl FaultPlan {
    /// Creates a plan in which this fault hits every write.
    pub fn always(fault: Fault) -> Self {
        Self::new(Choice::Always(fault))
    }

    /// Creates a plan without faults and latency.
    pub fn none() -> Self {
        Self::script([])
    }

    /// Creates a plan in which a fault hits each write with the probability `rate`, from 0 to 1, drawn from
    /// `seed`.
    ///
    /// The fault is drawn from a mix in which throttling and partial failures are frequent, and errors, resets
    /// and malformed responses are rare. No request hangs; [`kinds`](Self::kinds) sets another mix.
    pub fn random(rate: f64, seed: u64) -> Self {
        Self::new(Choice::Random { rate, seed, kinds: usual_kinds() })
    }

    /// Creates a plan in which each write takes the next fault of the list, and [`Fault::None`] lets it pass.
    /// Writes after the end of the list pass.
    pub fn script(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self::new(Choice::Script(faults.into_iter().collect()))
    }

    /// Sets the mix of a [`random`](Self::random) plan: its faults and their weights. Other plans ignore it.
    ///
    /// ```
    /// use batch_local::{Fault, FaultPlan};
    ///
    /// let plan = FaultPlan::random(0.2, 7).kinds(&[(Fault::HangAfter, 1), (Fault::ThrottleRequest, 9)]);
    /// # let _ = plan;
    /// ```
    pub fn kinds(mut self, weighted: &[(Fault, u32)]) -> Self {
        if let Choice::Random { kinds, .. } = &mut self.choice {
            *kinds = weighted.to_vec();
        }
        self
    }

    /// Sets the latency of every request, of any operation, drawn from this range. Default: none.
    ///
    /// Half of the latency passes before the request is applied, and half after. An empty range stands for
    /// its start.
    ///
    /// ```
    /// use std::time::Duration;
    /// use batch_local::FaultPlan;
    ///
    /// let plan = FaultPlan::none().latency(Duration::from_millis(5)..Duration::from_millis(50));
    /// # let _ = plan;
    /// ```
    pub fn latency(mut self, range: Range<Duration>) -> Self {
        self.latency = Some(range);
        self
    }

    /// Limits the faults to this operation, which need not be a write. Further calls add operations.
    ///
    /// ```
    /// use batch_local::{Fault, FaultPlan};
    ///
    /// let plan = FaultPlan::script([Fault::ResetAfter]).only("DeleteMessageBatch");
    /// # let _ = plan;
    /// ```
    pub fn only(mut self, operation: impl Into<String>) -> Self {
        self.operations.push(operation.into());
        self
    }

    /// Sets the fault that hits the writes that would pass otherwise. Default: [`Fault::None`].
    ///
    /// ```
    /// use batch_local::{Allowance, Fault, FaultPlan};
    ///
    /// // Some writes fail at random; of the others, a hundred a second pass.
    /// let throttle = Fault::ThrottleAbove(Allowance::per_second(100));
    /// let plan = FaultPlan::random(0.01, 7).otherwise(throttle);
    /// # let _ = plan;
    /// ```
    pub fn otherwise(mut self, fault: Fault) -> Self {
        self.otherwise = fault;
        self
    }

    fn new(choice: Choice) -> Self {
        Self { choice, latency: None, operations: Vec::new(), otherwise: Fault::None }
    }
}

impl Default for FaultPlan {
    fn default() -> Self {
        Self::none()
    }
}

fn usual_kinds() -> Vec<(Fault, u32)> {
    vec![
        (Fault::ThrottleRequest, 4),
        (Fault::partial_failure(Chosen::Rate(0.5), "InternalError", false), 4),
        (Fault::throttle_entries(Chosen::Rate(0.5)), 3),
        (Fault::error_before(500, "InternalError"), 2),
        (Fault::error_before(503, "ServiceUnavailable"), 2),
        (Fault::error_after(500, "InternalError"), 1),
        (Fault::ResetBefore, 1),
        (Fault::ResetAfter, 1),
        (Fault::Unreachable, 1),
        (Fault::Truncated, 1),
        (Fault::Malformed, 1),
    ]
}
