//! What passes one way through a connection.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::trouble::{Trouble, Way, Weather};
use crate::clock;

/// One way, and the trouble that waits there.
#[derive(Debug)]
pub(super) struct Relay {
    way: Way,
    trouble: Trouble,
    /// How many bytes pass before the trouble.
    left: u64,
}

/// How it ends for the connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    BlackHole,
    Close,
    Reset,
}

impl Relay {
    pub(super) fn new(way: Way, weather: Weather) -> Self {
        Self { way, trouble: weather.trouble, left: weather.after_bytes }
    }

    /// Passes on what comes until there is no more, or the trouble says so.
    pub(super) async fn run(
        mut self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) -> io::Result<End> {
        let mut buffer = [0; 1_024];
        loop {
            let count = from.read(&mut buffer).await?;
            if count == 0 {
                return Ok(End::Close);
            }
            let (passing, end) = self.strike(&mut buffer[..count]);
            self.wait(passing).await;
            to.write_all(&buffer[..passing]).await?;
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }

    /// How many of these bytes pass, some of them changed, and whether that is the end.
    fn strike(&mut self, bytes: &mut [u8]) -> (usize, Option<End>) {
        let offset = usize::try_from(self.left).unwrap_or(usize::MAX);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        let end = match self.trouble {
            Trouble::Corrupt => {
                self.corrupt(bytes, offset);
                return (bytes.len(), None);
            }
            Trouble::Delay(_) | Trouble::None | Trouble::Throttle(_) => return (bytes.len(), None),
            Trouble::BlackHole => End::BlackHole,
            Trouble::Cut => End::Close,
            Trouble::Reset => End::Reset,
        };
        if offset < bytes.len() { (offset, Some(end)) } else { (bytes.len(), None) }
    }

    /// Changes one byte, once: that at the offset, or one in the head of the first request after it.
    fn corrupt(&mut self, bytes: &mut [u8], offset: usize) {
        let may_change = match self.way {
            Way::Answer => bytes.len(),
            Way::Request => head(bytes),
        };
        if offset < bytes.len() && may_change > 0 {
            bytes[offset % may_change] = 0;
            self.trouble = Trouble::None;
        }
    }

    async fn wait(&self, count: usize) {
        match self.trouble {
            Trouble::Delay(delay) => clock::sleep(delay).await,
            Trouble::Throttle(per_second) => {
                clock::sleep(Duration::from_secs_f64(count as f64 / f64::from(per_second))).await;
            }
            _ => {}
        }
    }
}

/// How many of these bytes are surely of the head of a request that begins here.
fn head(bytes: &[u8]) -> usize {
    if !bytes.starts_with(b"POST ") {
        return 0;
    }
    bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::{End, Relay, Trouble, Way, Weather};

    /// What becomes of these chunks, as text, and of the connection.
    fn check(
        trouble: Trouble,
        way: Way,
        after_bytes: u64,
        chunks: &[&str],
        expected: &str,
        ends: Option<End>,
    ) {
        let mut relay = Relay::new(way, Weather { trouble, way, after_bytes });
        let (mut passed, mut end) = (Vec::new(), None);
        for chunk in chunks {
            let mut bytes = chunk.as_bytes().to_vec();
            let (count, ended) = relay.strike(&mut bytes);
            passed.extend(&bytes[..count]);
            end = ended;
            if end.is_some() {
                break;
            }
        }
        let passed = String::from_utf8(passed).unwrap();
        assert_eq!((passed.as_str(), end), (expected, ends), "{trouble:?} {way:?} after {after_bytes} bytes");
    }

    #[test]
    fn trouble_strikes_after_so_many_bytes() {
        let chunks = ["0123", "4567", "89"];
        for (trouble, end) in
            [(Trouble::BlackHole, End::BlackHole), (Trouble::Cut, End::Close), (Trouble::Reset, End::Reset)]
        {
            check(trouble, Way::Answer, 6, &chunks, "012345", Some(end));
            check(trouble, Way::Request, 0, &chunks, "", Some(end));
            check(trouble, Way::Answer, 4, &chunks, "0123", Some(end));
            check(trouble, Way::Answer, 10, &chunks, "0123456789", None);
        }
    }

    #[test]
    fn one_byte_of_an_answer_is_corrupted() {
        check(Trouble::Corrupt, Way::Answer, 5, &["0123", "4567", "4567"], "01234\x00674567", None);
    }

    #[test]
    fn only_the_head_of_a_request_is_corrupted() {
        let request = "POST / HTTP/1.1\r\na: b\r\n\r\n{\"x\":1}";
        let corrupt = |at: usize| format!("{}\0{}", &request[..at], &request[at + 1..]);
        check(Trouble::Corrupt, Way::Request, 3, &[request], &corrupt(3), None);
        check(Trouble::Corrupt, Way::Request, 1, &["x", "yz", request], &format!("xyz{}", corrupt(0)), None);
        check(Trouble::Corrupt, Way::Request, 26, &[request], &corrupt(26 % 21), None);
        check(Trouble::Corrupt, Way::Request, 0, &["{\"x\":1}"], "{\"x\":1}", None);
    }
}
