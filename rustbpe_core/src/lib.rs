//! Byte-level BPE: learn merges from text, and encode text with them.
//!
//! The way of the data, one module each:
//!
//! ```text
//! text -> split -> chunks -> count -> words with counts -> train -> merges -> encode -> token ids
//! ```
//!
//! The core is pure Rust; `python` is the only module that knows of an interpreter and is left
//! out without the feature of that name.
//!
//! **Determinism.** Of all adjacent pairs, the one with the highest count is merged; among equals,
//! the pair with the smallest ids (left, then right). Nothing else enters: not the number of
//! threads, not the seed of a hash map, not the order or grouping of the texts.
//!
//! **Counting.** A pair counts once for every place where its two tokens stand side by side, so
//! `aaaa` holds `(a, a)` three times, while merging it replaces non-overlapping occurrences from
//! left to right and leaves two tokens. Counts are 64 bits wide.

mod count;
mod encode;
mod error;
mod gpt4;
mod neighbours;
#[cfg(feature = "python")]
mod python;
mod split;
mod train;

pub use count::{ChunkCounts, Counter};
pub use encode::Encoder;
pub use error::Error;
pub use split::{Splitter, gpt4_pattern};
pub use train::{Pair, learn_merges};
