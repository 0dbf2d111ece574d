//! What a service saw of some rows, to be drawn.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use crate::case::{Case, Change};
use crate::meter::Kind;
use crate::record::{Record, STEPS};
use crate::{each, trial};

/// Writes a file for each picture: a line for each second, with what was accepted of each writer, what was throttled
/// and the limit.
pub(crate) fn write(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let pictures = pictures();
    let records = each(&pictures, |&(_, case)| trial::run(case, 1).1, |_, _| {});
    for ((name, case), record) in pictures.iter().zip(&records) {
        fs::write(directory.join(format!("{name}.csv")), text(case, record))?;
    }
    Ok(())
}

fn pictures() -> [(&'static str, Case); 10] {
    let one = Case {
        limit: 200.0,
        kind: Kind::Bucket,
        is_single: false,
        latency: 10,
        writers: 1,
        change: Change::None,
    };
    let two = Case { writers: 2, ..one };
    [
        ("1-one-writer", one),
        ("2-two-writers", two),
        ("3-eight-writers", Case { writers: 8, limit: 500.0, ..one }),
        ("4-doubled", Case { change: Change::Doubled, ..two }),
        ("5-halved", Case { change: Change::Halved, ..two }),
        ("6-zero", Case { change: Change::Zero, ..two }),
        ("7-slow", Case { limit: 20.0, ..two }),
        ("8-fixed-windows", Case { kind: Kind::Fixed, ..two }),
        ("9-saved-burst", Case { kind: Kind::Saved, ..two }),
        ("10-single-entries", Case { is_single: true, ..two }),
    ]
}

fn text(case: &Case, record: &Record) -> String {
    let words: Vec<_> = case.to_string().split_whitespace().map(str::to_owned).collect();
    let mut text = format!("# {} writers\nsecond,throttled", words.join(" "));
    (1..=record.writers).for_each(|writer| {
        let _ = write!(text, ",writer {writer}");
    });
    text.push('\n');
    for second in 0..record.steps.len() / STEPS {
        let sum = record.sum(second * STEPS, (second + 1) * STEPS);
        let _ = write!(text, "{second},{}", sum.throttled);
        sum.accepted.iter().for_each(|accepted| {
            let _ = write!(text, ",{accepted}");
        });
        text.push('\n');
    }
    text
}
