//! The Python face. It converts, releases the GIL and maps errors; all else is the core.

use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyIterator, PyString};

use crate::batch::Batch;
use crate::count::{ChunkCounts, Counter};
use crate::error::Error;
use crate::split::{DEFAULT_PATTERN, Splitter};
use crate::train::{BYTES, learn_merges};
use crate::vocabulary::Vocabulary;

/// A batch is counted when it is this large, even if it holds fewer texts than asked for.
const BATCH_BYTES: usize = 8 << 20;

/// How often Ctrl-C is looked for while merging.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);

#[pymodule]
mod _rustbpe {
    #[pymodule_export]
    use super::Tokenizer;
}

/// A byte-level BPE tokenizer that learns its merges from text.
#[pyclass(frozen, module = "rustbpe")]
struct Tokenizer {
    /// Replaced as a whole when a training succeeds, so that a failed one changes nothing.
    vocabulary: RwLock<Arc<Vocabulary>>,
}

#[pymethods]
impl Tokenizer {
    #[new]
    fn new() -> PyResult<Self> {
        let splitter = Splitter::new(DEFAULT_PATTERN).map_err(|error| to_python("", &error))?;
        let vocabulary = RwLock::new(Arc::new(Vocabulary::new(splitter, &[])));
        Ok(Self { vocabulary })
    }

    /// Learn a vocabulary of `vocab_size` tokens from an iterable of texts.
    ///
    /// See the type stub beside the package for arguments, errors and guarantees.
    #[pyo3(signature = (iterator, vocab_size, buffer_size=8192, pattern=None))]
    fn train_from_iterator(
        &self,
        iterator: &Bound<'_, PyAny>,
        vocab_size: i64,
        buffer_size: i64,
        pattern: Option<&str>,
    ) -> PyResult<()> {
        let py = iterator.py();
        let merges_wanted = merges_for(vocab_size)?;
        let mut reader = Reader::new(iterator, buffer_size)?;
        let splitter = Splitter::new(pattern.unwrap_or(DEFAULT_PATTERN)).map_err(in_training)?;

        let words = count_all(py, &splitter, &mut reader)?;
        let vocabulary = py.detach(|| {
            let merges = learn_merges(&words, merges_wanted, signal_check())?;
            Ok::<_, PyErr>(Vocabulary::new(splitter, &merges))
        })?;
        *self.vocabulary.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(vocabulary);
        Ok(())
    }

    /// The split pattern of the last training; before any, the default.
    fn get_pattern(&self) -> String {
        self.current().pattern().to_owned()
    }

    /// Every token with its rank, which is its id, in the order of ranks.
    fn get_mergeable_ranks<'py>(&self, py: Python<'py>) -> Vec<(Bound<'py, PyBytes>, usize)> {
        let vocabulary = self.current();
        let tokens = vocabulary.tokens().iter().enumerate();
        tokens.map(|(rank, bytes)| (PyBytes::new(py, bytes), rank)).collect()
    }

    /// The token ids of `text`.
    fn encode(&self, text: &Bound<'_, PyString>) -> PyResult<Vec<u32>> {
        let vocabulary = self.current();
        let utf8 =
            text.to_str().map_err(|cause| lone_surrogate("encode: the text", cause, text))?;
        text.py().detach(|| vocabulary.encode(utf8)).map_err(|error| to_python("encode", &error))
    }
}

impl Tokenizer {
    fn current(&self) -> Arc<Vocabulary> {
        self.vocabulary.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn merges_for(vocab_size: i64) -> PyResult<usize> {
    match u32::try_from(vocab_size) {
        Ok(size) if size >= BYTES => Ok((size - BYTES) as usize),
        _ => Err(PyValueError::new_err(format!(
            "train_from_iterator: vocab_size is {vocab_size}, and must lie between {BYTES} (the \
             single bytes) and {}. Ask for {BYTES} plus the number of merges that you want.",
            u32::MAX
        ))),
    }
}

/// Counts the chunks of all texts, batch by batch, with the GIL released while counting.
fn count_all(py: Python<'_>, splitter: &Splitter, reader: &mut Reader) -> PyResult<ChunkCounts> {
    let threads = thread::available_parallelism().map_or(1, |number| number.get());
    let mut counter = Counter::new(splitter, threads);
    while reader.read_batch()? {
        py.detach(|| counter.count(&reader.batch)).map_err(in_training)?;
        py.check_signals()?;
    }
    Ok(py.detach(|| counter.finish()))
}

/// Draws texts from a Python iterator, a bounded batch at a time.
struct Reader<'py> {
    iterator: Bound<'py, PyIterator>,
    buffer_size: usize,
    batch: Batch,
    /// How many texts were drawn.
    position: usize,
}

impl<'py> Reader<'py> {
    fn new(iterable: &Bound<'py, PyAny>, buffer_size: i64) -> PyResult<Self> {
        let buffer_size = usize::try_from(buffer_size).ok().filter(|&size| size > 0).ok_or_else(|| {
            PyValueError::new_err(format!(
                "train_from_iterator: buffer_size is {buffer_size}, and must be at least 1. It is \
                 the number of texts that are held at a time; leave it out for 8192."
            ))
        })?;
        if iterable.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err(
                "train_from_iterator: iterator is a single 'str', which would be read character \
                 by character. Pass an iterable of texts, such as [text].",
            ));
        }
        let iterator = iterable.try_iter().map_err(|cause| not_iterable(iterable, cause))?;
        Ok(Self { iterator, buffer_size, batch: Batch::default(), position: 0 })
    }

    /// Refills the batch; false when the iterator had no more texts.
    fn read_batch(&mut self) -> PyResult<bool> {
        self.batch.clear();
        while self.batch.len() < self.buffer_size && self.batch.bytes() < BATCH_BYTES {
            let Some(item) = self.iterator.next() else {
                break;
            };
            self.push(&item?)?;
        }
        Ok(!self.batch.is_empty())
    }

    fn push(&mut self, item: &Bound<'py, PyAny>) -> PyResult<()> {
        let position = self.position;
        let text = item.cast::<PyString>().map_err(|_| {
            PyTypeError::new_err(format!(
                "train_from_iterator: item {position} of the iterator (counted from 0) is of type \
                 '{}', not 'str'. Yield one text per item.",
                type_name(item)
            ))
        })?;
        let utf8 = text.to_str().map_err(|cause| {
            let place = format!("train_from_iterator: item {position} of the iterator");
            lone_surrogate(&place, cause, text)
        })?;
        self.batch.push(utf8);
        self.position += 1;
        Ok(())
    }
}

/// A check for pending signals that is cheap to call often.
fn signal_check() -> impl FnMut() -> PyResult<()> {
    let mut last = Instant::now();
    move || {
        if last.elapsed() < SIGNAL_INTERVAL {
            return Ok(());
        }
        last = Instant::now();
        Python::attach(|py| py.check_signals())
    }
}

/// The message for an object without an iterator; what an `__iter__` raised is left alone.
fn not_iterable(object: &Bound<'_, PyAny>, cause: PyErr) -> PyErr {
    if object.hasattr("__iter__").unwrap_or(true) {
        return cause;
    }
    PyTypeError::new_err(format!(
        "train_from_iterator: iterator is of type '{}', not an iterable. Pass an iterable of \
         texts, such as [text].",
        type_name(object)
    ))
}

fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or("?".to_owned(), |name| name.to_string())
}

fn lone_surrogate(place: &str, cause: PyErr, text: &Bound<'_, PyString>) -> PyErr {
    let error = PyValueError::new_err(format!(
        "{place} is not valid Unicode: {cause}. Clean it first, for instance with \
         text.encode('utf-8', 'replace').decode('utf-8')."
    ));
    error.set_cause(text.py(), Some(cause));
    error
}

fn in_training(error: Error) -> PyErr {
    to_python("train_from_iterator", &error)
}

fn to_python(place: &str, error: &Error) -> PyErr {
    let message = format!("{place}: {error}");
    match error {
        Error::InvalidPattern { .. } | Error::TooManyChunks { .. } => {
            PyValueError::new_err(message)
        }
        Error::MatchingFailed { .. } => PyRuntimeError::new_err(message),
    }
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        in_training(error)
    }
}
