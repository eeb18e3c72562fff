//! Many contracts in few statements, for imports.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::contracts::{AccountType, Contract};
use super::row::Row;
use super::sql::query;
use super::{Db, StoreError, Tx};
use jiff::Timestamp;

/// 支店番号, 科目, 口座番号.
pub type Account = (String, AccountType, String);

/// Rows of one statement; a shorter rest is filled up with its last row, so that there is only one statement to prepare.
const SOUGHT: usize = 100;
/// Fewer if a row has many columns: SQLite searches for each placeholder among all of a statement.
const MADE: usize = 20;
const COLUMNS: usize = 16;

static EXISTING: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT branch, account_type, account FROM contracts \
         WHERE (branch, account_type, account) IN (VALUES {})",
        places(SOUGHT, 3)
    )
});

static INSERT: LazyLock<String> = LazyLock::new(|| {
    format!(
        "INSERT INTO contracts (id, branch, account_type, account, company_name, company_kana, method, status, \
         version, temp_login_hash, temp_confirmation_hash, temp_failures, temp_locked_until, created_at, \
         entered_employee_number, proposal_id) \
         VALUES {} ON CONFLICT DO NOTHING",
        places(MADE, COLUMNS)
    )
});

/// `($1, $2), ($3, $4), …`: this number of rows and columns.
fn places(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns)
            .map(|column| format!("${}", row * columns + column))
            .collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The rows of a chunk, filled up with the last one.
fn filled<T>(chunk: &[T], rows: usize) -> impl Iterator<Item = &T> {
    let last = chunk.last().into_iter().cycle();
    chunk.iter().chain(last).take(rows)
}

/// Those of `accounts` that have a contract.
///
/// # Errors
/// Errors of the database.
pub async fn existing(
    db: impl Into<Db<'_>>,
    accounts: &[Account],
) -> Result<HashSet<Account>, StoreError> {
    let mut db = db.into();
    let mut found = HashSet::new();
    for chunk in accounts.chunks(SOUGHT) {
        let mut statement = query(EXISTING.as_str());
        for (branch, kind, account) in filled(chunk, SOUGHT) {
            statement = statement
                .bind(branch.clone())
                .bind(kind.as_str())
                .bind(account.clone());
        }
        for row in db.again().all(statement).await? {
            let row = Row::new("contracts", &row);
            found.insert((
                row.text("branch")?,
                row.word("account_type")?,
                row.text("account")?,
            ));
        }
    }
    Ok(found)
}

/// Records contracts, except those whose account already has one; returns how many.
///
/// # Errors
/// Errors of the database.
pub async fn insert(tx: &mut Tx, contracts: &[Contract]) -> Result<u64, StoreError> {
    let mut made = 0;
    for chunk in contracts.chunks(MADE) {
        let mut statement = query(INSERT.as_str());
        for new in filled(chunk, MADE) {
            statement = statement
                .bind(new.id.clone())
                .bind(new.branch.clone())
                .bind(new.account_type.as_str())
                .bind(new.account.clone())
                .bind(new.company_name.clone())
                .bind(new.company_kana.clone())
                .bind(new.method.as_str())
                .bind(new.status.as_str())
                .bind(new.version)
                .bind(new.temp_login_hash.clone())
                .bind(new.temp_confirmation_hash.clone())
                .bind(i64::from(new.temp_failures))
                .bind(new.temp_locked_until.map(Timestamp::as_second))
                .bind(new.created_at.as_second())
                .bind(new.entered_employee_number.clone())
                .bind(new.proposal_id.clone());
        }
        made += tx.change(statement).await?;
    }
    Ok(made)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_has_its_places_and_a_rest_is_filled_up() {
        assert!(EXISTING.starts_with("SELECT") && EXISTING.contains("(VALUES ($1, $2, $3), ($4,"));
        assert!(INSERT.ends_with("$320) ON CONFLICT DO NOTHING"));
        let rest: Vec<&u8> = filled(&[1, 2, 3], 5).collect();
        assert_eq!(rest, [&1, &2, &3, &3, &3]);
        assert_eq!(filled::<u8>(&[], 5).count(), 0);
    }
}
