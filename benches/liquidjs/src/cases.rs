//! The templates and their data. The pages of a shop use the tags and filters of the themes in the benchmarks of other Liquid
//! engines, without those that a shop's own engine adds.

use jiff::Timestamp;
use posthorn_liquid::Variables;
use serde_json::{Map, Value};

use crate::error::BoxError;

/// The bytes of a large template.
const LARGE: usize = 100 * 1024;

/// A template and its data.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) source: String,
    pub(crate) data: Map<String, Value>,
}

impl Case {
    fn new(name: &'static str, source: String, data: &'static str) -> Result<Case, BoxError> {
        Ok(Case { name, source, data: serde_json::from_str(data)? })
    }

    /// The data as variables.
    pub(crate) fn variables(&self) -> Variables {
        let mut variables = Variables::new(Timestamp::UNIX_EPOCH);
        for (name, value) in &self.data {
            variables.insert(name, value);
        }
        variables
    }
}

const MAIL: &str = include_str!("../templates/mail.liquid");
const MAIL_DATA: &str = include_str!("../mail.json");
const SHOP_DATA: &str = include_str!("../shop.json");
const SHOP: [(&str, &str); 6] = [
    ("front page", include_str!("../templates/shop_front.liquid")),
    ("product", include_str!("../templates/shop_product.liquid")),
    ("collection", include_str!("../templates/shop_collection.liquid")),
    ("cart", include_str!("../templates/shop_cart.liquid")),
    ("article", include_str!("../templates/shop_article.liquid")),
    ("search", include_str!("../templates/shop_search.liquid")),
];

/// The sets of templates, each under its name.
pub(crate) fn sets() -> Result<[(&'static str, Vec<Case>); 3], BoxError> {
    let shop: Result<_, BoxError> =
        SHOP.iter().map(|(name, page)| Case::new(name, (*page).to_owned(), SHOP_DATA)).collect();
    let large = MAIL.repeat(LARGE.div_ceil(MAIL.len()));
    Ok([
        ("a mail of fifty variables", vec![Case::new("mail", MAIL.to_owned(), MAIL_DATA)?]),
        ("the six pages of a shop", shop?),
        ("a template of 100 KB", vec![Case::new("large", large, MAIL_DATA)?]),
    ])
}
