use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// The bar of answers, drawn on standard error, and only for a person.
#[derive(Clone)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let template = "{bar:40} {pos}/{len} answers  {per_sec}";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::new(0).with_style(style))
    }

    /// So many more answers are to come.
    pub(crate) fn expect(&self, answers: usize) {
        self.0.inc_length(answers as u64);
    }

    /// One answer came.
    pub(crate) fn answered(&self) {
        self.0.inc(1);
    }

    /// Says something on standard error.
    pub(crate) fn say(&self, words: &str) {
        self.0.suspend(|| eprintln!("{words}"));
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
