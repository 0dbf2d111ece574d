use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::clock::Moment;

/// What a token stands for: how far a stream was read or listed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Position {
    pub(super) kind: Kind,
    pub(super) stream: String,
    /// Of the stream: another one of the same name is not meant.
    pub(super) serial: u64,
    pub(super) shard: usize,
    pub(super) at: usize,
    pub(super) issued_millis: u64,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    NextToken,
    ShardIterator,
}

impl Position {
    /// The position behind `token`, if it is a token of this kind.
    pub(super) fn read(token: &str, kind: Kind) -> Option<Self> {
        let text = String::from_utf8(STANDARD.decode(token).ok()?).ok()?;
        let mut parts = text.split('/');
        let tag = parts.next()?;
        let stream = parts.next()?.to_owned();
        let serial = parts.next()?.parse().ok()?;
        let shard = parts.next()?.parse().ok()?;
        let at = parts.next()?.parse().ok()?;
        let issued_millis = parts.next()?.parse().ok()?;
        let whole = tag == kind.tag() && parts.next().is_none();
        whole.then_some(Self { kind, stream, serial, shard, at, issued_millis })
    }

    pub(super) fn to_token(&self) -> String {
        let Self { kind, stream, serial, shard, at, issued_millis } = self;
        // The name of a stream has no slash.
        STANDARD.encode(format!("{}/{stream}/{serial}/{shard}/{at}/{issued_millis}", kind.tag()))
    }

    pub(super) fn is_expired(&self, now: Moment) -> bool {
        now.epoch_millis.saturating_sub(self.issued_millis) > VALID_MILLIS
    }
}

impl Kind {
    fn tag(self) -> &'static str {
        match self {
            Self::NextToken => "list",
            Self::ShardIterator => "read",
        }
    }
}

/// How long a token can be used.
const VALID_MILLIS: u64 = 300_000;
