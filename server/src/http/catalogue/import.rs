//! The import of contracts as text.

use crate::http::lang::Lang;
use crate::services::accounts::imports::Why;

/// The result of a dry run.
pub fn checked(lines: usize, good: usize, bad: usize, lang: Lang) -> String {
    lang.pick(
        format!("{lines}件を確認しました。登録できるもの{good}件、できないもの{bad}件です。まだ登録していません。"),
        format!("{lines} lines were checked: {good} can be imported, {bad} cannot. Nothing has been imported yet."),
    )
}

/// The result of an import.
pub fn done(good: usize, lang: Lang) -> String {
    lang.pick(
        format!("{good}件の契約を登録しました。仮パスワードは、お渡しするときに契約ごとに発行します。"),
        format!("{good} contracts were imported. Temporary passwords are issued for each contract when they are handed over."),
    )
}

/// The columns of the report.
pub fn columns(lang: Lang) -> [&'static str; 3] {
    lang.pick(["行", "口座番号", "理由"], ["line", "account", "why"])
}

/// Why a line cannot be imported.
pub fn why(why: &Why, lang: Lang) -> &'static str {
    match why {
        Why::Form | Why::Fields(_) => lang.pick(
            "項目が5つではないか、引用符が対応していません。",
            "The line does not have five fields, or its quotes are unbalanced.",
        ),
        Why::Twice => lang.pick(
            "同じ口座がこの一覧の前の行にあります。",
            "The account also appears in an earlier line.",
        ),
        Why::Exists => lang.pick(
            "この口座の契約は登録済みです。",
            "A contract for this account already exists.",
        ),
    }
}
