//! Measures what the HTML parser alone takes of the reading of pages.
//!
//! `cargo run --release --example html_parser -- ARCHIVE`: reads each page of an archive once, on one thread, and prints the seconds
//! that the parser takes to make the tree of each, and those that the whole extraction takes, parser included.

use anyhow::Context;
use fineprint::extract;
use fineprint::snapshot::Format;
use fineprint::source::{Earlier, Source};
use html2text::config::plain;
use std::path::Path;
use std::time::{Duration, Instant};

fn main() -> anyhow::Result<()> {
    let archive = std::env::args().nth(1).context("usage: html_parser ARCHIVE")?;
    let source = Source::open(Path::new(&archive))?;
    let listing = source.list(&Earlier::default(), &|_| ());
    let (mut reader, mut buffer) = (source.reader(), Vec::new());
    let (mut pages, mut bytes) = (0, 0);
    let (mut parsing, mut extracting) = (Duration::ZERO, Duration::ZERO);
    for reference in listing.references() {
        let opened = reader.read(&reference.locator, &mut buffer)?;
        let Ok(page) = extract::decode(&buffer[opened.body], opened.format, opened.charset.as_deref()) else { continue };
        if opened.format != Format::Html {
            continue;
        }
        let start = Instant::now();
        drop(plain().parse_html(page.text.as_bytes())?);
        parsing += start.elapsed();
        let start = Instant::now();
        drop(extract::blocks(&page.text, Format::Html));
        extracting += start.elapsed();
        pages += 1;
        bytes += page.text.len();
    }
    let (parsing, extracting) = (parsing.as_secs_f64(), extracting.as_secs_f64());
    println!("{pages} pages, {:.1} MB", bytes as f64 / 1e6);
    println!("parser alone        {parsing:.2} s");
    println!("whole extraction    {extracting:.2} s, {:.2}x as long", extracting / parsing);
    Ok(())
}
