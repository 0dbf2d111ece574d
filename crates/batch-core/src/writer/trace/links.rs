use std::collections::BTreeMap;
use std::num::NonZeroU64;

use super::names::TARGET;
use crate::Answers;
use crate::writer::cells::CellId;
use crate::writer::shared::Tag;

/// How many spans a request follows from at most; OpenTelemetry keeps no more links of a span by default.
const MOST: usize = 128;

/// Whether requests are traced.
#[derive(Clone, Copy)]
pub(in crate::writer) struct Tracing {
    is_on: bool,
}

/// The number of the span in which an entry is submitted.
#[derive(Clone, Copy)]
pub(in crate::writer) struct Origin(Option<NonZeroU64>);

/// Those of the entries of a request, each once.
pub(in crate::writer) type Origins = Vec<NonZeroU64>;

/// The spans in which entries were submitted that have no answer.
///
/// These are numbers alone. Whoever kept a span open for them would hold up what its subscriber does when it closes, by as
/// much as an outage lasts.
pub(in crate::writer) struct Links {
    origins: BTreeMap<CellId, NonZeroU64>,
    /// The number of the next entry that has an origin and no receipt.
    next: u64,
}

impl Tracing {
    pub(in crate::writer) fn off() -> Self {
        Self { is_on: false }
    }

    pub(in crate::writer) fn on() -> Self {
        Self { is_on: true }
    }

    pub(in crate::writer) fn is_wanted(self) -> bool {
        self.is_on
    }

    /// The current span, if a subscriber is interested in what follows from it.
    #[inline]
    pub(in crate::writer) fn origin(self) -> Origin {
        if !self.is_on || !tracing::span_enabled!(target: TARGET, tracing::Level::INFO) {
            return Origin(None);
        }
        let number =
            |dispatch: &tracing::Dispatch| dispatch.current_span().id().map(tracing::Id::into_non_zero_u64);
        Origin(tracing::dispatcher::get_default(number))
    }
}

impl Links {
    pub(in crate::writer) fn new() -> Self {
        Self { origins: BTreeMap::new(), next: 0 }
    }

    /// Remembers where an entry comes from, which then has a tag.
    #[inline]
    pub(in crate::writer) fn tie(&mut self, tag: Tag, origin: Origin) -> Tag {
        let Some(origin) = origin.0 else {
            return tag;
        };
        let cell = tag.unwrap_or_else(|| {
            self.next += 1;
            CellId::of_nobody(self.next)
        });
        self.origins.insert(cell, origin);
        Some(cell)
    }

    /// Forgets entries that get their answers.
    #[inline]
    pub(in crate::writer) fn untie<E, R>(&mut self, answers: &Answers<E, R, Tag>) {
        if self.origins.is_empty() {
            return;
        }
        let mut forget = |tag: &Tag| {
            if let Some(cell) = tag {
                self.origins.remove(cell);
            }
        };
        match answers {
            Answers::Delivered(deliveries) => deliveries.tags().for_each(forget),
            Answers::One(resolution) => forget(&resolution.tag),
        }
    }

    /// Where these entries come from.
    pub(in crate::writer) fn of<'a>(&self, tags: impl Iterator<Item = &'a Tag>) -> Origins {
        let mut origins = Origins::new();
        if self.origins.is_empty() {
            return origins;
        }
        for origin in tags.flatten().filter_map(|cell| self.origins.get(cell)) {
            if origins.len() == MOST {
                break;
            }
            // Neighbours mostly come from one span, so that the last one is compared first.
            if !origins.iter().rev().any(|known| known == origin) {
                origins.push(*origin);
            }
        }
        origins
    }
}
