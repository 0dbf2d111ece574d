//! A service of one's own: appends lines to a file, and syncs it once for each batch instead of once for each line.
//!
//! `cargo run --example own_service -- journal.log`

use std::error::Error;
use std::path::Path;

use async_trait::async_trait;
use batchwright::core::{Batch, Class, ConfigError, Failure, Invalid, LimitPolicy, Measure, Refusal, Reply};
use batchwright::core::{Service, Verdicts, Writer};
use tokio::{fs::File, io::AsyncWriteExt, sync::Mutex};

struct Journal(Mutex<File>);

#[async_trait]
impl Service for Journal {
    type Entry = String;
    type Response = ();

    fn name(&self) -> &'static str {
        "journal"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(1_000, 1 << 20, 64 << 10) // lines of a batch, bytes of a batch, bytes of a line
    }

    fn measure<'a>(&self, line: &'a String) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(line.len() + 1))
    }

    async fn send(&self, batch: &Batch<String>) -> Reply<()> {
        let text: String = batch.entries().iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        // An error leaves open how much was written, so a retry may write a line twice.
        let refusal = |error| Refusal::new(Class::Ambiguous, Failure::new("WriteFailed").with_source(error));
        let mut file = self.0.lock().await;
        let written =
            file.write_all(text.as_bytes()).await.and(file.flush().await).and(file.sync_data().await);
        written.map(|()| Verdicts::all_accepted(|_| ())).map_err(refusal)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(std::env::args().nth(1).ok_or("name a file")?.as_ref()).await
}

/// Appends all lines, and returns an error if one of them could not be written.
pub async fn run(path: &Path) -> Result<(), Box<dyn Error>> {
    let file = File::options().append(true).create(true).open(path).await?;
    let writer = Writer::builder(Journal(Mutex::new(file))).build()?;
    for number in 0..1_000 {
        if let Err(refused) = writer.submit(format!("line {number}")).await {
            eprintln!("line {number}: {refused}");
        }
    }
    writer.shutdown().await.into_iter().next().map_or(Ok(()), |item| Err(item.into()))
}
