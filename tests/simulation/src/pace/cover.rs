//! Which rows are run.

use crate::case::{Case, Change};
use crate::meter::Kind;

const LIMITS: [f64; 9] = [1.0, 5.0, 20.0, 50.0, 100.0, 200.0, 500.0, 2_000.0, 10_000.0];
const KINDS: [Kind; 3] = [Kind::Bucket, Kind::Fixed, Kind::Saved];
const LATENCIES: [u64; 3] = [1, 10, 50];
const WRITERS: [usize; 3] = [1, 2, 8];
const CHANGES: [Change; 4] = [Change::None, Change::Doubled, Change::Halved, Change::Zero];

/// Every row.
pub(crate) fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for limit in LIMITS {
        for kind in KINDS {
            for is_single in [false, true] {
                for latency in LATENCIES {
                    for writers in WRITERS {
                        let of = |change| Case { limit, kind, is_single, latency, writers, change };
                        all.extend(CHANGES.map(of));
                    }
                }
            }
        }
    }
    all
}

/// Those of a limit that stays, and as few others as hold every pair of choices, as far as always taking the row with
/// the most new ones gives that.
pub(crate) fn covering() -> Vec<Case> {
    let all = all();
    let mut missing: Vec<_> = all.iter().flat_map(pairs).collect();
    missing.sort_unstable();
    missing.dedup();
    let mut rows: Vec<Case> = all.iter().filter(|case| is_plain(case)).copied().collect();
    missing.retain(|pair| !rows.iter().flat_map(pairs).any(|found| found == *pair));
    while !missing.is_empty() {
        let new =
            |case: &&Case| pairs(case).iter().filter(|pair| missing.binary_search(pair).is_ok()).count();
        // The first of equals, so that short rows come before long ones.
        let Some(best) = all.iter().rev().max_by_key(new) else {
            break;
        };
        let found = pairs(best);
        missing.retain(|pair| !found.contains(pair));
        rows.push(*best);
    }
    rows.sort_by(|one, other| one.limit.total_cmp(&other.limit).then(one.is_single.cmp(&other.is_single)));
    rows
}

fn is_plain(case: &Case) -> bool {
    let is_usual = case.kind == Kind::Bucket && case.change == Change::None;
    let is_far = case.latency == 50 && case.writers == 2 && !case.is_single;
    is_usual && (case.latency == 10 || is_far) && [50.0, 200.0, 2_000.0].contains(&case.limit)
}

type Choice = (usize, usize);

/// Each two of the choices that a row is made of.
fn pairs(case: &Case) -> Vec<(Choice, Choice)> {
    let limit = LIMITS.iter().position(|&limit| limit == case.limit);
    let change = CHANGES.iter().position(|&change| change == case.change);
    let kind = KINDS.iter().position(|&kind| kind == case.kind);
    let latency = LATENCIES.iter().position(|&latency| latency == case.latency);
    let writers = WRITERS.iter().position(|&writers| writers == case.writers);
    let choices = [limit, change, kind, latency, writers, Some(usize::from(case.is_single))];
    let choices: Vec<Choice> =
        choices.into_iter().enumerate().map(|(of, choice)| (of, choice.unwrap_or(usize::MAX))).collect();
    let with_later = |(n, &one): (usize, &Choice)| choices[n + 1..].iter().map(move |&two| (one, two));
    choices.iter().enumerate().flat_map(with_later).collect()
}

#[cfg(test)]
mod tests {
    use super::{all, covering, pairs};

    #[test]
    fn the_covering_rows_hold_every_pair_of_choices() {
        let rows = covering();
        assert!(rows.len() <= 55, "{} rows", rows.len());
        let covered: Vec<_> = rows.iter().flat_map(pairs).collect();
        assert!(all().iter().flat_map(pairs).all(|pair| covered.contains(&pair)));
    }
}
