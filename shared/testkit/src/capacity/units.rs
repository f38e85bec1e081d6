//! Read and write units.

use std::{
    iter::Sum,
    ops::{Add, Div, Sub},
};

/// Read and write units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Of 4 KB, read consistently.
    pub read: f64,
    /// Of 1 KB.
    pub write: f64,
}

impl Units {
    /// So many of each.
    #[must_use]
    pub const fn new(read: f64, write: f64) -> Self {
        Self { read, write }
    }
}

impl Add for Units {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.read + other.read, self.write + other.write)
    }
}

impl Sub for Units {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.read - other.read, self.write - other.write)
    }
}

impl Div<f64> for Units {
    type Output = Self;

    fn div(self, by: f64) -> Self {
        Self::new(self.read / by, self.write / by)
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(each: I) -> Self {
        each.fold(Self::default(), Add::add)
    }
}
