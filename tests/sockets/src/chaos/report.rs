//! What the program says, a line for each thing that happened, so that it stands also when the program is killed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use batch_core::{Sent, Stats, UnprocessedItem};

/// What the program said of its entries.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) accepted: BTreeSet<u64>,
    pub(super) answers: BTreeMap<u64, Answer>,
    /// Whether it came to its own end.
    pub(super) has_ended: bool,
}

/// The answer to an entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    Delivered {
        maybe_duplicate: bool,
    },
    /// A flush covered it and did not hand it back; nobody told whether it was delivered twice.
    Flushed,
    HandedBack {
        maybe_delivered: bool,
    },
}

impl Report {
    /// Takes in the next line.
    pub(super) fn read(&mut self, line: &str) -> Result<()> {
        let mut words = line.split(' ');
        let mut word = || words.next().with_context(|| format!("the program said {line:?}"));
        let what = word()?;
        let number: u64 = word()?.parse().with_context(|| format!("the program said {line:?}"))?;
        match what {
            "accepted" => ensure!(self.accepted.insert(number), "entry {number} was accepted twice"),
            "delivered" => {
                self.answer(number, Answer::Delivered { maybe_duplicate: word()? == "maybe-doubled" })?;
            }
            "back" => {
                self.answer(number, Answer::HandedBack { maybe_delivered: word()? == "maybe-delivered" })?;
            }
            "flushed" => self.flush(number),
            "ended" => self.end(number, &Counters::read(&mut word)?)?,
            _ => bail!("the program said {line:?}"),
        }
        Ok(())
    }

    fn answer(&mut self, number: u64, answer: Answer) -> Result<()> {
        let earlier = self.answers.insert(number, answer);
        ensure!(earlier.is_none(), "entry {number} was answered {earlier:?} and {answer:?}");
        Ok(())
    }

    /// What was accepted before entry `next` and not handed back is delivered.
    fn flush(&mut self, next: u64) {
        for &number in self.accepted.range(..next) {
            self.answers.entry(number).or_insert(Answer::Flushed);
        }
    }

    fn end(&mut self, accepted: u64, counters: &Counters) -> Result<()> {
        let handed_back =
            self.answers.values().filter(|answer| matches!(answer, Answer::HandedBack { .. })).count();
        let told = Counters {
            delivered: self.answers.len() as u64 - handed_back as u64,
            handed_back: handed_back as u64,
            inside: 0,
        };
        ensure!(
            accepted == self.accepted.len() as u64,
            "{accepted} accepted, but {} told",
            self.accepted.len()
        );
        ensure!(*counters == told, "the counters say {counters:?}, the answers {told:?}");
        self.has_ended = true;
        Ok(())
    }
}

/// The writer's counters at the end.
#[derive(Debug, Eq, PartialEq)]
struct Counters {
    delivered: u64,
    handed_back: u64,
    inside: u64,
}

impl Counters {
    fn read<'a>(word: &mut impl FnMut() -> Result<&'a str>) -> Result<Self> {
        Ok(Self { delivered: word()?.parse()?, handed_back: word()?.parse()?, inside: word()?.parse()? })
    }
}

pub(super) fn say_accepted(number: u64) {
    println!("accepted {number}");
}

pub(super) fn say_sent<T>(number: u64, sent: &Sent<T>) {
    println!("delivered {number} {}", if sent.maybe_duplicate { "maybe-doubled" } else { "once" });
}

pub(super) fn say_back<E>(number: u64, item: &UnprocessedItem<E>) {
    let maybe = if item.maybe_delivered { "maybe-delivered" } else { "not-delivered" };
    println!("back {number} {maybe} {}", item.cause);
}

pub(super) fn say_flushed(next: u64) {
    println!("flushed {next}");
}

pub(super) fn say_ended(stats: &Stats) {
    let Stats { accepted, delivered, handed_back, inside, .. } = stats;
    println!("ended {accepted} {delivered} {handed_back} {inside}");
}

#[cfg(test)]
mod tests {
    use super::{Answer, Report};

    /// What is wrong with the first line that is, if any.
    fn fault(lines: &[&str]) -> Option<String> {
        let mut report = Report::default();
        lines.iter().find_map(|line| report.read(line).err()).map(|error| format!("{error:#}"))
    }

    #[test]
    fn a_report_is_read_line_by_line() {
        let mut report = Report::default();
        for line in [
            "accepted 0",
            "accepted 1",
            "delivered 1 maybe-doubled",
            "accepted 2",
            "back 2 not-delivered it was withdrawn at the deadline of a flush",
            "accepted 3",
            "flushed 3",
            "back 3 maybe-delivered every attempt failed",
            "ended 4 2 2 0",
        ] {
            report.read(line).unwrap();
        }
        assert!(report.has_ended);
        let expected = [
            (0, Answer::Flushed),
            (1, Answer::Delivered { maybe_duplicate: true }),
            (2, Answer::HandedBack { maybe_delivered: false }),
            (3, Answer::HandedBack { maybe_delivered: true }),
        ];
        assert_eq!(report.answers, expected.into());
    }

    #[test]
    fn a_report_that_contradicts_itself_is_refused() {
        let check = |lines: &[&str], expected: &str| {
            let fault = fault(lines).unwrap();
            assert!(fault.contains(expected), "{fault}");
        };
        check(&["accepted 0", "accepted 0"], "accepted twice");
        check(&["accepted 0", "delivered 0 once", "delivered 0 once"], "was answered Some(Delivered");
        check(&["accepted 0", "delivered 0 once", "back 0 not-delivered x"], "was answered");
        check(&["accepted 0", "ended 1 0 0 1"], "the counters say");
        check(&["accepted 0", "delivered 0 once", "ended 2 1 0 0"], "2 accepted, but 1 told");
        check(&["accepted 0", "delivered 0 once", "ended 1 0 1 0"], "the counters say");
        check(&["panicked at somewhere"], "the program said");
        assert_eq!(fault(&["accepted 0", "delivered 0 once", "ended 1 1 0 0"]), None);
    }
}
