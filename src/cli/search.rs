//! `fineprint search`.

use super::Outcome;
use super::args::{AnswerFormat, SearchArgs};
use super::request::{of_index, request};
use fineprint::{document, print, search, wire};
use std::io::Write;

pub fn run(args: &SearchArgs, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let text = args.query.join(" ");
    // A mistake in the query is told before an archive is read.
    let (mut request, warnings) = request(&text, &args.options)?;
    for warning in warnings {
        tell!("{warning}");
    }
    let opened = args.location.open()?;
    if let Some(lang) = of_index(&mut request, &args.options, &opened.index)? {
        tell!("fineprint: only snapshots in {lang} are compared: --lang names others, --lang any all");
    }
    let answer = search::search(&opened.index, &request)?;
    let mut notes = document::hit_notes(&opened.index, &request, &answer, args.cite)?;
    if args.explain {
        let explanations = search::explain(&opened.index, &request, &answer.hits)?;
        notes.iter_mut().zip(explanations).for_each(|(notes, explanation)| notes.explanation = Some(explanation));
    }
    match args.format {
        AnswerFormat::Text => print::answer::answer(&answer, &request, &notes, super::look(), out)?,
        AnswerFormat::Json => print::json(&wire::Answer::new(&answer, None).with(&notes), out)?,
        AnswerFormat::Jsonl => {
            answer.hits.iter().zip(&notes).try_for_each(|(hit, notes)| print::json(&wire::Hit::new(hit).with(notes), out))?
        }
        AnswerFormat::Csv => match &answer.years {
            Some(years) => print::csv::years(years, out)?,
            None => print::csv::hits(&wire::Answer::new(&answer, None), out)?,
        },
    }
    Ok(Outcome::of(answer.totals.passages > 0, opened.whole))
}
