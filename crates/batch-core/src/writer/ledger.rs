use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How often one kind of trouble is reported.
const INTERVAL: Duration = Duration::from_secs(60);
/// How many kinds of trouble are told apart at once. Codes come from a service, which may make up any number.
const MOST_KINDS: usize = 64;

/// Sums trouble up, so that each kind of it is reported at once when it begins and once a minute while it goes on.
///
/// It keeps texts and counts only: nothing in it runs code of the user's when it is dropped.
pub(super) struct Ledger {
    accounts: BTreeMap<Trouble, Account>,
}

/// What operators are to know of.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Trouble {
    /// No request gets through, for this reason.
    CutOff {
        code: String,
    },
    /// Failures whose receipts were dropped made room for other entries.
    Discarded,
    Duplicates,
    /// Requests fail and are retried.
    Failing {
        code: String,
    },
    /// Entries come back.
    HandedBack {
        cause: &'static str,
        code: Option<String>,
    },
}

/// What is to be reported of one kind of trouble.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Report {
    pub(super) trouble: Trouble,
    /// How often it came since the last report.
    pub(super) count: u64,
    /// The age of the oldest entry concerned.
    pub(super) oldest: Duration,
    /// What to do about it, if the failure says so.
    pub(super) detail: Option<String>,
}

struct Account {
    count: u64,
    oldest: Duration,
    detail: Option<String>,
    /// When it may be reported next.
    due: Instant,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self { accounts: BTreeMap::new() }
    }

    /// Books one more case of a trouble.
    pub(super) fn book(&mut self, trouble: Trouble, age: Duration, detail: Option<&str>, now: Instant) {
        let trouble = match self.accounts.len() < MOST_KINDS || self.accounts.contains_key(&trouble) {
            true => trouble,
            false => trouble.of_any_code(),
        };
        let account = self.accounts.entry(trouble).or_insert_with(|| Account {
            count: 0,
            oldest: Duration::ZERO,
            detail: None,
            due: now,
        });
        account.count += 1;
        account.oldest = account.oldest.max(age);
        if account.detail.is_none() {
            account.detail = detail.map(str::to_owned);
        }
    }

    /// What was counted of an outage since its last report is told with its end, which is reported now: a later report
    /// would say that it goes on.
    pub(super) fn outage_ended(&mut self, now: Instant) {
        for (trouble, account) in &mut self.accounts {
            if matches!(trouble, Trouble::CutOff { .. }) && account.due > now {
                (account.count, account.oldest, account.detail) = (0, Duration::ZERO, None);
            }
        }
    }

    /// What is to be reported now. Trouble that is over is forgotten.
    pub(super) fn report(&mut self, now: Instant) -> Vec<Report> {
        if self.next_report().is_none_or(|due| due > now) {
            self.accounts.retain(|_, account| account.count > 0 || account.due > now);
            return Vec::new();
        }
        self.take(|account| account.due <= now, now + INTERVAL)
    }

    /// What was not reported yet, for a writer that ends.
    pub(super) fn rest(&mut self, now: Instant) -> Vec<Report> {
        self.take(|_| true, now)
    }

    /// When the next report is due.
    pub(super) fn next_report(&self) -> Option<Instant> {
        self.accounts.values().filter(|account| account.count > 0).map(|account| account.due).min()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    fn take(&mut self, is_wanted: impl Fn(&Account) -> bool, due: Instant) -> Vec<Report> {
        let wanted = self.accounts.iter_mut().filter(|(_, account)| account.count > 0 && is_wanted(account));
        let report = |(trouble, account): (&Trouble, &mut Account)| {
            account.due = due;
            Report {
                trouble: trouble.clone(),
                count: std::mem::take(&mut account.count),
                oldest: std::mem::take(&mut account.oldest),
                detail: account.detail.take(),
            }
        };
        wanted.map(report).collect()
    }
}

impl Trouble {
    fn of_any_code(self) -> Self {
        let other = || "other".to_owned();
        match self {
            Self::CutOff { .. } => Self::CutOff { code: other() },
            Self::Failing { .. } => Self::Failing { code: other() },
            Self::HandedBack { cause, .. } => Self::HandedBack { cause, code: Some(other()) },
            Self::Discarded | Self::Duplicates => self,
        }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do as the origin")]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn failing(code: impl Into<String>) -> Trouble {
        Trouble::Failing { code: code.into() }
    }

    #[test]
    fn a_kind_of_trouble_is_reported_at_once_and_then_once_a_minute() {
        let start = Instant::now();
        let mut ledger = Ledger::new();
        ledger.book(failing("A"), SECOND, Some("advice"), start);
        ledger.book(failing("A"), 3 * SECOND, Some("other advice"), start);
        let detail = Some("advice".to_owned());
        let first = Report { trouble: failing("A"), count: 2, oldest: 3 * SECOND, detail };
        assert_eq!(ledger.report(start), [first]);
        assert_eq!(ledger.report(start), []);

        for second in 1..=100 {
            ledger.book(failing("A"), SECOND, None, start + second * SECOND);
            let reports = ledger.report(start + second * SECOND);
            assert_eq!(reports.iter().map(|report| report.count).sum::<u64>(), u64::from(second == 60) * 60);
        }
        assert_eq!(ledger.next_report(), Some(start + 2 * INTERVAL));
        assert_eq!(ledger.report(start + 2 * INTERVAL)[0].count, 40);
        assert_eq!(ledger.next_report(), None);
    }

    #[test]
    fn kinds_of_trouble_are_told_apart_and_forgotten_when_they_are_over() {
        let start = Instant::now();
        let mut ledger = Ledger::new();
        ledger.book(failing("A"), SECOND, None, start);
        assert_eq!(ledger.report(start).len(), 1);
        ledger.book(failing("B"), SECOND, None, start + SECOND);
        assert_eq!(ledger.report(start + SECOND).len(), 1, "B is new");
        assert_eq!(ledger.report(start + 3 * INTERVAL), []);
        assert!(ledger.is_empty());
    }

    #[test]
    fn what_is_left_is_reported_at_the_end() {
        let start = Instant::now();
        let mut ledger = Ledger::new();
        ledger.book(Trouble::Duplicates, SECOND, None, start);
        ledger.report(start);
        ledger.book(Trouble::Duplicates, SECOND, None, start);
        assert_eq!(ledger.rest(start)[0].count, 1);
        assert_eq!(ledger.rest(start), []);
    }

    #[test]
    fn a_service_that_makes_codes_up_does_not_fill_the_memory() {
        let start = Instant::now();
        let mut ledger = Ledger::new();
        for n in 0..1_000 {
            ledger.book(failing(n.to_string()), SECOND, None, start);
        }
        let reports = ledger.report(start);
        assert_eq!(reports.len(), MOST_KINDS + 1);
        assert_eq!(reports.iter().map(|report| report.count).sum::<u64>(), 1_000);
    }
}
