//! Font coverage, checked before the window is created: without any font that fails, and without Japanese glyphs all
//! labels would be blank.

use std::sync::OnceLock;

use fontique::{Collection, CollectionOptions, FallbackKey, FamilyId, Script};

/// Characters that occur on every Japanese page.
const JAPANESE: [char; 3] = ['あ', 'ア', '証'];

/// Their scripts, for the font lookup.
const SCRIPTS: [&[u8; 4]; 3] = [b"Hira", b"Kana", b"Hani"];

/// Fonts with Japanese glyphs on this system, the preferred one first: without a name some systems show none.
const FAMILIES: &[&str] = if cfg!(windows) {
    &[
        "Yu Gothic UI",
        "Meiryo UI",
        "Meiryo",
        "MS UI Gothic",
        "Noto Sans CJK JP",
    ]
} else {
    &["Noto Sans CJK JP"]
};

/// The first of [`FAMILIES`] that is installed, or the first of all.
#[must_use]
pub fn family() -> &'static str {
    static FAMILY: OnceLock<&str> = OnceLock::new();
    FAMILY.get_or_init(|| {
        let mut fonts = installed();
        let found = FAMILIES.iter().find(|name| is_japanese(&mut fonts, name));
        found.copied().unwrap_or(FAMILIES[0])
    })
}

/// The characters that the fonts cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FontCoverage {
    /// Latin and Japanese.
    Full,
    /// Latin only.
    LatinOnly,
}

/// The coverage of this computer's fonts; `None` if there is no font.
#[must_use]
pub fn coverage() -> Option<FontCoverage> {
    // The font list panics on a system without fonts: that is an answer here, not a message for the user.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let read = std::panic::catch_unwind(of_all_fonts);
    std::panic::set_hook(hook);
    read.ok().flatten()
}

fn of_all_fonts() -> Option<FontCoverage> {
    let mut fonts = installed();
    fonts.family_names().next()?;
    if FAMILIES.iter().any(|name| is_japanese(&mut fonts, name)) {
        return Some(FontCoverage::Full);
    }
    let all = JAPANESE.iter().zip(SCRIPTS).all(|(character, script)| {
        let key = FallbackKey::new(Script::from_bytes(*script), None);
        let families: Vec<FamilyId> = fonts.fallback_families(key).collect();
        families
            .into_iter()
            .any(|family| has(&mut fonts, family, *character))
    });
    Some(if all {
        FontCoverage::Full
    } else {
        FontCoverage::LatinOnly
    })
}

fn installed() -> Collection {
    Collection::new(CollectionOptions {
        shared: false,
        system_fonts: true,
    })
}

/// Whether the family of this name is installed and has Japanese glyphs.
fn is_japanese(fonts: &mut Collection, name: &str) -> bool {
    let family = fonts.family_id(name);
    family.is_some_and(|family| JAPANESE.iter().all(|c| has(fonts, family, *c)))
}

/// Whether a family has a glyph for this character.
fn has(fonts: &mut Collection, family: FamilyId, character: char) -> bool {
    let mut glyph = || {
        let family = fonts.family(family)?;
        let font = family.default_font()?;
        let data = font.load(None)?;
        let charmap = font.charmap_index();
        charmap.charmap(data.as_ref())?.map(character)
    };
    glyph().is_some_and(|glyph| glyph != 0)
}
