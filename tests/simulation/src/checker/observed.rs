//! Law 2, as an observer sees it: one answer for every entry, one end for every start.

use batch_core::Stats;

use super::Checker;
use crate::sights::Sights;

impl Checker {
    /// At rest, an observer has seen what is counted. Entries that were merged are told with the next answer.
    pub(crate) fn check_observed_at_rest(&mut self, sights: &Sights, stats: Stats) {
        if self.violation.is_some() {
            return;
        }
        let seen = [sights.delivered, sights.handed_back, sights.superseded, sights.started, sights.carried];
        let counted =
            [stats.delivered, stats.handed_back, stats.superseded, stats.requests, stats.entries_sent];
        let under_way = (sights.open.len() as u64, stats.requests_in_flight);
        let holds = seen == counted && sights.merged <= stats.merged && under_way.0 == under_way.1;
        self.expect(holds && sights.complaint.is_none(), || {
            format!("law 2: an observer has seen {sights:?}, and the counters say {stats:?}")
        });
    }

    /// In the end, an observer has seen one answer for each entry, and the end of each request.
    pub(crate) fn check_observed_in_the_end(&mut self, sights: &Sights) {
        if self.violation.is_some() {
            return;
        }
        let tally = &self.tally;
        let expected = [tally.delivered, tally.handed_back, tally.superseded, tally.merged];
        let accepted = tally.accepted;
        let seen = [sights.delivered, sights.handed_back, sights.superseded, sights.merged];
        let holds = seen == expected && seen.iter().sum::<u64>() == accepted && sights.open.is_empty();
        self.expect(holds && sights.complaint.is_none(), || {
            format!("law 2: of {accepted} entries, an observer has seen {sights:?}, not {expected:?}")
        });
    }
}
