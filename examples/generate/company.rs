//! The companies of an archive: each follows from the seed and its number alone.

use super::random::Random;
use super::template::Day;
use super::words;

/// The first year of the archive, and how many half years it has.
pub const FIRST_YEAR: usize = 2000;
pub const HALVES: usize = 40;

/// How many snapshots a company has, at equal steps of probability: 8.4 in the mean.
const SNAPSHOTS: [f64; 11] = [1.0, 1.0, 1.5, 2.2, 3.1, 4.3, 6.4, 9.3, 14.7, 24.5, 41.0];
/// The part of the half years between first and last in which a policy was captured.
const COVERAGE: [f64; 3] = [0.6, 0.85, 1.0];
/// The share of policies that are captured up to the last half year, beside those that chance brings there.
const TO_THE_END: f64 = 0.4;
/// How much more than others a policy changes, and how much longer it is.
const RESTLESS: [f64; 5] = [0.3, 0.7, 1.0, 1.4, 2.2];
const LENGTH: [f64; 9] = [0.3, 0.5, 0.66, 0.82, 1.0, 1.22, 1.5, 2.0, 4.0];

const TRADES: [&str; 24] = [
    "Media",
    "Labs",
    "Travel",
    "Bank",
    "Games",
    "Health",
    "Books",
    "Foods",
    "Systems",
    "Studios",
    "Motors",
    "Music",
    "Networks",
    "Group",
    "Software",
    "Sports",
    "Energy",
    "Fashion",
    "Press",
    "Homes",
    "Insurance",
    "Learning",
    "Garden",
    "Tools",
];
const PRODUCTS: usize = 5;
/// Words of products come from ranks beyond those that other texts draw from, so that most are a company's own.
const PRODUCT_RANKS: std::ops::Range<usize> = 4_000_000..40_000_000;

pub struct Company {
    pub name: String,
    /// No two companies of an archive have the same.
    pub domain: String,
    pub products: Vec<String>,
    pub restless: f64,
    pub length: f64,
    /// The half years in which the policy was captured, and when in them; earliest first.
    pub captures: Vec<(usize, Day)>,
}

impl Company {
    /// Draws a company from the beginning of its stream.
    pub fn draw(number: u64, random: &mut Random) -> Company {
        let captures = captures(random);
        let mut word = String::new();
        words::push(&mut word, number);
        let trade = random.chance(0.6).then(|| *random.one(&TRADES));
        let domain = match trade {
            Some(trade) => format!("{word}-{}.test", trade.to_lowercase()),
            None => format!("{word}.test"),
        };
        let mut name = word;
        words::capitalise(&mut name, 0);
        if let Some(trade) = trade {
            name = format!("{name} {trade}");
        }
        let mut product = || {
            let mut product = String::new();
            words::push_name(&mut product, random.between(PRODUCT_RANKS.start, PRODUCT_RANKS.end) as u64);
            product
        };
        let products = (0..PRODUCTS).map(|_| product()).collect();
        Company { name, domain, products, restless: random.along(&RESTLESS), length: random.along(&LENGTH), captures }
    }
}

/// How many snapshots a company has: the first thing that is drawn of it.
pub fn count(random: &mut Random) -> usize {
    random.along(&SNAPSHOTS) as usize
}

fn captures(random: &mut Random) -> Vec<(usize, Day)> {
    let count = count(random);
    let span = ((count as f64 / random.along(&COVERAGE)).round() as usize).clamp(count, HALVES);
    // More policies are captured in later years, and many of them to the end.
    let last = HALVES - span;
    let start = if random.chance(TO_THE_END) { last } else { random.between(0, last).max(random.between(0, last)) };
    let mut wanted = count;
    let mut halves = Vec::with_capacity(count);
    for at in 0..span {
        // The first and the last half year of the span always; of the others each as likely as any.
        let is_end = at == 0 || (wanted == 1 && at + 1 == span);
        let (open, keep_last) = (span - at, usize::from(at + 1 < span));
        if is_end || (wanted > keep_last && random.below(open - keep_last) < wanted - keep_last) {
            halves.push(start + at);
            wanted -= 1;
        }
    }
    halves.into_iter().map(|half| (half, day_in(half, random))).collect()
}

/// Any day of a half year, the last ones of a month left out.
pub fn day_in(half: usize, random: &mut Random) -> Day {
    Day { year: FIRST_YEAR + half / 2, month: half % 2 * 6 + random.below(6), day: random.between(1, 28) }
}
