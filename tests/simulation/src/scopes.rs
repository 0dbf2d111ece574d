//! The parts of a writer that users submit to and collect from: the writer itself, and scopes that they share.

use std::sync::{Arc, Mutex, PoisonError};

use batch_core::Scope;

use crate::checker::{Checker, OWN, ScopeId};
use crate::dice::Dice;
use crate::plan::Plan;
use crate::target::Target;
use crate::watched::Watched;
use crate::witness::{Handle, Witness};

/// A part of a writer's entries, with flushes of its own.
pub(crate) enum Part<T: Target> {
    Own(Handle<T>),
    Scope(Arc<Opened<T>>),
}

/// A scope that the witness knows of.
pub(crate) struct Opened<T: Target> {
    witness: Arc<Witness<T>>,
    id: ScopeId,
    scope: Scope<Watched<T>>,
}

/// The scopes that are open for all users. One that is closed for them ends with the last call on it.
pub(crate) struct Scopes<T: Target> {
    open: Mutex<Vec<Option<Arc<Opened<T>>>>>,
    /// The probability that an entry goes through one of them.
    share: f64,
}

impl<T: Target> Part<T> {
    pub(crate) fn id(&self) -> ScopeId {
        match self {
            Self::Own(_) => OWN,
            Self::Scope(opened) => opened.id,
        }
    }
}

impl<T: Target> Opened<T> {
    pub(crate) fn scope(&self) -> &Scope<Watched<T>> {
        &self.scope
    }
}

impl<T: Target> Scopes<T> {
    pub(crate) fn new(plan: &Plan) -> Self {
        let open = std::iter::repeat_with(|| None).take(plan.scopes).collect();
        Self { open: Mutex::new(open), share: plan.scoped }
    }

    /// The part that the next entry goes to: of a scope that is opened if need be, or the writer itself.
    pub(crate) fn enter(&self, witness: &Arc<Witness<T>>, writer: &Handle<T>, dice: &mut Dice) -> Part<T> {
        let Some(slot) = self.slot(dice).filter(|_| dice.chance(self.share)) else {
            return Part::Own(writer.clone());
        };
        let open = || Arc::new(Opened::new(witness, writer));
        self.with(|scopes| Part::Scope(Arc::clone(scopes[slot].get_or_insert_with(open))))
    }

    /// A part to collect from: the writer itself, or a scope that is open.
    pub(crate) fn any(&self, writer: &Handle<T>, dice: &mut Dice) -> Part<T> {
        let slot = self.slot(dice).filter(|_| dice.chance(0.6));
        let opened = slot.and_then(|slot| self.with(|scopes| scopes[slot].clone()));
        opened.map_or_else(|| Part::Own(writer.clone()), Part::Scope)
    }

    /// Every part that there is.
    pub(crate) fn all(&self, writer: &Handle<T>) -> Vec<Part<T>> {
        let mut parts = vec![Part::Own(writer.clone())];
        self.with(|scopes| parts.extend(scopes.iter().flatten().cloned().map(Part::Scope)));
        parts
    }

    /// Closes one of them for all users.
    pub(crate) fn close(&self, dice: &mut Dice) -> Option<Part<T>> {
        let slot = self.slot(dice)?;
        self.with(|scopes| scopes[slot].take()).map(Part::Scope)
    }

    /// Drops them all, but for those in use.
    pub(crate) fn drop_all(&self) {
        let dropped: Vec<_> = self.with(|scopes| scopes.iter_mut().map(Option::take).collect());
        drop(dropped);
    }

    fn slot(&self, dice: &mut Dice) -> Option<usize> {
        let slots = self.with(|scopes| scopes.len());
        (slots > 0).then(|| dice.between(0, slots - 1))
    }

    /// No scope is dropped meanwhile.
    fn with<R>(&self, work: impl FnOnce(&mut Vec<Option<Arc<Opened<T>>>>) -> R) -> R {
        work(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T: Target> Opened<T> {
    fn new(witness: &Arc<Witness<T>>, writer: &Handle<T>) -> Self {
        let scope = writer.scope();
        Self { witness: Arc::clone(witness), id: witness.tell(Checker::scope_opens), scope }
    }
}

/// The scope itself is dropped next.
impl<T: Target> Drop for Opened<T> {
    fn drop(&mut self) {
        self.witness.tell(|checker| checker.scope_ends(self.id));
    }
}
