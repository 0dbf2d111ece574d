//! `tokio::sync`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::point;

/// Tokio's own: each operation is one step, before which another task may go on.
#[derive(Debug, Default)]
pub struct Notify(tokio::sync::Notify);

/// What [`Notify::notified`] gives.
#[derive(Debug)]
pub struct Notified<'a>(Pin<Box<tokio::sync::futures::Notified<'a>>>);

impl Notify {
    /// Without a permit.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wakes one waiter, or leaves a permit.
    pub fn notify_one(&self) {
        point();
        self.0.notify_one();
    }

    /// Wakes all present waiters.
    pub fn notify_waiters(&self) {
        point();
        self.0.notify_waiters();
    }

    /// Waits for a notification.
    pub fn notified(&self) -> Notified<'_> {
        point();
        Notified(Box::pin(self.0.notified()))
    }
}

impl Notified<'_> {
    /// Waits from now on, not only from the first poll; whether there was a permit.
    pub fn enable(self: Pin<&mut Self>) -> bool {
        point();
        self.get_mut().0.as_mut().enable()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        point();
        self.get_mut().0.as_mut().poll(context)
    }
}
