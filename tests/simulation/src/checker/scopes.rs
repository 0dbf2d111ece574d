//! Law 5: each entry belongs to a scope, or to the writer itself, and so do flushes. What a dropped scope leaves is the
//! writer's, as if it had been accepted at that moment.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Checker;

/// A scope, in the order of opening.
pub(crate) type ScopeId = u64;

/// What is submitted through the writer itself. It never ends.
pub(crate) const OWN: ScopeId = 0;

/// When an entry was accepted, and in which scope.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Stamp {
    pub(super) scope: ScopeId,
    pub(super) order: u64,
}

/// Everything of a scope, or of all, that was accepted before a moment.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Watermark {
    pub(super) scope: Option<ScopeId>,
    pub(super) end: u64,
}

/// The order of what is accepted, of scopes that end, and of flushes.
#[derive(Default)]
pub(super) struct Scopes {
    opened: ScopeId,
    /// When those ended that have.
    ended: BTreeMap<ScopeId, u64>,
    /// The order of the last entry, or of the last scope that ended.
    last: u64,
    /// Where flushes ended.
    marks: BTreeSet<u64>,
    /// The lingering of everything before this was ended, of whatever scope.
    flushed: u64,
}

impl Watermark {
    /// All of all scopes.
    pub(super) const EVERYTHING: Self = Self { scope: None, end: u64::MAX };

    /// Whether an entry that has this stamp now was accepted before it.
    pub(super) fn covers(self, home: Stamp) -> bool {
        self.scope.is_none_or(|scope| scope == home.scope) && home.order < self.end
    }
}

impl Stamp {
    /// All of a scope.
    pub(super) fn all_of(scope: ScopeId) -> Range<(Self, u64)> {
        (Self { scope, order: 0 }, 0)..(Self { scope: scope + 1, order: 0 }, 0)
    }
}

impl Scopes {
    /// How many were opened.
    pub(super) fn opened(&self) -> u64 {
        self.opened
    }

    /// The stamp of what is accepted now.
    pub(super) fn enter(&mut self, scope: ScopeId) -> Stamp {
        self.last += 1;
        Stamp { scope: self.live(scope), order: self.last }
    }

    /// A flush ends all lingering so far: what is accepted later is told apart from what was accepted before.
    pub(super) fn mark(&mut self) -> u64 {
        self.flushed = self.last + 1;
        self.marks.insert(self.flushed);
        self.flushed
    }

    /// This scope, or the writer's own if it has ended.
    pub(super) fn live(&self, scope: ScopeId) -> ScopeId {
        if self.ended.contains_key(&scope) { OWN } else { scope }
    }

    /// The stamp that counts now for an entry of this one: the writer's own if its scope has ended.
    pub(super) fn home(&self, stamp: Stamp) -> Stamp {
        let adopted = self.ended.get(&stamp.scope).map(|&order| Stamp { scope: OWN, order });
        adopted.unwrap_or(stamp)
    }

    /// Whether an entry of this stamp is the writer's because its scope has ended.
    pub(super) fn is_adopted(&self, stamp: Stamp) -> bool {
        self.ended.contains_key(&stamp.scope)
    }

    /// Whether a flush ended the lingering of this entry.
    pub(super) fn is_flushed(&self, stamp: Stamp) -> bool {
        stamp.order < self.flushed
    }

    /// Whether a flush tells these two apart.
    pub(super) fn are_parted(&self, older: u64, newer: u64) -> bool {
        older < newer && self.marks.range(older + 1..=newer).next().is_some()
    }

    fn open(&mut self) -> ScopeId {
        self.opened += 1;
        self.opened
    }

    fn end(&mut self, scope: ScopeId) -> Stamp {
        self.last += 1;
        self.ended.insert(scope, self.last);
        Stamp { scope: OWN, order: self.last }
    }
}

impl Checker {
    /// A scope was opened.
    pub(crate) fn scope_opens(&mut self) -> ScopeId {
        let scope = self.scopes.open();
        self.note(&[23, scope], || format!("scope {scope} is opened"));
        scope
    }

    /// A scope is about to be dropped, with whatever is in it.
    pub(crate) fn scope_ends(&mut self, scope: ScopeId) {
        self.note(&[24, scope], || format!("scope {scope} is dropped"));
        let home = self.scopes.end(scope);
        let left: Vec<_> = self.pool_of(scope).collect();
        for (stamp, n) in left {
            self.pool.remove(&(stamp, n));
            self.pool.insert((home, n));
        }
    }

    /// The stamp that counts now for an entry, whatever its answer.
    pub(super) fn home(&self, n: u64) -> Option<Stamp> {
        Some(self.scopes.home(self.known(n)?.stamp))
    }

    /// The failures of a scope that have no other owner, by the order that its flushes go by.
    pub(super) fn pool_of(&self, scope: ScopeId) -> impl Iterator<Item = (Stamp, u64)> {
        self.pool.range(Stamp::all_of(scope)).copied()
    }

    /// Whether this entry, if it failed, may be collected up to there. Those of a dropped scope may be by any flush of
    /// the writer, though it need not wait for them if it began before.
    pub(super) fn may_be_collected(&self, n: u64, collects: Stamp) -> bool {
        let Some(known) = self.known(n) else { return false };
        let home = self.scopes.home(known.stamp);
        home.scope == collects.scope && (home < collects || self.scopes.is_adopted(known.stamp))
    }
}
