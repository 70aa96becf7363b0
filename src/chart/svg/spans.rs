//! Rows on a common time as SVG.

use super::measure::Font;
use super::{AXIS, Anchor, BAND, Colour, Columns, GRID, INK, MARGIN, MUTED, PAPER, Picture, SERIES, SMALL, Stroke, WIDTH};
use super::{leading, number, shown, to_middle};
use crate::chart::scale::{Label, Room};
use crate::chart::{Row, Spans};
use crate::snapshot::Day;

const ROW_HEIGHT: f64 = 19.0;
const BAR_HEIGHT: f64 = 10.0;

/// A bar of a single day is at least as wide as this.
const LEAST_WIDTH: f64 = 2.0;

/// How far an open end points beyond its bar.
const TIP: f64 = 7.0;

const ROW_LABEL: Font = Font::plain(13.0);

/// Labels of rows are at most as wide as this.
const LABEL_WIDTH: f64 = 196.0;

/// More rows than this show the years below, too.
const LONG: usize = 24;

const WITH: Colour = SERIES[0];

/// Thin lines across paper, for what lies between two captures.
const HATCH: &str = "fineprint-between";

/// The chart as a file.
pub fn spans(chart: &Spans) -> String {
    let mut picture = Picture::default();
    let y = picture.heading(&chart.title, &chart.subtitle) + 10.0;
    let y = legend(&mut picture, chart, y) + 8.0;
    let labels: Vec<String> = chart.rows.iter().map(|row| ROW_LABEL.shortened(&shown(&row.label), LABEL_WIDTH)).collect();
    let widest = labels.iter().map(|label| ROW_LABEL.width(label)).fold(0.0, f64::max);
    let time = Time { left: MARGIN + widest + 14.0 + TIP, right: WIDTH - MARGIN - TIP, days: chart.days() };
    let top = y + leading(SMALL) + 5.0;
    let bottom = top + ROW_HEIGHT * chart.rows.len().max(1) as f64;
    for at in (0..chart.rows.len()).step_by(2) {
        picture.rect((MARGIN, top + ROW_HEIGHT * at as f64), (WIDTH - 2.0 * MARGIN, ROW_HEIGHT), BAND);
    }
    years(&mut picture, chart, &time, top, bottom);
    if chart.rows.is_empty() {
        picture.text((WIDTH / 2.0, (top + bottom) / 2.0 + 5.0), Anchor::Middle, ROW_LABEL, MUTED, "nothing found", None);
    }
    for (at, (row, label)) in chart.rows.iter().zip(&labels).enumerate() {
        let middle = top + ROW_HEIGHT * (at as f64 + 0.5);
        let whole = shown(&row.label);
        picture.text((MARGIN + 4.0, middle + to_middle(ROW_LABEL)), Anchor::Start, ROW_LABEL, INK, label, Some(&whole));
        draw(&mut picture, row, &time, middle);
    }
    picture.source(&chart.source, bottom + if chart.rows.len() > LONG { leading(SMALL) + 14.0 } else { 12.0 });
    picture.finish(&chart.title, &description(chart), &definitions())
}

/// Where days are drawn.
struct Time {
    left: f64,
    right: f64,
    days: Option<(Day, Day)>,
}

impl Time {
    fn x(&self, day: Day) -> f64 {
        let Some((first, last)) = self.days else { return self.left };
        let length = f64::from(last.0) - f64::from(first.0);
        let share = if length > 0.0 { (f64::from(day.0) - f64::from(first.0)) / length } else { 0.5 };
        self.left + share * (self.right - self.left)
    }
}

/// The grid of the years, with their numbers above, and below too where there are many rows.
fn years(picture: &mut Picture, chart: &Spans, time: &Time, top: f64, bottom: f64) {
    let labels = time.days.map(|(first, last)| {
        let room = Room { from: time.left - TIP, to: WIDTH - MARGIN, gap: 10.0, width: |text: &str| SMALL.width(text) };
        room.days(first, last, |day| time.x(day))
    });
    for Label { text, place, start, .. } in labels.unwrap_or_default() {
        picture.line((place, top - 4.0), (place, bottom), Stroke::plain(GRID, 1.0));
        let middle = start + SMALL.width(&text) / 2.0;
        picture.text((middle, top - 7.0), Anchor::Middle, SMALL, MUTED, &text, None);
        if chart.rows.len() > LONG {
            picture.line((place, bottom), (place, bottom + 4.0), Stroke::plain(GRID, 1.0));
            picture.text((middle, bottom + 5.0 + SMALL.size), Anchor::Middle, SMALL, MUTED, &text, None);
        }
    }
}

fn draw(picture: &mut Picture, row: &Row, time: &Time, middle: f64) {
    if let Some((first, last)) = row.observed {
        observed(picture, (time.x(first), time.x(last)), middle);
    }
    let mut drawn = f64::NEG_INFINITY;
    for capture in &row.captures {
        let x = time.x(*capture);
        // What would not be seen is not drawn.
        if x - drawn >= 0.5 {
            let stroke = Stroke::plain(AXIS, 0.6);
            picture.line((x, middle + BAR_HEIGHT / 2.0 + 1.0), (x, middle + BAR_HEIGHT / 2.0 + 3.0), stroke);
            drawn = x;
        }
    }
    for one in &row.intervals {
        let (first, last) = (time.x(one.first_seen), time.x(one.last_seen));
        if let Some(absent) = one.absent_before.filter(|_| !one.since_before) {
            between(picture, (time.x(absent), first), middle);
            cap(picture, time.x(absent), middle);
        }
        if let Some(absent) = one.absent_after {
            between(picture, (last, time.x(absent)), middle);
            cap(picture, time.x(absent), middle);
        }
        bar(picture, (first, last), (one.since_before, one.still), middle);
    }
}

/// From the first capture to the last.
fn observed(picture: &mut Picture, (first, last): (f64, f64), middle: f64) {
    let last = last.max(first + 1.0);
    picture.line((first, middle), (last, middle), Stroke::plain(AXIS, 1.2));
}

/// Between a capture with and one without.
fn between(picture: &mut Picture, (from, to): (f64, f64), middle: f64) {
    let (x, y, width, height) =
        (number(from), number(middle - BAR_HEIGHT / 2.0), number((to - from).max(0.0)), number(BAR_HEIGHT));
    picture.push(format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="url(#{HATCH})"/>"#));
}

/// A capture without, beside one with.
fn cap(picture: &mut Picture, x: f64, middle: f64) {
    picture.line((x, middle - BAR_HEIGHT / 2.0), (x, middle + BAR_HEIGHT / 2.0), Stroke::plain(AXIS, 1.2));
}

/// From the first capture with to the last; an open end points on.
fn bar(picture: &mut Picture, (first, last): (f64, f64), (open_before, open_after): (bool, bool), middle: f64) {
    let half = BAR_HEIGHT / 2.0;
    // A short one keeps its middle.
    let (first, last) = if last - first < LEAST_WIDTH {
        let centre = (first + last) / 2.0;
        (centre - LEAST_WIDTH / 2.0, centre + LEAST_WIDTH / 2.0)
    } else {
        (first, last)
    };
    let mut outline = vec![(first, middle - half), (last, middle - half)];
    if open_after {
        outline.push((last + TIP, middle));
    }
    outline.extend([(last, middle + half), (first, middle + half)]);
    if open_before {
        outline.push((first - TIP, middle));
    }
    picture.polygon(&outline, WITH, None);
}

/// The signs and what they say, those that occur; where the next could begin.
fn legend(picture: &mut Picture, chart: &Spans, y: f64) -> f64 {
    let intervals = || chart.rows.iter().flat_map(|row| &row.intervals);
    type Draw = fn(&mut Picture, f64, f64);
    let signs: [(bool, &str, Draw); 6] = [
        (intervals().next().is_some(), "captured with", |picture, x, middle| {
            bar(picture, (x, x + 24.0), (false, false), middle);
        }),
        (
            intervals().any(|one| (one.absent_before.is_some() && !one.since_before) || one.absent_after.is_some()),
            "somewhere between",
            |picture, x, middle| {
                between(picture, (x, x + 20.0), middle);
                cap(picture, x + 20.0, middle);
            },
        ),
        (chart.rows.iter().any(|row| row.observed.is_some()), "captured without", |picture, x, middle| {
            observed(picture, (x, x + 24.0), middle);
        }),
        (intervals().any(|one| one.since_before), "in the first capture already", |picture, x, middle| {
            bar(picture, (x + TIP, x + 24.0), (true, false), middle);
        }),
        (intervals().any(|one| one.still), "in the last capture still", |picture, x, middle| {
            bar(picture, (x, x + 24.0 - TIP), (false, true), middle);
        }),
        (chart.rows.iter().any(|row| !row.captures.is_empty()), "captures", |picture, x, middle| {
            for at in 0..5 {
                let x = x + f64::from(at) * 6.0;
                picture.line((x, middle - 1.0), (x, middle + 1.0), Stroke::plain(AXIS, 0.6));
            }
        }),
    ];
    let used: Vec<_> = signs.into_iter().filter(|(is_used, ..)| *is_used).collect();
    let columns = Columns::of(used.iter().map(|(_, text, _)| 31.0 + SMALL.width(text)));
    let mut y = y;
    for row in used.chunks(columns.count) {
        let middle = y + leading(SMALL) / 2.0;
        for (at, (_, text, draw)) in row.iter().enumerate() {
            draw(picture, columns.x(at), middle);
            picture.text((columns.x(at) + 31.0, middle + to_middle(SMALL)), Anchor::Start, SMALL, MUTED, text, None);
        }
        y += leading(SMALL) + 3.0;
    }
    y
}

fn definitions() -> String {
    let (Colour { name: paper, light: of_paper, .. }, Colour { name, light, .. }) = (PAPER, WITH);
    format!(
        r#"<defs><pattern id="{HATCH}" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" fill="{of_paper}" class="f-{paper}"/><rect width="1.3" height="4" fill="{light}" class="f-{name}"/></pattern></defs>
"#
    )
}

/// The chart in words.
fn description(chart: &Spans) -> String {
    let span = chart.days().map(|(first, last)| format!(", {first} to {last}")).unwrap_or_default();
    let mut text = format!("A row for each of {}{span}.", chart.rows.len());
    for row in &chart.rows {
        let intervals: Vec<String> = row
            .intervals
            .iter()
            .map(|one| {
                let before = if one.since_before { " or before" } else { "" };
                let after = one.absent_after.map(|absent| format!(", gone by {absent}")).unwrap_or_default();
                format!("{}{before} to {}{after}", one.first_seen, one.last_seen)
            })
            .collect();
        let told = match (intervals.is_empty(), row.observed) {
            (false, _) => intervals.join("; "),
            (true, Some((first, last))) => format!("not from {first} to {last}"),
            (true, None) => "not captured".to_owned(),
        };
        text.push_str(&format!(" {}: {told}.", row.label));
    }
    format!("{text} {}", chart.source)
}
