//! What the command line says.

/// Which seeds to run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Arguments {
    /// The first seed.
    pub first_seed: u64,
    /// How many seeds.
    pub seeds: u64,
    /// How many of the last events before a violation are shown.
    pub lines: u64,
}

impl Arguments {
    /// Reads `--seeds N`, `--first-seed S` and `--lines L`; the words that are neither are left.
    ///
    /// # Errors
    ///
    /// The word that is not understood.
    pub fn parse(words: impl IntoIterator<Item = String>, seeds: u64) -> Result<(Self, Vec<String>), String> {
        let mut arguments = Self { first_seed: 0, seeds, lines: 60 };
        let mut rest = Vec::new();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut number = || {
                let value = words.next().ok_or_else(|| format!("{word} needs a number"))?;
                value.parse().map_err(|_| format!("{word} needs a number, not {value:?}"))
            };
            match word.as_str() {
                "--lines" => arguments.lines = number()?,
                "--first-seed" => arguments.first_seed = number()?,
                "--seeds" => arguments.seeds = number()?,
                _ => rest.push(word),
            }
        }
        Ok((arguments, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn check(words: &str, expected: Result<(u64, u64, &[&str]), &str>) {
        let parsed = Arguments::parse(words.split_whitespace().map(str::to_owned), 100);
        let parsed = parsed.map(|(arguments, rest)| (arguments.first_seed, arguments.seeds, rest));
        let expected = expected.map(|(first, seeds, rest)| {
            (first, seeds, rest.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
        });
        assert_eq!(parsed, expected.map_err(str::to_owned));
    }

    #[test]
    fn seeds_are_read_and_other_words_left() {
        check("", Ok((0, 100, &[])));
        check("--seeds 5 --first-seed 7", Ok((7, 5, &[])));
        check("sqs --seeds 5", Ok((0, 5, &["sqs"])));
        check("--seeds", Err("--seeds needs a number"));
        check("--seeds x", Err("--seeds needs a number, not \"x\""));
    }
}
