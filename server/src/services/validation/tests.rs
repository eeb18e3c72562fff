//! Tables of accepted input with its result, and of refused input with its error.

use inkan_pki::secret::Secret;

use super::{CharacterSettings, Field, PasswordLength, Problem, codes, names, secrets};

fn character(found: char, position: usize) -> Problem {
    Problem::Character { found, position }
}

fn not_representable(found: char, position: usize) -> Problem {
    Problem::NotRepresentable { found, position }
}

fn invisible(found: char, position: usize) -> Problem {
    Problem::Invisible {
        code_point: u32::from(found),
        position,
    }
}

#[test]
fn names_become_full_width_and_stay_what_they_are() {
    let thirty = "ｱ".repeat(30);
    let table = [
        ("データ花子", "データ花子"),
        ("ﾃﾞｰﾀ花子", "データ花子"),
        ("Smith John", "Ｓｍｉｔｈ　Ｊｏｈｎ"),
        // Not NFKC: these are single characters and stay so.
        ("髙﨑㈱①№℡", "髙﨑㈱①№℡"),
        ("゛゜", "゛゜"),
        ("ﾊﾟﾋﾟﾌﾞ", "パピブ"),
        // A mark without a base character remains a separate character.
        ("ｱﾞﾟ", "ア゛゜"),
        ("ｳﾞｧｲｵﾘﾝ", "ヴァイオリン"),
        // Decomposed, as macOS sends it.
        ("か\u{3099}き\u{3099}は\u{309A}", "がぎぱ"),
        ("ｶ\u{3099}", "ガ"),
        // The same sign at another code point.
        ("10〜20−5¥", "１０～２０－５￥"),
        ("  花子　", "花子"),
        ("\\~-", "＼～－"),
        (thirty.as_str(), &"ア".repeat(30)),
        // Counted after normalisation: 60 half-width characters, 30 letters.
        (&"ｶﾞ".repeat(30), &"ガ".repeat(30)),
    ];
    for (typed, expected) in table {
        assert_eq!(
            names::user_name(typed).as_deref(),
            Ok(expected),
            "{typed:?}"
        );
    }
}

#[test]
fn names_the_bank_cannot_write_are_refused_by_character() {
    let table = [
        ("", Problem::Missing),
        (" \u{3000} ", Problem::Missing),
        ("𠮷野家", not_representable('𠮷', 1)),
        ("山田𠮷", not_representable('𠮷', 3)),
        ("花😀", not_representable('😀', 2)),
        ("한", not_representable('한', 1)),
        ("é", not_representable('é', 1)),
        // No character takes this mark, and the mark alone has no code.
        ("漢\u{3099}", not_representable('\u{3099}', 2)),
        ("花\u{E000}", not_representable('\u{E000}', 2)),
        ("花\u{0}子", invisible('\u{0}', 2)),
        ("花\n子", invisible('\n', 2)),
        ("花\t子", invisible('\t', 2)),
        ("花\u{0080}", invisible('\u{0080}', 2)),
        ("花\u{200B}子", invisible('\u{200B}', 2)),
        ("花\u{202E}子", invisible('\u{202E}', 2)),
        ("葛\u{E0100}飾", invisible('\u{E0100}', 2)),
        (&"花".repeat(31), Problem::TooLong { max: 30 }),
        (&"ｶﾞ".repeat(31), Problem::TooLong { max: 30 }),
        (&"花".repeat(100_000), Problem::TooLong { max: 30 }),
    ];
    for (typed, problem) in table {
        let error = names::user_name(typed).unwrap_err();
        let shown: String = typed.chars().take(8).collect();
        assert_eq!(
            (error.field, error.problem),
            (Field::UserName, problem),
            "{shown:?}"
        );
    }
    // The position counts characters as typed, also after several that became one.
    assert_eq!(
        names::user_name("ｶﾞｷﾞ𠮷").unwrap_err().problem,
        not_representable('𠮷', 5)
    );
}

#[test]
fn company_kana_is_zengin() {
    let settings = CharacterSettings::default();
    let kana = |typed: &str| names::company_kana(typed, &settings);
    let table = [
        ("ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ", "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ"),
        ("カブシキガイシャオオゾラショウジ", "ｶﾌﾞｼｷｶﾞｲｼﾔｵｵｿﾞﾗｼﾖｳｼﾞ"),
        ("ｶﾌﾞｼｷｶﾞｲｼｬ", "ｶﾌﾞｼｷｶﾞｲｼﾔ"),
        ("パピプ ヴ", "ﾊﾟﾋﾟﾌﾟ ｳﾞ"),
        ("ＡＢＣ　１２３", "ABC 123"),
        ("abc(ｶ)", "ABC(ｶ)"),
        ("データ「ヲ」", "ﾃﾞｰﾀ｢ｦ｣"),
        ("ッャュョァ", "ﾂﾔﾕﾖｱ"),
        ("カ\u{3099}", "ｶﾞ"),
    ];
    for (typed, expected) in table {
        assert_eq!(kana(typed).as_deref(), Ok(expected), "{typed:?}");
    }
    let refused = [
        ("大空", character('大', 1)),
        ("おおぞら", character('お', 1)),
        ("ｶ#", character('#', 2)),
        ("ﾞｶ", character('ﾞ', 1)),
        ("ｱﾞ", character('ﾞ', 2)),
        ("ｻﾟ", character('ﾟ', 2)),
        ("ヷ", character('ヷ', 1)),
        ("ｶ\u{200B}", invisible('\u{200B}', 2)),
        ("", Problem::Missing),
        (&"ｱ".repeat(61), Problem::TooLong { max: 60 }),
    ];
    for (typed, problem) in refused {
        let error = kana(typed).unwrap_err();
        assert_eq!(
            (error.field, error.problem),
            (Field::CompanyKana, problem),
            "{typed:?}"
        );
    }
    // Banks differ on these.
    let strict = CharacterSettings {
        kana_symbols: "()-".to_owned(),
        ..settings
    };
    for (typed, found) in [("ﾃﾞｰﾀ", 'ｰ'), ("ｦ", 'ｦ'), ("｢ｶ｣", '｢'), ("ｱ,ｲ", ',')]
    {
        let error = names::company_kana(typed, &strict).unwrap_err();
        assert!(
            matches!(error.problem, Problem::Character { found: f, .. } if f == found),
            "{typed:?}"
        );
    }
}

#[test]
fn login_ids() {
    let settings = CharacterSettings::default();
    let id = |typed: &str| codes::login_id(typed, &settings);
    let taken = [
        ("hanakodt", "hanakodt"),
        ("Hanako", "Hanako"),
        ("ｈａｎａｋｏ１", "hanako1"),
        ("a-b_c.d@", "a-b_c.d@"),
        (" hanako ", "hanako"),
        ("123456789012", "123456789012"),
    ];
    for (typed, expected) in taken {
        assert_eq!(id(typed).as_deref(), Ok(expected), "{typed:?}");
        assert_eq!(
            codes::login_id_as_typed(typed),
            expected,
            "found again at the login"
        );
    }
    let refused = [
        ("", Problem::Missing),
        ("hanak", Problem::TooShort { min: 6 }),
        ("1234567890123", Problem::TooLong { max: 12 }),
        ("hanako!", character('!', 7)),
        ("花子hanako", character('花', 1)),
        ("hana ko", character(' ', 5)),
        // NFKC produces letters from these only if they are a single letter.
        ("hanako㈱", character('㈱', 7)),
        ("hanak\u{0301}o", character('\u{0301}', 6)),
        ("hanako\u{0}", invisible('\u{0}', 7)),
    ];
    for (typed, problem) in refused {
        let error = id(typed).unwrap_err();
        assert_eq!(
            (error.field, error.problem),
            (Field::LoginId, problem),
            "{typed:?}"
        );
    }
}

#[test]
fn addresses() {
    for (typed, expected) in [
        ("hanakodt@oozora.co.jp", "hanakodt@oozora.co.jp"),
        ("ｈ＠ｅｘａｍｐｌｅ．ｊｐ", "h@example.jp"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ("a+b/c@x-y.jp", "a+b/c@x-y.jp"),
        (
            &format!("{}@example.jp", "a".repeat(53)),
            &format!("{}@example.jp", "a".repeat(53)),
        ),
    ] {
        assert_eq!(codes::email(typed).as_deref(), Ok(expected), "{typed:?}");
    }
    for (typed, problem) in [
        ("", Problem::Missing),
        ("a@b", Problem::TooShort { min: 4 }),
        ("hanako", Problem::NotAnAddress),
        ("@example.jp", Problem::NotAnAddress),
        ("a@localhost", Problem::NotAnAddress),
        ("a@b@example.jp", Problem::NotAnAddress),
        ("a@example..jp", Problem::NotAnAddress),
        ("a@-example.jp", Problem::NotAnAddress),
        ("a@example.jp.", Problem::NotAnAddress),
        ("\"a\"@example.jp", Problem::NotAnAddress),
        ("a b@example.jp", character(' ', 2)),
        ("a\r\nBcc:b@example.jp", invisible('\r', 2)),
        ("花@example.jp", character('花', 1)),
        (
            &format!("{}@example.jp", "a".repeat(54)),
            Problem::TooLong { max: 64 },
        ),
    ] {
        let error = codes::email(typed).unwrap_err();
        assert_eq!(
            (error.field, error.problem),
            (Field::Email, problem),
            "{typed:?}"
        );
    }
}

#[test]
fn accounts() {
    assert_eq!(codes::branch("１００").as_deref(), Ok("100"));
    assert_eq!(
        codes::branch("10").unwrap_err().problem,
        Problem::TooShort { min: 3 }
    );
    assert_eq!(
        codes::branch("1000").unwrap_err().problem,
        Problem::TooLong { max: 3 }
    );
    assert_eq!(codes::branch("1a0").unwrap_err().problem, character('a', 2));
    assert_eq!(codes::account("1234567").as_deref(), Ok("1234567"));
    assert_eq!(codes::account("４２").as_deref(), Ok("0000042"));
    assert_eq!(
        codes::account("12345678").unwrap_err().problem,
        Problem::TooLong { max: 7 }
    );
    assert_eq!(codes::account("-1").unwrap_err().problem, character('-', 1));
    assert_eq!(codes::account("").unwrap_err().problem, Problem::Missing);
    assert_eq!(
        codes::account("①").as_deref(),
        Ok("0000001"),
        "NFKC is for digits"
    );
    assert_eq!(
        codes::account_type("savings").unwrap_err().problem,
        Problem::NotAChoice
    );
}

#[test]
fn passwords_are_not_normalised() {
    let length = PasswordLength { min: 6, max: 12 };
    let check = |typed: &str| {
        secrets::password(Field::LoginPassword, &Secret::new(typed), length)
            .map_err(|error| error.problem)
    };
    for typed in ["abcdef", "!\"#$%&'()*+,", "~{|}[]^_`@:;", "123456789012"] {
        assert_eq!(check(typed), Ok(()), "{typed:?}");
    }
    for (typed, problem) in [
        ("", Problem::Missing),
        ("abcde", Problem::TooShort { min: 6 }),
        ("1234567890123", Problem::TooLong { max: 12 }),
        ("abc def", Problem::PasswordCharacter),
        (" abcdef", Problem::PasswordCharacter),
        ("ａｂｃｄｅｆ", Problem::PasswordCharacter),
        ("abcdef\n", Problem::PasswordCharacter),
        ("パスワード１２", Problem::PasswordCharacter),
    ] {
        assert_eq!(check(typed), Err(problem), "{typed:?}");
    }
    let again = |typed: &str| {
        let (first, again) = (Secret::new("abcdef"), Secret::new(typed));
        secrets::repeated(Field::LoginPasswordAgain, &first, &again).map_err(|error| error.problem)
    };
    assert_eq!(again("abcdef"), Ok(()));
    assert_eq!(again("abcdeF"), Err(Problem::Differs));
    assert_eq!(again(""), Err(Problem::Missing));
}
