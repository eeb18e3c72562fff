//! An officer's page for printing, in Japanese with English below; and the same for a terminal.

use std::fmt::Write as _;

use askama::Template as _;
use qrcodegen::{QrCode, QrCodeEcc};
use zeroize::Zeroizing;

use crate::shares::{Officer, Share, ShareSet};

/// Words in a row at a terminal.
const ROW: usize = 5;
/// White modules around a QR code (ISO/IEC 18004, 9.1).
const QUIET: i32 = 4;

#[derive(askama::Template)]
#[template(path = "share_page.html")]
struct Page<'a> {
    index: u8,
    count: usize,
    threshold: u8,
    name: &'a str,
    role: &'a str,
    token: &'a str,
    serial: &'a str,
    set: String,
    created: String,
    numbered: Vec<&'static str>,
    qr: &'a str,
}

/// The page as one HTML file without any other file. It is a secret.
#[must_use]
pub fn share_page(set: &ShareSet, officer: &Officer, share: &Share) -> Zeroizing<String> {
    let qr = qr_code(&share.line());
    let page = Page {
        index: officer.index,
        count: set.officers().len(),
        threshold: set.threshold(),
        name: &officer.name,
        role: &officer.role,
        token: set.token(),
        serial: set.token_serial(),
        set: set.id().grouped(),
        created: format!("{:.0}", set.created()),
        numbered: share.words(),
        qr: &qr,
    };
    let mut html = Zeroizing::new(String::with_capacity(64 * 1024));
    // Writing to a String cannot fail, and the template has no other error.
    let _ = page.render_into(&mut *html);
    html
}

/// The page for a terminal.
#[must_use]
pub fn share_text(set: &ShareSet, officer: &Officer, share: &Share) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(4096));
    let out = &mut *text;
    let _ = writeln!(out, "Share {} of {}", officer.index, set.officers().len());
    let _ = writeln!(out, "  officer  {}", officer.name);
    let _ = writeln!(out, "  token    {} {}", set.token(), set.token_serial());
    let _ = writeln!(out, "  set      {}", set.id().grouped());
    let _ = writeln!(
        out,
        "  needed   any {} of the {} officers together\n",
        set.threshold(),
        set.officers().len()
    );
    let all = share.words();
    for (row, line) in all.chunks(ROW).enumerate() {
        for (n, word) in line.iter().enumerate() {
            let _ = write!(out, "{:>4} {word:<10}", row * ROW + n + 1);
        }
        let _ = writeln!(out);
    }
    text
}

/// A QR code as SVG: one path, no other file.
fn qr_code(line: &str) -> Zeroizing<String> {
    let mut svg = Zeroizing::new(String::with_capacity(64 * 1024));
    // A share is at most 270 characters, and version 40 takes thousands.
    let Ok(code) = QrCode::encode_text(line, QrCodeEcc::Medium) else {
        return svg;
    };
    let side = code.size() + 2 * QUIET;
    let _ = write!(
        &mut *svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"QR\" shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\""
    );
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let _ = write!(&mut *svg, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    svg.push_str("\"/></svg>");
    svg
}
