//! Lines over periods as SVG.

use super::measure::Font;
use super::{
    AXIS, Anchor, BAND, Colour, Columns, FILL, GRID, INK, LABEL, MARGIN, MUTED, PALE, PAPER, Picture, SERIES, Stroke, WIDTH,
};
use super::{leading, shown, to_middle};
use crate::chart::scale::{Room, Ticks, spread};
use crate::chart::{Lines, Series};
use crate::print::grouped;

/// How high the lines and the coverage are drawn.
const PLOT_HEIGHT: f64 = 216.0;
const COVERAGE_HEIGHT: f64 = 30.0;

/// A name beside the end of its line is at most as wide as this, on so many lines.
const NAME_WIDTH: f64 = 184.0;
const NAME_LINES: usize = 3;

/// From the end of a line to its name: a thin line, then a sample.
const LEADER: f64 = 18.0;
const SAMPLE: f64 = 30.0;

/// Marks of a line with many points stand about so far apart.
const MARK_GAP: f64 = 84.0;

/// Dashes and gaps, so that lines are told apart without colours.
const DASHES: [&str; 8] = ["", "8 4", "2.5 3", "12 3 3 3", "5 3", "14 5", "8 3 2 3 2 3", "1.5 2"];

const LINE_WIDTH: f64 = 2.2;

/// The chart as a file.
pub fn lines(chart: &Lines) -> String {
    let mut picture = Picture::default();
    let mut y = picture.heading(&chart.title, &chart.subtitle) + 10.0;
    let ticks = chart.ticks(5);
    let names = Names::of(chart);
    if let Names::Above(names) = &names {
        y = legend(&mut picture, names, y) + 8.0;
    }
    let labels: Vec<String> = ticks.values.iter().map(|value| chart.label(&ticks, *value)).collect();
    let most_covered = grouped(chart.most_covered());
    let numbers = labels.iter().chain([&most_covered]).map(|label| LABEL.width(label)).fold(0.0, f64::max);
    let right = match &names {
        Names::Beside(names) => {
            let widest = names.iter().flat_map(|name| &name.lines).map(|line| LABEL.width(line)).fold(0.0, f64::max);
            WIDTH - MARGIN - widest - LEADER - SAMPLE - 18.0
        }
        Names::Above(_) => WIDTH - MARGIN - 4.0,
    };
    let axis = LABEL.shortened(&shown(&chart.axis()), WIDTH - 2.0 * MARGIN);
    y = picture.paragraph((MARGIN, y), LABEL, MUTED, &[axis], &shown(&chart.axis())) + 10.0;
    let plot = Plot { left: MARGIN + numbers + 8.0, right, top: y, bottom: y + PLOT_HEIGHT, periods: chart.periods.len() };
    for (value, label) in ticks.values.iter().zip(&labels) {
        let y = plot.y(*value, &ticks);
        let stroke = if *value == 0.0 { Stroke::plain(AXIS, 1.0) } else { Stroke::plain(GRID, 1.0) };
        picture.line((plot.left, y), (plot.right, y), stroke);
        picture.text((plot.left - 8.0, y + to_middle(LABEL)), Anchor::End, LABEL, MUTED, label, None);
    }
    let y = periods(&mut picture, chart, &plot);
    let is_empty = chart.series.iter().all(|series| chart.known(series).is_empty());
    if is_empty {
        let middle = ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0);
        picture.text(middle, Anchor::Middle, LABEL, MUTED, "nothing observed", None);
    }
    for (at, series) in chart.series.iter().enumerate() {
        draw(&mut picture, chart, series, at, &plot, &ticks);
    }
    if let Names::Beside(names) = &names {
        beside(&mut picture, chart, names, &plot, &ticks);
    }
    let y = coverage(&mut picture, chart, &plot, y + 12.0);
    picture.source(&chart.source, y + 12.0);
    picture.finish(&chart.title, &description(chart), "")
}

/// Where the lines are drawn.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    periods: usize,
}

impl Plot {
    /// The width of a period.
    fn step(&self) -> f64 {
        (self.right - self.left) / self.periods.max(1) as f64
    }

    /// The middle of a period.
    fn x(&self, period: usize) -> f64 {
        self.left + (period as f64 + 0.5) * self.step()
    }

    fn y(&self, value: f64, ticks: &Ticks) -> f64 {
        self.bottom - (value / ticks.top()).clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

/// The name of a series as it is shown.
struct Name {
    series: usize,
    lines: Vec<String>,
    whole: String,
}

/// Where the names of the series stand.
enum Names {
    /// Each at the end of its line.
    Beside(Vec<Name>),
    /// In a list above.
    Above(Vec<Name>),
}

impl Names {
    /// Beside the lines, if there are several, they have room there and all lines reach the right edge.
    fn of(chart: &Lines) -> Names {
        let wholes: Vec<String> = chart.series.iter().map(|series| shown(&chart.name(series))).collect();
        let names = |room: f64, most_lines: usize| -> Vec<Name> {
            let of = |(series, whole): (usize, &String)| Name {
                series,
                lines: LABEL.wrapped(whole, room, most_lines),
                whole: whole.clone(),
            };
            wholes.iter().enumerate().map(of).collect()
        };
        let edge = chart.periods.len().saturating_sub(chart.periods.len() / 12 + 1);
        let reaches = |series: &Series| chart.known(series).last().is_some_and(|(period, _)| *period >= edge);
        let mut beside = names(NAME_WIDTH, NAME_LINES);
        beside.iter_mut().for_each(|name| name.lines = LABEL.balanced(&name.whole, NAME_WIDTH, NAME_LINES));
        let is_whole = |name: &Name| name.lines.join(" ") == name.whole;
        let height: f64 = beside.iter().map(height).sum();
        if chart.series.len() > 1 && chart.series.iter().all(reaches) && beside.iter().all(is_whole) && height <= PLOT_HEIGHT {
            return Names::Beside(beside);
        }
        Names::Above(names(WIDTH - 2.0 * MARGIN - SAMPLE - 8.0, if chart.series.len() <= 4 { 2 } else { 1 }))
    }
}

/// The height of a name beside its line.
fn height(name: &Name) -> f64 {
    leading(LABEL) * name.lines.len().max(1) as f64 + 6.0
}

/// The names in a list, in as many columns as have room; where the next could begin.
fn legend(picture: &mut Picture, names: &[Name], y: f64) -> f64 {
    let widths = names.iter().map(|name| SAMPLE + 8.0 + name.lines.iter().map(|line| LABEL.width(line)).fold(0.0, f64::max));
    let columns = Columns::of(widths);
    let mut y = y;
    for row in names.chunks(columns.count) {
        for (at, name) in row.iter().enumerate() {
            let x = columns.x(at);
            sample(picture, name.series, (x, y + leading(LABEL) / 2.0));
            picture.paragraph((x + SAMPLE + 8.0, y + 1.0), LABEL, INK, &name.lines, &name.whole);
        }
        let lines = row.iter().map(|name| name.lines.len()).max().unwrap_or(0).max(1);
        y += leading(LABEL) * lines as f64 + 3.0;
    }
    y
}

/// A piece of a line with its mark.
fn sample(picture: &mut Picture, series: usize, (x, y): (f64, f64)) {
    stroke(picture, series, &[(x, y), (x + SAMPLE, y)]);
    mark(picture, series, (x + SAMPLE / 2.0, y));
}

/// The names at the ends of the lines.
fn beside(picture: &mut Picture, chart: &Lines, names: &[Name], plot: &Plot, ticks: &Ticks) {
    let end = |name: &Name| {
        let known = chart.series.get(name.series).map(|series| chart.known(series)).unwrap_or_default();
        known.last().map_or((plot.right, plot.bottom), |(period, value)| (plot.x(*period), plot.y(*value, ticks)))
    };
    let mut ends: Vec<(&Name, (f64, f64))> = names.iter().map(|name| (name, end(name))).collect();
    ends.sort_by(|one, other| one.1.1.total_cmp(&other.1.1));
    let wanted: Vec<(f64, f64)> = ends.iter().map(|(name, (_, y))| (*y, height(name))).collect();
    let edges = spread(&wanted, plot.top - 8.0, plot.bottom + 8.0);
    for ((name, end), edge) in ends.into_iter().zip(edges) {
        let middle = edge + height(name) / 2.0;
        let x = plot.right + LEADER;
        picture.line((end.0 + 6.0, end.1), (x - 2.0, middle), Stroke { opacity: 0.6, ..Stroke::plain(colour(name.series), 1.0) });
        sample(picture, name.series, (x, middle));
        let top = edge + 3.0;
        picture.paragraph((x + SAMPLE + 8.0, top), LABEL, INK, &name.lines, &name.whole);
    }
}

fn colour(series: usize) -> Colour {
    SERIES[series % SERIES.len()]
}

/// A line of a series: where it is dashed, a pale line goes through the gaps, so that no value hides in one.
fn stroke(picture: &mut Picture, series: usize, points: &[(f64, f64)]) {
    let dash = DASHES[series % DASHES.len()];
    if !dash.is_empty() {
        picture.polyline(points, Stroke { opacity: 0.4, ..Stroke::plain(colour(series), 1.0) });
    }
    picture.polyline(points, Stroke { dash, ..Stroke::plain(colour(series), LINE_WIDTH) });
}

fn draw(picture: &mut Picture, chart: &Lines, series: &Series, at: usize, plot: &Plot, ticks: &Ticks) {
    picture.open(&series.name);
    // Of many lines, the marks would hide the dashes.
    let crowded = plot.step() < 8.0 + 3.0 * chart.series.len().min(4) as f64;
    let every = if crowded { ((MARK_GAP / plot.step()).ceil() as usize).max(1) } else { 1 };
    // Marks of different lines do not stand in the same places.
    let shift = every * (at % SERIES.len()) / SERIES.len().min(chart.series.len()).max(1);
    let mut marked = Vec::new();
    for run in chart.runs(series) {
        let points: Vec<(f64, f64)> = run.iter().map(|(period, value)| (plot.x(*period), plot.y(*value, ticks))).collect();
        let of_run = run.iter().zip(&points);
        marked.extend(
            of_run.filter(|((period, _), _)| run.len() == 1 || (period + shift).is_multiple_of(every)).map(|(_, point)| *point),
        );
        if points.len() > 1 {
            stroke(picture, at, &points);
        }
    }
    if marked.is_empty() {
        marked.extend(chart.known(series).first().map(|(period, value)| (plot.x(*period), plot.y(*value, ticks))));
    }
    for point in marked {
        mark(picture, at, point);
    }
    picture.close();
}

/// A point's mark, of a form of its own for each series.
fn mark(picture: &mut Picture, series: usize, (x, y): (f64, f64)) {
    let colour = colour(series);
    let (filled, hollow) = (Stroke::plain(PAPER, 0.8), Stroke::plain(colour, 1.6));
    let at = |points: &[(f64, f64)]| -> Vec<(f64, f64)> { points.iter().map(|(dx, dy)| (x + dx, y + dy)).collect() };
    match series % SERIES.len() {
        0 => picture.circle((x, y), 4.0, colour, filled),
        1 => picture.polygon(&at(&[(-3.7, -3.7), (3.7, -3.7), (3.7, 3.7), (-3.7, 3.7)]), colour, Some(filled)),
        2 => picture.polygon(&at(&[(0.0, -4.8), (4.6, 3.4), (-4.6, 3.4)]), colour, Some(filled)),
        3 => picture.polygon(&at(&[(0.0, -5.2), (5.2, 0.0), (0.0, 5.2), (-5.2, 0.0)]), colour, Some(filled)),
        4 => picture.circle((x, y), 3.4, PAPER, hollow),
        5 => picture.polygon(&at(&[(-3.2, -3.2), (3.2, -3.2), (3.2, 3.2), (-3.2, 3.2)]), PAPER, Some(hollow)),
        6 => picture.polygon(&at(&[(0.0, 4.4), (4.2, -3.0), (-4.2, -3.0)]), PAPER, Some(hollow)),
        _ => picture.polygon(&at(&[(0.0, -4.8), (4.8, 0.0), (0.0, 4.8), (-4.8, 0.0)]), PAPER, Some(hollow)),
    }
}

/// The axis of the periods; where the next could begin.
fn periods(picture: &mut Picture, chart: &Lines, plot: &Plot) -> f64 {
    let font: Font = LABEL;
    let room = Room { from: MARGIN, to: plot.right.max(plot.left), gap: 10.0, width: |text: &str| font.width(text) };
    let labels: Vec<String> = chart.periods.iter().map(|period| shown(period)).collect();
    let base = plot.bottom + 8.0 + font.size;
    for label in room.periods(&labels, |period| plot.x(period)) {
        let x = label.place;
        picture.line((x, plot.bottom), (x, plot.bottom + 5.0), Stroke::plain(AXIS, 1.0));
        let middle = label.start + font.width(&label.text) / 2.0;
        picture.text((middle, base), Anchor::Middle, font, MUTED, &label.text, None);
    }
    base + 4.0
}

/// How much was observed in each period, as bars; where the next could begin.
fn coverage(picture: &mut Picture, chart: &Lines, plot: &Plot, y: f64) -> f64 {
    let name = shown(&chart.coverage.name);
    let line = LABEL.shortened(&name, WIDTH - 2.0 * MARGIN);
    let top = picture.paragraph((MARGIN, y), LABEL, MUTED, &[line], &name) + 6.0;
    let bottom = top + COVERAGE_HEIGHT;
    let most = chart.most_covered();
    picture.open(&name);
    picture.rect((plot.left, top), (plot.right - plot.left, COVERAGE_HEIGHT), BAND);
    let gap = if plot.step() > 6.0 { 2.0 } else { 0.0 };
    for period in 0..plot.periods {
        let (least, most_here) = chart.covered(period);
        // Where series are counted of different numbers, what goes beyond the least is paler.
        for (count, fill) in [(if least < most_here { most_here } else { 0 }, PALE), (least.min(most_here), FILL)] {
            if count > 0 {
                let height = (count as f64 / most as f64 * COVERAGE_HEIGHT).max(1.0);
                let left = plot.left + period as f64 * plot.step() + gap / 2.0;
                picture.rect((left, bottom - height), (plot.step() - gap, height), fill);
            }
        }
    }
    picture.close();
    picture.line((plot.left, bottom), (plot.right, bottom), Stroke::plain(AXIS, 1.0));
    if most > 0 {
        picture.text((plot.left - 8.0, top + to_middle(LABEL) + 2.0), Anchor::End, LABEL, MUTED, &grouped(most), None);
    }
    picture.text((plot.left - 8.0, bottom + to_middle(LABEL)), Anchor::End, LABEL, MUTED, "0", None);
    bottom + 6.0
}

/// The chart in words.
fn description(chart: &Lines) -> String {
    let (first, last) = (chart.periods.first(), chart.periods.last());
    let span = first.zip(last).map(|(first, last)| format!(", {first} to {last}")).unwrap_or_default();
    let mut text = format!("Lines of {}{span}.", chart.axis());
    let ticks = chart.ticks(5);
    for series in &chart.series {
        let known = chart.known(series);
        let said = |(period, value): &(usize, f64)| {
            let period = chart.periods.get(*period).map_or("", String::as_str);
            let value = match chart.unit {
                crate::chart::Unit::Count(_) => chart.label(&ticks, *value),
                crate::chart::Unit::Share(_) => format!("{value:.1}%"),
            };
            format!("{value} in {period}")
        };
        let most = known.iter().fold(None, |most: Option<&(usize, f64)>, one| most.filter(|most| most.1 >= one.1).or(Some(one)));
        let told = match (known.first(), most, known.last()) {
            (Some(first), Some(most), Some(last)) => {
                format!("first {}, at most {}, last {}", said(first), said(most), said(last))
            }
            _ => "nothing observed".to_owned(),
        };
        text.push_str(&format!(" {}: {told}.", series.name));
    }
    format!("{text} {}: at most {}. {}", chart.coverage.name, grouped(chart.most_covered()), chart.source)
}
