//! What must hold every second of a soak, and in the end.

use std::collections::BTreeMap;

use batch_core::{LimitPolicy, Stats};

use super::arguments::{MAX_BYTES, MAX_ENTRIES, MAX_IN_FLIGHT};
use super::sample::Sample;
use super::tally::{Answers, Tally};

/// A law, and whether it held.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) law: &'static str,
    pub(super) holds: bool,
    /// What was seen.
    pub(super) figures: String,
}

/// The laws, and what was seen of them.
#[derive(Debug)]
pub(super) struct Laws {
    /// The bytes by which the memory may exceed the idle level.
    memory_bound: u64,
    /// The memory of this process after the warm-up, with nothing to do.
    idle: Option<u64>,
    samples: u64,
    most: Most,
    /// The first breach of each law.
    broken: BTreeMap<&'static str, String>,
}

/// The most that was ever seen.
#[derive(Debug, Default)]
struct Most {
    inside: u64,
    bytes: u64,
    resident: u64,
}

impl Laws {
    /// `entry_bytes` is the share that the largest entry has in a request.
    pub(super) fn new(limits: LimitPolicy, entry_bytes: usize, idle: Option<u64>) -> Self {
        let payload = limits.payload_bytes().min(limits.entries() * entry_bytes);
        let request = limits.overhead_bytes() + payload;
        let memory = MAX_BYTES + MAX_IN_FLIGHT * 3 * request;
        Self {
            memory_bound: memory as u64 * 12 / 10,
            idle,
            samples: 0,
            most: Most::default(),
            broken: BTreeMap::new(),
        }
    }

    /// Holds a sample against the laws.
    pub(super) fn check(&mut self, sample: &Sample) {
        let Sample { stats, answers, resident, .. } = sample;
        self.samples += 1;
        self.most.inside = self.most.inside.max(stats.inside);
        self.most.bytes = self.most.bytes.max(stats.bytes);
        self.most.resident = self.most.resident.max(resident.unwrap_or(0));
        self.must(BALANCE, balances(stats), || format!("{stats:?}"));
        self.must(ANSWERS, within(answers, stats), || format!("{answers:?} of {stats:?}"));
        self.must(BOUNDS, stats.inside <= MAX_ENTRIES as u64 && stats.bytes <= MAX_BYTES as u64, || {
            format!("{stats:?}")
        });
        let above = self.above_idle();
        let bound = self.memory_bound;
        self.must(MEMORY, above.is_none_or(|above| above <= bound), || {
            format!(
                "{} above the idle level, the bound is {}",
                mebibytes(above.unwrap_or(0)),
                mebibytes(bound)
            )
        });
    }

    /// What holds in the end, when the last answer has come; `taken` is what the server says that it took.
    pub(super) fn findings(mut self, tally: Option<&Tally>, stats: &Stats, taken: u64) -> Vec<Finding> {
        self.must(ANSWERS, tally.is_some(), || "not every receipt was answered".to_owned());
        if let Some(tally) = tally {
            let Answers { delivered, superseded, handed_back, copies } = tally.answers;
            let are_all = (delivered, superseded, handed_back)
                == (stats.delivered, stats.superseded, stats.handed_back);
            self.must(ANSWERS, are_all && stats.inside == 0, || format!("{:?} of {stats:?}", tally.answers));
            self.must(CAUSES, tally.faults.is_empty(), || {
                tally.faults[..tally.faults.len().min(3)].join("; ")
            });
            self.must(TAKEN, (delivered..=delivered + copies).contains(&taken), || {
                format!("{taken} taken, but {delivered} delivered and at most {copies} copies")
            });
        }
        self.report(stats, taken)
    }

    fn report(mut self, stats: &Stats, taken: u64) -> Vec<Finding> {
        let Stats { accepted, delivered, superseded, handed_back, .. } = stats;
        let Most { inside, bytes, .. } = self.most;
        let memory = match self.above_idle() {
            Some(above) => format!("{} of {}", mebibytes(above), mebibytes(self.memory_bound)),
            None => "not known on this system".to_owned(),
        };
        [
            (BALANCE, format!("in {} samples", self.samples)),
            (ANSWERS, format!("{accepted} = {delivered} + {superseded} + {handed_back}")),
            (
                BOUNDS,
                format!("{inside} of {MAX_ENTRIES}, {} of {}", mebibytes(bytes), mebibytes(MAX_BYTES as u64)),
            ),
            (CAUSES, format!("{handed_back} handed back")),
            (TAKEN, format!("{taken} taken, {delivered} delivered")),
            (MEMORY, memory),
        ]
        .map(|(law, figures)| match self.broken.remove(law) {
            Some(breach) => Finding { law, holds: false, figures: breach },
            None => Finding { law, holds: true, figures },
        })
        .into()
    }

    fn above_idle(&self) -> Option<u64> {
        self.idle.map(|idle| self.most.resident.saturating_sub(idle))
    }

    fn must(&mut self, law: &'static str, holds: bool, breach: impl FnOnce() -> String) {
        if !holds {
            self.broken.entry(law).or_insert_with(breach);
        }
    }
}

fn balances(stats: &Stats) -> bool {
    stats.accepted == stats.delivered + stats.superseded + stats.merged + stats.handed_back + stats.inside
}

/// Whether no more was answered than the counters say.
fn within(answers: &Answers, stats: &Stats) -> bool {
    answers.delivered <= stats.delivered
        && answers.superseded <= stats.superseded
        && answers.handed_back <= stats.handed_back
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}

const ANSWERS: &str = "accepted = delivered + superseded + handed back, by the receipts";
const BALANCE: &str = "the counters balance";
const BOUNDS: &str = "entries and bytes inside stay within their bounds";
const CAUSES: &str = "nothing comes back without a true cause";
const MEMORY: &str = "resident memory above the idle level";
const TAKEN: &str = "the server took what was delivered, and copies only of what is marked";

#[cfg(test)]
mod tests {
    use batch_core::{LimitPolicy, Stats};

    use super::{ANSWERS, BALANCE, BOUNDS, CAUSES, Laws, MEMORY, TAKEN};
    use crate::soak::sample::Sample;
    use crate::soak::tally::{Answers, Tally};

    const IDLE: u64 = 20 << 20;

    /// The laws that are broken when these are the counters, the answers, the memory and what was taken.
    fn broken(
        stats: [u64; 3],
        answers: [u64; 3],
        resident: u64,
        taken: u64,
        faults: &[&str],
    ) -> Vec<&'static str> {
        let mut laws = Laws::new(LimitPolicy::new(10, 1 << 20, 1 << 20).unwrap(), 1_024, Some(IDLE));
        let mut sample = Sample { resident: Some(resident), ..Sample::default() };
        let [accepted, delivered, handed_back] = stats;
        (sample.stats.accepted, sample.stats.delivered) = (accepted, delivered);
        sample.stats.handed_back = handed_back;
        let [delivered, handed_back, copies] = answers;
        sample.answers = Answers { delivered, handed_back, copies, superseded: 0 };
        laws.check(&sample);
        let mut tally = Tally::new();
        tally.answers = sample.answers;
        tally.faults = faults.iter().map(|&fault| fault.to_owned()).collect();
        let findings = laws.findings(Some(&tally), &sample.stats, taken).into_iter();
        findings.filter(|finding| !finding.holds).map(|finding| finding.law).collect()
    }

    #[test]
    fn each_law_is_broken_by_what_breaks_it() {
        assert!(broken([10, 8, 2], [8, 2, 3], IDLE, 11, &[]).is_empty());
        assert_eq!(broken([11, 8, 2], [8, 2, 0], IDLE, 8, &[]), [BALANCE]);
        assert_eq!(broken([10, 8, 2], [7, 2, 0], IDLE, 7, &[]), [ANSWERS]);
        assert_eq!(broken([10, 8, 2], [9, 2, 0], IDLE, 9, &[]), [ANSWERS]);
        assert_eq!(broken([10, 8, 2], [8, 2, 0], IDLE, 7, &[]), [TAKEN]);
        assert_eq!(broken([10, 8, 2], [8, 2, 1], IDLE, 10, &[]), [TAKEN]);
        assert_eq!(broken([10, 8, 2], [8, 2, 0], IDLE, 8, &["why?"]), [CAUSES]);
        // 1.2 times 8 MiB and 16 slots of three requests of 10 KiB.
        let bound = (8 << 20) * 12 / 10 + 16 * 3 * 10_240 * 12 / 10;
        assert!(broken([10, 8, 2], [8, 2, 0], IDLE + bound, 8, &[]).is_empty());
        assert_eq!(broken([10, 8, 2], [8, 2, 0], IDLE + bound + 1, 8, &[]), [MEMORY]);
    }

    #[test]
    fn a_receipt_without_an_answer_and_too_much_inside_break_laws() {
        let laws = || Laws::new(LimitPolicy::new(10, 1 << 20, 1 << 20).unwrap(), 1_024, None);
        let findings = laws().findings(None, &Stats::default(), 0);
        assert!(findings.iter().any(|finding| finding.law == ANSWERS && !finding.holds));
        let mut sample = Sample::default();
        (sample.stats.accepted, sample.stats.inside) = (10_001, 10_001);
        let mut full = laws();
        full.check(&sample);
        let findings = full.findings(Some(&Tally::new()), &Stats::default(), 0);
        assert!(findings.iter().any(|finding| finding.law == BOUNDS && !finding.holds));
    }
}
