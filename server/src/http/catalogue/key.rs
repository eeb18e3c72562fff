//! Keys of the on-screen keyboard: every character that a password may contain (printable ASCII), and the spoken names
//! of the symbols.

use crate::http::lang::Lang;

/// The keys, in no particular order: each opening shuffles them.
#[derive(Debug, Clone, Copy)]
pub struct Keys(pub Lang);

impl Keys {
    /// 0 to 9.
    pub fn digits(self) -> Vec<char> {
        ('0'..='9').collect()
    }

    /// a to z; capitals are a state of the keyboard.
    pub fn letters(self) -> Vec<char> {
        ('a'..='z').collect()
    }

    /// The 32 symbols with their names.
    pub fn symbols(self) -> Vec<(char, &'static str)> {
        SYMBOLS
            .iter()
            .map(|(key, ja, en)| (*key, self.0.pick(*ja, *en)))
            .collect()
    }
}

const SYMBOLS: [(char, &str, &str); 32] = [
    ('!', "感嘆符", "exclamation mark"),
    ('"', "二重引用符", "quotation mark"),
    ('#', "シャープ", "number sign"),
    ('$', "ドル", "dollar"),
    ('%', "パーセント", "per cent"),
    ('&', "アンパサンド", "ampersand"),
    ('\'', "引用符", "apostrophe"),
    ('(', "左丸かっこ", "left parenthesis"),
    (')', "右丸かっこ", "right parenthesis"),
    ('*', "アスタリスク", "asterisk"),
    ('+', "プラス", "plus"),
    (',', "コンマ", "comma"),
    ('-', "ハイフン", "hyphen"),
    ('.', "ピリオド", "full stop"),
    ('/', "スラッシュ", "slash"),
    (':', "コロン", "colon"),
    (';', "セミコロン", "semicolon"),
    ('<', "小なり", "less than"),
    ('=', "イコール", "equals"),
    ('>', "大なり", "greater than"),
    ('?', "疑問符", "question mark"),
    ('@', "アットマーク", "at sign"),
    ('[', "左角かっこ", "left square bracket"),
    ('\\', "バックスラッシュ", "backslash"),
    (']', "右角かっこ", "right square bracket"),
    ('^', "山形記号", "caret"),
    ('_', "アンダースコア", "underscore"),
    ('`', "バッククォート", "grave accent"),
    ('{', "左波かっこ", "left curly bracket"),
    ('|', "縦線", "vertical bar"),
    ('}', "右波かっこ", "right curly bracket"),
    ('~', "チルダ", "tilde"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn http_keys_are_all_characters_of_a_password_once() {
        for lang in [Lang::Ja, Lang::En] {
            let keys = Keys(lang);
            let mut found: Vec<char> = keys.digits();
            found.extend(keys.letters());
            found.extend(('A'..='Z').collect::<Vec<_>>());
            found.extend(keys.symbols().iter().map(|(key, _)| *key));
            let all: BTreeSet<char> = ('!'..='~').collect();
            assert_eq!(found.len(), all.len());
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), all);
            let names: BTreeSet<&str> = keys.symbols().iter().map(|(_, name)| *name).collect();
            assert_eq!(names.len(), 32);
        }
    }
}
