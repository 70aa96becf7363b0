//! Where the marks of an axis stand, and which of their labels have room.

use crate::snapshot::Day;

/// Round numbers from 0 up to at least the greatest value.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticks {
    pub values: Vec<f64>,
    /// How many digits after the point tell them apart.
    pub decimals: usize,
}

impl Ticks {
    /// At most `steps` steps, of any size.
    pub fn any(most: f64, steps: usize) -> Ticks {
        Ticks::of(most, steps, false)
    }

    /// At most `steps` steps of whole numbers.
    pub fn whole(most: f64, steps: usize) -> Ticks {
        Ticks::of(most, steps, true)
    }

    fn of(most: f64, steps: usize, whole: bool) -> Ticks {
        /// Less than this is nothing.
        const LEAST: f64 = 1e-9;
        let steps = steps.max(1);
        if most < LEAST {
            return Ticks { values: vec![0.0, 1.0], decimals: 0 };
        }
        let raw = most / steps as f64;
        let mut power = raw.log10().floor() as i32 - 1;
        if whole {
            power = power.max(0);
        }
        let step = loop {
            let size = 10f64.powi(power);
            // 2.5 companies are no step.
            let rounds: &[f64] = if whole && power == 0 { &[1.0, 2.0, 5.0] } else { &[1.0, 2.0, 2.5, 5.0] };
            if let Some(round) = rounds.iter().find(|round| *round * size >= raw * (1.0 - 1e-9)) {
                break (round * size, *round == 2.5, power);
            }
            power += 1;
        };
        let (step, is_split, power) = step;
        let count = ((most / step - 1e-9).ceil() as usize).clamp(1, steps);
        let decimals = (-power).max(0) as usize + usize::from(is_split && power <= 0);
        Ticks { values: (0..=count).map(|at| at as f64 * step).collect(), decimals }
    }

    /// The top of the axis.
    pub fn top(&self) -> f64 {
        self.values.last().copied().unwrap_or(1.0)
    }
}

/// A label that has room.
#[derive(Debug, Clone, PartialEq)]
pub struct Label<At> {
    /// What it labels.
    pub at: At,
    pub text: String,
    /// Where its mark is.
    pub place: f64,
    /// Where the text begins.
    pub start: f64,
}

/// The row that labels stand in.
pub struct Room<W> {
    /// Where it begins and ends.
    pub from: f64,
    pub to: f64,
    /// The least gap between two labels.
    pub gap: f64,
    /// How wide a text is.
    pub width: W,
}

impl<W: Fn(&str) -> f64> Room<W> {
    /// The labels, each in the middle of its place or moved a little to stay within the room; `None` where they would touch.
    fn placed<At>(&self, labels: impl IntoIterator<Item = (At, String, f64)>) -> Option<Vec<Label<At>>> {
        let mut end = f64::NEG_INFINITY;
        let mut placed = Vec::new();
        for (at, text, place) in labels {
            let width = (self.width)(&text);
            if width > self.to - self.from {
                return None;
            }
            let start = (place - width / 2.0).clamp(self.from, self.to - width);
            if start < end + self.gap {
                return None;
            }
            end = start + width;
            placed.push(Label { at, text, place, start });
        }
        Some(placed)
    }

    /// The labels of periods that have room: all of them, or else round years, or else every other one, every third.
    pub fn periods(&self, labels: &[String], place: impl Fn(usize) -> f64) -> Vec<Label<usize>> {
        let every = |step: usize| {
            let some = labels.iter().enumerate().step_by(step);
            self.placed(some.map(|(at, label)| (at, label.clone(), place(at))))
        };
        if let Some(all) = every(1) {
            return all;
        }
        let years: Vec<(usize, i32)> =
            labels.iter().enumerate().filter_map(|(at, label)| Some((at, begins_year(label)?))).collect();
        for step in ROUND_YEARS {
            let round: Vec<_> = years.iter().filter(|(_, year)| year % step == 0).collect();
            if round.len() < 3 {
                break;
            }
            if let Some(labels) = self.placed(round.into_iter().map(|(at, year)| (*at, year.to_string(), place(*at)))) {
                return labels;
            }
        }
        let steps = [2, 3, 4, 6].into_iter().chain((1..).map(|step| 12 * step));
        steps.take_while(|step| *step < labels.len()).find_map(every).or_else(|| every(labels.len())).unwrap_or_default()
    }

    /// The first days of months, half years, years or decades that have room.
    pub fn days(&self, first: Day, last: Day, place: impl Fn(Day) -> f64) -> Vec<Label<Day>> {
        /// More labels than this have no room anywhere.
        const MANY: i32 = 1000;
        let month = |day: Day| i32::from(day.year()) * 12 + i32::from(day.date().month()) - 1;
        let (from, to) = (month(first), month(last));
        for step in [1, 3, 6].into_iter().chain(ROUND_YEARS.map(|years| years * 12)) {
            if (to - from) / step > MANY {
                continue;
            }
            let starts = (from..=to).filter(|month| month.rem_euclid(step) == 0).filter_map(|month| {
                let (year, number) = (month.div_euclid(12), month.rem_euclid(12) + 1);
                let day = Day::from_date(i16::try_from(year).ok()?, i8::try_from(number).ok()?, 1)?;
                let text = if step < 12 { format!("{year}-{number:02}") } else { year.to_string() };
                (first <= day && day <= last).then(|| (day, text, place(day)))
            });
            if let Some(labels) = self.placed(starts).filter(|labels| !labels.is_empty()) {
                return labels;
            }
        }
        self.placed([(first, first.to_string(), place(first))]).unwrap_or_default()
    }
}

const ROUND_YEARS: [i32; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/// The year that begins with a period: `2018`, `2018-H1`, `2018-Q1`, `2018-01`.
fn begins_year(period: &str) -> Option<i32> {
    let (year, rest) = period.split_at_checked(4)?;
    (year.bytes().all(|byte| byte.is_ascii_digit()) && ["", "-H1", "-Q1", "-01"].contains(&rest)).then(|| year.parse().ok())?
}

/// Where labels of these heights stand one below another without touching, each as near as can be to the place that it wants for
/// its middle: the upper edge of each. They must have room between `from` and `to`; the places must ascend.
pub fn spread(wanted: &[(f64, f64)], from: f64, to: f64) -> Vec<f64> {
    // Labels that touch move as one block, to the mean of what they want.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let mut above = 0.0;
    for (middle, height) in wanted {
        blocks.push((middle - height / 2.0 - above, 1));
        above += height;
        while let [.., (upper, of_upper), (lower, of_lower)] = blocks[..]
            && upper >= lower
        {
            let count = of_upper + of_lower;
            let mean = (upper * of_upper as f64 + lower * of_lower as f64) / count as f64;
            blocks.truncate(blocks.len() - 2);
            blocks.push((mean, count));
        }
    }
    let places = blocks.into_iter().flat_map(|(place, count)| std::iter::repeat_n(place, count));
    let mut above_this = 0.0;
    places
        .zip(wanted)
        .map(|(place, (_, height))| {
            let edge = place.min(to - above).max(from) + above_this;
            above_this += height;
            edge
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn room(to: f64) -> Room<impl Fn(&str) -> f64> {
        Room { from: 0.0, to, gap: 1.0, width: |text: &str| text.chars().count() as f64 }
    }

    fn texts<At>(labels: &[Label<At>]) -> Vec<&str> {
        labels.iter().map(|label| label.text.as_str()).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(Ticks::whole(0.0, 5).values, [0.0, 1.0]);
        assert_eq!(Ticks::whole(3.0, 5).values, [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(Ticks::whole(38.0, 5).values, [0.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(Ticks::whole(120.0, 5).values, [0.0, 25.0, 50.0, 75.0, 100.0, 125.0]);
        assert_eq!(Ticks::whole(11.0, 5).values, [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(Ticks::any(100.0, 5).values, [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        let small = Ticks::any(0.011, 5);
        assert_eq!((small.values.len(), small.decimals), (6, 4));
        assert_eq!(format!("{:.4}", small.values[1]), "0.0025");
    }

    #[test]
    fn labels_are_thinned_to_round_years_or_every_other_one() {
        let years: Vec<String> = (2004..=2021).map(|year| year.to_string()).collect();
        assert_eq!(texts(&room(90.0).periods(&years, |at| at as f64 * 5.0 + 2.0)).len(), 18);
        assert_eq!(texts(&room(50.0).periods(&years, |at| at as f64 * 2.6 + 2.0)).first(), Some(&"2004"));
        assert_eq!(texts(&room(20.0).periods(&years, |at| at as f64 + 2.0)), ["2005", "2010", "2015", "2020"]);
        let months: Vec<String> = (2018..=2021).flat_map(|year| (1..=12).map(move |m| format!("{year}-{m:02}"))).collect();
        assert_eq!(texts(&room(48.0).periods(&months, |at| at as f64)), ["2018", "2019", "2020", "2021"]);
        assert_eq!(texts(&room(18.0).periods(&months[6..24], |at| at as f64)), ["2018-07", "2019-07"]);
        assert_eq!(texts(&room(5.0).periods(&months, |at| at as f64 * 0.1)), [""; 0]);
    }

    #[test]
    fn days_are_labelled_by_month_or_year() {
        let day = |year, month, day| Day::from_date(year, month, day).unwrap();
        let place = |width: f64, first: Day, last: Day| {
            move |at: Day| width * f64::from(at.0 - first.0) / f64::from((last.0 - first.0).max(1))
        };
        let (first, last) = (day(2012, 3, 4), day(2026, 2, 1));
        let labels = room(60.0).days(first, last, place(60.0, first, last));
        assert_eq!(texts(&labels), ["2014", "2016", "2018", "2020", "2022", "2024", "2026"]);
        let (first, last) = (day(2018, 1, 20), day(2018, 5, 3));
        assert_eq!(texts(&room(60.0).days(first, last, place(60.0, first, last))), ["2018-02", "2018-03", "2018-04", "2018-05"]);
        assert_eq!(texts(&room(60.0).days(last, last, place(60.0, last, last))), ["2018-05-03"]);
    }

    #[test]
    fn labels_that_want_one_place_stand_around_it() {
        assert_eq!(spread(&[(50.0, 10.0), (50.0, 10.0), (90.0, 10.0)], 0.0, 100.0), [40.0, 50.0, 85.0]);
        assert_eq!(spread(&[(0.0, 10.0), (0.0, 10.0)], 0.0, 100.0), [0.0, 10.0]);
        assert_eq!(spread(&[(100.0, 10.0), (100.0, 10.0)], 0.0, 100.0), [80.0, 90.0]);
    }

    proptest! {
        #[test]
        fn ticks_reach_the_greatest_value(most in prop_oneof![0.0..1e15, 0.0..100.0, 0.0..0.001], steps in 1usize..12, whole: bool) {
            let ticks = Ticks::of(most, steps, whole);
            prop_assert!(ticks.top() >= most * (1.0 - 1e-6) && ticks.values.len() <= steps.max(1) + 1);
            prop_assert!(!whole || ticks.values.iter().all(|value| value.fract() == 0.0));
            let shown: Vec<String> = ticks.values.iter().map(|value| format!("{value:.*}", ticks.decimals)).collect();
            prop_assert!(shown.windows(2).all(|pair| pair[0] != pair[1]));
        }

        #[test]
        fn labels_never_touch(labels in prop::collection::vec("20[0-3][0-9](-H1|-Q2|-01|-07)?", 0..300), width in 0.0..200.0) {
            let count = labels.len().max(1) as f64;
            let placed = room(width).periods(&labels, |at| (at as f64 + 0.5) * width / count);
            prop_assert!(placed.windows(2).all(|pair| pair[0].start + pair[0].text.len() as f64 + 1.0 <= pair[1].start));
            prop_assert!(placed.iter().all(|label| label.start >= 0.0 && label.start + label.text.len() as f64 <= width));
        }

        #[test]
        fn days_never_touch(first in -100_000i32..100_000, length in 0i32..400_000, width in 0.0..200.0) {
            let (first, last) = (Day(first), Day(first + length));
            let place = |at: Day| width * f64::from(at.0 - first.0) / f64::from(length.max(1));
            let placed = room(width).days(first, last, place);
            prop_assert!(placed.windows(2).all(|pair| pair[0].start + pair[0].text.len() as f64 + 1.0 <= pair[1].start));
        }

        #[test]
        fn spread_labels_never_touch(mut wanted in prop::collection::vec((0.0..100.0, 1.0..10.0), 0..10)) {
            wanted.sort_by(|one: &(f64, f64), other| one.0.total_cmp(&other.0));
            let edges = spread(&wanted, 0.0, 100.0);
            prop_assert!(edges.iter().zip(&wanted).all(|(edge, (_, height))| *edge >= 0.0 && edge + height <= 100.0 + 1e-6));
            prop_assert!(edges.windows(2).zip(&wanted).all(|(pair, (_, height))| pair[0] + height <= pair[1] + 1e-6));
        }
    }
}
