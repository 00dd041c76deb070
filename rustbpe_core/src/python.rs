//! What Python sees. It converts, releases the GIL and maps errors; all else is the core.

use std::thread;
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::count::Counter;
use crate::encode::Encoder;
use crate::error::Error;
use crate::split::{self, Splitter};
use crate::train::{self, Pair};

/// How often Ctrl-C is looked for while merging.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);

#[pymodule]
mod native {
    #[pymodule_export]
    use super::{PyCounter, PyEncoder, gpt4_pattern};
}

/// Return the split pattern of GPT-4, with numbers in groups of at most so many digits.
#[pyfunction]
fn gpt4_pattern(digits: usize) -> String {
    split::gpt4_pattern(digits)
}

/// How often each chunk occurs in the texts seen so far.
#[pyclass(name = "Counter", module = "rustbpe_core")]
struct PyCounter(Counter);

#[pymethods]
impl PyCounter {
    #[new]
    fn new(pattern: &str) -> PyResult<Self> {
        let splitter = Splitter::new(pattern).map_err(in_training)?;
        let threads = thread::available_parallelism().map_or(1, |number| number.get());
        Ok(Self(Counter::new(splitter, threads)))
    }

    /// Count the chunks of texts in UTF-8, on all cores.
    #[pyo3(signature = (texts, /))]
    fn count(&mut self, py: Python<'_>, texts: Vec<PyBackedBytes>) -> PyResult<()> {
        py.detach(|| {
            let texts: Vec<&str> =
                texts.iter().map(|text| as_text(text)).collect::<PyResult<_>>()?;
            self.0.count(&texts).map_err(in_training)
        })
    }

    /// Learn at most so many merges, and forget what was counted.
    #[pyo3(signature = (limit, /))]
    fn learn_merges(&mut self, py: Python<'_>, limit: usize) -> PyResult<Vec<Pair>> {
        py.detach(|| train::learn_merges(&self.0.take(), limit, signal_check()))
    }
}

/// Encodes text: splits it, and merges in each chunk.
#[pyclass(name = "Encoder", module = "rustbpe_core", frozen)]
struct PyEncoder(Encoder);

#[pymethods]
impl PyEncoder {
    #[new]
    fn new(pattern: &str, merges: Vec<Pair>) -> PyResult<Self> {
        let splitter = Splitter::new(pattern).map_err(in_encoding)?;
        Ok(Self(Encoder::new(splitter, &merges)))
    }

    /// Return the token ids of a text in UTF-8.
    #[pyo3(signature = (text, /))]
    fn encode(&self, py: Python<'_>, text: &[u8]) -> PyResult<Vec<u32>> {
        py.detach(|| self.0.encode(as_text(text)?).map_err(in_encoding))
    }
}

fn as_text(utf8: &[u8]) -> PyResult<&str> {
    str::from_utf8(utf8).map_err(|error| PyValueError::new_err(format!("not UTF-8: {error}")))
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

fn in_training(error: Error) -> PyErr {
    to_python("train_from_iterator", &error)
}

fn in_encoding(error: Error) -> PyErr {
    to_python("encode", &error)
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
