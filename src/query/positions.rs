//! Joins sorted lists of word positions to the places where words stand in order, close enough.

/// Finds where one word of each list stands in order, with at most `gap` other words between the first and the last in total.
///
/// Each list holds the positions of one word of a phrase, ascending without repeats; words that recur in the phrase have a list
/// each. `out` receives the first and last position of each place, ascending: the shortest ones only, so that no place contains
/// another, and each first and each last position is used once. With `gap` 0 that is every occurrence of the exact phrase.
pub fn join_positions(lists: &[&[u32]], gap: u32, out: &mut Vec<(u32, u32)>) {
    out.clear();
    let Some((first, rest)) = lists.split_first() else { return };
    if lists.iter().any(|list| list.is_empty()) {
        return;
    }
    if rest.is_empty() {
        out.extend(first.iter().map(|&position| (position, position)));
    } else if gap == 0 {
        join_adjacent(lists, out);
    } else {
        join_near(first, rest, gap, out);
    }
}

/// Removes the places that lie inside one of `covers` (equal ones do). Both are ascending by their first position.
pub fn remove_within(spans: &mut Vec<(u32, u32)>, covers: &[(u32, u32)]) {
    let mut next = 0;
    // Where the cover that reaches farthest ends, of those that begin no later than the place.
    let mut reach = None;
    spans.retain(|&(first, last)| {
        while let Some(&(cover_first, cover_last)) = covers.get(next)
            && cover_first <= first
        {
            reach = reach.max(Some(cover_last));
            next += 1;
        }
        reach.is_none_or(|reach| reach < last)
    });
}

/// Starts from the rarest word and looks the others up beside it.
fn join_adjacent(lists: &[&[u32]], out: &mut Vec<(u32, u32)>) {
    let Some((rarest, positions)) = lists.iter().enumerate().min_by_key(|(_, list)| list.len()) else {
        return;
    };
    let mut cursors = vec![0; lists.len()];
    let behind = (lists.len() - 1) as u32;
    'candidates: for &position in *positions {
        let Some(start) = position.checked_sub(rarest as u32) else {
            continue;
        };
        let Some(end) = start.checked_add(behind) else { return };
        for (k, list) in lists.iter().enumerate() {
            if k == rarest {
                continue;
            }
            let wanted = start + k as u32;
            cursors[k] = seek(list, cursors[k], wanted);
            match list.get(cursors[k]) {
                None => return,
                Some(&found) if found != wanted => continue 'candidates,
                Some(_) => {}
            }
        }
        out.push((start, end));
    }
}

/// Takes from each beginning the nearest following words; their cursors only ever go forward, as the beginnings do.
fn join_near(firsts: &[u32], rest: &[&[u32]], gap: u32, out: &mut Vec<(u32, u32)>) {
    let mut cursors = vec![0; rest.len()];
    let mut i = 0;
    'candidates: while let Some(&first) = firsts.get(i) {
        let mut last = first;
        for (k, list) in rest.iter().enumerate() {
            let Some(after) = last.checked_add(1) else { return };
            cursors[k] = seek(list, cursors[k], after);
            let Some(&found) = list.get(cursors[k]) else { return };
            last = found;
            let between = last - first - (k as u32 + 1);
            if between > gap {
                i = seek(firsts, i + 1, first + (between - gap));
                continue 'candidates;
            }
        }
        match out.last_mut() {
            // A later beginning with the same end is the shorter place.
            Some(place) if place.1 == last => place.0 = first,
            _ => out.push((first, last)),
        }
        i += 1;
    }
}

/// The first place at or after `from` whose position is at least `wanted`, found in steps that double.
fn seek(list: &[u32], from: usize, wanted: u32) -> usize {
    let tail = list.get(from..).unwrap_or_default();
    let mut step = 1;
    let mut low = 0;
    while step <= tail.len() && tail[step - 1] < wanted {
        low = step;
        step *= 2;
    }
    let high = tail.len().min(step);
    from + low + tail[low..high].partition_point(|&position| position < wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn join(lists: &[&[u32]], gap: u32) -> Vec<(u32, u32)> {
        let mut out = vec![(9, 9)];
        join_positions(lists, gap, &mut out);
        out
    }

    #[test]
    fn exact_phrases_are_words_in_a_row() {
        assert_eq!(join(&[&[1, 5, 9], &[2, 6, 11], &[7]], 0), [(5, 7)]);
        assert_eq!(join(&[&[1, 2, 3], &[1, 2, 3]], 0), [(1, 2), (2, 3)]);
        assert_eq!(join(&[&[4], &[0]], 0), []);
        assert_eq!(join(&[&[4, 7]], 3), [(4, 4), (7, 7)]);
        assert_eq!(join(&[], 0), []);
        assert_eq!(join(&[&[u32::MAX], &[0, u32::MAX]], 0), []);
        assert_eq!(join(&[&[u32::MAX], &[0, u32::MAX]], 5), []);
    }

    #[test]
    fn near_phrases_are_the_shortest_places() {
        assert_eq!(join(&[&[0, 1], &[2]], 5), [(1, 2)]);
        assert_eq!(join(&[&[0], &[6, 7]], 5), [(0, 6)]);
        assert_eq!(join(&[&[0], &[7]], 5), []);
        assert_eq!(join(&[&[0], &[3], &[6]], 4), [(0, 6)]);
        assert_eq!(join(&[&[0], &[3], &[6]], 3), []);
    }

    #[test]
    fn places_inside_another_are_removed() {
        let mut spans = vec![(0, 2), (1, 3), (5, 6), (8, 8)];
        remove_within(&mut spans, &[(0, 2), (4, 6), (8, 9)]);
        assert_eq!(spans, [(1, 3)]);
    }

    fn positions(words: &[u8], wanted: u8) -> Vec<u32> {
        (0u32..).zip(words).filter(|(_, word)| **word == wanted).map(|(at, _)| at).collect()
    }

    /// Every choice of ascending positions that is close enough; of those, the places that contain no other.
    fn brute(words: &[u8], phrase: &[u8], gap: usize) -> Vec<(u32, u32)> {
        let mut places = Vec::new();
        for first in 0..words.len() {
            for last in first..words.len() {
                let inner = words.get(first + 1..last).unwrap_or_default();
                let ends = words[first] == phrase[0] && words[last] == phrase[phrase.len() - 1];
                let middle = phrase.get(1..phrase.len() - 1).unwrap_or_default();
                let mut rest = inner.iter();
                let in_order = middle.iter().all(|word| rest.any(|other| other == word));
                let long = last - first + 1;
                let alone = phrase.len() == 1 && first == last;
                if ends && in_order && long >= phrase.len() && long - phrase.len() <= gap && (alone || phrase.len() > 1) {
                    places.push((first as u32, last as u32));
                }
            }
        }
        let contains = |a: &(u32, u32), b: &(u32, u32)| a != b && a.0 <= b.0 && b.1 <= a.1;
        let all = places.clone();
        places.retain(|place| !all.iter().any(|other| contains(place, other)));
        places
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn joins_equal_brute_force(
            words in proptest::collection::vec(0u8..4, 0..40),
            phrase in proptest::collection::vec(0u8..4, 1..5),
            gap in 0u32..8,
        ) {
            let lists: Vec<Vec<u32>> = phrase.iter().map(|word| positions(&words, *word)).collect();
            let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(join(&lists, gap), brute(&words, &phrase, gap as usize));
        }

        #[test]
        fn any_sorted_lists_can_be_joined(
            lists in proptest::collection::vec(proptest::collection::btree_set(any::<u32>(), 0..20), 0..4),
            gap in any::<u32>(),
        ) {
            let lists: Vec<Vec<u32>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let lists: Vec<&[u32]> = lists.iter().map(Vec::as_slice).collect();
            for (first, last) in join(&lists, gap) {
                prop_assert!(first <= last);
            }
        }

        #[test]
        fn removing_equals_brute_force(
            spans in proptest::collection::btree_set((0u32..20, 0u32..6), 0..12),
            covers in proptest::collection::btree_set((0u32..20, 0u32..6), 0..12),
        ) {
            let place = |(first, more): (u32, u32)| (first, first + more);
            let mut spans: Vec<(u32, u32)> = spans.into_iter().map(place).collect();
            let covers: Vec<(u32, u32)> = covers.into_iter().map(place).collect();
            let inside = |span: &(u32, u32)| covers.iter().any(|cover| cover.0 <= span.0 && span.1 <= cover.1);
            let expected: Vec<(u32, u32)> = spans.iter().copied().filter(|span| !inside(span)).collect();
            remove_within(&mut spans, &covers);
            prop_assert_eq!(spans, expected);
        }
    }
}
