//! The hand-written splitter finds what the regex engine finds, on every character of Unicode
//! and on every short mix of the characters that the pattern treats in a special way.

use crate::split::{Splitter, gpt4_pattern};

/// Several members of each kind, with the borders of the classes among them.
const SPECIAL: &str = concat!(
    "'\u{2019}sStTdDmMlLvVrReE\u{17F}\u{212A}a\u{E9}\u{5B57}\u{2B0}\u{1D5}",
    "019\u{B2}\u{2167}\u{663}\u{3007}",
    " \t\r\n\u{B}\u{C}\u{85}\u{A0}\u{1680}\u{2003}\u{2028}\u{2029}\u{202F}\u{3000}",
    "_.!(\0\u{301}\u{200B}\u{200D}\u{FEFF}\u{1F980}\u{378}\u{E000}\u{10FFFF}"
);

fn chunks<'t>(splitter: &Splitter, text: &'t str) -> Vec<&'t str> {
    let mut chunks = Vec::new();
    splitter.for_each_chunk(text, |chunk| chunks.push(chunk)).unwrap();
    chunks
}

/// The splitter under test and the engine, for groups of one to three digits.
fn rivals() -> Vec<(Splitter, Splitter)> {
    let patterns = [1, 2, 3].map(gpt4_pattern);
    let rivals = patterns.map(|p| (Splitter::new(&p).unwrap(), Splitter::with_regex(&p).unwrap()));
    rivals.into()
}

fn assert_equal(rivals: &[(Splitter, Splitter)], text: &str) {
    for (ours, engine) in rivals {
        assert_eq!(chunks(ours, text), chunks(engine, text), "{:?} {text:?}", ours.pattern());
    }
}

/// A small generator of numbers (xorshift), the same on every run.
fn random_below(state: &mut u64, limit: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state % limit as u64) as usize
}

#[test]
fn every_character_is_split_as_by_the_engine() {
    let rivals = &rivals()[1..2];
    let characters: Vec<char> = ('\0'..=char::MAX).collect();
    for block in characters.chunks(64) {
        // Each character alone, doubled, before and after a letter, a digit, a symbol and space.
        let text: String = block.iter().map(|c| format!("{c}{c}a{c}1{c}. {c}'{c}\n{c} ")).collect();
        assert_equal(rivals, &text);
    }
}

#[test]
fn every_mix_of_three_special_characters_is_split_as_by_the_engine() {
    let (rivals, special) = (rivals(), SPECIAL.chars());
    for (a, b) in special.clone().flat_map(|a| special.clone().map(move |b| (a, b))) {
        for c in special.clone() {
            assert_equal(&rivals[1..2], &String::from_iter([a, b, c]));
        }
    }
}

#[test]
fn long_random_mixes_are_split_as_by_the_engine() {
    let (rivals, special) = (rivals(), SPECIAL.chars().collect::<Vec<_>>());
    let mut state = 0x9E37_79B9_7F4A_7C15;
    for _ in 0..20_000 {
        let length = random_below(&mut state, 24);
        let text: String =
            (0..length).map(|_| special[random_below(&mut state, special.len())]).collect();
        assert_equal(&rivals, &text);
    }
}

#[test]
fn runs_of_white_space_are_split_as_by_the_engine() {
    let (rivals, white) = (rivals(), [' ', '\t', '\n', '\r', '\u{3000}', 'a', '.']);
    for number in 0..7_usize.pow(6) {
        let text: String = (0..6).map(|place| white[number / 7_usize.pow(place) % 7]).collect();
        assert_equal(&rivals[1..2], &text);
    }
}

#[test]
fn chunks_cover_the_text_without_gaps() {
    let (ours, _) = &rivals()[1];
    let text = SPECIAL.repeat(3);
    assert_eq!(chunks(ours, &text).concat(), text);
}
