//! Names: 利用者名 and 企業名 in full width, 企業名(カナ) in the half-width characters of Zengin texts.

use encoding_rs::SHIFT_JIS;

use super::{CharacterSettings, Field, FieldError, Problem, check_length, entry, width};

const LONGEST_USER_NAME: usize = 30;
const LONGEST_COMPANY_NAME: usize = 60;
const LONGEST_KANA: usize = 60;
const LONGEST_NOTE: usize = 40;
const LONGEST_STAFF_NAME: usize = 20;

/// 利用者名: full width, up to 30 characters; half width is turned into full width.
pub fn user_name(typed: &str) -> Result<String, FieldError> {
    full_width(Field::UserName, typed, LONGEST_USER_NAME)
}

/// 企業名: full width, up to 60 characters.
pub fn company_name(typed: &str) -> Result<String, FieldError> {
    full_width(Field::CompanyName, typed, LONGEST_COMPANY_NAME)
}

/// Name of a member of staff: full width, up to 20 characters.
pub fn staff_name(typed: &str) -> Result<String, FieldError> {
    full_width(Field::StaffName, typed, LONGEST_STAFF_NAME)
}

/// A short note in full width, up to 40 characters (number of a form, reason of a rejection).
pub fn note(field: Field, typed: &str) -> Result<String, FieldError> {
    full_width(field, typed, LONGEST_NOTE)
}

fn full_width(field: Field, typed: &str, max: usize) -> Result<String, FieldError> {
    let characters = width::to_full(entry(field, typed, max)?);
    for placed in &characters {
        let (found, position) = (placed.typed, placed.position);
        if is_invisible(placed.character) {
            return Err(field.error(Problem::Invisible {
                code_point: u32::from(found),
                position,
            }));
        }
        if !is_double_byte_cp932(placed.character) {
            return Err(field.error(Problem::NotRepresentable { found, position }));
        }
    }
    check_length(field, characters.len(), 1, max)?;
    Ok(characters.iter().map(|placed| placed.character).collect())
}

/// 企業名(カナ): ｱ–ﾝ, ﾞ, ﾟ, digits, A–Z, space and the configured symbols, up to 60. Full-width katakana, small kana
/// and small letters are turned into those.
pub fn company_kana(typed: &str, settings: &CharacterSettings) -> Result<String, FieldError> {
    let field = Field::CompanyKana;
    let typed = entry(field, typed, LONGEST_KANA)?;
    let mut kana = String::new();
    let mut previous = None;
    for (index, found) in typed.chars().enumerate() {
        for half in width::to_half_capital(found).into_iter().flatten() {
            let allowed = match half {
                'ｱ'..='ﾝ' | '0'..='9' | 'A'..='Z' | ' ' => true,
                // A mark belongs to the kana before it.
                'ﾞ' => previous.is_some_and(|kana| matches!(kana, 'ｳ' | 'ｶ'..='ﾄ' | 'ﾊ'..='ﾎ')),
                'ﾟ' => previous.is_some_and(|kana| matches!(kana, 'ﾊ'..='ﾎ')),
                other => settings.kana_symbols.contains(other),
            };
            if !allowed {
                let position = index + 1;
                return Err(field.error(match found {
                    found if is_invisible(found) => Problem::Invisible {
                        code_point: u32::from(found),
                        position,
                    },
                    found => Problem::Character { found, position },
                }));
            }
            kana.push(half);
            previous = Some(half);
        }
    }
    check_length(field, kana.chars().count(), 1, LONGEST_KANA)?;
    Ok(kana)
}

/// Written in code page 932 as two bytes, and not one of its private-use characters.
fn is_double_byte_cp932(character: char) -> bool {
    if ('\u{E000}'..='\u{F8FF}').contains(&character) {
        return false;
    }
    let mut buffer = [0u8; 4];
    let (bytes, _, unmappable) = SHIFT_JIS.encode(character.encode_utf8(&mut buffer));
    !unmappable && bytes.len() == 2
}

/// Controls, zero-width characters, direction marks, variation selectors.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}
