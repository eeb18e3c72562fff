//! The record as an HTML page.

use askama::Template as _;

use super::Record;

#[derive(askama::Template)]
#[template(path = "record.html")]
struct Page<'a> {
    record: &'a Record,
    w: &'a crate::catalogue::Words,
}

pub(super) fn render(record: &Record) -> String {
    let page = Page {
        record,
        w: record.words,
    };
    // Writing strings to a String: this cannot fail.
    page.render().unwrap_or_default()
}
