use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::bucket::Bucket;
use crate::clock;

/// So many a second: a bucket that holds what flows into it in one second, full at its first use.
///
/// A clone draws from the same bucket.
///
/// ```
/// use batch_local::{Allowance, Chosen, Fault, FaultPlan};
///
/// // A service that takes a hundred requests a second, or one that takes a thousand entries a second.
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
    /// An allowance of that many a second.
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

/// Allowances are equal if they are the same one.
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
