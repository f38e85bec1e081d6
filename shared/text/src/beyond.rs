//! Elements beyond the depth to which they are told apart. They are counted, so that what hides does so there as well.

#[derive(Debug, Default)]
pub(crate) struct Beyond {
    /// Elements that are open.
    count: usize,
    /// The first that hides what is within, and how many were open with it.
    hiding: Option<(usize, Hiding)>,
}

/// An element that hides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hiding {
    /// Its start tag's number, if the element is what hides its content.
    pub(crate) hides_as: Option<usize>,
    /// It is never closed, and ends where the next block begins.
    pub(crate) is_unclosed: bool,
}

impl Beyond {
    pub(crate) fn hides(&self) -> bool {
        self.hiding.is_some()
    }

    /// The number of the start tag that hides, if one does.
    pub(crate) fn hides_as(&self) -> Option<usize> {
        self.hiding.and_then(|(_, hiding)| hiding.hides_as)
    }

    pub(crate) fn begin(&mut self, hiding: Option<Hiding>) {
        self.count += 1;
        self.hiding = self.hiding.or(hiding.map(|hiding| (self.count, hiding)));
    }

    /// Ends the last element, if any is open.
    pub(crate) fn end_last(&mut self) -> bool {
        let is_open = self.count > 0;
        self.count = self.count.saturating_sub(1);
        self.hiding = self.hiding.filter(|(place, _)| *place <= self.count);
        is_open
    }

    /// Ends the hiding of an element that is never closed.
    pub(crate) fn end_unclosed(&mut self) {
        self.hiding = self.hiding.filter(|(_, hiding)| !hiding.is_unclosed);
    }
}
