use std::borrow::Cow;

use batch_core::{Failure, Verdict};

/// The ids of the entries of one request, all of them distinct, for services whose responses refer to entries
/// by id, such as Amazon SQS and Amazon SNS.
///
/// ```
/// use batch_core::{Failure, Verdict};
/// use batch_smithy::EntryIds;
///
/// let batch = [Some("a"), None, Some("a")];
/// let ids = EntryIds::of(&batch, |given| *given);
/// assert_eq!(ids.iter().collect::<Vec<_>>(), ["a", "0", "1"]);
///
/// let accepted = [("1".to_owned(), "third"), ("a".to_owned(), "first")];
/// let failed = [("0".to_owned(), Verdict::Retry(Failure::new("InternalError")))];
/// let verdicts = ids.verdicts(accepted, failed);
/// assert!(matches!(verdicts[0], Verdict::Accepted("first")));
/// assert!(matches!(verdicts[1], Verdict::Retry(_)));
/// assert!(matches!(verdicts[2], Verdict::Accepted("third")));
/// ```
#[derive(Clone, Debug)]
pub struct EntryIds<'a>(Ids<'a>);

#[derive(Clone, Debug)]
enum Ids<'a> {
    /// No entry was given an id: each has its position, and nothing is allocated.
    Numbers(&'static [&'static str]),
    Texts(Vec<Cow<'a, str>>),
}

impl<'a> EntryIds<'a> {
    /// An id for each entry: the one that its user gave it, or a short number. The first of several entries
    /// with the same id keeps it.
    #[must_use]
    pub fn of<T>(entries: &'a [T], given: impl Fn(&'a T) -> Option<&'a str>) -> Self {
        if let Some(numbers) = NUMBERS.get(..entries.len())
            && entries.iter().all(|entry| given(entry).is_none())
        {
            return Self(Ids::Numbers(numbers));
        }
        let mut ids: Vec<Cow<'a, str>> = Vec::with_capacity(entries.len());
        let mut number = 0;
        for entry in entries {
            let id = given(entry).map(Cow::Borrowed).filter(|id| !ids.contains(id));
            ids.push(id.unwrap_or_else(|| unlike_all(entries, &given, &mut number)));
        }
        Self(Ids::Texts(ids))
    }

    /// The same ids, independent of the entries. Copies only ids that users gave.
    #[must_use]
    pub fn into_static(self) -> EntryIds<'static> {
        EntryIds(match self.0 {
            Ids::Numbers(numbers) => Ids::Numbers(numbers),
            Ids::Texts(ids) => Ids::Texts(ids.into_iter().map(|id| Cow::Owned(id.into_owned())).collect()),
        })
    }

    /// How many entries there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match &self.0 {
            Ids::Numbers(numbers) => numbers.len(),
            Ids::Texts(ids) => ids.len(),
        }
    }

    /// The ids in the order of the entries.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.count()).map(|position| self.get(position).unwrap_or_default())
    }

    /// The position of the entry with this id, counted from 0. `likely` is looked at first; any number is
    /// right.
    #[must_use]
    pub fn position(&self, id: &str, likely: usize) -> Option<usize> {
        match self.get(likely) == Some(id) {
            true => Some(likely),
            false => self.iter().position(|known| known == id),
        }
    }

    /// The verdict for each entry, in the order of the entries, from what the response reports by id: the
    /// responses for accepted entries, and the verdicts on failed ones.
    ///
    /// An entry that the response does not mention is ambiguous, and so is one that it reports as both
    /// accepted and failed. Ids that were not sent are ignored.
    #[must_use]
    pub fn verdicts<R>(
        &self,
        accepted: impl IntoIterator<Item = (String, R)>,
        failed: impl IntoIterator<Item = (String, Verdict<R>)>,
    ) -> Vec<Verdict<R>> {
        let mut verdicts = Vec::with_capacity(self.count());
        let mut accepted = accepted.into_iter().peekable();
        let mut failed = failed.into_iter().peekable();
        // Nearly every response accepts all entries, in order: then no id is searched for.
        while let Some((_, response)) = accepted.next_if(|(id, _)| self.get(verdicts.len()) == Some(id)) {
            verdicts.push(Verdict::Accepted(response));
        }
        if verdicts.len() == self.count() && failed.peek().is_none() {
            return verdicts;
        }
        self.by_id(verdicts, accepted, failed)
    }

    /// The verdicts for all entries from those for the first of them and the rest of the response.
    fn by_id<R>(
        &self,
        first: Vec<Verdict<R>>,
        accepted: impl Iterator<Item = (String, R)>,
        failed: impl Iterator<Item = (String, Verdict<R>)>,
    ) -> Vec<Verdict<R>> {
        let mut verdicts: Vec<_> = first.into_iter().map(Some).collect();
        verdicts.resize_with(self.count(), || None);
        for (id, response) in accepted {
            if let Some(position) = self.position(&id, 0) {
                verdicts[position] = Some(Verdict::Accepted(response));
            }
        }
        for (id, verdict) in failed {
            if let Some(position) = self.position(&id, 0) {
                verdicts[position] = Some(match verdicts[position] {
                    Some(Verdict::Accepted(_) | Verdict::Ambiguous(_)) => {
                        Verdict::Ambiguous(Failure::contradictory())
                    }
                    _ => verdict,
                });
            }
        }
        let not_mentioned = || Verdict::Ambiguous(Failure::not_mentioned());
        verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(not_mentioned)).collect()
    }

    fn get(&self, position: usize) -> Option<&str> {
        match &self.0 {
            Ids::Numbers(numbers) => numbers.get(position).copied(),
            Ids::Texts(ids) => ids.get(position).map(AsRef::as_ref),
        }
    }
}

/// The next number that is not the id of an entry.
fn unlike_all<'a, T>(
    entries: &'a [T],
    given: impl Fn(&'a T) -> Option<&'a str>,
    number: &mut usize,
) -> Cow<'static, str> {
    loop {
        let id = NUMBERS.get(*number).map_or_else(|| number.to_string().into(), |id| Cow::Borrowed(*id));
        *number += 1;
        if !entries.iter().any(|entry| given(entry) == Some(&id)) {
            return id;
        }
    }
}

/// What ten entries need without an allocation, even if their users took ten of them.
const NUMBERS: [&str; 20] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18",
    "19",
];

#[cfg(test)]
mod tests {
    use batch_core::{Failure, Verdict};

    use super::EntryIds;

    fn ids(given: &[Option<&str>]) -> Vec<String> {
        EntryIds::of(given, |id| *id).iter().map(str::to_owned).collect()
    }

    /// What became of entries with these ids: `+` and the response, or `!`, `?` and the code.
    fn verdicts(ids: &[&str], accepted: &[&str], failed: &[&str]) -> Vec<String> {
        let accepted = accepted.iter().map(|id| ((*id).to_owned(), format!("response {id}")));
        let failed = failed.iter().map(|id| ((*id).to_owned(), Verdict::Reject(Failure::new("X"))));
        let verdicts = EntryIds::of(ids, |id| Some(*id)).verdicts(accepted, failed);
        let show = |verdict| match verdict {
            Verdict::Accepted(response) => format!("+{response}"),
            Verdict::Ambiguous(failure) => format!("?{}", failure.code()),
            Verdict::Reject(failure) => format!("!{}", failure.code()),
            other => panic!("{other:?}"),
        };
        verdicts.into_iter().map(show).collect()
    }

    #[test]
    fn ids_are_given_or_generated_and_never_equal() {
        assert_eq!(ids(&[]), [""; 0]);
        assert_eq!(ids(&[None, None, None]), ["0", "1", "2"]);
        assert_eq!(ids(&[Some("a"), None, Some("b"), None]), ["a", "0", "b", "1"]);
        assert_eq!(ids(&[None, Some("0"), None, Some("2"), None]), ["1", "0", "3", "2", "4"]);
        assert_eq!(ids(&[Some("a"), Some("a"), Some("a")]), ["a", "0", "1"], "the first keeps it");
        assert_eq!(ids(&[Some("0"), Some("0"), None]), ["0", "1", "2"]);
        assert_eq!(ids(&[None; 25]).pop().as_deref(), Some("24"));
    }

    #[test]
    fn an_entry_is_found_by_its_id_wherever_it_is_looked_for_first() {
        for given in [&[None, None, None][..], &[Some("a"), None, Some("c")]] {
            let ids = EntryIds::of(given, |id| *id).into_static();
            for (position, id) in ids.iter().enumerate() {
                for likely in [0, 1, 2, 3, usize::MAX] {
                    assert_eq!(ids.position(id, likely), Some(position), "{id} at {likely}");
                }
            }
            assert_eq!((ids.count(), ids.position("x", 0), ids.position("3", 3)), (3, None, None));
        }
    }

    #[test]
    fn verdicts_follow_the_ids_and_not_the_order_of_the_response() {
        assert_eq!(verdicts(&["a", "b"], &["a", "b"], &[]), ["+response a", "+response b"]);
        assert_eq!(verdicts(&["a", "b", "c"], &["c", "a"], &["b"]), ["+response a", "!X", "+response c"]);
    }

    #[test]
    fn an_entry_that_is_not_mentioned_is_ambiguous() {
        assert_eq!(verdicts(&["a", "b"], &["b"], &[]), ["?NotMentioned", "+response b"]);
        assert_eq!(verdicts(&["a"], &[], &[]), ["?NotMentioned"]);
    }

    #[test]
    fn an_entry_that_is_both_accepted_and_failed_is_ambiguous() {
        assert_eq!(verdicts(&["a", "b"], &["a", "b"], &["a"]), ["?ContradictoryResponse", "+response b"]);
        assert_eq!(verdicts(&["a"], &["a"], &["a", "a"]), ["?ContradictoryResponse"]);
    }

    #[test]
    fn ids_that_were_not_sent_are_ignored() {
        assert_eq!(verdicts(&["a"], &["x", "a", ""], &["y"]), ["+response a"]);
    }
}
