use std::collections::{BTreeMap, BTreeSet};

/// A part of the entries, with flushes of its own; see [`Buffer::open_scope`](super::Buffer::open_scope).
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ScopeId(u64);

impl ScopeId {
    /// The scope of everything that is in no other. It never ends.
    pub const OWN: Self = Self(0);

    pub(super) fn number(self) -> u64 {
        self.0
    }
}

/// When an entry was accepted, and in which scope.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Stamp {
    pub(super) scope: ScopeId,
    pub(super) epoch: u64,
}

/// A point in the sequence of the entries of a scope: everything accepted before the flush that made it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Watermark(Stamp);

impl Watermark {
    /// Every entry of every scope.
    pub const EVERYTHING: Self = Self(Stamp { scope: ScopeId(u64::MAX), epoch: u64::MAX });

    /// Whether an entry of that stamp was accepted before this point.
    pub(crate) fn covers(self, stamp: Stamp) -> bool {
        self == Self::EVERYTHING || (stamp.scope == self.0.scope && stamp.epoch <= self.0.epoch)
    }

    /// Whether entries of this epoch were accepted before it, in whatever scope.
    pub(super) fn is_after(self, epoch: u64) -> bool {
        epoch <= self.0.epoch
    }

    /// The first stamp that it does not cover.
    pub(crate) fn end(self) -> Stamp {
        Stamp { scope: self.0.scope, epoch: self.0.epoch.saturating_add(1) }
    }

    pub(crate) fn scope(self) -> ScopeId {
        self.0.scope
    }

    /// After every other of this scope.
    pub(crate) fn first_after(scope: ScopeId) -> Self {
        Self(Stamp::all_of(scope).end)
    }

    /// Before any other of this scope.
    pub(crate) fn first_of(scope: ScopeId) -> Self {
        Self(Stamp { scope, epoch: 0 })
    }
}

impl Stamp {
    pub(crate) fn scope(self) -> ScopeId {
        self.scope
    }

    /// The first stamp of a scope, and the first that is after it.
    pub(crate) fn all_of(ScopeId(scope): ScopeId) -> std::ops::Range<Self> {
        let first = |scope| Self { scope: ScopeId(scope), epoch: 0 };
        first(scope)..first(scope.saturating_add(1))
    }
}

/// Counts the unanswered entries of each scope between two flushes, so that a flush knows when it is done
/// without looking at any entry.
pub(super) struct Scopes {
    /// The epoch of what is accepted now. Any flush ends it, in all scopes.
    epoch: u64,
    /// Whether the epoch has had any entry, answered meanwhile or not.
    is_used: bool,
    own: Scope,
    others: BTreeMap<ScopeId, Scope>,
    /// Scopes that have ended, while entries of them are inside. Those belong to the writer since.
    ended: BTreeMap<ScopeId, Ended>,
    next: u64,
    /// Scopes of which an epoch was answered since they were last taken.
    progressed: BTreeSet<ScopeId>,
}

#[derive(Default)]
struct Scope {
    /// The epoch of its latest entries, and how many of these are unanswered.
    latest: (u64, usize),
    /// Unanswered entries of each earlier epoch that has any: as many epochs as entries at most, however
    /// often an entry that takes long is flushed.
    earlier: BTreeMap<u64, usize>,
    /// What it withdrew was accepted up to this epoch.
    withdrawn: u64,
}

struct Ended {
    /// The epoch in which it ended.
    epoch: u64,
    unanswered: usize,
}

impl Scopes {
    pub(super) fn new() -> Self {
        Self {
            epoch: 1,
            is_used: false,
            own: Scope::default(),
            others: BTreeMap::new(),
            ended: BTreeMap::new(),
            next: 1,
            progressed: BTreeSet::new(),
        }
    }

    pub(super) fn open(&mut self) -> ScopeId {
        let id = ScopeId(self.next);
        self.next += 1;
        self.others.insert(id, Scope::default());
        id
    }

    /// Ends a scope: its entries are the writer's from now on, as if they were accepted now.
    pub(super) fn end(&mut self, id: ScopeId) {
        let Some(scope) = self.others.remove(&id) else {
            return;
        };
        self.progressed.remove(&id);
        let unanswered = scope.unanswered(u64::MAX);
        if unanswered > 0 {
            self.own.enter(self.epoch, unanswered);
            self.is_used = true;
            self.ended.insert(id, Ended { epoch: self.epoch, unanswered });
        }
    }

    /// Counts one more entry of a scope, or of the writer's own if that has ended.
    #[inline]
    pub(super) fn enter(&mut self, scope: ScopeId) -> Stamp {
        let epoch = self.epoch;
        if scope == ScopeId::OWN && self.own.latest.0 == epoch {
            // So it is with most entries.
            self.own.latest.1 += 1;
            return Stamp { scope, epoch };
        }
        self.enter_first(scope)
    }

    #[cold]
    fn enter_first(&mut self, scope: ScopeId) -> Stamp {
        self.is_used = true;
        let (scope, epoch) = (self.live(scope), self.epoch);
        self.scope_mut(scope).enter(epoch, 1);
        Stamp { scope, epoch }
    }

    /// Counts one more entry of a scope that takes the place of one with this stamp. In the same scope it
    /// has the same, so that flushes wait for it.
    pub(super) fn enter_for(&mut self, older: Stamp, scope: ScopeId) -> Stamp {
        let home = self.home(older);
        if home.scope != self.live(scope) {
            return self.enter(scope);
        }
        if let Some(ended) = self.ended.get_mut(&older.scope) {
            ended.unanswered += 1;
        }
        self.scope_mut(home.scope).enter_again(home.epoch);
        older
    }

    /// Counts answered entries of this stamp.
    #[inline]
    pub(super) fn leave(&mut self, stamp: Stamp, entries: usize) {
        if entries == 0 {
            return;
        }
        let home = self.home(stamp);
        if let Some(ended) = self.ended.get_mut(&stamp.scope) {
            ended.unanswered -= entries;
            if ended.unanswered == 0 {
                self.ended.remove(&stamp.scope);
            }
        }
        if self.scope_mut(home.scope).leave(home.epoch, entries) {
            self.progressed.insert(home.scope);
        }
    }

    /// Ends the epoch; everything in this scope up to here.
    pub(super) fn flush(&mut self, scope: ScopeId) -> Watermark {
        if self.is_used {
            self.epoch += 1;
            self.is_used = false;
        }
        Watermark(Stamp { scope, epoch: self.epoch - 1 })
    }

    pub(super) fn withdraw(&mut self, watermark: Watermark) {
        let Watermark(Stamp { scope, epoch }) = watermark;
        if watermark == Watermark::EVERYTHING {
            let scopes = self.others.values_mut().chain([&mut self.own]);
            scopes.for_each(|scope| scope.withdrawn = self.epoch);
        } else {
            let scope = self.scope_mut(scope);
            scope.withdrawn = scope.withdrawn.max(epoch);
        }
    }

    pub(super) fn take_progressed(&mut self) -> BTreeSet<ScopeId> {
        std::mem::take(&mut self.progressed)
    }

    /// Whether everything before the watermark is answered.
    pub(super) fn passed(&self, watermark: Watermark) -> bool {
        if watermark == Watermark::EVERYTHING {
            return self.all().all(|scope| scope.passed(u64::MAX));
        }
        self.scope(watermark.0.scope).passed(watermark.0.epoch)
    }

    /// How many entries before the watermark are not answered.
    pub(super) fn unanswered(&self, watermark: Watermark) -> usize {
        if watermark == Watermark::EVERYTHING {
            return self.all().map(|scope| scope.unanswered(u64::MAX)).sum();
        }
        self.scope(watermark.0.scope).unanswered(watermark.0.epoch)
    }

    /// Whether an entry of this stamp was withdrawn.
    #[inline]
    pub(super) fn is_withdrawn(&self, stamp: Stamp) -> bool {
        let Stamp { scope, epoch } = self.home(stamp);
        epoch <= self.scope(scope).withdrawn
    }

    /// The stamp that counts for an entry of this one: the writer's own if its scope has ended.
    #[inline]
    pub(super) fn home(&self, stamp: Stamp) -> Stamp {
        if self.live(stamp.scope) == stamp.scope {
            return stamp;
        }
        let epoch = self.ended.get(&stamp.scope).map_or(0, |ended| ended.epoch);
        Stamp { scope: ScopeId::OWN, epoch }
    }

    /// Scopes that have not ended, and those that have while entries of them are inside.
    pub(super) fn len(&self) -> usize {
        self.others.len() + self.ended.len()
    }

    /// This scope, or the writer's own if it has ended.
    #[inline]
    fn live(&self, id: ScopeId) -> ScopeId {
        if id == ScopeId::OWN || self.others.contains_key(&id) { id } else { ScopeId::OWN }
    }

    /// Whether a flush of the one waits for the other too.
    pub(super) fn are_of_one(&self, one: Stamp, other: Stamp) -> bool {
        self.home(one).scope == self.home(other).scope
    }

    fn all(&self) -> impl Iterator<Item = &Scope> {
        self.others.values().chain([&self.own])
    }

    fn scope(&self, id: ScopeId) -> &Scope {
        self.others.get(&id).unwrap_or(&self.own)
    }

    #[inline]
    fn scope_mut(&mut self, id: ScopeId) -> &mut Scope {
        if id == ScopeId::OWN {
            return &mut self.own;
        }
        self.others.get_mut(&id).unwrap_or(&mut self.own)
    }
}

impl Scope {
    #[inline]
    fn enter(&mut self, epoch: u64, entries: usize) {
        let (latest, unanswered) = self.latest;
        if latest == epoch {
            self.latest.1 += entries;
            return;
        }
        if unanswered > 0 {
            self.earlier.insert(latest, unanswered);
        }
        self.latest = (epoch, entries);
    }

    fn enter_again(&mut self, epoch: u64) {
        if epoch == self.latest.0 {
            self.latest.1 += 1;
        } else {
            *self.earlier.entry(epoch).or_default() += 1;
        }
    }

    /// Whether they were the last of their epoch.
    #[inline]
    fn leave(&mut self, epoch: u64, entries: usize) -> bool {
        if epoch == self.latest.0 {
            self.latest.1 -= entries;
            return self.latest.1 == 0;
        }
        let Some(unanswered) = self.earlier.get_mut(&epoch) else {
            return false;
        };
        *unanswered -= entries;
        let is_last = *unanswered == 0;
        if is_last {
            self.earlier.remove(&epoch);
        }
        is_last
    }

    fn passed(&self, epoch: u64) -> bool {
        let (latest, unanswered) = self.latest;
        self.earlier.first_key_value().is_none_or(|(&first, _)| first > epoch)
            && (latest > epoch || unanswered == 0)
    }

    fn unanswered(&self, epoch: u64) -> usize {
        let (latest, unanswered) = self.latest;
        let earlier: usize = self.earlier.range(..=epoch).map(|(_, unanswered)| unanswered).sum();
        earlier + if latest <= epoch { unanswered } else { 0 }
    }
}

#[cfg(test)]
mod tests;
