//! Words that no language has: each rank has its own, the commonest are the shortest.

const ONSETS: [&str; 20] =
    ["b", "br", "d", "dr", "f", "g", "gl", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "v", "z"];
const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
const CODAS: [&str; 8] = ["", "n", "r", "l", "x", "nd", "m", "th"];
const SYLLABLES: u64 = (ONSETS.len() * VOWELS.len()) as u64;
/// Has no factor in common with the number of syllables, so that a multiple of a rank tells the rank.
const SCATTER: u64 = 7_919;

/// Writes the word of a rank.
pub fn push(out: &mut String, rank: u64) {
    let (mut rank, mut count, mut words) = (rank, 2, SYLLABLES * SYLLABLES);
    while rank >= words {
        rank -= words;
        words *= SYLLABLES;
        count += 1;
    }
    let mut code = rank.wrapping_mul(SCATTER) % words;
    let coda = CODAS[(rank % CODAS.len() as u64) as usize];
    for _ in 0..count {
        let syllable = (code % SYLLABLES) as usize;
        out.push_str(ONSETS[syllable / VOWELS.len()]);
        out.push_str(VOWELS[syllable % VOWELS.len()]);
        code /= SYLLABLES;
    }
    out.push_str(coda);
}

/// Writes the word of a rank as a name.
pub fn push_name(out: &mut String, rank: u64) {
    let start = out.len();
    push(out, rank);
    capitalise(out, start);
}

/// Makes the letter at a place a capital.
pub fn capitalise(text: &mut str, at: usize) {
    if let Some(letter) = text.get_mut(at..at + 1) {
        letter.make_ascii_uppercase();
    }
}
