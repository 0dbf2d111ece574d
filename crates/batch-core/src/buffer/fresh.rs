use std::time::Instant;

use super::Stamp;
use super::line::Line;
use super::lines::{LineId, Lines};
use super::record::Record;
use super::segment::Single;
use super::slots::Slots;
use crate::{LimitPolicy, Load};

/// Entries of lanes to which nothing has happened yet: they wait behind others of their lanes, and go into
/// requests many at once.
impl<E, T> Lines<E, T> {
    /// Adds an entry, which is accepted now, at the end of its lane.
    pub(super) fn push(&mut self, slots: &Slots<E, T>, id: LineId, entry: E, record: Record<T>) {
        let line = &mut self.all[id as usize];
        if line.fresh.is_empty() {
            self.oldest.insert((record.accepted, id));
        }
        let bytes = record.bytes as u128;
        line.fresh.push_back((entry, record));
        self.grow(slots, id, bytes);
    }

    /// When the oldest of these entries was accepted, and its lane.
    pub(super) fn oldest(&self) -> Option<(Instant, LineId)> {
        self.oldest.first().copied()
    }

    /// Takes from a line that stands nowhere what fits into a request with this load, which grows by it:
    /// one entry of a strict lane.
    pub(super) fn take(
        &mut self,
        id: LineId,
        limits: &LimitPolicy,
        load: &mut Load,
    ) -> (Vec<E>, Vec<Record<T>>) {
        let line = &mut self.all[id as usize];
        let first = line.accepted();
        let most = if line.kind.is_strict() { 1 } else { limits.entries() - load.entries };
        let fits = |(_, record): &&(E, Record<T>)| {
            let with = load.with(record.bytes);
            let fits = limits.fits(with);
            *load = if fits { with } else { *load };
            fits
        };
        let taken = line.fresh.iter().take(most).take_while(fits).count();
        let (entries, records): (Vec<E>, Vec<Record<T>>) = line.fresh.drain(..taken).unzip();
        line.bytes -= records.iter().map(|record| record.bytes as u128).sum::<u128>();
        line.away += entries.len();
        self.age(id, first);
        (entries, records)
    }

    /// Whether such entries wait in a line.
    pub(super) fn has_fresh(&self, id: LineId) -> bool {
        !self.all[id as usize].fresh.is_empty()
    }

    /// Takes the oldest entry out. Its line is settled with those that entries come back to.
    pub(super) fn pop(&mut self) -> Option<Single<E, T>> {
        let (_, id) = self.oldest()?;
        let (entry, record) = self.shift(id)?;
        self.touch(id);
        Some(Single::of_line(entry, record, id))
    }

    /// Takes the first of these entries out of a line, which stands nowhere then.
    pub(super) fn shift(&mut self, id: LineId) -> Option<(E, Record<T>)> {
        let first = self.all[id as usize].accepted()?;
        self.displace(id);
        let line = &mut self.all[id as usize];
        let (entry, record) = line.fresh.pop_front()?;
        line.bytes -= record.bytes as u128;
        self.age(id, Some(first));
        Some((entry, record))
    }

    /// Takes out what has one of these stamps. Its lines are settled with those that entries come back to.
    pub(super) fn pull_all(&mut self, is_one: impl Fn(Stamp) -> bool) -> Vec<Single<E, T>> {
        let has_any = |(id, line): (usize, &Line<E, T>)| {
            let is_any = line.fresh.iter().any(|(_, record)| is_one(record.stamp));
            is_any.then(|| u32::try_from(id).expect("a line has its number"))
        };
        let lines: Vec<_> = self.all.iter().filter_map(has_any).collect();
        let mut pulled = Vec::new();
        for id in lines {
            self.displace(id);
            self.touch(id);
            let line = &mut self.all[id as usize];
            let first = line.accepted();
            for (entry, record) in std::mem::take(&mut line.fresh) {
                if is_one(record.stamp) {
                    line.bytes -= record.bytes as u128;
                    pulled.push(Single::of_line(entry, record, id));
                } else {
                    line.fresh.push_back((entry, record));
                }
            }
            self.age(id, first);
        }
        pulled
    }

    /// The first of these entries of a line may be another than that accepted then.
    fn age(&mut self, id: LineId, was: Option<Instant>) {
        let is = self.all[id as usize].accepted();
        if is == was {
            return;
        }
        if let Some(accepted) = was {
            self.oldest.remove(&(accepted, id));
        }
        if let Some(accepted) = is {
            self.oldest.insert((accepted, id));
        }
    }
}

impl<E, T> Line<E, T> {
    /// When the first of its entries to which nothing has happened was accepted.
    fn accepted(&self) -> Option<Instant> {
        self.fresh.front().map(|(_, record)| record.accepted)
    }
}
