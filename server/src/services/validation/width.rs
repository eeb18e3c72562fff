//! Width by table. Only characters that differ in width change; ㈱, ①, ゛ and the like stay as they are.

/// Half-width U+FF61–U+FF9F, in order, in full width. The last two are the voiced marks standing alone.
const FULL_KANA: [char; 63] = [
    '。', '「', '」', '、', '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー',
    'ア', 'イ', 'ウ', 'エ', 'オ', 'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ',
    'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ', 'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ',
    'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ', 'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン', '゛', '゜',
];

const FIRST_HALF_KANA: u32 = 0xFF61;

/// Which mark follows a kana.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Voiced,
    SemiVoiced,
}

fn mark(character: char) -> Option<Mark> {
    match character {
        'ﾞ' | '\u{3099}' => Some(Mark::Voiced),
        'ﾟ' | '\u{309A}' => Some(Mark::SemiVoiced),
        _ => None,
    }
}

/// The kana with its mark as one character, where there is one: カ+゛ is ガ; ア+゛ is none.
fn marked(kana: char, mark: Mark) -> Option<char> {
    let combining = match mark {
        Mark::Voiced => '\u{3099}',
        Mark::SemiVoiced => '\u{309A}',
    };
    unicode_normalization::char::compose(kana, combining)
}

/// One character in full width; a character without another width stays.
fn full(character: char) -> char {
    match character {
        ' ' => '\u{3000}',
        '!'..='~' => char::from_u32(u32::from(character) + 0xFEE0).unwrap_or(character),
        '｡'..='ﾟ' => {
            let index = (u32::from(character) - FIRST_HALF_KANA) as usize;
            FULL_KANA.get(index).copied().unwrap_or(character)
        }
        // The same characters at other code points, as other systems' keyboards send them.
        '\u{00A5}' => '￥',
        '\u{203E}' => '￣',
        '\u{301C}' => '～',
        '\u{2212}' => '－',
        '\u{2016}' => '∥',
        '\u{00A2}' => '￠',
        '\u{00A3}' => '￡',
        '\u{00AC}' => '￢',
        other => other,
    }
}

/// A character in full width, with the position (from 1) at which it was entered.
pub(super) struct Placed {
    pub(super) character: char,
    pub(super) typed: char,
    pub(super) position: usize,
}

/// The whole text in full width; a kana and the mark after it (half-width or combining) become one character.
pub(super) fn to_full(text: &str) -> Vec<Placed> {
    let mut out: Vec<Placed> = Vec::new();
    for (index, typed) in text.chars().enumerate() {
        if let (Some(mark), Some(last)) = (mark(typed), out.last_mut())
            && let Some(one) = marked(last.character, mark)
        {
            last.character = one;
            continue;
        }
        out.push(Placed {
            character: full(typed),
            typed,
            position: index + 1,
        });
    }
    out
}

/// One character as the half-width characters of Zengin texts (ガ is ｶ and ﾞ); small kana become capital, small letters
/// too. A character without a half width stays.
pub(super) fn to_half_capital(character: char) -> [Option<char>; 2] {
    let (base, mark) = split(character);
    let base = capital(base);
    let half = match base {
        '\u{3000}' => ' ',
        '！'..='～' => char::from_u32(u32::from(base) - 0xFEE0)
            .unwrap_or(base)
            .to_ascii_uppercase(),
        '￥' | '\u{00A5}' => '\\',
        '\u{2212}' => '-',
        '\u{3099}' => 'ﾞ',
        '\u{309A}' => 'ﾟ',
        other => FULL_KANA
            .iter()
            .position(|full| *full == other)
            .and_then(|index| char::from_u32(FIRST_HALF_KANA + index as u32))
            .unwrap_or_else(|| other.to_ascii_uppercase()),
    };
    [Some(half), mark]
}

/// ガ is カ and ﾞ.
fn split(character: char) -> (char, Option<char>) {
    if !('ァ'..='ヺ').contains(&character) {
        return (character, None);
    }
    let mut parts = [None, None];
    let mut count = 0;
    unicode_normalization::char::decompose_canonical(character, |part| {
        if let Some(slot) = parts.get_mut(count) {
            *slot = Some(part);
        }
        count += 1;
    });
    match parts {
        [Some(base), Some('\u{3099}')] => (base, Some('ﾞ')),
        [Some(base), Some('\u{309A}')] => (base, Some('ﾟ')),
        _ => (character, None),
    }
}

fn capital(kana: char) -> char {
    match kana {
        'ァ' | 'ｧ' => 'ア',
        'ィ' | 'ｨ' => 'イ',
        'ゥ' | 'ｩ' => 'ウ',
        'ェ' | 'ｪ' => 'エ',
        'ォ' | 'ｫ' => 'オ',
        'ャ' | 'ｬ' => 'ヤ',
        'ュ' | 'ｭ' => 'ユ',
        'ョ' | 'ｮ' => 'ヨ',
        'ッ' | 'ｯ' => 'ツ',
        'ヮ' => 'ワ',
        other => other,
    }
}
