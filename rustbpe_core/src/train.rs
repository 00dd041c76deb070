//! Learning merges: the most frequent pair, again and again.
//!
//! All words stand one after the other in one array of slots, a slot for each byte. A token of
//! `n` bytes owns `n` slots and writes its id into the first and the last of them, so that both
//! neighbours of a token are found without links. Each pair keeps the places where it occurs; a
//! merge visits only those and updates the counts of the neighbouring pairs.
//!
//! A pair that contains token `t` can arise only while `t` itself is made, because `t` is newer
//! than its partner. After that its count only falls. A heap with lazily corrected entries
//! therefore yields the true maximum: an entry is an upper bound, and is put back with the count
//! of the day if that is lower.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;

use crate::count::ChunkCounts;
use crate::error::Error;
use crate::neighbours::{Change, Neighbours};

/// Ids of the single bytes come first, in the order of their values.
pub const BYTES: u32 = 256;

/// Two adjacent tokens. Merge `i` of a list makes token `BYTES + i`.
pub type Pair = (u32, u32);

/// A slot that lies inside a token.
const INSIDE: u32 = u32::MAX;

/// Learns at most `limit` merges, fewer if the words run out of pairs.
///
/// `checkpoint` is called before every merge; its error ends the training.
pub fn learn_merges<E: From<Error>>(
    words: &ChunkCounts,
    limit: usize,
    mut checkpoint: impl FnMut() -> Result<(), E>,
) -> Result<Vec<Pair>, E> {
    let mut corpus = Corpus::new(words)?;
    let mut merges = Vec::new();
    while merges.len() < limit {
        checkpoint()?;
        let Some((pair, places)) = corpus.pairs.pop_most_frequent() else {
            break;
        };
        corpus.merge(pair, &places);
        merges.push(pair);
    }
    Ok(merges)
}

#[derive(Clone, Copy)]
struct Slot {
    token: u32,
    word: u32,
}

/// Where a pair occurs, in ascending order, and how often, weighted by the counts of the words.
/// Places are not taken out when another merge destroys them; counts are kept up to date.
#[derive(Default)]
struct Occurrences {
    count: u64,
    places: Vec<u32>,
}

struct Corpus {
    slots: Vec<Slot>,
    word_counts: Vec<u64>,
    /// Length in bytes of each token.
    lengths: Vec<u32>,
    pairs: Pairs,
    left: Neighbours,
    right: Neighbours,
}

impl Corpus {
    fn new(words: &ChunkCounts) -> Result<Self, Error> {
        let bytes = words.iter().map(|(word, _)| word.len()).sum();
        if bytes >= u32::MAX as usize {
            return Err(Error::TooManyChunks { bytes });
        }
        let mut slots = Vec::with_capacity(bytes);
        let mut word_counts = Vec::with_capacity(words.len());
        for (word, count) in words.iter() {
            let index = word_counts.len() as u32;
            slots.extend(word.iter().map(|&byte| Slot { token: byte.into(), word: index }));
            word_counts.push(count);
        }
        Ok(Self {
            pairs: Pairs::of_bytes(&slots, &word_counts),
            slots,
            word_counts,
            lengths: vec![1; BYTES as usize],
            left: Neighbours::default(),
            right: Neighbours::default(),
        })
    }

    /// Replaces every occurrence of `pair` by a new token.
    fn merge(&mut self, pair: Pair, places: &[u32]) {
        let token = self.lengths.len() as u32;
        let length = self.lengths[pair.0 as usize] + self.lengths[pair.1 as usize];
        self.lengths.push(length);
        self.left.grow(token);
        self.right.grow(token);

        for &place in places {
            self.merge_at(place as usize, pair, token);
        }
        self.settle_left(pair.0, token);
        self.settle_right(pair.1, token);
    }

    fn merge_at(&mut self, start: usize, pair: Pair, token: u32) {
        let middle = start + self.lengths[pair.0 as usize] as usize;
        if self.slots[start].token != pair.0 || self.slots[middle].token != pair.1 {
            return;
        }
        let end = middle + self.lengths[pair.1 as usize] as usize;
        let word = self.slots[start].word;
        let count = self.word_counts[word as usize];

        if let Some(before) = start.checked_sub(1).map(|at| self.slots[at])
            && before.word == word
        {
            let place = start - self.lengths[before.token as usize] as usize;
            // In a run the neighbour may be this very merge, whose right side now changes again.
            if before.token == token {
                self.right.take_back(pair.0, count);
            } else {
                self.left.lose(before.token, count);
            }
            self.left.gain(before.token, count, place);
        }
        if let Some(after) = self.slots.get(end)
            && after.word == word
        {
            self.right.lose(after.token, count);
            self.right.gain(after.token, count, start);
        }
        self.slots[middle].token = INSIDE;
        self.slots[start].token = token;
        self.slots[end - 1].token = token;
    }

    /// Books what the merge changed on the left: `(x, first)` became `(x, token)`.
    fn settle_left(&mut self, first: u32, token: u32) {
        for (other, change) in self.left.drain() {
            self.pairs.lower((other, first), change.lost);
            self.pairs.enter((other, token), change);
        }
    }

    /// Books what the merge changed on the right: `(second, x)` became `(token, x)`.
    fn settle_right(&mut self, second: u32, token: u32) {
        for (other, change) in self.right.drain() {
            self.pairs.lower((second, other), change.lost);
            self.pairs.enter((token, other), change);
        }
    }
}

#[derive(Default)]
struct Pairs {
    found: HashMap<Pair, Occurrences>,
    queue: BinaryHeap<(u64, Reverse<Pair>)>,
}

impl Pairs {
    /// The pairs of bytes with which training starts.
    fn of_bytes(slots: &[Slot], word_counts: &[u64]) -> Self {
        let mut found: HashMap<Pair, Occurrences> = HashMap::new();
        for (place, pair) in slots.windows(2).enumerate() {
            if pair[0].word == pair[1].word {
                let entry = found.entry((pair[0].token, pair[1].token)).or_default();
                entry.count += word_counts[pair[0].word as usize];
                entry.places.push(place as u32);
            }
        }
        let queue = found.iter().map(|(&pair, entry)| (entry.count, Reverse(pair))).collect();
        Self { found, queue }
    }

    /// Takes out the pair with the highest count, the smallest of several such, and its places.
    fn pop_most_frequent(&mut self) -> Option<(Pair, Vec<u32>)> {
        while let Some((bound, Reverse(pair))) = self.queue.pop() {
            match self.found.get(&pair).map(|entry| entry.count) {
                Some(count) if count < bound => self.queue.push((count, Reverse(pair))),
                Some(_) => return self.found.remove(&pair).map(|entry| (pair, entry.places)),
                None => (),
            }
        }
        None
    }

    /// Notes that occurrences of `pair` are gone. The pair that is being merged has left already.
    fn lower(&mut self, pair: Pair, lost: u64) {
        if lost == 0 {
            return;
        }
        if let Entry::Occupied(mut entry) = self.found.entry(pair) {
            entry.get_mut().count -= lost;
            if entry.get().count == 0 {
                entry.remove();
            }
        }
    }

    fn enter(&mut self, pair: Pair, change: Change) {
        if change.gained > 0 {
            let Change { gained: count, places, .. } = change;
            self.queue.push((count, Reverse(pair)));
            self.found.insert(pair, Occurrences { count, places });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(words: &[(&str, u64)], limit: usize) -> Vec<Pair> {
        let mut counts = ChunkCounts::default();
        words.iter().for_each(|&(word, count)| counts.add(word, count));
        learn_merges::<Error>(&counts, limit, || Ok(())).unwrap()
    }

    fn pair(text: &str) -> Pair {
        (text.as_bytes()[0].into(), text.as_bytes()[1].into())
    }

    #[test]
    fn highest_count_comes_first_and_the_smallest_pair_among_equals() {
        let words = [("zz", 3), ("ba", 2), ("ab", 2), ("aa", 1)];
        assert_eq!(learned(&words, 9), ["zz", "ab", "ba", "aa"].map(pair));
    }

    #[test]
    fn counts_beyond_32_bits_keep_their_order() {
        let words = [("ab", (1 << 32) + 1), ("cd", 1 << 31), ("ef", (1 << 32) - 1), ("gh", 2)];
        assert_eq!(learned(&words, 9), ["ab", "ef", "cd", "gh"].map(pair));
    }

    #[test]
    fn counts_add_up_beyond_32_bits() {
        let half = (1 << 31) + 1;
        let words = [("xab", half), ("yab", half), ("cd", 1 << 31)];
        assert_eq!(learned(&words, 1), [pair("ab")]);
    }

    #[test]
    fn run_merges_without_overlap_from_the_left() {
        let expected = [pair("aa"), (256, 97), (256, 257)];
        assert_eq!(learned(&[("aaaaa", 1)], 9), expected);
        // Of `(256, 97)`, seen for a moment in the middle of this run, nothing may remain.
        assert_eq!(learned(&[("aaaa", 1)], 9), [pair("aa"), (256, 256)]);
    }

    #[test]
    fn occurrence_inside_a_longer_token_is_not_merged() {
        // Once `abc` is one token, the `bc` within it must not meet the `d` that follows.
        let words = [("bc", 10), ("abc", 9), ("abcd", 1), ("bcd", 1)];
        let expected = [pair("bc"), (97, 256), (256, 100), (257, 100)];
        assert_eq!(learned(&words, 9), expected);
    }

    #[test]
    fn words_without_pairs_give_no_merges() {
        assert_eq!(learned(&[("a", 5), ("b", 1), ("", 1)], 9), []);
    }

    #[test]
    fn error_of_the_checkpoint_ends_training() {
        let mut counts = ChunkCounts::default();
        counts.add("ab", 1);
        let stop = Error::TooManyChunks { bytes: 0 };
        assert_eq!(learn_merges(&counts, 9, || Err(stop.clone())), Err(stop));
    }
}
