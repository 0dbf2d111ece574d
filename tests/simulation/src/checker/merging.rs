//! Laws 2, 5 and 10 where entries are merged: nothing of them is lost, and nothing changes that a request has carried.

use std::collections::BTreeMap;

use batch_core::{Duplicates, Stats};

use super::Checker;
use super::facts::Facts;
use super::known::At;
use super::queue::Call;
use super::scopes::ScopeId;

#[derive(Default)]
pub(super) struct Merging {
    /// What those that may absorb others have in common with them.
    series: BTreeMap<u64, Series>,
    /// Entries that were absorbed, by what absorbed them. Whatever becomes of that becomes of them.
    merged: BTreeMap<u64, u64>,
}

/// A lane, an identity, and a scope as it is called also after its end.
type Series = (Option<Vec<u8>>, Vec<u8>, ScopeId);

impl Merging {
    /// Whether this entry was absorbed.
    pub(super) fn has(&self, n: u64) -> bool {
        self.merged.contains_key(&n)
    }

    /// All that were absorbed, each with what absorbed it.
    pub(super) fn all(&self) -> impl Iterator<Item = (&u64, &u64)> {
        self.merged.iter()
    }
}

impl Checker {
    pub(super) fn merges(&self) -> bool {
        self.rules.duplicates == Duplicates::Merge
    }

    /// An entry without a receipt was accepted.
    pub(super) fn may_absorb(&mut self, n: u64, facts: &Facts, scope: ScopeId) {
        if let Some(identity) = facts.identity.clone().filter(|_| self.merges()) {
            self.merging.series.insert(n, (facts.lane.clone(), identity, scope));
        }
    }

    /// The service lets an entry absorb a newer one, and measures it thus afterwards.
    pub(crate) fn absorbs(&mut self, n: u64, newer: u64, facts: Option<Facts>) {
        self.note(&[22, n, newer], || format!("entry {n} absorbs entry {newer}: {facts:?}"));
        let Some(facts) = facts else {
            return self.fail(format!("entry {n} is invalid, since it absorbed entry {newer}"));
        };
        let Some(call) = self.queue.call_of(newer) else {
            return self.fail(format!("entry {newer} is absorbed while it is not being submitted"));
        };
        let again = call.merged_into.replace(n).is_some();
        let series = call.entry.map(|(_, scope)| scope).zip(call.facts.as_ref());
        let series =
            series.and_then(|(scope, facts)| Some((facts.lane.clone(), facts.identity.clone()?, scope)));
        self.expect(!again, || format!("entry {newer} is absorbed twice"));
        let is_of_one = series.is_some() && self.merging.series.get(&n) == series.as_ref();
        self.expect(is_of_one, || {
            format!("law 5: entry {n} absorbs entry {newer} of another scope or identity")
        });
        let is_untouched =
            self.entries.get(n).is_some_and(|known| known.at == At::Waiting && known.sends == 0);
        self.expect(is_untouched, || format!("law 10: entry {n} absorbs entry {newer}, but was sent"));
        self.entries.grow(n, &facts);
    }

    /// An entry was absorbed, which is its answer.
    pub(super) fn merged(
        &mut self,
        (n, into): (u64, u64),
        call: &Call,
        tracked: bool,
        stats: Option<(Stats, Stats)>,
    ) {
        self.note(&[23, n, into], || format!("entry {n} is merged into entry {into}"));
        let closed = self.is_closed;
        self.expect(!closed, || format!("law 11: entry {n} is merged by a writer that is shut down"));
        self.expect(!tracked, || format!("law 2: entry {n} is merged, but has a receipt"));
        if call.turn.is_some() {
            self.queue.serve(call);
        }
        if let Some((mut before, after)) = stats {
            self.check_bounds(Some(after));
            // It takes no room of an entry: nothing is discarded for it.
            before.accepted += 1;
            before.merged += 1;
            before.bytes = after.bytes;
            self.expect(before == after, || format!("law 2: merging entry {n} makes {before:?} {after:?}"));
        }
        self.tally.accepted += 1;
        self.tally.merged += 1;
        let again = self.merging.merged.insert(n, into).is_some();
        self.expect(!again, || format!("entry {n} is accepted twice"));
    }
}
