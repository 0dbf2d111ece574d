use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::bucket::Bucket;
use crate::clock;

/// A rate limit: a token bucket that holds the tokens of one second, and is full at its first use.
///
/// Clones share one bucket, and two allowances are equal if they share one.
///
/// ```
/// use batch_local::{Allowance, Chosen, Fault, FaultPlan};
///
/// // A service that accepts 100 requests per second, and one that accepts 1,000 entries per second.
/// let requests = FaultPlan::always(Fault::ThrottleAbove(Allowance::per_second(100)));
/// let entries = FaultPlan::always(Fault::throttle_entries(Chosen::Above(Allowance::per_second(1_000))));
/// # let _ = (requests, entries);
/// ```
#[derive(Clone)]
pub struct Allowance {
    per_second: u32,
    bucket: Arc<Mutex<Option<Bucket>>>,
}

impl Allowance {
    /// Creates an allowance of `count` requests or entries per second.
    #[must_use]
    pub fn per_second(count: u32) -> Self {
        Self { per_second: count, bucket: Arc::default() }
    }

    /// Takes one, if there is one left.
    pub(crate) fn take(&self) -> bool {
        let now = clock::now();
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.get_or_insert_with(|| Bucket::full(self.per_second.into(), now)).take(1, now)
    }
}

/// Two allowances are equal if they share one bucket.
impl PartialEq for Allowance {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.bucket, &other.bucket)
    }
}

impl fmt::Debug for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Allowance({} a second)", self.per_second)
    }
}
