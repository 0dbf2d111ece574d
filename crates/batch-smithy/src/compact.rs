//! Reads responses in the compact JSON that the services write, without the SDK's model of them.

use batch_core::Verdict;
use memchr::{memchr, memchr_iter};

/// Compact JSON of which every string stands for itself, and how far it was read.
///
/// What it reads is exactly what it is asked for: of any other response, however little is different, it is not
/// certain, and that is left to the SDK. Each method returns `None` then, and nothing is to be read any more, unless
/// [`skip`](Self::skip) returned it.
#[derive(Clone, Copy, Debug)]
pub struct Compact<'a> {
    whole: &'a [u8],
    rest: &'a [u8],
    /// The quotation marks of the body that were not read yet. At the end there are none, or one of them is in what was
    /// taken for a string.
    quotes: usize,
    /// Whether a string may be taken to be as long as another.
    guesses: bool,
}

/// The positions of entries that failed, in ascending order, and the verdict on each.
pub type Failures<R> = Vec<(usize, Verdict<R>)>;

/// Where a string is in a body, to be cut out of it on demand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    at: u32,
    bytes: u32,
}

impl<'a> Compact<'a> {
    /// What `read` makes of this body, of which nothing was read yet. `None` unless all of it is ASCII without
    /// backslashes, and without the control characters that JSON escapes. Where `read` returns `None`, it is called once
    /// more, and takes no string for as long as [another](Self::string_like) then.
    #[inline]
    pub fn read<T>(body: &'a [u8], read: impl Fn(Self) -> Option<T>) -> Option<T> {
        let body = Self::of(body)?;
        read(body).or_else(|| read(Self { guesses: false, ..body }))
    }

    fn of(body: &'a [u8]) -> Option<Self> {
        // As a number with a sign, a byte that is not ASCII is below a space too. `|` and no `||`: without branches,
        // it is vectorised.
        let is_special = |byte: u8| (byte.cast_signed() < b' '.cast_signed()) | (byte == b'\\');
        let has_special = body.iter().fold(false, |any, &byte| any | is_special(byte));
        let quotes = || memchr_iter(b'"', body).count();
        (!has_special).then(|| Self { whole: body, rest: body, quotes: quotes(), guesses: true })
    }

    /// Reads these bytes, if they are next.
    #[inline(always)]
    pub fn skip(&mut self, expected: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        // Of a literal, a constant.
        self.quotes -= expected.iter().filter(|&&byte| byte == b'"').count();
        Some(())
    }

    /// Reads the rest of a string, after its first quotation mark.
    #[inline]
    pub fn string(&mut self) -> Option<Span> {
        let bytes = memchr(b'"', self.rest)?;
        self.take(bytes)
    }

    /// The same of a string that is perhaps as long as this one. Then nothing is looked for.
    #[inline]
    pub fn string_like(&mut self, other: Span) -> Option<Span> {
        let bytes = other.bytes as usize;
        if self.guesses && self.rest.get(bytes) == Some(&b'"') { self.take(bytes) } else { self.string() }
    }

    /// Takes so many bytes for a string, and the quotation mark after them.
    #[inline]
    fn take(&mut self, bytes: usize) -> Option<Span> {
        let at = self.whole.len() - self.rest.len();
        self.rest = &self.rest[bytes + 1..];
        self.quotes -= 1;
        Some(Span { at: u32::try_from(at).ok()?, bytes: u32::try_from(bytes).ok()? })
    }

    /// Reads a number of entries, of at most nine digits, so that it is one for the SDK too.
    pub fn count(&mut self) -> Option<()> {
        let end = self.rest.iter().position(|byte| !byte.is_ascii_digit())?;
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_number = matches!(digits, b"0" | [b'1'..=b'9', ..]);
        (is_number && digits.len() < 10).then_some(())
    }

    /// Reads the object that is all of the body. `member` reads each of its members.
    pub fn object(&mut self, mut member: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.skip(b"{")?;
        member(self)?;
        while self.skip(b",").is_some() {
            member(self)?;
        }
        self.skip(b"}")?;
        (self.rest.is_empty() && self.quotes == 0).then_some(())
    }

    /// Reads the rest of an array with a result for each of so many entries, after its bracket: what `accepted` reads
    /// for each that was accepted, given what it read last, and the default for each that failed; and the positions of
    /// those, counted from 0, with what `failed` makes of their codes and messages.
    #[inline]
    pub fn results<T: Copy + Default, R>(
        &mut self,
        entries: usize,
        accepted: impl Fn(&mut Self, T) -> Option<T>,
        failed: impl Fn(&str, Option<String>) -> Verdict<R>,
    ) -> Option<(Vec<T>, Failures<R>)> {
        let (mut results, mut failures) = (Vec::with_capacity(entries), Vec::new());
        let mut last = T::default();
        for position in 0..entries {
            if position > 0 {
                self.skip(b",")?;
            }
            // Only these two change.
            let (rest, quotes) = (self.rest, self.quotes);
            if let Some(result) = accepted(self, last) {
                last = result;
                results.push(result);
            } else {
                (self.rest, self.quotes) = (rest, quotes);
                let (code, message) = self.failure()?;
                failures.push((position, failed(code, Some(message.to_owned()))));
                results.push(T::default());
            }
        }
        self.skip(b"]")?;
        Some((results, failures))
    }

    /// Reads the result of an entry that failed: its code, which is not empty, and its message.
    fn failure(&mut self) -> Option<(&'a str, &'a str)> {
        self.skip(b"{\"ErrorCode\":\"")?;
        let code = self.string()?;
        self.skip(b",\"ErrorMessage\":\"")?;
        let message = self.string()?;
        self.skip(b"}")?;
        (!code.is_empty()).then(|| (code.of(self.whole), message.of(self.whole)))
    }
}

impl Span {
    /// Whether the string is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.bytes == 0
    }

    /// The string, in the body in which it was found.
    ///
    /// # Panics
    ///
    /// May panic for another body.
    #[must_use]
    pub fn of(self, body: &[u8]) -> &str {
        let (at, bytes) = (self.at as usize, self.bytes as usize);
        str::from_utf8(&body[at..at + bytes]).expect("it is ASCII")
    }
}

#[cfg(test)]
mod tests {
    use batch_core::{Failure, Verdict};
    use proptest::prelude::*;

    use super::{Compact, Span};

    /// The ids of those that were accepted, and the positions, codes and messages of those that failed.
    type Shown = (Vec<String>, Vec<(usize, String)>);

    /// What is read of a body with such results.
    fn read(body: &str, entries: usize) -> Option<Shown> {
        Compact::read(body.as_bytes(), |compact| shown(body, compact, entries))
    }

    fn shown(body: &str, mut compact: Compact<'_>, entries: usize) -> Option<Shown> {
        let mut results = None;
        compact.object(|body| {
            body.skip(b"\"List\":[")?;
            let accepted = |result: &mut Compact<'_>, last: Span| {
                result.skip(b"{\"Id\":\"")?;
                let id = result.string_like(last)?;
                result.skip(b"}")?;
                Some(id)
            };
            let failed = |code: &str, message: Option<String>| {
                Verdict::<()>::Retry(Failure::new(code.to_owned()).with_message(message.unwrap_or_default()))
            };
            results = Some(body.results(entries, accepted, failed)?);
            Some(())
        })?;
        let (ids, failed) = results?;
        let shown = |(position, verdict)| match verdict {
            Verdict::Retry(failure) => (position, format!("{} {:?}", failure.code(), failure.message())),
            verdict => unreachable!("{verdict:?}"),
        };
        let id = |id: Span| id.of(body.as_bytes()).to_owned();
        Some((ids.into_iter().map(id).collect(), failed.into_iter().map(shown).collect()))
    }

    proptest! {
        #[test]
        fn each_result_is_read_at_its_place(
            results in proptest::collection::vec(("[ !#-\\[\\]-~]{0,9}", any::<bool>()), 0..9),
        ) {
            let shown = |(text, is_accepted): &(String, bool)| match is_accepted {
                true => format!(r#"{{"Id":"{text}"}}"#),
                false => format!(r#"{{"ErrorCode":"E{text}","ErrorMessage":"{text}"}}"#),
            };
            let body = format!(r#"{{"List":[{}]}}"#, results.iter().map(shown).collect::<Vec<_>>().join(","));
            let id = |(text, is_accepted): &(String, bool)| if *is_accepted { text.clone() } else { String::new() };
            let failed = results.iter().enumerate().filter(|(_, (_, is_accepted))| !is_accepted);
            let failed = failed.map(|(position, (text, _))| (position, format!("E{text} {:?}", Some(text))));
            let expected = (results.iter().map(id).collect(), failed.collect());
            prop_assert_eq!(read(&body, results.len()), Some(expected));
            prop_assert_eq!(read(&body, results.len() + 1), None);
            for end in 0..body.len() {
                prop_assert_eq!(read(&body[..end], results.len()), None);
            }
        }

        #[test]
        fn a_guess_reads_nothing_else_than_what_would_be_found(
            // Two results are as long as one with a longer id.
            ids in proptest::collection::vec("[ab]{11,13}|[ab]?\"\\},\\{\"Id\":\"[ab]?", 0..6),
            entries in 0_usize..12,
        ) {
            let results: Vec<_> = ids.iter().map(|id| format!(r#"{{"Id":"{id}"}}"#)).collect();
            let body = format!(r#"{{"List":[{}]}}"#, results.join(","));
            let guessing = Compact::of(body.as_bytes()).expect("nothing is special");
            let looking = Compact { guesses: false, ..guessing };
            let found = shown(&body, looking, entries);
            let guessed = shown(&body, guessing, entries);
            prop_assert!(guessed.is_none() || guessed == found, "{:?} is {:?}", guessed, found);
            prop_assert_eq!(read(&body, entries), found);
        }
    }

    #[test]
    fn a_failure_behind_a_part_of_another_result_is_left() {
        let failure = r#"{"ErrorCode":"E","ErrorMessage":"m"}"#;
        for part in [r#"{"Id":""#, r#"{"Id":"1""#, r#"{"Id":"1"}"#, r#"{"ErrorCode":"E""#, failure] {
            for entries in [1, 2] {
                assert_eq!(read(&format!(r#"{{"List":[{part}{failure}]}}"#), entries), None, "{part}");
            }
        }
    }

    #[test]
    fn what_may_have_an_escape_is_left() {
        for special in ["\\", "\n", "\0", "\u{1f}", "\u{80}", "ä"] {
            assert!(Compact::of(format!("{{\"{special}\":1}}").as_bytes()).is_none(), "{special:?}");
        }
        assert!(Compact::of(b"{ ~\x7f}").is_some());
    }
}
