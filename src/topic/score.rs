//! How surely each passage of a document is about the topics.

use super::{Lexicon, Reader, Topic, Weigher};
use crate::history::{DocumentHistory, Entry, Wordbook, Worded};
use crate::passage::Shape;

/// What the weight of a term in a heading above the passage counts (1: as in the passage).
pub const HEADING_SHARE: f32 = 0.5;

/// What the weight of a term in the passage before or after counts, where the passage says something of the topic itself.
pub const NEIGHBOUR_SHARE: f32 = 0.1;

/// The weight that gives half of the highest score: two or three strong terms and nothing of other topics.
pub const HALF: f32 = 8.0;

/// Lower levels (of 255) are not kept: they say next to nothing.
pub const MIN_LEVEL: u8 = 13;

/// A topic by its place in the lexicon, and a passage's score in it in steps of 1/255, see [`score_of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Level {
    pub topic: u8,
    pub level: u8,
}

impl Lexicon {
    /// What each passage of a document says of the topics, by its place in the last version that it stands in.
    ///
    /// The weight of a topic is the sum over its terms of weight × 2n / (n + 1), where the term stands n times in the passage, and
    /// half of that of the headings above; where that is anything, a tenth of that of the passages before and after is added. Of a
    /// practice the weight is multiplied with its share among all ten; of another built-in topic with the square root of its share
    /// among itself and the practices that are not its neighbours. A weight w is the score w / (w + [`HALF`]); of a learned topic, which has a
    /// bias b, it is 1 / (1 + e^-(w + b)), without competition.
    ///
    /// `worded` has the texts of the history as words of the wordbook, and the weigher is of this lexicon and kept for the wordbook.
    pub fn of_history(
        &self,
        history: &DocumentHistory,
        wordbook: &Wordbook,
        worded: &Worded,
        weigher: &mut Weigher<'_>,
    ) -> Vec<Vec<Level>> {
        let DocumentHistory { timeline, versions, texts, .. } = history;
        let weights = |passage: u32| weigher.weights(wordbook.vocabulary(), worded.words(passage));
        let own: Vec<Vec<f32>> = (0..texts.len() as u32).map(weights).collect();
        let mut found = vec![Vec::new(); texts.len()];
        let mut last_of: Vec<Vec<u32>> = vec![Vec::new(); versions.len()];
        for passage in 0..texts.len() as u32 {
            let last = timeline.occurrences(passage).last().and_then(|snapshot| timeline.snapshots.get(snapshot as usize));
            if let Some(wanted) = last.and_then(|snapshot| last_of.get_mut(snapshot.version as usize)) {
                wanted.push(passage);
            }
        }
        let mut is_wanted = vec![false; texts.len()];
        for (number, wanted) in last_of.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty()) {
            for &passage in wanted {
                is_wanted[passage as usize] = true;
            }
            let lang = timeline.versions.get(number).map_or("", |facts| facts.lang.as_str());
            places(&versions[number].entries, &mut is_wanted, |place| {
                found[place.passage as usize] = self.levels(&self.scores(&place, &own, lang));
            });
        }
        found
    }

    /// The scores in all topics of a passage at its place; 0 in topics of other languages.
    fn scores(&self, place: &Place<'_>, own: &[Vec<f32>], lang: &str) -> Vec<f32> {
        let count = self.topics.len();
        let of =
            |passage: u32, topic: usize| own.get(passage as usize).and_then(|weights| weights.get(topic)).copied().unwrap_or(0.0);
        let mut weights = vec![0.0; count];
        for (topic, weight) in weights.iter_mut().enumerate() {
            let above: f32 = place.headings.iter().map(|heading| of(*heading, topic).max(0.0)).sum();
            *weight = of(place.passage, topic) + HEADING_SHARE * above;
            if *weight > 0.0 {
                let beside = [place.before, place.after].into_iter().flatten().map(|other| of(other, topic).max(0.0));
                *weight += NEIGHBOUR_SHARE * beside.sum::<f32>();
            }
        }
        self.compete(&weights, lang)
    }

    /// From the weights of a passage to its scores.
    pub(super) fn compete(&self, weights: &[f32], lang: &str) -> Vec<f32> {
        let score = |(number, topic): (usize, &Topic)| {
            let weight = weights[number];
            if !(lang.is_empty() || topic.lang == lang) {
                return 0.0;
            }
            if let Some(bias) = topic.bias {
                return 1.0 / (1.0 + (-(weight + bias as f32)).exp());
            }
            if weight <= 0.0 {
                return 0.0;
            }
            let share = self.rivals.get(number).map_or(1.0, |rivals| {
                let all: f32 = rivals.iter().map(|rival| weights[usize::from(*rival)].max(0.0)).sum();
                if topic.practice { weight / all } else { (weight / (all + weight)).sqrt() }
            });
            let weight = weight * share;
            weight / (weight + HALF)
        };
        self.topics.iter().enumerate().map(score).collect()
    }

    fn levels(&self, scores: &[f32]) -> Vec<Level> {
        let levels = scores.iter().enumerate().map(|(topic, score)| Level { topic: topic as u8, level: level(*score) });
        levels.filter(|one| one.level >= MIN_LEVEL).collect()
    }

    /// The scores of a text alone, without headings and neighbours, in a topic's language.
    pub fn of_text(&self, text: &str) -> Vec<f32> {
        Reader::new(self).scores(text)
    }
}

/// The score that a level stands for, from 0 to 1.
pub fn score_of(level: u8) -> f32 {
    f32::from(level) / 255.0
}

/// A score as it is kept.
pub(super) fn level(score: f32) -> u8 {
    (score.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// Where a passage stands in a version.
struct Place<'a> {
    passage: u32,
    headings: &'a [u32],
    before: Option<u32>,
    after: Option<u32>,
}

/// Tells the first place of each wanted passage, which is then no longer wanted.
fn places(entries: &[Entry], is_wanted: &mut [bool], mut each: impl FnMut(Place<'_>)) {
    let mut above: Vec<u8> = Vec::new();
    let mut headings: Vec<u32> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        if let Shape::Heading(level) = entry.shape {
            while above.last().is_some_and(|other| *other >= level) {
                above.pop();
                headings.pop();
            }
        }
        if std::mem::take(&mut is_wanted[entry.passage as usize]) {
            // A heading is no neighbour: it stands above what follows it, and is counted there.
            let text = |entry: &Entry| (!matches!(entry.shape, Shape::Heading(_))).then_some(entry.passage);
            let before = at.checked_sub(1).and_then(|before| entries.get(before)).and_then(text);
            let after = entries.get(at + 1).and_then(text);
            each(Place { passage: entry.passage, headings: &headings, before, after });
        }
        if let Shape::Heading(level) = entry.shape {
            above.push(level);
            headings.push(entry.passage);
        }
    }
}
