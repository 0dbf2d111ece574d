use std::collections::BTreeMap;

use crate::destination::Lines;
use crate::outcome::{Fate, Outcome, Verdict};

/// A line as a queue or a stream holds it, in the order of its station.
pub(crate) struct Copy {
    /// Its number, if it is known where it came from.
    pub(crate) number: Option<usize>,
    pub(crate) text: String,
}

/// What a queue or a stream promises of what it took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// Whether a line that is marked may be there twice.
    pub(crate) may_double: bool,
    /// Whether the lines of a station must be in their order.
    pub(crate) must_be_ordered: bool,
}

/// Holds everything that was read back against the answers.
pub(crate) fn verify(copies: &[Copy], outcome: &Outcome, lines: &Lines, rules: Rules) -> Verdict {
    let mut verdict = Verdict::default();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last: BTreeMap<&str, usize> = BTreeMap::new();
    for copy in copies {
        let Some(line) = copy.number.and_then(|number| lines.get(&number)) else {
            verdict.faults.push("a line that was never sent".into());
            continue;
        };
        if copy.text != line.text {
            verdict.faults.push(format!("line {} came back altered", line.number));
        }
        *counts.entry(line.number).or_default() += 1;
        let latest = last.entry(&line.station).or_default();
        verdict.reordered += usize::from(line.number < *latest);
        *latest = line.number.max(*latest);
    }
    for (&number, fate) in &outcome.fates {
        verdict.judge(number, fate, counts.remove(&number).unwrap_or(0), rules);
    }
    verdict.faults.extend(counts.keys().map(|number| format!("line {number} has no answer")));
    if rules.must_be_ordered && verdict.reordered > 0 {
        verdict.faults.push(format!("{} lines came back out of order", verdict.reordered));
    }
    verdict
}

impl Verdict {
    /// Whether a line is there as often as its answer allows.
    fn judge(&mut self, number: usize, fate: &Fate, copies: usize, rules: Rules) {
        self.doubled += usize::from(copies > 1);
        let fits = match fate {
            Fate::Delivered { maybe_duplicate } => {
                copies == 1 || (copies > 1 && *maybe_duplicate && rules.may_double)
            }
            Fate::HandedBack { maybe_delivered: true, .. } => copies <= 1 || rules.may_double,
            Fate::HandedBack { maybe_delivered: false, .. } => copies == 0,
            Fate::Skipped | Fate::Superseded { .. } => copies == 0,
        };
        if !fits {
            self.faults.push(format!("line {number} is there {copies} times, its answer is {fate:?}"));
        }
    }
}
