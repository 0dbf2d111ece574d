//! The ways in which requests reach the server.

mod connection;
mod cut_body;
mod in_process;
mod listening;

pub use listening::Listening;
