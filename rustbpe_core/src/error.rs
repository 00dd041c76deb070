//! What can go wrong in the core. Each message says what, the value, and the next step.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The pattern does not compile.
    InvalidPattern { pattern: String, reason: String },
    /// The pattern compiled, but the engine gave up while matching a text.
    MatchingFailed { pattern: String, reason: String },
    /// The unique chunks together are longer than positions of 32 bits can address.
    TooManyChunks { bytes: usize },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::InvalidPattern { pattern, reason } => write!(
                f,
                "pattern {pattern:?} is not a valid regular expression: {reason}. Correct the \
                 pattern, or leave it out to split as GPT-4 does."
            ),
            Error::MatchingFailed { pattern, reason } => write!(
                f,
                "pattern {pattern:?} could not be matched to the end of a text: {reason}. Use a \
                 pattern that backtracks less (possessive quantifiers such as '++' help)."
            ),
            Error::TooManyChunks { bytes } => write!(
                f,
                "the unique chunks of the corpus hold {bytes} bytes, and at most {} can be \
                 trained on. Train on a sample of the corpus.",
                u32::MAX
            ),
        }
    }
}

impl std::error::Error for Error {}
