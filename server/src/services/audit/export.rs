//! Rows as lines of JSON or CSV. A spreadsheet that opens the CSV finds text and never a formula.

use crate::store::audit::AuditRow;

/// Names of the columns, in their order.
pub const COLUMNS: [&str; 13] = [
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "action",
    "subject_kind",
    "subject_id",
    "address",
    "outcome",
    "code",
    "detail",
    "previous_hash",
    "hash",
];

/// One row as one line of JSON: every field of the hash, exactly.
#[must_use]
pub fn json_line(row: &AuditRow) -> String {
    serde_json::json!(row).to_string()
}

/// The first line of a CSV.
#[must_use]
pub fn csv_head() -> String {
    csv(COLUMNS)
}

/// One row as one line of CSV; times as RFC 3339.
#[must_use]
pub fn csv_line(row: &AuditRow) -> String {
    let (seq, at) = (row.seq.to_string(), row.at.to_string());
    csv([
        &seq,
        &at,
        &row.actor_kind,
        row.actor_id.as_deref().unwrap_or_default(),
        &row.action,
        &row.subject_kind,
        &row.subject_id,
        row.address.as_deref().unwrap_or_default(),
        &row.outcome,
        &row.code,
        &row.detail,
        &row.previous_hash,
        &row.hash,
    ])
}

/// A line of CSV (RFC 4180), every field quoted.
pub fn csv<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let cells: Vec<String> = fields.into_iter().map(cell).collect();
    cells.join(",") + "\r\n"
}

/// Spreadsheets treat a field with such a beginning as a formula, quoted or not; an apostrophe makes it text.
fn cell(text: &str) -> String {
    let formula = text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}',
    ]);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_of_a_csv_is_a_formula() {
        for hostile in [
            "=cmd|' /C calc'!A0",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "＝1",
        ] {
            assert!(cell(hostile).starts_with("\"'"), "{hostile:?}");
        }
        assert_eq!(cell("a\"b,\nc"), "\"a\"\"b,\nc\"");
        assert_eq!(csv(["1", ""]), "\"1\",\"\"\r\n");
    }
}
