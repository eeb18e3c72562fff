//! Pages for a printer.

use std::fs;

use crate::share_officers::with_lines;
use crate::share_sets::{CREATE, officers, ready, two_of_three};

#[test]
fn pages_are_not_written_to_a_disk_or_shown_to_a_pipe() {
    let environment = ready();
    let disk = environment.path("pages");
    let mut arguments = officers(&CREATE, "2", &["A", "B"]);
    let text = with_lines(&environment, &arguments, "").expect(2);
    assert!(text.contains("share-no-terminal"), "{text}");
    arguments.extend(["--pages", disk.to_str().unwrap()]);
    let tmpfs = environment.path("").starts_with("/dev/shm");
    if !tmpfs {
        let text = with_lines(&environment, &arguments, "").expect(9);
        assert!(text.contains("pages-on-disk"), "{text}");
    }
    // Nobody confirms: nothing is changed, and the PIN from before is in force.
    arguments.push("--allow-disk");
    let text = with_lines(&environment, &arguments, "").expect(7);
    assert!(text.contains("share-not-delivered"), "{text}");
    environment.expect(&["verify"], 0);
}

#[test]
fn a_page_is_one_file_in_two_languages_with_the_words_as_a_qr_code() {
    let environment = ready();
    let pages = two_of_three(&environment);
    let page = pages.page(2);
    for text in [
        "lang=\"ja\"",
        "2 / 3",
        "Baba",
        "3名のうち2名",
        "Any 2 of the 3 officers",
        "<svg",
        "Shred this page",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for outside in ["src=", "href=", "url(", "@import", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(pages.words(2).len(), 30);
    assert_eq!(
        scanned(&page),
        pages.words(2).join(" ").to_uppercase(),
        "a scanner reads the same words"
    );
    let mode = std::os::unix::fs::MetadataExt::mode(
        &fs::metadata(pages.path().join("share-2.html")).unwrap(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

/// What a scanner reads from the page's QR code: each module is a square of the path.
fn scanned(page: &str) -> String {
    const SCALE: usize = 4;
    let (_, rest) = page.split_once("viewBox=\"0 0 ").unwrap();
    let side: usize = rest.split_once(' ').unwrap().0.parse().unwrap();
    let (_, rest) = page.split_once("<path d=\"").unwrap();
    let path = rest.split_once('"').unwrap().0;
    let squares: Vec<(usize, usize)> = path
        .split_terminator("h1v1h-1z")
        .map(|square| {
            let (x, y) = square.strip_prefix('M').unwrap().split_once(' ').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        })
        .collect();
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, |x, y| {
            if squares.contains(&(x / SCALE, y / SCALE)) {
                0
            } else {
                255
            }
        });
    let grids = image.detect_grids();
    grids[0].decode().unwrap().1
}
