//! How often each chunk occurs, counted on several threads.

use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use hashbrown::HashMap;

use crate::error::Error;
use crate::split::Splitter;

/// Unique chunks with their counts, in no particular order.
#[derive(Default)]
pub struct ChunkCounts {
    counts: HashMap<Box<str>, u64>,
}

impl ChunkCounts {
    pub fn add(&mut self, chunk: &str, count: u64) {
        match self.counts.get_mut(chunk) {
            Some(total) => *total += count,
            None => _ = self.counts.insert(chunk.into(), count),
        }
    }

    pub fn len(&self) -> usize {
        self.counts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.counts.iter().map(|(chunk, &count)| (chunk.as_bytes(), count))
    }

    fn absorb(&mut self, other: Self) {
        for (chunk, count) in other.counts {
            *self.counts.entry(chunk).or_default() += count;
        }
    }
}

/// Counts texts, some at a time; each thread keeps a table of its own until the end.
pub struct Counter {
    splitter: Splitter,
    tables: Vec<ChunkCounts>,
}

impl Counter {
    pub fn new(splitter: Splitter, threads: usize) -> Self {
        let tables = (0..threads.max(1)).map(|_| ChunkCounts::default()).collect();
        Self { splitter, tables }
    }

    /// Adds the chunks of every text.
    pub fn count(&mut self, texts: &[&str]) -> Result<(), Error> {
        let (splitter, next) = (&self.splitter, AtomicUsize::new(0));
        let tables = self.tables.iter_mut().take(texts.len());
        thread::scope(|scope| {
            let workers: Vec<_> = tables
                .map(|table| scope.spawn(|| count_texts(splitter, texts, &next, table)))
                .collect();
            workers.into_iter().try_for_each(|worker| match worker.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    }

    /// Hands out the counts of all texts so far together, and starts anew.
    pub fn take(&mut self) -> ChunkCounts {
        let mut tables = self.tables.iter_mut().map(mem::take);
        let mut total = tables.next().unwrap_or_default();
        tables.for_each(|table| total.absorb(table));
        total
    }
}

/// One thread's work: takes the next text that nobody has taken, until there is none.
fn count_texts(
    splitter: &Splitter,
    texts: &[&str],
    next: &AtomicUsize,
    table: &mut ChunkCounts,
) -> Result<(), Error> {
    while let Some(text) = texts.get(next.fetch_add(1, Ordering::Relaxed)) {
        splitter.for_each_chunk(text, |chunk| table.add(chunk, 1))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn counted(texts: &[&str], pattern: &str, threads: usize, batch_size: usize) -> ChunkCounts {
        let splitter = Splitter::new(pattern).unwrap();
        let mut counter = Counter::new(splitter, threads);
        texts.chunks(batch_size).for_each(|texts| counter.count(texts).unwrap());
        counter.take()
    }

    #[test]
    fn counts_do_not_depend_on_threads_or_batches() {
        let texts = ["a b a", "", "b", "c c c c", "the last text counts, too", "a"];
        let sorted = |counts: &ChunkCounts| -> BTreeMap<Vec<u8>, u64> {
            counts.iter().map(|(chunk, count)| (chunk.to_vec(), count)).collect()
        };
        let expected = sorted(&counted(&texts, "[a-z]+", 1, 1));
        assert_eq!(expected[&b"c"[..]], 4);
        assert_eq!(expected[&b"too"[..]], 1);
        for (threads, batch_size) in [(1, 6), (2, 1), (2, 4), (3, 6), (5, 2), (9, 6)] {
            assert_eq!(sorted(&counted(&texts, "[a-z]+", threads, batch_size)), expected);
        }
    }

    #[test]
    fn failure_on_any_thread_is_reported() {
        let splitter = Splitter::new("(?i)(a|b|ab)*(?>c)").unwrap();
        let outcome = Counter::new(splitter, 3).count(&["c", "c", "c", &"ab".repeat(64), "c"]);
        assert!(matches!(outcome, Err(Error::MatchingFailed { .. })), "{outcome:?}");
    }
}
