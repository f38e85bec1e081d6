//! HTML as a tree, as long as it is one that can be laid out quickly.
//!
//! How large a tree becomes cannot be told from the text of the HTML: whether a `<div>` is a tag depends on the elements
//! around it, an end tag may end nothing, and formatting that stays open is opened again in every paragraph. So the tree
//! is looked at while it grows, after each tag.

use std::{borrow::Cow, cell::Cell, iter::successors};

use html2text::{Element, Handle, RcDom};
use html5ever::{
    Attribute, ExpandedName, ParseOpts, QualName, parse_document,
    tendril::{StrTendril, TendrilSink},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeBuilderOpts, TreeSink},
};

/// The most elements: a mail has some hundreds, a long one some thousands.
const MAX_ELEMENTS: usize = 10_000;
/// How deep they may nest. Parser and layout take time with the depth at every tag.
pub(super) const MAX_DEPTH: usize = 256;

/// The most columns that a cell may span.
const MAX_SPAN: usize = 100;
/// The most that rows times columns of the widest row may be: the layout keeps every column's width for every row.
const MAX_CELLS: usize = 100_000;

/// The tree of `html`, or `None` if it is too large or too deep.
pub(super) fn parse(html: &str) -> Option<RcDom> {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let mut parser = parse_document(Growing::default(), ParseOpts { tree_builder, ..ParseOpts::default() });
    // No piece completes more than one tag.
    for piece in html.split_inclusive('<') {
        parser.process(StrTendril::from(piece));
        if parser.tokenizer.sink.sink.is_too_much.get() {
            return None;
        }
    }
    parser.finish()
}

/// The tree while it is parsed.
#[derive(Default)]
struct Growing {
    dom: RcDom,
    elements: Cell<usize>,
    is_too_much: Cell<bool>,
}

impl Growing {
    fn count_element(&self) {
        self.elements.set(self.elements.get() + 1);
        if self.elements.get() > MAX_ELEMENTS {
            self.is_too_much.set(true);
        }
    }

    fn look_at_depth(&self, parent: &Handle) {
        if successors(parent.get_parent(), |node| node.get_parent()).take(MAX_DEPTH).count() == MAX_DEPTH {
            self.is_too_much.set(true);
        }
    }
}

/// Whether the layout can reckon with an attribute: it adds these numbers up, and makes a cell of every row that one
/// hangs into.
fn is_in_range(attribute: &Attribute) -> bool {
    match &*attribute.name.local {
        "start" => attribute.value.parse::<i32>().is_ok(),
        "colspan" => attribute.value.parse::<usize>().is_ok_and(|number| number <= MAX_SPAN),
        "rowspan" => false,
        _ => true,
    }
}

/// Whether nothing of the tree is too deep, with whatever was moved since it was appended, and no table too large.
fn is_modest(dom: &RcDom) -> bool {
    let mut left = vec![(dom.document.clone(), 0)];
    let (mut rows, mut widest) = (0, 0);
    while let Some((node, depth)) = left.pop() {
        if depth > MAX_DEPTH {
            return false;
        }
        let children = node.children.borrow();
        if is_row(&node) {
            rows += 1;
            widest = widest.max(children.iter().map(columns).sum());
        }
        left.extend(children.iter().map(|child| (child.clone(), depth + 1)));
    }
    rows * widest <= MAX_CELLS
}

fn is_row(node: &Handle) -> bool {
    matches!(&node.data, Element { name, .. } if &*name.local == "tr")
}

/// How many columns a row's child takes: a cell may span several.
fn columns(cell: &Handle) -> usize {
    let Element { attrs, .. } = &cell.data else { return 0 };
    let attributes = attrs.borrow();
    let span = attributes.iter().find(|attribute| &*attribute.name.local == "colspan");
    span.and_then(|span| span.value.parse().ok()).unwrap_or(1)
}

impl TreeSink for Growing {
    type Handle = Handle;
    type Output = Option<RcDom>;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Option<RcDom> {
        (!self.is_too_much.get() && is_modest(&self.dom)).then_some(self.dom)
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.dom.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        self.dom.elem_name(target)
    }

    fn create_element(&self, name: QualName, mut attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.count_element();
        if flags.template {
            // Its contents have no parent by which to tell how deep they are.
            self.is_too_much.set(true);
        }
        attributes.retain(is_in_range);
        self.dom.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.dom.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.dom.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.look_at_depth(parent);
        self.dom.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        self.look_at_depth(previous);
        self.dom.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.dom.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.dom.get_template_contents(target)
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        self.dom.same_node(one, other)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.dom.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.look_at_depth(sibling);
        self.dom.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        self.dom.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.dom.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        self.dom.reparent_children(node, parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &Handle) -> bool {
        self.dom.is_mathml_annotation_xml_integration_point(target)
    }
}
