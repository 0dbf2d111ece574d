use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::code::RECEIPT_HANDLE_IS_INVALID;
use crate::refusal::Refusal;

/// What a receipt handle stands for: one receive of one message of one queue.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Receipt {
    pub(super) queue: u64,
    pub(super) number: u64,
    pub(super) receive: u32,
}

impl Receipt {
    pub(super) fn to_handle(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}.{}.{}", self.queue, self.number, self.receive))
    }

    /// The receipt behind `handle`, which must be of the queue with this serial number.
    pub(super) fn read(handle: &str, queue: u64) -> Result<Self, Refusal> {
        Self::parse(handle).filter(|receipt| receipt.queue == queue && receipt.receive > 0).ok_or_else(|| {
            let message = format!("The input receipt handle \"{handle}\" is not a valid receipt handle.");
            Refusal::new(&RECEIPT_HANDLE_IS_INVALID, message)
        })
    }

    fn parse(handle: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
        let mut parts = text.split('.');
        let queue = parts.next()?.parse().ok()?;
        let number = parts.next()?.parse().ok()?;
        let receive = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(Self { queue, number, receive })
    }
}
