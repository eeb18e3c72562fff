//! The character rules for what people type: normalised first, then checked, then counted.
//!
//! Not here: whether it is true (whether the account exists, whether the login ID is in use).
//!
//! - [`width`]: half width to full width and back, by table; never NFKC for names
//! - [`names`]: 利用者名, 企業名, 企業名(カナ)
//! - [`codes`]: digits, ログインID, e-mail: NFKC first
//! - [`secrets`]: passwords, never normalised

pub mod codes;
pub mod names;
pub mod secrets;
pub mod width;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;

/// Characters on which banks differ.
#[derive(Debug, Clone)]
pub struct CharacterSettings {
    /// Half-width symbols that a login ID may contain besides letters and digits.
    pub login_id_symbols: String,
    /// Half-width characters that 企業名(カナ) may contain besides ｱ–ﾝ, ﾞ, ﾟ, digits, A–Z and space.
    pub kana_symbols: String,
}

impl Default for CharacterSettings {
    fn default() -> Self {
        Self {
            login_id_symbols: "-_.@".to_owned(),
            kana_symbols: "().,-/\\｢｣ｦｰ".to_owned(),
        }
    }
}

/// Lengths of a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordLength {
    /// Shortest.
    pub min: usize,
    /// Longest.
    pub max: usize,
}

/// A field of a form. Entries made twice have a separate field for the repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// 支店番号.
    Branch,
    /// 科目.
    AccountType,
    /// 口座番号.
    Account,
    /// 仮ログインパスワード.
    TempLoginPassword,
    /// 仮確認用パスワード.
    TempConfirmationPassword,
    /// 企業名.
    CompanyName,
    /// 企業名(カナ).
    CompanyKana,
    /// Number of the paper form.
    Reference,
    /// Why a proposal is rejected or withdrawn.
    Reason,
    /// What happened, why something is proposed.
    Note,
    /// Reason for a revocation, from the choices.
    RevocationReason,
    /// Name of a member of staff.
    StaffName,
    /// 職員番号.
    EmployeeNumber,
    /// Role of a member of staff.
    StaffRole,
    /// 利用者名.
    UserName,
    /// メールアドレス.
    Email,
    /// メールアドレス, again.
    EmailAgain,
    /// ログインID.
    LoginId,
    /// ログインID, again.
    LoginIdAgain,
    /// 新しいログインパスワード.
    LoginPassword,
    /// 新しいログインパスワード, again.
    LoginPasswordAgain,
    /// 新しい確認用パスワード.
    ConfirmationPassword,
    /// 新しい確認用パスワード, again.
    ConfirmationPasswordAgain,
    /// 現在のパスワード.
    PresentPassword,
    /// Role inside a contract.
    UserRole,
    /// How the customer's identity was checked.
    IdentityCheck,
    /// Login ID of the next マスター.
    Successor,
}

/// The problem of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing was entered.
    Missing,
    /// Shorter than allowed.
    TooShort {
        /// Fewest characters.
        min: usize,
    },
    /// Longer than allowed (counted after normalisation).
    TooLong {
        /// Most characters.
        max: usize,
    },
    /// A character that the field does not accept.
    Character {
        /// The character, as it was entered.
        found: char,
        /// Its position among the characters entered, from 1.
        position: usize,
    },
    /// A character the bank's systems (code page 932) cannot write.
    NotRepresentable {
        /// The character, as it was entered.
        found: char,
        /// Its position among the characters entered, from 1.
        position: usize,
    },
    /// A control or invisible character.
    Invisible {
        /// Its code point.
        code_point: u32,
        /// Its position among the characters entered, from 1.
        position: usize,
    },
    /// A password with a character that is not half-width and printable (the message does not show which).
    PasswordCharacter,
    /// Not of the form of an e-mail address.
    NotAnAddress,
    /// Not one of the choices.
    NotAChoice,
    /// The repetition differs.
    Differs,
    /// The new password is a temporary password.
    SameAsTemporary,
    /// Login password and confirmation password are the same.
    SameAsLoginPassword,
    /// The new password is the current one.
    SameAsPresent,
    /// The new password is the user's other password.
    SameAsOther,
    /// The new value is the registered one.
    Unchanged,
    /// No new value was entered.
    NothingToChange,
}

/// A field and its problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub field: Field,
    /// The problem.
    pub problem: Problem,
}

impl Field {
    /// The error `problem` at this field.
    #[must_use]
    pub fn error(self, problem: Problem) -> FieldError {
        FieldError {
            field: self,
            problem,
        }
    }
}

/// Collects the results of several fields, so that a form shows every error at once.
#[derive(Debug, Default)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// The value, or `None` with the error recorded.
    pub fn take<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// Records an error.
    pub fn push(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// Every recorded error; `None` if there is none.
    #[must_use]
    pub fn into_refusal(self) -> Option<super::Refusal> {
        (!self.0.is_empty()).then_some(super::Refusal::Fields(self.0))
    }
}

/// More than any field accepts, in bytes: not checked further.
const LONGEST_ENTRY: usize = 2048;

/// The entry without spaces around it; refuses what is empty or absurdly long.
fn entry(field: Field, typed: &str, max: usize) -> Result<&str, FieldError> {
    if typed.len() > LONGEST_ENTRY {
        return Err(field.error(Problem::TooLong { max }));
    }
    let trimmed = typed.trim_matches([' ', '\u{3000}']);
    if trimmed.is_empty() {
        return Err(field.error(Problem::Missing));
    }
    Ok(trimmed)
}

fn check_length(field: Field, count: usize, min: usize, max: usize) -> Result<(), FieldError> {
    if count > max {
        return Err(field.error(Problem::TooLong { max }));
    }
    if count < min {
        return Err(field.error(Problem::TooShort { min }));
    }
    Ok(())
}
