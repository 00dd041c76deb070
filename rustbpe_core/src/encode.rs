//! Encoding: in every chunk, the merges in the order of their ranks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hashbrown::HashMap;

use crate::error::Error;
use crate::split::Splitter;
use crate::train::{BYTES, Pair};

pub struct Encoder {
    splitter: Splitter,
    merges: HashMap<Pair, u32>,
}

impl Encoder {
    pub fn new(splitter: Splitter, merges: &[Pair]) -> Self {
        let merges = merges.iter().copied().zip(BYTES..).collect();
        Self { splitter, merges }
    }

    /// The token ids of `text`, chunk by chunk.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        let mut ids = Vec::new();
        self.splitter.for_each_chunk(text, |chunk| {
            let mut chunk = MergingChunk::new(chunk.as_bytes(), &self.merges);
            chunk.merge_all();
            ids.extend(chunk.tokens());
        })?;
        Ok(ids)
    }
}

/// A chunk on its way from bytes to tokens. The slot of a token is where its first byte stood.
///
/// The queue holds every pair that may be merged, lowest rank first, then leftmost, so that a
/// chunk of `n` bytes takes `n log n` steps, however long it is.
struct MergingChunk<'m> {
    merges: &'m HashMap<Pair, u32>,
    slots: Vec<Option<Token>>,
    queue: BinaryHeap<Reverse<(u32, usize)>>,
}

#[derive(Clone, Copy)]
struct Token {
    id: u32,
    /// Where the token before this one starts.
    before: Option<usize>,
    /// Where this one ends, which is where the next one starts.
    end: usize,
}

impl<'m> MergingChunk<'m> {
    fn new(bytes: &[u8], merges: &'m HashMap<Pair, u32>) -> Self {
        let token = |(at, &byte): (usize, &u8)| Token {
            id: byte.into(),
            before: at.checked_sub(1),
            end: at + 1,
        };
        let slots = bytes.iter().enumerate().map(token).map(Some).collect();
        let mut chunk = Self { merges, slots, queue: BinaryHeap::new() };
        (0..bytes.len()).for_each(|at| chunk.enqueue(at));
        chunk
    }

    fn merge_all(&mut self) {
        while let Some(Reverse((rank, at))) = self.queue.pop() {
            if self.rank(at) == Some(rank) {
                self.merge(at, rank);
            }
        }
    }

    /// The id to which the token at `at` and the next one merge, if they do.
    fn rank(&self, at: usize) -> Option<u32> {
        let token = self.token(at)?;
        let next = self.token(token.end)?;
        self.merges.get(&(token.id, next.id)).copied()
    }

    fn merge(&mut self, at: usize, id: u32) {
        let Some(Token { before, end: middle, .. }) = self.token(at) else { return };
        let Some(Token { end, .. }) = self.slots[middle].take() else { return };
        self.slots[at] = Some(Token { id, before, end });
        if let Some(Some(after)) = self.slots.get_mut(end) {
            after.before = Some(at);
        }
        before.into_iter().chain([at]).for_each(|start| self.enqueue(start));
    }

    fn enqueue(&mut self, at: usize) {
        if let Some(rank) = self.rank(at) {
            self.queue.push(Reverse((rank, at)));
        }
    }

    fn token(&self, at: usize) -> Option<Token> {
        self.slots.get(at).copied().flatten()
    }

    fn tokens(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().flatten().map(|token| token.id)
    }
}
