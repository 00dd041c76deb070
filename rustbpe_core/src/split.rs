//! Cutting text into the chunks that no merge may cross.

use fancy_regex::Regex;

use crate::error::Error;
use crate::gpt4::Gpt4;

/// The split pattern of GPT-4, with numbers in groups of at most so many digits.
pub fn gpt4_pattern(digits: usize) -> String {
    let words = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+";
    let others = r" ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+";
    format!(r"{words}|\p{{N}}{{1,{digits}}}|{others}")
}

/// A split pattern, ready for use.
///
/// Chunks are the successive matches of the pattern. Text between matches belongs to no chunk and
/// is passed over, and so are empty matches.
pub struct Splitter {
    pattern: String,
    engine: Engine,
}

enum Engine {
    /// Written by hand for [`gpt4_pattern`], equal to the engine match for match.
    Gpt4(Gpt4),
    Regex(Box<Regex>),
}

impl Splitter {
    /// Compiles `pattern`, in the syntax of the fancy-regex crate.
    pub fn new(pattern: &str) -> Result<Self, Error> {
        match gpt4_digits(pattern) {
            Some(digits) => Ok(Self::with(pattern, Engine::Gpt4(Gpt4::new(digits)))),
            None => Self::with_regex(pattern),
        }
    }

    /// As [`Splitter::new`], but always through the general engine.
    pub fn with_regex(pattern: &str) -> Result<Self, Error> {
        let regex = Regex::new(pattern).map_err(|error| Error::InvalidPattern {
            pattern: pattern.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self::with(pattern, Engine::Regex(Box::new(regex))))
    }

    fn with(pattern: &str, engine: Engine) -> Self {
        let pattern = pattern.to_owned();
        Self { pattern, engine }
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// Calls `visit` with every chunk of `text`, in order.
    pub fn for_each_chunk<'t>(
        &self,
        text: &'t str,
        mut visit: impl FnMut(&'t str),
    ) -> Result<(), Error> {
        match &self.engine {
            Engine::Gpt4(gpt4) => gpt4.for_each_chunk(text, visit),
            Engine::Regex(regex) => {
                for found in regex.find_iter(text) {
                    let chunk = found.map_err(|error| self.failure(&error))?.as_str();
                    if !chunk.is_empty() {
                        visit(chunk);
                    }
                }
            }
        }
        Ok(())
    }

    fn failure(&self, error: &fancy_regex::Error) -> Error {
        Error::MatchingFailed { pattern: self.pattern.clone(), reason: error.to_string() }
    }
}

/// The longest group of digits, if `pattern` is a [`gpt4_pattern`].
fn gpt4_digits(pattern: &str) -> Option<usize> {
    (1..=9).find(|&digits| pattern == gpt4_pattern(digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks<'t>(splitter: &Splitter, text: &'t str) -> Vec<&'t str> {
        let mut chunks = Vec::new();
        splitter.for_each_chunk(text, |chunk| chunks.push(chunk)).unwrap();
        chunks
    }

    #[test]
    fn pattern_of_gpt4_splits_as_published() {
        let splitter = Splitter::new(&gpt4_pattern(2)).unwrap();
        let text = "It's 2024:\n    x  = f(a)\n\n";
        let expected =
            ["It", "'s", " ", "20", "24", ":\n", "   ", " x", " ", " =", " f", "(a", ")\n\n"];
        assert_eq!(chunks(&splitter, text), expected);
    }

    #[test]
    fn text_between_matches_belongs_to_no_chunk() {
        let splitter = Splitter::new("[a-z]*").unwrap();
        assert_eq!(chunks(&splitter, "ab-12-cd"), ["ab", "cd"]);
    }

    #[test]
    fn invalid_pattern_names_the_pattern_and_the_reason() {
        let message = Splitter::new("(a").err().unwrap().to_string();
        assert!(message.contains("\"(a\"") && message.contains("paren"), "{message}");
    }

    #[test]
    fn endless_backtracking_is_an_error() {
        let splitter = Splitter::new(r"(?i)(a|b|ab)*(?>c)").unwrap();
        let outcome = splitter.for_each_chunk(&"ab".repeat(64), |_| ());
        assert!(matches!(outcome, Err(Error::MatchingFailed { .. })), "{outcome:?}");
    }
}
