//! A small screen, a missing font, an input method that may not respond.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};

use inkan_tests::desktop::{Desktop, end, wait_for};
use inkan_tests::{Outcome, programs};

use super::Sample;

const PROGRAM: &str = "inkan-agent-window";
/// The button that continues.
const GO: [u8; 3] = [0x0f, 0x5c, 0x4d];

/// Pages that are longer than a small screen, and one that is not.
const PAGES: [&str; 5] = [
    "consent",
    "done",
    "choose-alike",
    "failed-not-trusted",
    "progress-key",
];

#[test]
fn on_a_small_screen_the_buttons_stay_visible() -> Outcome {
    for (size, scale) in [((1024, 600), "1"), ((1280, 720), "1.5")] {
        let mut desktop = Desktop::of_size(size)?;
        desktop.set("WINIT_X11_SCALE_FACTOR", scale);
        desktop.park_pointer()?;
        for name in PAGES {
            let sample = Sample::show(&desktop, name, "ja")?;
            let has_button = name != "progress-key";
            let screenshot = wait_for(&format!("{name} on {size:?} at {scale}"), || {
                let window = desktop.refresh(&sample.window).ok()?;
                let frame = window.frame;
                let inside = frame.x + frame.width <= size.0 && frame.y + frame.height <= size.1;
                let screenshot = inside.then(|| desktop.screenshot(&window).ok()).flatten()?;
                // The button fills a whole line at the end, so its colour occurs many times.
                let button = screenshot.count_of(GO) > 1000;
                (button == has_button && screenshot.colours() > 20).then_some(screenshot)
            })?;
            if let Some(directory) = std::env::var_os("INKAN_SCREENS") {
                let directory = programs::repository().join(Path::new(&directory));
                let file = format!("small-{}x{}-{name}.png", size.0, size.1);
                screenshot.save(&directory.join(file))?;
            }
        }
    }
    Ok(())
}

/// A start of the real program, in Japanese; ended with the test.
struct Start(Child);

impl Start {
    fn new(desktop: &Desktop) -> Outcome<Self> {
        let mut command = desktop.command(programs::built(PROGRAM)?);
        command.args(["--lang", "ja"]).stdout(Stdio::null());
        let errors = fs::File::create(desktop.home().join("errors"))?;
        Ok(Self(command.stderr(errors).spawn()?))
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// From now on programs see only the fonts in these directories.
fn only_fonts(desktop: &mut Desktop, directories: &[&Path]) -> Outcome {
    let directories: String = directories
        .iter()
        .map(|directory| format!("<dir>{}</dir>", directory.display()))
        .collect();
    let cache = desktop.home().join("fonts.cache");
    let file = desktop.home().join("fonts.conf");
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>{directories}<cachedir>{}</cachedir></fontconfig>\n",
        cache.display()
    );
    fs::write(&file, text)?;
    desktop.set("FONTCONFIG_FILE", &file.to_string_lossy());
    Ok(())
}

#[test]
fn without_any_font_the_program_names_the_packages_and_ends() -> Outcome {
    let mut desktop = Desktop::open()?;
    only_fonts(&mut desktop, &[])?;
    let mut start = Start::new(&desktop)?;
    let status = wait_for("the program to end", || start.0.try_wait().ok().flatten())?;
    assert_eq!(status.code(), Some(5));
    let errors = fs::read_to_string(desktop.home().join("errors"))?;
    assert!(
        errors.contains("[fonts-none]") && errors.contains("fonts-noto-cjk"),
        "{errors}"
    );
    assert!(!errors.contains("panicked"), "{errors}");
    Ok(())
}

/// A directory with one font without Japanese glyphs.
fn latin(desktop: &Desktop) -> Outcome<std::path::PathBuf> {
    let mut command = desktop.command("fc-list");
    let list = programs::run(command.args([":lang=en", "file", "lang"]))?.expect_well()?;
    let file = list
        .lines()
        .filter(|line| !line.contains("|ja") && !line.contains("=ja"))
        .filter_map(|line| line.split(": ").next())
        .map(|file| file.trim_end_matches(':'))
        .find(|file| file.ends_with(".ttf") || file.ends_with(".otf"))
        .ok_or("a font without Japanese letters (Debian: apt-get install fonts-dejavu-core)")?;
    let directory = desktop.home().join("latin");
    fs::create_dir(&directory)?;
    let name = Path::new(file).file_name().ok_or("a font's name")?;
    fs::copy(file, directory.join(name))?;
    Ok(directory)
}

#[test]
fn without_japanese_glyphs_the_window_is_in_english_and_shows_why() -> Outcome {
    let mut desktop = Desktop::open()?;
    let latin = latin(&desktop)?;
    only_fonts(&mut desktop, &[&latin])?;
    desktop.enable_accessibility()?;
    let _start = Start::new(&desktop)?;
    desktop.wait_for_window("Tokens and certificates")?;
    let tree = desktop.accessibility_tree(PROGRAM, |tree| {
        let texts = tree.texts();
        texts.iter().any(|t| t.contains("No Japanese font"))
    })?;
    let other = tree.texts().into_iter().find(|t| *t == "日本語");
    assert_eq!(other, None, "no button for what cannot be shown");
    Ok(())
}

#[test]
fn an_input_method_does_not_block_the_window() -> Outcome {
    let mut desktop = Desktop::open()?;
    desktop.set("XMODIFIERS", "@im=nobody-answers");
    let start = Start::new(&desktop)?;
    desktop.wait_for_window(".* - ")?;
    let seen = fs::read(format!("/proc/{}/environ", start.0.id()))?;
    let variables: Vec<&[u8]> = seen.split(|byte| *byte == 0).collect();
    for expected in ["XMODIFIERS=@im=none", "INKAN_XMODIFIERS=@im=nobody-answers"] {
        assert!(variables.contains(&expected.as_bytes()), "{expected}");
    }
    Ok(())
}
