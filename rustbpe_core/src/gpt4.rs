//! The GPT-4 split pattern, written by hand.
//!
//! Splitting through a backtracking engine is most of the time of training, so the one pattern
//! that nearly everybody uses has its own code. At every position it finds the end of the chunk
//! from the kind of one or two characters and a run; the branches of the pattern are
//!
//! 1. `'(?i:[sdmt]|ll|ve|re)` an English contraction;
//! 2. `[^\r\n\p{L}\p{N}]?+\p{L}+` a word, with one character in front that is no digit;
//! 3. `\p{N}{1,n}` a short group of digits;
//! 4. ` ?[^\s\p{L}\p{N}]++[\r\n]*` symbols, with a space in front and line ends behind;
//! 5. `\s*[\r\n]` white space through its last line end;
//! 6. `\s+(?!\S)` white space up to, but not including, the character in front of a word;
//! 7. `\s+` a single such character that no word took.
//!
//! Every character starts one of them, so the chunks cover the text without gaps.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// All that the pattern can ask about a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `\p{L}`
    Letter,
    /// `\p{N}`
    Number,
    /// `[\r\n]`
    LineEnd,
    /// Any other `\s`
    Space,
    /// Everything else: symbols, marks, controls, unassigned
    Symbol,
    /// No character: the end of the text
    End,
}

/// The kind of every code point, from the tables of the regex engine.
static KINDS: LazyLock<Box<[Kind]>> = LazyLock::new(|| {
    let mut kinds = vec![Kind::Symbol; char::MAX as usize + 1].into_boxed_slice();
    for (class, kind) in [
        (r"\p{L}", Kind::Letter),
        (r"\p{N}", Kind::Number),
        (r"\s", Kind::Space),
        (r"[\r\n]", Kind::LineEnd),
    ] {
        let hir = regex_syntax::parse(class).expect("a constant pattern");
        let HirKind::Class(Class::Unicode(class)) = hir.kind() else {
            unreachable!("a class of characters parses to a class");
        };
        for range in class.ranges() {
            kinds[range.start() as usize..=range.end() as usize].fill(kind);
        }
    }
    kinds
});

/// The splitter of the pattern whose groups of digits have at most `digits` members.
pub struct Gpt4 {
    digits: usize,
    kinds: &'static [Kind],
}

impl Gpt4 {
    pub fn new(digits: usize) -> Self {
        Self { digits, kinds: &KINDS }
    }

    pub fn for_each_chunk<'t>(&self, text: &'t str, mut visit: impl FnMut(&'t str)) {
        let scan = Scan { text, kinds: self.kinds };
        let mut start = 0;
        while start < text.len() {
            let end = scan.chunk_end(start, self.digits);
            visit(&text[start..end]);
            start = end;
        }
    }
}

/// A text under the eyes of the splitter. Positions are byte offsets of characters.
struct Scan<'t> {
    text: &'t str,
    kinds: &'static [Kind],
}

impl Scan<'_> {
    /// The end of the chunk that starts at `start`.
    fn chunk_end(&self, start: usize, digits: usize) -> usize {
        let (first, second) = self.look(start);
        match first {
            Kind::Letter => self.run_end(second, Kind::Letter),
            Kind::Number => self.digits_end(second, digits - 1),
            Kind::LineEnd => self.white_end(start),
            Kind::Space => match self.look(second).0 {
                Kind::Letter => self.run_end(second, Kind::Letter),
                Kind::Symbol if self.byte(start) == b' ' => self.symbols_end(second),
                _ => self.white_end(start),
            },
            Kind::Symbol => match self.look(second).0 {
                Kind::Letter if self.byte(start) == b'\'' => self
                    .contraction_end(second)
                    .unwrap_or_else(|| self.run_end(second, Kind::Letter)),
                Kind::Letter => self.run_end(second, Kind::Letter),
                _ => self.symbols_end(second),
            },
            Kind::End => start,
        }
    }

    /// The kind of the character at `at`, and where the next character starts.
    #[inline(always)]
    fn look(&self, at: usize) -> (Kind, usize) {
        match self.text.as_bytes().get(at) {
            None => (Kind::End, at),
            Some(&byte) if byte.is_ascii() => (self.kinds[byte as usize], at + 1),
            Some(_) => {
                let char = self.text[at..].chars().next().unwrap_or_default();
                (self.kinds[char as usize], at + char.len_utf8())
            }
        }
    }

    /// The byte at `at`; zero at the end, which no branch asks for.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or_default()
    }

    /// The end of the run of characters of one kind from `at` on.
    #[inline(always)]
    fn run_end(&self, mut at: usize, kind: Kind) -> usize {
        loop {
            let (found, next) = self.look(at);
            if found != kind {
                return at;
            }
            at = next;
        }
    }

    fn digits_end(&self, mut at: usize, more: usize) -> usize {
        for _ in 0..more {
            let (kind, next) = self.look(at);
            if kind != Kind::Number {
                break;
            }
            at = next;
        }
        at
    }

    fn symbols_end(&self, at: usize) -> usize {
        self.run_end(self.run_end(at, Kind::Symbol), Kind::LineEnd)
    }

    /// The end of the contraction whose letters start at `at`. Folding the case of `s` also
    /// reaches U+017F, the long s; the other letters have no fold outside ASCII.
    fn contraction_end(&self, at: usize) -> Option<usize> {
        let pair = [self.byte(at), self.byte(at + 1)];
        match pair.map(|byte| byte.to_ascii_lowercase()) {
            [b's' | b'd' | b'm' | b't', _] => Some(at + 1),
            [b'l', b'l'] | [b'v' | b'r', b'e'] => Some(at + 2),
            _ if self.text[at..].starts_with('\u{17F}') => Some(at + '\u{17F}'.len_utf8()),
            _ => None,
        }
    }

    /// The end of a chunk of white space: through the last line end if there is one; otherwise
    /// short of the last character if something follows, unless that is the only one.
    fn white_end(&self, start: usize) -> usize {
        let (mut last, mut at, mut line_end) = (start, start, None);
        loop {
            let (kind, next) = self.look(at);
            match kind {
                Kind::LineEnd => line_end = Some(next),
                Kind::Space => (),
                Kind::End => return line_end.unwrap_or(at),
                _ if last == start => return line_end.unwrap_or(at),
                _ => return line_end.unwrap_or(last),
            }
            (last, at) = (at, next);
        }
    }
}

#[cfg(test)]
mod tests;
