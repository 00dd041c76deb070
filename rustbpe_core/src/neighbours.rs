//! What one merge does to the tokens beside it, gathered by neighbour before it is booked.
//!
//! A frequent pair has many occurrences but few distinct neighbours. Sums in an array that is
//! indexed by the neighbour's id cost far less than a look into the table of pairs each time.

use std::mem;

/// The change that one neighbour, on one side, goes through.
#[derive(Default)]
pub struct Change {
    /// Count by which the neighbour's pair with the old token falls.
    pub lost: u64,
    /// Count of its pair with the new token.
    pub gained: u64,
    /// Where the pair with the new token starts.
    pub places: Vec<u32>,
}

/// The changes on one side of all occurrences of a pair.
#[derive(Default)]
pub struct Neighbours {
    changes: Vec<Change>,
    touched: Vec<u32>,
}

impl Neighbours {
    /// Makes room for tokens up to `newest`.
    pub fn grow(&mut self, newest: u32) {
        self.changes.resize_with(newest as usize + 1, Change::default);
    }

    pub fn lose(&mut self, neighbour: u32, count: u64) {
        self.changes[neighbour as usize].lost += count;
    }

    pub fn gain(&mut self, neighbour: u32, count: u64, place: usize) {
        let change = &mut self.changes[neighbour as usize];
        if change.places.is_empty() {
            self.touched.push(neighbour);
        }
        change.gained += count;
        change.places.push(place as u32);
    }

    /// Undoes the count of a gain; its place stays, and is found stale when its turn comes.
    pub fn take_back(&mut self, neighbour: u32, count: u64) {
        self.changes[neighbour as usize].gained -= count;
    }

    /// Hands out all changes and forgets them.
    pub fn drain(&mut self) -> impl Iterator<Item = (u32, Change)> {
        let Self { changes, touched } = self;
        touched.drain(..).map(|neighbour| (neighbour, mem::take(&mut changes[neighbour as usize])))
    }
}
