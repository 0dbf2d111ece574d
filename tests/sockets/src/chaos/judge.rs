//! What the program said, held against what the service has.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Answer, Report};
use crate::destination::Copies;

/// What is known of a destination and of how it was written to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) copies: Copies,
    /// How many lanes the entries have in turn; 0 where there are none.
    pub(super) lanes: usize,
    pub(super) is_ordered: bool,
}

/// What contradicts the report.
pub(super) fn judge(report: &Report, held: &[Option<u64>], rules: Rules) -> Vec<String> {
    let mut faults = Vec::new();
    let mut copies: BTreeMap<u64, usize> = BTreeMap::new();
    for held in held {
        match *held {
            None => faults.push("an entry was altered".to_owned()),
            Some(number) => *copies.entry(number).or_default() += 1,
        }
    }
    for &number in &report.accepted {
        let copies = copies.remove(&number).unwrap_or(0);
        faults.extend(judge_entry(number, report.answers.get(&number), copies, report.has_ended, rules));
    }
    faults.extend(strangers(report, copies.into_keys()));
    if rules.is_ordered {
        faults.extend(disorder(report, held, rules));
    }
    faults
}

fn judge_entry(
    number: u64,
    answer: Option<&Answer>,
    copies: usize,
    has_ended: bool,
    rules: Rules,
) -> Option<String> {
    let may_be_twice = rules.copies == Copies::IfMarked;
    let is_true = match answer {
        None if has_ended => return Some(format!("entry {number} was accepted and never answered")),
        // The program was killed: it may or may not be there.
        None => copies <= 1 || may_be_twice,
        Some(Answer::Delivered { maybe_duplicate: false }) => copies == 1,
        Some(Answer::Delivered { maybe_duplicate: true } | Answer::Flushed) => {
            copies == 1 || (copies > 1 && may_be_twice)
        }
        Some(Answer::HandedBack { maybe_delivered: false }) => copies == 0,
        Some(Answer::HandedBack { maybe_delivered: true }) => copies <= 1 || may_be_twice,
    };
    (!is_true).then(|| format!("entry {number} is there {copies} times, but its answer is {answer:?}"))
}

/// Entries that are there although nobody said that they were accepted. Only of the one that was about to be said so
/// when the program was killed is nothing known.
fn strangers(report: &Report, numbers: impl Iterator<Item = u64>) -> Vec<String> {
    let next = report.accepted.last().map_or(0, |last| last + 1);
    let may_be = |number: &u64| !report.has_ended && *number == next;
    let strangers = numbers.filter(|number| !may_be(number));
    strangers.map(|number| format!("entry {number} is there, but was never accepted")).collect()
}

/// Entries that came first after a later one of their lane, where both were delivered.
fn disorder(report: &Report, held: &[Option<u64>], rules: Rules) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    let mut faults = Vec::new();
    let is_delivered =
        |number: &u64| !matches!(report.answers.get(number), None | Some(Answer::HandedBack { .. }));
    for number in held.iter().filter_map(|held| *held).filter(is_delivered) {
        let Some(lane) = number.checked_rem(rules.lanes as u64) else { continue };
        if !seen.insert(number) {
            continue;
        }
        if let Some(later) = last.insert(lane, number).filter(|later| *later > number) {
            faults.push(format!("entry {number} came after entry {later} of its lane"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::{Rules, judge};
    use crate::chaos::report::Report;
    use crate::destination::Copies;

    const RULES: Rules = Rules { copies: Copies::IfMarked, lanes: 2, is_ordered: true };

    /// Whether what the service holds is what the program said.
    fn agrees(lines: &[&str], held: &[u64], rules: Rules) -> bool {
        let mut report = Report::default();
        lines.iter().for_each(|line| report.read(line).unwrap());
        let held: Vec<_> = held.iter().copied().map(Some).collect();
        judge(&report, &held, rules).is_empty()
    }

    /// How often an entry with this answer may be there, of none to three times.
    fn check(answer: &str, end: &str, copies: Copies, expected: [bool; 4]) {
        for (count, expected) in expected.into_iter().enumerate() {
            let lines: Vec<_> =
                ["accepted 0", answer, end].into_iter().filter(|line| !line.is_empty()).collect();
            let rules = Rules { copies, ..RULES };
            assert_eq!(
                agrees(&lines, &vec![0; count], rules),
                expected,
                "{answer} {end} {copies:?} {count} times"
            );
        }
    }

    #[test]
    fn the_service_holds_what_the_answers_allow() {
        let (marked, never) = (Copies::IfMarked, Copies::Never);
        check("delivered 0 once", "ended 1 1 0 0", marked, [false, true, false, false]);
        check("delivered 0 maybe-doubled", "ended 1 1 0 0", marked, [false, true, true, true]);
        check("delivered 0 maybe-doubled", "ended 1 1 0 0", never, [false, true, false, false]);
        check("flushed 1", "ended 1 1 0 0", marked, [false, true, true, true]);
        check("back 0 not-delivered x", "ended 1 0 1 0", marked, [true, false, false, false]);
        check("back 0 maybe-delivered x", "ended 1 0 1 0", marked, [true, true, true, true]);
        check("back 0 maybe-delivered x", "ended 1 0 1 0", never, [true, true, false, false]);
        check("", "", marked, [true, true, true, true]);
        check("", "", never, [true, true, false, false]);
    }

    #[test]
    fn nothing_is_there_that_was_not_accepted() {
        let ended = ["accepted 0", "delivered 0 once", "ended 1 1 0 0"];
        assert!(!agrees(&ended, &[0, 1], RULES));
        assert!(agrees(&ended[..2], &[0, 1], RULES), "a killed program had no time to say it");
        assert!(!agrees(&ended[..2], &[0, 2], RULES), "of one entry at most");
        assert_eq!(judge(&Report::default(), &[None], RULES), ["an entry was altered"]);
    }

    #[test]
    fn a_lane_is_in_order_where_order_is_strict() {
        let all: Vec<_> =
            (0..4).flat_map(|n| [format!("accepted {n}"), format!("delivered {n} maybe-doubled")]).collect();
        let all: Vec<_> = all.iter().map(String::as_str).collect();
        assert!(agrees(&all, &[1, 0, 3, 2], RULES));
        assert!(agrees(&all, &[0, 2, 0, 1, 3], RULES), "a copy may come late");
        assert!(!agrees(&all, &[2, 0, 1, 3], RULES));
        assert!(agrees(&all, &[2, 0, 1, 3], Rules { is_ordered: false, ..RULES }));
        let handed_back = ["accepted 0", "back 0 maybe-delivered x", "accepted 2", "delivered 2 once"];
        assert!(agrees(&handed_back, &[2, 0], RULES), "an entry handed back does not stop its lane");
    }
}
