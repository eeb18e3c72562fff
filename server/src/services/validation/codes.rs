//! Digits, login IDs and e-mail addresses: NFKC first (full-width digits and letters become half-width), then checked.

use unicode_normalization::UnicodeNormalization;

use super::names::is_invisible;
use super::{CharacterSettings, Field, FieldError, Problem, check_length, entry};
use crate::store::contracts::AccountType;

const BRANCH_DIGITS: usize = 3;
const ACCOUNT_DIGITS: usize = 7;
const LOGIN_ID: (usize, usize) = (6, 12);
const EMPLOYEE_NUMBER: usize = 20;
const EMAIL: (usize, usize) = (4, 64);

/// 支店番号: exactly three digits.
pub fn branch(typed: &str) -> Result<String, FieldError> {
    let digits = digits(Field::Branch, typed, BRANCH_DIGITS)?;
    check_length(Field::Branch, digits.len(), BRANCH_DIGITS, BRANCH_DIGITS)?;
    Ok(digits)
}

/// 口座番号: up to seven digits, padded on the left with zeros.
pub fn account(typed: &str) -> Result<String, FieldError> {
    let digits = digits(Field::Account, typed, ACCOUNT_DIGITS)?;
    check_length(Field::Account, digits.len(), 1, ACCOUNT_DIGITS)?;
    Ok(format!("{digits:0>ACCOUNT_DIGITS$}"))
}

/// 職員番号: up to 20 letters, digits and hyphens; letters become capitals, so that a person has one number.
pub fn employee_number(typed: &str) -> Result<String, FieldError> {
    let field = Field::EmployeeNumber;
    let number = narrowed(field, typed, EMPLOYEE_NUMBER, |character| {
        character.is_ascii_alphanumeric() || character == '-'
    })?;
    check_length(field, number.len(), 1, EMPLOYEE_NUMBER)?;
    Ok(number.to_ascii_uppercase())
}

/// 科目, as the form sends it: `ordinary` or `current`.
pub fn account_type(typed: &str) -> Result<AccountType, FieldError> {
    AccountType::parse(typed).ok_or(Field::AccountType.error(Problem::NotAChoice))
}

/// ログインID: 6–12 letters, digits and configured symbols; case is kept.
pub fn login_id(typed: &str, settings: &CharacterSettings) -> Result<String, FieldError> {
    let field = Field::LoginId;
    let id = narrowed(field, typed, LOGIN_ID.1, |character| {
        character.is_ascii_alphanumeric() || settings.login_id_symbols.contains(character)
    })?;
    check_length(field, id.len(), LOGIN_ID.0, LOGIN_ID.1)?;
    Ok(id)
}

/// A login ID as typed at a login: normalised as at registration, but not checked (an impossible one is unknown).
#[must_use]
pub fn login_id_as_typed(typed: &str) -> String {
    let short: String = typed.chars().take(64).collect();
    short.trim_matches([' ', '\u{3000}']).nfkc().collect()
}

/// メールアドレス: 4–64 half-width characters, one `@`, a domain of two labels or more. The local part may have the dots
/// that old Japanese mobile addresses have.
pub fn email(typed: &str) -> Result<String, FieldError> {
    let field = Field::Email;
    let address = narrowed(field, typed, EMAIL.1, |character| {
        character.is_ascii_graphic()
    })?;
    check_length(field, address.len(), EMAIL.0, EMAIL.1)?;
    let fits = address
        .split_once('@')
        .is_some_and(|(local, domain)| is_local(local) && is_domain(domain));
    if fits {
        Ok(address)
    } else {
        Err(field.error(Problem::NotAnAddress))
    }
}

/// RFC 5322 atext and dots.
fn is_local(local: &str) -> bool {
    !local.is_empty()
        && local.chars().all(|character| {
            character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character)
        })
}

fn is_domain(domain: &str) -> bool {
    domain.contains('.')
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        })
}

fn digits(field: Field, typed: &str, max: usize) -> Result<String, FieldError> {
    narrowed(field, typed, max, |character| character.is_ascii_digit())
}

/// NFKC, each character checked; an error names the character as it was entered.
fn narrowed(
    field: Field,
    typed: &str,
    max: usize,
    allowed: impl Fn(char) -> bool,
) -> Result<String, FieldError> {
    let typed = entry(field, typed, max)?;
    let mut out = String::new();
    for (index, found) in typed.chars().enumerate() {
        // ASCII comes only from single characters, so NFKC one by one gives what NFKC of the whole would.
        for character in std::iter::once(found).nfkc() {
            if !allowed(character) {
                let position = index + 1;
                return Err(field.error(if is_invisible(found) {
                    Problem::Invisible {
                        code_point: u32::from(found),
                        position,
                    }
                } else {
                    Problem::Character { found, position }
                }));
            }
            out.push(character);
        }
    }
    Ok(out)
}
