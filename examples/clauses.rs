//! Prints links between wordings of clauses, drawn at random, to be judged by a reader.
//!
//! `cargo run --release --example clauses -- INDEX COMPANY [COUNT] [SEED]`

use anyhow::Context;
use fineprint::index::Index;
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [dir, company, rest @ ..] = args.as_slice() else { anyhow::bail!("usage: clauses INDEX COMPANY [COUNT] [SEED]") };
    let count: usize = rest.first().map_or(Ok(30), |count| count.parse())?;
    let mut random: u64 = rest.get(1).map_or(Ok(1), |seed| seed.parse())?;
    let index = Index::open(Path::new(dir))?;
    let mut links = Vec::new();
    for (slot, entry) in index.catalog.documents().filter(|(_, entry)| entry.company == *company) {
        let history = index.history(slot).with_context(|| entry.key.company.clone())?;
        let timeline = &history.timeline;
        let mut last_of_clause = vec![None; timeline.clauses as usize];
        let mut order: Vec<u32> = (0..timeline.passages.len() as u32).collect();
        order.sort_by_key(|&passage| (timeline.occurrences(passage).first(), passage));
        for passage in order {
            let clause = &mut last_of_clause[timeline.passages[passage as usize].clause as usize];
            if let Some(before) = clause.replace(passage) {
                links.push((
                    entry.kind.clone(),
                    history.texts[before as usize].clone(),
                    history.texts[passage as usize].clone(),
                    days(timeline, before),
                    days(timeline, passage),
                ));
            }
        }
    }
    println!("{} links", links.len());
    for _ in 0..count.min(links.len()) {
        // A linear congruential generator is random enough to draw a sample.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (kind, before, after, stood, stands) = links.swap_remove((random >> 33) as usize % links.len());
        println!("\n{kind}\n- {stood}\n  {before}\n+ {stands}\n  {after}");
    }
    Ok(())
}

fn days(timeline: &fineprint::history::Timeline, passage: u32) -> String {
    let stands = timeline.occurrences(passage);
    let day = |snapshot: Option<u32>| {
        snapshot.and_then(|snapshot| timeline.day(snapshot)).map(|day| day.to_string()).unwrap_or_default()
    };
    format!("{} to {} ({} snapshots)", day(stands.first()), day(stands.last()), stands.count())
}
