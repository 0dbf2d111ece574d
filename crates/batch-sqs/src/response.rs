//! Recognizes the response that accepts every message of a request, without the SDK's model of it.
//!
//! Why: the SDK makes a structure of three texts for each message, which is dropped unless a receipt asks.
//! The scan is strict rather than complete: a response that it does not understand to the last byte, one
//! with an escape in it included, is left to the SDK.

use batch_smithy::EntryIds;
use batch_smithy::json::need_escape;

use crate::SentMessage;

/// What the service said of the messages of a request, all of which it accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// The message id and the sequence number of one message after the other.
    texts: String,
    /// In the order of the messages.
    places: Vec<Place>,
}

/// Where the texts of a message are.
#[derive(Clone, Copy, Debug)]
struct Place {
    message_id: (usize, usize),
    sequence_number: Option<(usize, usize)>,
}

impl Accepted {
    /// Reads the body of a response to a request whose entries had these ids: `None` unless it certainly
    /// accepts each of them, once, and mentions nothing else.
    pub(crate) fn read(body: &[u8], ids: &EntryIds<'_>) -> Option<Self> {
        let mut found = Found::new(ids);
        let (mut has_successful, mut has_failed) = (false, false);
        let mut scan = Scan { text: str::from_utf8(body).ok()?, at: 0 };
        scan.enclosed(b'{', b'}', |scan| match (scan.name()?, has_successful, has_failed) {
            ("Successful", false, _) => {
                has_successful = true;
                scan.enclosed(b'[', b']', |scan| found.entry(scan))
            }
            ("Failed", _, false) => {
                has_failed = true;
                scan.enclosed(b'[', b']', |_| None)
            }
            _ => None,
        })?;
        scan.end()?;
        found.all()
    }

    /// What the service said of the message at this position of the request.
    pub(crate) fn message(&self, position: usize) -> SentMessage {
        let place = self.places[position];
        let text = |(start, end): (usize, usize)| self.texts[start..end].to_owned();
        SentMessage { message_id: text(place.message_id), sequence_number: place.sequence_number.map(text) }
    }
}

/// The entries that a scan has found so far.
struct Found<'a> {
    ids: &'a EntryIds<'a>,
    texts: String,
    places: Vec<Option<Place>>,
    count: usize,
}

impl<'a> Found<'a> {
    fn new(ids: &'a EntryIds<'a>) -> Self {
        let texts = String::with_capacity(ids.count() * MESSAGE_TEXTS_BYTES);
        Self { ids, texts, places: vec![None; ids.count()], count: 0 }
    }

    /// Reads one entry: of its members the three that matter, each at most once. The others are texts.
    fn entry(&mut self, scan: &mut Scan<'_>) -> Option<()> {
        let (mut id, mut message_id, mut sequence_number) = (None, None, None);
        scan.enclosed(b'{', b'}', |scan| {
            let (name, text) = (scan.name()?, scan.string()?);
            let member = match name {
                "Id" => &mut id,
                "MessageId" => &mut message_id,
                "SequenceNumber" => &mut sequence_number,
                _ => return Some(()),
            };
            member.replace(text).is_none().then_some(())
        })?;
        let place = self.places.get_mut(self.ids.position(id?, self.count)?)?;
        if place.is_some() {
            return None;
        }
        let mut keep = |text| {
            let start = self.texts.len();
            self.texts.push_str(text);
            (start, self.texts.len())
        };
        *place =
            Some(Place { message_id: keep(message_id?), sequence_number: sequence_number.map(&mut keep) });
        self.count += 1;
        Some(())
    }

    /// The entries, if all were found.
    fn all(self) -> Option<Accepted> {
        Some(Accepted { texts: self.texts, places: self.places.into_iter().collect::<Option<_>>()? })
    }
}

/// A position in JSON. What is read by it is read from left to right, and none of it twice.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// Elements or members with commas between them.
    fn enclosed(
        &mut self,
        open: u8,
        close: u8,
        mut element: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.expect(open)?;
        if self.skip(close) {
            return Some(());
        }
        loop {
            element(self)?;
            if self.skip(close) {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    /// The name of a member, with the colon behind it.
    fn name(&mut self) -> Option<&'a str> {
        let name = self.string()?;
        self.expect(b':')?;
        Some(name)
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let (string, _) = self.text.get(self.at..)?.split_once('"')?;
        self.at += string.len() + 1;
        (!need_escape(string)).then_some(string)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip(byte).then_some(())
    }

    /// Skips this byte, if it is the next one that is no space.
    fn skip(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn end(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }
}

/// A message id is a UUID of 36 characters, a sequence number has 20 digits.
const MESSAGE_TEXTS_BYTES: usize = 56;

#[cfg(test)]
mod tests;
