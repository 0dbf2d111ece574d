//! Copies the sources of batch-core into the build directory, rewritten line by line.

mod rewrite;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let sources = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../../crates/batch-core/src");
    println!("cargo::rerun-if-changed={}", sources.display());
    println!("cargo::rerun-if-changed=rewrite.rs");
    copy(&sources, &PathBuf::from(env::var("OUT_DIR")?))
}

fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let from = entry?.path();
        if from.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        let to = to.join(from.file_name().ok_or("a file has a name")?);
        if from.is_dir() {
            copy(&from, &to)?;
            continue;
        }
        let text = fs::read_to_string(&from)?;
        let copied = rewrite::rewritten(&text).map_err(|error| format!("{}:{error}", from.display()))?;
        fs::write(to, copied)?;
    }
    Ok(())
}
