//! Without the feature `trace`: nothing of all this, at no cost.

use std::marker::PhantomData;

use crate::writer::shared::Tag;
use crate::{Answers, RequestFinished, RequestStarted};

/// Whether requests are traced: they are not.
#[derive(Clone, Copy)]
pub(in crate::writer) struct Tracing;

/// The span in which an entry is submitted.
#[derive(Clone, Copy)]
pub(in crate::writer) struct Origin;

/// Those of the entries of a request.
pub(in crate::writer) struct Origins;

/// Those of all entries.
pub(in crate::writer) struct Links;

/// The span of a request.
pub(in crate::writer) struct RequestSpan;

/// As long as the span of a request is the current one.
pub(in crate::writer) struct Inside<'a>(PhantomData<&'a ()>);

impl Tracing {
    pub(in crate::writer) fn off() -> Self {
        Self
    }

    pub(in crate::writer) fn is_wanted(self) -> bool {
        false
    }

    #[inline(always)]
    pub(in crate::writer) fn origin(self) -> Origin {
        Origin
    }
}

impl Links {
    pub(in crate::writer) fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(in crate::writer) fn tie(&mut self, tag: Tag, _: Origin) -> Tag {
        tag
    }

    #[inline(always)]
    pub(in crate::writer) fn untie<E, R>(&mut self, _: &Answers<E, R, Tag>) {}

    pub(in crate::writer) fn of<'a>(&self, _: impl Iterator<Item = &'a Tag>) -> Origins {
        Origins
    }
}

impl RequestSpan {
    pub(in crate::writer) fn none() -> Self {
        Self
    }

    pub(in crate::writer) fn open(_: &RequestStarted<'_>, _: &Origins) -> Self {
        Self
    }

    pub(in crate::writer) fn enter(&self) -> Inside<'_> {
        Inside(PhantomData)
    }

    pub(in crate::writer) fn close(&self, _: &RequestFinished<'_>) {}
}
