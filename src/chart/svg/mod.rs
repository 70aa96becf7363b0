//! Charts as SVG: one file that needs nothing else, with light and dark colours, readable in black and white.

mod lines;
pub(super) mod measure;
mod spans;

pub use lines::lines;
pub use spans::spans;

use crate::print::escaped;
use measure::Font;
use std::fmt::Write;

/// How wide a chart is.
const WIDTH: f64 = 720.0;

/// What is left free at every side.
const MARGIN: f64 = 18.0;

const TITLE: Font = Font::bold(19.0);
const SUBTITLE: Font = Font::plain(14.0);
const LABEL: Font = Font::plain(14.0);
const SMALL: Font = Font::plain(12.0);

/// The fonts of common systems, all of about one width.
const FONTS: &str = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'Segoe UI', Roboto, system-ui, sans-serif";

fn is_no_text(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    turns || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}') || c as u32 & 0xfffe == 0xfffe
}

/// What is left of a text when it is shown on one line.
fn shown(text: &str) -> String {
    let shown: String = text.chars().filter(|c| c.is_whitespace() || !(c.is_control() || is_no_text(*c))).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A colour by day and by night. By day it is an attribute, which every program reads; by night a rule of the style sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Colour {
    name: &'static str,
    light: &'static str,
    dark: &'static str,
}

const PAPER: Colour = Colour { name: "paper", light: "#ffffff", dark: "#15181c" };
const INK: Colour = Colour { name: "ink", light: "#16191d", dark: "#eceff2" };
const MUTED: Colour = Colour { name: "muted", light: "#565e67", dark: "#a5adb6" };
const AXIS: Colour = Colour { name: "axis", light: "#7b838c", dark: "#7b838c" };
const GRID: Colour = Colour { name: "grid", light: "#dfe3e7", dark: "#2e343b" };
const BAND: Colour = Colour { name: "band", light: "#f4f6f8", dark: "#1c2026" };
const FILL: Colour = Colour { name: "fill", light: "#a9b1ba", dark: "#5b646e" };
const PALE: Colour = Colour { name: "pale", light: "#d3d8dd", dark: "#3a424a" };

/// Okabe and Ito's colours, which the colour-blind tell apart, the first ones first that are strong on white; yellow is darkened by
/// day, and those that are dark are lightened by night.
const SERIES: [Colour; 8] = [
    Colour { name: "blue", light: "#0072b2", dark: "#4a9be0" },
    Colour { name: "vermillion", light: "#d55e00", dark: "#f07a2c" },
    Colour { name: "green", light: "#009e73", dark: "#1fbd92" },
    Colour { name: "purple", light: "#cc79a7", dark: "#dd8fba" },
    Colour { name: "black", light: "#000000", dark: "#ffffff" },
    Colour { name: "orange", light: "#e69f00", dark: "#e69f00" },
    Colour { name: "sky", light: "#56b4e9", dark: "#8fd3ff" },
    Colour { name: "yellow", light: "#b5a800", dark: "#f0e442" },
];

const OTHERS: [Colour; 8] = [PAPER, INK, MUTED, AXIS, GRID, BAND, FILL, PALE];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// A number as it is written: one digit after the point, none for a whole number.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0").unwrap_or(&text) {
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

/// Columns of a legend, all of one width.
struct Columns {
    count: usize,
    width: f64,
}

impl Columns {
    /// As many as have room, where the entries are so wide.
    fn of(widths: impl Iterator<Item = f64>) -> Columns {
        let widest = widths.fold(1.0, f64::max) + 20.0;
        let room = WIDTH - 2.0 * MARGIN + 20.0;
        Columns { count: ((room / widest).floor() as usize).max(1), width: widest }
    }

    fn x(&self, column: usize) -> f64 {
        MARGIN + self.width * column as f64
    }
}

/// A picture that is being drawn.
#[derive(Debug, Default)]
struct Picture {
    body: String,
    /// How far down it goes.
    bottom: f64,
}

impl Picture {
    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.body.write_fmt(element);
        self.body.push('\n');
    }

    fn open(&mut self, name: &str) {
        self.push(format_args!("<g><title>{}</title>", escaped(&shown(name))));
    }

    fn close(&mut self) {
        self.push(format_args!("</g>"));
    }

    /// A text; `y` is the line that its letters stand on. Where it is a part of a `whole`, that is told too.
    fn text(&mut self, (x, y): (f64, f64), anchor: Anchor, font: Font, colour: Colour, text: &str, whole: Option<&str>) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if font.bold { r#" font-weight="bold""# } else { "" };
        let whole = whole.filter(|whole| *whole != text).map(|whole| format!("<title>{}</title>", escaped(whole)));
        let (x, y, size, text, whole) = (number(x), number(y), number(font.size), escaped(text), whole.unwrap_or_default());
        let Colour { name, light, .. } = colour;
        self.push(format_args!(
            r#"<text x="{x}" y="{y}"{anchor} font-size="{size}"{weight} fill="{light}" class="f-{name}">{whole}{text}</text>"#
        ));
    }

    /// Lines of a text below each other, the first with its top at `y`; where the next could begin.
    fn paragraph(&mut self, (x, y): (f64, f64), font: Font, colour: Colour, lines: &[String], whole: &str) -> f64 {
        let leading = leading(font);
        for (at, line) in lines.iter().enumerate() {
            // Where the lines are the whole, nothing more is told.
            let whole = (lines.join(" ") != whole).then_some(whole);
            self.text((x, y + leading * at as f64 + ascent(font)), Anchor::Start, font, colour, line, whole);
        }
        y + leading * lines.len() as f64
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        self.push(format_args!(r#"<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{stroke}/>"#));
    }

    /// A line through points.
    fn polyline(&mut self, points: &[(f64, f64)], stroke: Stroke) {
        let points = written(points);
        self.push(format_args!(r#"<polyline points="{points}" fill="none" stroke-linejoin="round"{stroke}/>"#));
    }

    fn polygon(&mut self, points: &[(f64, f64)], fill: Colour, edge: Option<Stroke>) {
        let (points, Colour { name, light, .. }) = (written(points), fill);
        let (edge, of_edge) =
            edge.map_or((String::new(), String::new()), |edge| (edge.attributes(), format!(" {}", edge.class())));
        self.push(format_args!(r#"<polygon points="{points}" fill="{light}"{edge} class="f-{name}{of_edge}"/>"#));
    }

    fn circle(&mut self, (x, y): (f64, f64), radius: f64, fill: Colour, edge: Stroke) {
        let (x, y, radius, Colour { name, light, .. }) = (number(x), number(y), number(radius), fill);
        let (edge, of_edge) = (edge.attributes(), edge.class());
        self.push(format_args!(r#"<circle cx="{x}" cy="{y}" r="{radius}" fill="{light}"{edge} class="f-{name} {of_edge}"/>"#));
    }

    fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: Colour) {
        let (x, y, width, height) = (number(x), number(y), number(width.max(0.0)), number(height.max(0.0)));
        let Colour { name, light, .. } = fill;
        self.push(format_args!(r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{light}" class="f-{name}"/>"#));
    }

    /// Title and subtitle, at the top; where the next could begin.
    fn heading(&mut self, title: &str, subtitle: &str) -> f64 {
        let (title, subtitle) = (shown(title), shown(subtitle));
        let room = WIDTH - 2.0 * MARGIN;
        let y = self.paragraph((MARGIN, MARGIN), TITLE, INK, &TITLE.balanced(&title, room, 2), &title);
        self.paragraph((MARGIN, y + 2.0), SUBTITLE, MUTED, &SUBTITLE.balanced(&subtitle, room, 3), &subtitle)
    }

    /// Where it all comes from, at the bottom, and the end of the picture.
    fn source(&mut self, source: &str, y: f64) {
        let source = shown(source);
        let lines = SMALL.wrapped(&source, WIDTH - 2.0 * MARGIN, 3);
        self.bottom = self.paragraph((MARGIN, y), SMALL, MUTED, &lines, &source) + MARGIN - 4.0;
    }

    /// The whole file.
    fn finish(self, title: &str, description: &str, definitions: &str) -> String {
        let (width, height) = (number(WIDTH), number(self.bottom.ceil()));
        let (title, description) = (escaped(&shown(title)), escaped(&shown(description)));
        let mut dark = String::new();
        for Colour { name, dark: colour, .. } in OTHERS.iter().chain(&SERIES) {
            let _ = writeln!(dark, ".fineprint-chart .f-{name} {{ fill: {colour}; }}");
            let _ = writeln!(dark, ".fineprint-chart .s-{name} {{ stroke: {colour}; }}");
        }
        let Colour { name: paper, light, .. } = PAPER;
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="fineprint-chart" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-label="{title}" font-family="{FONTS}">
<title>{title}</title>
<desc>{description}</desc>
<style>
@media screen and (prefers-color-scheme: dark) {{
{dark}}}
</style>
{definitions}<rect width="{width}" height="{height}" fill="{light}" class="f-{paper}"/>
{}</svg>
"#,
            self.body
        )
    }
}

fn written(points: &[(f64, f64)]) -> String {
    let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect();
    points.join(" ")
}

/// From one line of a text to the next.
fn leading(font: Font) -> f64 {
    (font.size * 1.3).round()
}

/// From the top of a line to where its letters stand.
fn ascent(font: Font) -> f64 {
    (font.size * 1.0).round()
}

/// From the middle of a line to where its letters stand.
fn to_middle(font: Font) -> f64 {
    font.size * 0.35
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
struct Stroke {
    colour: Colour,
    width: f64,
    /// Lengths of dashes and gaps; empty: none.
    dash: &'static str,
    opacity: f64,
}

impl Stroke {
    const fn plain(colour: Colour, width: f64) -> Stroke {
        Stroke { colour, width, dash: "", opacity: 1.0 }
    }

    fn attributes(&self) -> String {
        let dash = if self.dash.is_empty() { String::new() } else { format!(r#" stroke-dasharray="{}""#, self.dash) };
        let opacity = if self.opacity < 1.0 { format!(r#" stroke-opacity="{}""#, number(self.opacity)) } else { String::new() };
        format!(r#" stroke="{}" stroke-width="{}"{dash}{opacity}"#, self.colour.light, number(self.width))
    }

    fn class(&self) -> String {
        format!("s-{}", self.colour.name)
    }
}

impl std::fmt::Display for Stroke {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, r#"{} class="{}""#, self.attributes(), self.class())
    }
}
