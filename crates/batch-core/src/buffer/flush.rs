use std::collections::BTreeSet;
use std::time::Instant;

use super::{Buffer, ScopeId, Stamp, Watermark};

/// Scopes and their flushes.
impl<E, R, T> Buffer<E, R, T> {
    /// Opens a part of the entries that is flushed, withdrawn and collected by itself, until
    /// [`end_scope`](Self::end_scope).
    pub fn open_scope(&mut self) -> ScopeId {
        self.scopes.open()
    }

    /// The stamp that counts for an entry of this one: the writer's own if its scope has ended.
    pub(crate) fn home(&self, stamp: Stamp) -> Stamp {
        self.scopes.home(stamp)
    }

    /// Ends a scope. Its entries are the writer's [own](ScopeId::OWN) from now on, as if they had been
    /// accepted now, and so is what is put into it later.
    pub fn end_scope(&mut self, scope: ScopeId) {
        self.scopes.end(scope);
    }

    /// Ends the lingering (never a backoff) of everything accepted so far, of whatever scope. Everything
    /// of this scope is answered when [`is_flushed`](Self::is_flushed) says so.
    pub fn flush(&mut self, scope: ScopeId, now: Instant) -> Watermark {
        let now = self.clock(now);
        let watermark = self.scopes.flush(scope);
        self.lines.flush(watermark);
        self.urgent_until = Some(now + self.plan.rules.linger.longest());
        watermark
    }

    /// Whether the answers of everything accepted before the watermark were given out.
    #[must_use]
    pub fn is_flushed(&self, watermark: Watermark) -> bool {
        self.scopes.passed(watermark)
    }

    /// Scopes of which entries were answered since this was last called, and of which a flush may have
    /// ended.
    pub fn take_progressed(&mut self) -> BTreeSet<ScopeId> {
        self.scopes.take_progressed()
    }
}
