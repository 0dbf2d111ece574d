//! An input of lines: a letter says what each is.

use std::borrow::Cow;

/// The lines of an input.
#[derive(Clone, Debug)]
pub struct Lines<'a>(Cow<'a, str>);

impl<'a> Lines<'a> {
    /// Whatever the input is, as text.
    #[must_use]
    pub fn of(input: &'a [u8]) -> Self {
        Self(String::from_utf8_lossy(input))
    }

    /// Each line's letter, and what follows it. `\n` stands for the end of a line, which no line can have in it.
    pub fn iter(&self) -> impl Iterator<Item = (char, String)> {
        self.0.split('\n').filter_map(|line| {
            let letter = line.chars().next()?;
            Some((letter, line[letter.len_utf8()..].replace("\\n", "\n")))
        })
    }
}
