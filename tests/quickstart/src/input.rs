use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;
use tokio::fs::File;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader};

/// The observations that are sent when no file is named.
const DEFAULT: &str = include_str!("weather.ndjson");

/// A source of lines.
pub(crate) struct Input {
    name: String,
    reader: Box<dyn AsyncBufRead + Send + Unpin>,
    /// Lines read so far.
    number: usize,
}

/// One good line.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Its number in the input, from 1.
    pub(crate) number: usize,
    pub(crate) station: String,
    pub(crate) temperature: Option<f64>,
    pub(crate) text: String,
}

/// A line that cannot be sent.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) place: String,
    pub(crate) reason: String,
}

#[derive(Deserialize)]
struct Observation {
    origin: String,
    /// Whatever it is; what is no number is no temperature.
    #[serde(default)]
    temp: serde_json::Value,
}

impl Input {
    pub(crate) async fn open(path: Option<PathBuf>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::new("weather.ndjson", Box::new(DEFAULT.as_bytes())));
        };
        if path.as_os_str() == "-" {
            return Ok(Self::new("-", Box::new(BufReader::new(tokio::io::stdin()))));
        }
        let name = path.display().to_string();
        let file = File::open(&path).await.with_context(|| format!("cannot open {name}"))?;
        Ok(Self::new(&name, Box::new(BufReader::new(file))))
    }

    fn new(name: &str, reader: Box<dyn AsyncBufRead + Send + Unpin>) -> Self {
        Self { name: name.to_owned(), reader, number: 0 }
    }

    /// The next line that is not empty; nothing at the end.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Result<Line, Malformed>>> {
        loop {
            let mut bytes = Vec::new();
            let read = self.reader.read_until(b'\n', &mut bytes).await;
            if read.with_context(|| format!("cannot read {}", self.name))? == 0 {
                return Ok(None);
            }
            self.number += 1;
            if !bytes.trim_ascii().is_empty() {
                return Ok(Some(self.parse(bytes)));
            }
        }
    }

    fn parse(&self, bytes: Vec<u8>) -> Result<Line, Malformed> {
        let malformed =
            |reason: String| Malformed { place: format!("{}:{}", self.name, self.number), reason };
        let mut text = String::from_utf8(bytes).map_err(|error| malformed(error.utf8_error().to_string()))?;
        text.truncate(text.trim_end().len());
        let observation: Observation =
            serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
        let temperature = observation.temp.as_f64();
        Ok(Line { number: self.number, station: observation.origin, temperature, text })
    }
}
