//! Lines over periods for the terminal.

use super::{Cells, heading, shortened, shown, source};
use crate::chart::scale::{Label, Room, Ticks};
use crate::chart::{Lines, Series};
use crate::print::grouped;
use crate::print::look::{Look, QUIET, paint, paragraph, paragraph_hanging};
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};
use textwrap::core::display_width;

/// How many rows of cells the values have.
const HEIGHT: usize = 14;

/// A cell of the terminal has so many dots across and down.
const ACROSS: usize = 2;
const DOWN: usize = 4;

const MARKS: [char; 8] = ['●', '■', '▲', '◆', '○', '□', '△', '◇'];

const COLOURS: [AnsiColor; 8] = [
    AnsiColor::BrightBlue,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Cyan,
    AnsiColor::Red,
    AnsiColor::BrightGreen,
    AnsiColor::BrightMagenta,
];

/// Marks of a line stand at least so many columns apart.
const MARK_GAP: usize = 6;

/// Bars are at most so wide.
const MAX_BAR: usize = 5;

/// The chart, with a legend and a row that tells how much was observed.
pub fn lines(chart: &Lines, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let look = look.fitting();
    heading(&chart.title, &chart.subtitle, look, out)?;
    let ticks = chart.ticks(HEIGHT / 3);
    let labels: Vec<String> = ticks.values.iter().map(|value| chart.label(&ticks, *value)).collect();
    let gutter = labels.iter().map(|label| display_width(label)).max().unwrap_or(0).max("observed".len());
    let plot = Plot::new(chart, look.width.saturating_sub(gutter + 2).max(8));
    let rows = match chart.series.as_slice() {
        [series] if plot.has_bars() => bars(chart, series, &plot, &ticks),
        _ => dots(chart, &plot, &ticks),
    };
    writeln!(out, "{}", paint(look, QUIET, &shortened(&shown(&chart.axis()), look.width)))?;
    let quiet = |text: &str| paint(look, QUIET, text);
    for (at, row) in rows.iter().enumerate() {
        let label = ticks.values.iter().zip(&labels).find(|(value, _)| **value > 0.0 && row_of(**value, &ticks) == at);
        let (label, edge) = label.map_or(("", "│"), |(_, label)| (label.as_str(), "┤"));
        writeln!(out, "{}", format!("{} {}", quiet(&format!("{label:>gutter$} {edge}")), row.text(look)).trim_end())?;
    }
    let placed = plot.labels(chart);
    let mut axis = Cells::new(plot.width);
    axis.write(0, &"─".repeat(plot.width), QUIET);
    let mut years = Cells::new(plot.width);
    for label in &placed {
        axis.set(label.place as usize, '┬', QUIET);
        years.write(label.start as usize, &label.text, Style::new());
    }
    writeln!(out, "{}{}", quiet(&format!("{:>gutter$} └─", "0")), axis.text(look))?;
    let years = years.text(look);
    if !years.is_empty() {
        writeln!(out, "{:>gutter$}   {years}", "")?;
    }
    writeln!(out, "{} {}", quiet(&format!("{:>gutter$}  ", "observed")), coverage(chart, &plot).text(look))?;
    writeln!(out)?;
    legend(chart, look, &plot, out)?;
    source(&chart.source, look, out)
}

/// Where periods stand in columns.
struct Plot {
    width: usize,
    periods: usize,
    /// The columns of a period and of the gap before the next, where each has one at least.
    columns: Option<(usize, usize)>,
}

impl Plot {
    fn new(chart: &Lines, room: usize) -> Plot {
        let periods = chart.periods.len();
        let room = room - 1;
        let each = room / periods.max(1);
        let columns = match each {
            0 => None,
            1 | 2 => Some((each, 0)),
            _ => Some(((each - 1).min(MAX_BAR), 1)),
        };
        Plot { width: columns.map_or(room, |(bar, gap)| (bar + gap) * periods), periods, columns }
    }

    fn has_bars(&self) -> bool {
        self.columns.is_some()
    }

    /// The dot in the middle of a period, counted from the left.
    fn dot(&self, period: usize) -> usize {
        match self.columns {
            Some((bar, gap)) => (period * (bar + gap)) * ACROSS + bar,
            None => (period * self.width * ACROSS + self.width * ACROSS / 2) / self.periods.max(1),
        }
    }

    /// The columns that a period has a part of.
    fn cells(&self, period: usize) -> std::ops::Range<usize> {
        match self.columns {
            Some((bar, gap)) => period * (bar + gap)..period * (bar + gap) + bar,
            None => {
                let start = period * self.width / self.periods.max(1);
                start..start + 1
            }
        }
    }

    fn labels(&self, chart: &Lines) -> Vec<Label<usize>> {
        let labels: Vec<String> = chart.periods.iter().map(|period| shown(period)).collect();
        let room = Room { from: 0.0, to: self.width as f64, gap: 1.0, width: |text: &str| display_width(text) as f64 };
        let column = |period: usize| (self.dot(period) / ACROSS) as f64;
        let mut placed = room.periods(&labels, column);
        for label in &mut placed {
            label.start = label.start.floor();
        }
        placed
    }
}

/// How many dots high a value is.
fn dots_of(value: f64, ticks: &Ticks) -> usize {
    ((value / ticks.top()).clamp(0.0, 1.0) * (HEIGHT * DOWN - 1) as f64).round() as usize
}

/// The row that a value is in, from the top.
fn row_of(value: f64, ticks: &Ticks) -> usize {
    HEIGHT - 1 - dots_of(value, ticks) / DOWN
}

/// A bar for each period.
fn bars(chart: &Lines, series: &Series, plot: &Plot, ticks: &Ticks) -> Vec<Cells> {
    let mut rows = vec![Cells::new(plot.width); HEIGHT];
    let style = COLOURS[0].on_default();
    for period in 0..plot.periods {
        let eighths = chart.value(series, period).map(|value| {
            let eighths = (value / ticks.top()).clamp(0.0, 1.0) * (HEIGHT * 8) as f64;
            // What is more than nothing is seen.
            if value > 0.0 { (eighths.round() as usize).max(1) } else { 0 }
        });
        for (at, row) in rows.iter_mut().rev().enumerate() {
            let cell = match eighths {
                None if at == 0 => '·',
                None => ' ',
                Some(eighths) => eighth(eighths.saturating_sub(at * 8)),
            };
            for column in plot.cells(period) {
                row.set(column, cell, if eighths.is_none() { QUIET } else { style });
            }
        }
    }
    rows
}

/// A block of so many eighths, from below.
fn eighth(eighths: usize) -> char {
    [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][eighths.min(8)]
}

/// Lines of dots, with marks of their own on them.
fn dots(chart: &Lines, plot: &Plot, ticks: &Ticks) -> Vec<Cells> {
    let mut canvas = Canvas { cells: vec![vec![(0, None); plot.width]; HEIGHT] };
    let mut marks: Vec<(usize, usize, usize)> = Vec::new();
    let per_mark = (MARK_GAP * plot.periods).div_ceil(plot.width.max(1)).max(1);
    for (at, series) in chart.series.iter().enumerate() {
        for run in chart.runs(series) {
            let dot = |(period, value): (usize, f64)| (plot.dot(period), dots_of(value, ticks));
            for pair in run.windows(2) {
                canvas.line(dot(pair[0]), dot(pair[1]), at);
            }
            // Marks of different lines take turns, so that none hides another everywhere.
            let shift = per_mark * (at % MARKS.len()) / chart.series.len().clamp(1, MARKS.len());
            let is_marked = |(place, (period, _)): &(usize, &(usize, f64))| {
                run.len() == 1
                    || chart.series.len() > 1 && (period + shift).is_multiple_of(per_mark)
                    || chart.series.len() > 1 && *place == 0 && run.len() < per_mark
            };
            for (_, (period, value)) in run.iter().enumerate().filter(is_marked) {
                let (x, y) = dot((*period, *value));
                marks.push((HEIGHT - 1 - y / DOWN, x / ACROSS, at));
            }
        }
    }
    let mut rows: Vec<Cells> = canvas.cells.iter().map(|row| painted(row)).collect();
    // Of several marks in one place, each is shown in its turn.
    marks.sort_unstable();
    for (turn, here) in marks.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)).enumerate() {
        let (row, column, series) = here[(turn + here[0].1) % here.len()];
        if let Some(cells) = rows.get_mut(row) {
            cells.set(column, MARKS[series % MARKS.len()], style(series));
        }
    }
    rows
}

fn style(series: usize) -> Style {
    COLOURS[series % COLOURS.len()].on_default()
}

/// A row of dots as the characters that have them.
fn painted(row: &[(u8, Option<usize>)]) -> Cells {
    let cell = |(dots, series): &(u8, Option<usize>)| match char::from_u32(0x2800 + u32::from(*dots)) {
        Some(braille) if *dots > 0 => (braille, series.map_or(Style::new(), style)),
        _ => (' ', Style::new()),
    };
    Cells(row.iter().map(cell).collect())
}

/// Cells of 2 by 4 dots, each with the series that was drawn there last.
struct Canvas {
    cells: Vec<Vec<(u8, Option<usize>)>>,
}

impl Canvas {
    /// Sets a dot; `y` is counted from below.
    fn set(&mut self, x: usize, y: usize, series: usize) {
        const BITS: [[u8; DOWN]; ACROSS] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];
        let row = (HEIGHT - 1).checked_sub(y / DOWN).and_then(|row| self.cells.get_mut(row));
        if let Some(cell) = row.and_then(|row| row.get_mut(x / ACROSS)) {
            cell.0 |= BITS[x % ACROSS][y % DOWN];
            cell.1 = Some(series);
        }
    }

    fn line(&mut self, from: (usize, usize), to: (usize, usize), series: usize) {
        let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
        let between = |from: usize, to: usize, at: usize| {
            (from as f64 + (to as f64 - from as f64) * at as f64 / steps as f64).round() as usize
        };
        for at in 0..=steps {
            self.set(between(from.0, to.0, at), between(from.1, to.1, at), series);
        }
    }
}

/// How much was observed, as a row of blocks: of periods that share a column, the least.
fn coverage(chart: &Lines, plot: &Plot) -> Cells {
    let mut least: Vec<Option<u64>> = vec![None; plot.width];
    for period in 0..plot.periods {
        for column in plot.cells(period) {
            if let Some(place) = least.get_mut(column) {
                let here = chart.covered(period).0;
                *place = Some(place.map_or(here, |least| least.min(here)));
            }
        }
    }
    let most = chart.most_covered().max(1) as f64;
    let cell = |count: Option<u64>| match count {
        None | Some(0) => ' ',
        Some(count) => eighth(((count as f64 / most * 8.0).round() as usize).max(1)),
    };
    Cells(least.into_iter().map(|count| (cell(count), QUIET)).collect())
}

fn legend(chart: &Lines, look: Look, plot: &Plot, out: &mut dyn Write) -> io::Result<()> {
    let is_bars = chart.series.len() == 1 && plot.has_bars();
    for (at, series) in chart.series.iter().enumerate() {
        let mark = match chart.series.len() {
            1 if is_bars => '█',
            1 => '━',
            _ => MARKS[at % MARKS.len()],
        };
        let mark = if look.colour { format!("{0}{mark}{0:#} ", style(at)) } else { format!("{mark} ") };
        paragraph_hanging(out, look, &mark, "  ", &shown(&chart.name(series)))?;
    }
    let known = chart.series.iter().map(|series| chart.known(series).len());
    let said = if known.clone().all(|known| known == 0) {
        "nothing observed"
    } else if is_bars && known.clone().any(|known| known < plot.periods) {
        "· not observed"
    } else {
        ""
    };
    if !said.is_empty() {
        writeln!(out, "{}", paint(look, QUIET, said))?;
    }
    let least = (0..plot.periods).map(|period| chart.covered(period).0).min().unwrap_or(0);
    let (least, most) = (grouped(least), grouped(chart.most_covered()));
    let name = shown(&chart.coverage.name);
    let told = if least == most { format!("{name}: {most}") } else { format!("{name}: {least} to {most} (█)") };
    paragraph(out, look, "", &paint(look, QUIET, &told))
}
