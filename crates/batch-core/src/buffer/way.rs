use std::time::Instant;

use super::index::Holder;
use super::lines::LineId;
use super::manifest::Manifest;
use super::record::{Keys, Record};
use super::{Admission, Buffer, ScopeId};

/// Where an entry goes that is accepted in one step.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// To the end of the line of its lane.
    Line(LineId),
    /// To the last segment.
    Segment,
}

/// Accepting an entry in one step, as most are.
impl<E, R, T> Buffer<E, R, T> {
    /// Where an entry goes that can be accepted in one step: there is room for it at once, a manifest can keep it, and
    /// either no other entry of its lane or its identity is inside, or it has no identity and its lane has a line. To be
    /// asked only where entries are not merged.
    #[inline(always)]
    pub(crate) fn way(&self, admission: &Admission) -> Option<Way> {
        let Admission { charge, bytes, keys: Keys { lane, identity }, .. } = *admission;
        if !self.room.has(charge) || !Manifest::<T>::keeps(charge, bytes) {
            return None;
        }
        let is_told_apart = identity.is_none_or(|identity| self.identities.keys.holder(identity).is_none());
        match lane.and_then(|lane| self.lines.lanes.holder(lane)) {
            None => is_told_apart.then_some(Way::Segment),
            Some(Holder::Other(line)) => identity.is_none().then_some(Way::Line(line)),
            Some(Holder::Entry(_)) => None,
        }
    }

    /// Accepts an entry that goes this [way](Self::way): what a grant and a [place](Self::place) would do.
    #[inline(always)]
    pub(crate) fn go(
        &mut self,
        way: Way,
        admission: Admission,
        scope: ScopeId,
        entry: E,
        tag: T,
        now: Instant,
    ) {
        let now = self.clock(now);
        self.counters.accepted += 1;
        self.room.enter(admission.charge);
        match way {
            Way::Segment => self.push_alone(scope, admission, entry, tag, now),
            Way::Line(line) => {
                let stamp = self.scopes.enter(scope);
                self.lines.push(&self.slots, line, entry, Record::of(admission, tag, now, stamp));
            }
        }
    }
}
