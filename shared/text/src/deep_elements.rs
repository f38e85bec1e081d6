//! Elements beyond the depth to which elements are kept. They are counted, so that an element that hides its content does so there
//! too.

#[derive(Debug, Default)]
pub(crate) struct DeepElements {
    /// The number of elements that are open beyond the depth.
    count: usize,
    /// The first element that hides its content, and the number of elements that were open with it.
    hiding: Option<(usize, HidingElement)>,
}

/// An element that hides its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HidingElement {
    /// The number of the start tag, if the element hides content that would be shown otherwise.
    pub(crate) hides_as: Option<usize>,
    /// True if the element is never closed, and ends where the next block begins.
    pub(crate) is_unclosed: bool,
}

impl DeepElements {
    pub(crate) fn hides(&self) -> bool {
        self.hiding.is_some()
    }

    /// The number of the start tag of the element that hides its content, if there is one.
    pub(crate) fn hides_as(&self) -> Option<usize> {
        self.hiding.and_then(|(_, hiding)| hiding.hides_as)
    }

    pub(crate) fn begin(&mut self, hiding: Option<HidingElement>) {
        self.count += 1;
        self.hiding = self.hiding.or(hiding.map(|hiding| (self.count, hiding)));
    }

    /// Ends the last element, and returns true if there was one.
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
