//! The scripted target: a service that answers in every way there is, alone and in storms.

mod act;
mod item;
mod limits;
mod reply;
mod service;
mod weather;

pub use service::Scripted;
