//! Which letters can be shown: found out before the window is made, because without any font it cannot be made, and without
//! Japanese ones every label would be blank.

use fontique::{Collection, CollectionOptions, FallbackKey, FamilyId, Script};

/// Letters that every Japanese page has.
const JAPANESE: [char; 3] = ['あ', 'ア', '証'];

/// The scripts they are of, as fonts are looked up for them.
const SCRIPTS: [&[u8; 4]; 3] = [b"Hira", b"Kana", b"Hani"];

/// What there is to write with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Latin and Japanese.
    All,
    /// Latin alone.
    NoJapanese,
}

/// What the fonts of this computer have; `None` where there is no font at all.
#[must_use]
pub fn letters() -> Option<Letters> {
    // The list of fonts panics where the system has none: that is the answer, and nothing for anybody to read.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let read = std::panic::catch_unwind(of_all_fonts);
    std::panic::set_hook(hook);
    read.ok().flatten()
}

fn of_all_fonts() -> Option<Letters> {
    let mut fonts = Collection::new(CollectionOptions {
        shared: false,
        system_fonts: true,
    });
    fonts.family_names().next()?;
    let named = fonts.family_id(crate::view::paint::FONT);
    if named.is_some_and(|family| JAPANESE.iter().all(|c| has(&mut fonts, family, *c))) {
        return Some(Letters::All);
    }
    let all = JAPANESE.iter().zip(SCRIPTS).all(|(character, script)| {
        let key = FallbackKey::new(Script::from_bytes(*script), None);
        let families: Vec<FamilyId> = fonts.fallback_families(key).collect();
        families
            .into_iter()
            .any(|family| has(&mut fonts, family, *character))
    });
    Some(if all {
        Letters::All
    } else {
        Letters::NoJapanese
    })
}

/// Whether a family has this letter.
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
