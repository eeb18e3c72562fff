//! One sentence per broken rule of a form field.

use crate::http::lang::Lang;
use crate::services::validation::{Field, Problem};

/// Name of the field in our forms.
pub fn name(field: Field) -> &'static str {
    match field {
        Field::Branch => "branch",
        Field::AccountType => "account_type",
        Field::Account => "account",
        Field::TempLoginPassword => "temporary_login_password",
        Field::TempConfirmationPassword => "temporary_confirmation_password",
        Field::CompanyName => "company_name",
        Field::CompanyKana => "company_kana",
        Field::Reference => "reference",
        Field::Reason => "reason",
        Field::Note => "note",
        Field::RevocationReason => "revocation_reason",
        Field::StaffName => "name",
        Field::EmployeeNumber => "employee_number",
        Field::StaffRole => "role",
        Field::UserName => "user_name",
        Field::Email => "email",
        Field::EmailAgain => "email_again",
        Field::LoginId => "login_id",
        Field::LoginIdAgain => "login_id_again",
        Field::LoginPassword => "login_password",
        Field::LoginPasswordAgain => "login_password_again",
        Field::ConfirmationPassword => "confirmation_password",
        Field::ConfirmationPasswordAgain => "confirmation_password_again",
        Field::PresentPassword => "present_password",
        Field::UserRole => "role",
        Field::IdentityCheck => "identity_check",
        Field::Successor => "successor",
    }
}

/// The label of a field.
pub fn label(field: Field, lang: Lang) -> &'static str {
    match field {
        Field::Branch => lang.pick("支店番号", "Branch number"),
        Field::AccountType => lang.pick("科目", "Account type"),
        Field::Account => lang.pick("口座番号", "Account number"),
        Field::TempLoginPassword => lang.pick("仮ログインパスワード", "Temporary login password"),
        Field::TempConfirmationPassword => {
            lang.pick("仮確認用パスワード", "Temporary confirmation password")
        }
        Field::CompanyName => lang.pick("企業名", "Company name"),
        Field::CompanyKana => lang.pick("企業名(カナ)", "Company name (kana)"),
        Field::Reference => lang.pick("申込書番号", "Application form number"),
        Field::Reason => lang.pick("理由", "Reason"),
        Field::Note => lang.pick("事由", "What happened"),
        Field::RevocationReason => lang.pick("失効理由", "Reason for revocation"),
        Field::StaffName => lang.pick("氏名", "Name"),
        Field::EmployeeNumber => lang.pick("職員番号", "Employee number"),
        Field::StaffRole => lang.pick("役割", "Role"),
        Field::UserName => lang.pick("利用者名", "User name"),
        Field::Email => lang.pick("メールアドレス", "E-mail address"),
        Field::EmailAgain => lang.pick("メールアドレス(確認)", "E-mail address (again)"),
        Field::LoginId => lang.pick("ログインID", "Login ID"),
        Field::LoginIdAgain => lang.pick("ログインID(確認)", "Login ID (again)"),
        Field::LoginPassword => lang.pick("新しいログインパスワード", "New login password"),
        Field::LoginPasswordAgain => lang.pick(
            "新しいログインパスワード(確認)",
            "New login password (again)",
        ),
        Field::ConfirmationPassword => {
            lang.pick("新しい確認用パスワード", "New confirmation password")
        }
        Field::ConfirmationPasswordAgain => lang.pick(
            "新しい確認用パスワード(確認)",
            "New confirmation password (again)",
        ),
        Field::PresentPassword => lang.pick("現在のパスワード", "Current password"),
        Field::UserRole => lang.pick("役割", "Role"),
        Field::IdentityCheck => lang.pick("本人確認の方法", "How the identity was checked"),
        Field::Successor => lang.pick(
            "新しいマスターのログインID",
            "Login ID of the new master user",
        ),
    }
}

/// The sentence at a field.
pub fn sentence(problem: Problem, lang: Lang) -> String {
    match problem {
        Problem::Missing => lang.pick("入力してください。", "Please fill this in.").into(),
        Problem::TooShort { min } => lang.pick(
            format!("{min}文字以上で入力してください。"),
            format!("Enter at least {min} characters."),
        ),
        Problem::TooLong { max } => lang.pick(
            format!("{max}文字以内で入力してください。"),
            format!("Enter at most {max} characters."),
        ),
        Problem::Character { found, position } => lang.pick(
            format!("{position}文字目の「{found}」は使用できません。"),
            format!("Character {position}, “{found}”, cannot be used here."),
        ),
        Problem::NotRepresentable { found, position } => lang.pick(
            format!("{position}文字目の「{found}」は当システムで扱えない文字です。別の文字で入力してください。"),
            format!("Character {position}, “{found}”, is not supported by our systems. Use another one."),
        ),
        Problem::Invisible { code_point, position } => lang.pick(
            format!("{position}文字目に目に見えない文字（U+{code_point:04X}）があります。削除してください。"),
            format!("Character {position} is invisible (U+{code_point:04X}). Remove it."),
        ),
        Problem::PasswordCharacter => lang
            .pick(
                "半角英数字記号で入力してください。",
                "Use half-width letters, digits and symbols only.",
            )
            .into(),
        Problem::NotAnAddress => lang
            .pick(
                "メールアドレスの形式が正しくありません。",
                "This is not an e-mail address.",
            )
            .into(),
        Problem::NotAChoice => lang.pick("選択し直してください。", "Choose one of the options.").into(),
        Problem::Differs => lang
            .pick(
                "1回目の入力と一致しません。同じ内容を入力してください。",
                "This differs from the first entry. Enter the same value again.",
            )
            .into(),
        Problem::SameAsTemporary => lang
            .pick(
                "仮パスワードと異なるパスワードを入力してください。",
                "Choose a password other than the temporary one.",
            )
            .into(),
        Problem::SameAsLoginPassword => lang
            .pick(
                "ログインパスワードと異なるパスワードを入力してください。",
                "Choose a password other than the login password.",
            )
            .into(),
        Problem::SameAsPresent => lang
            .pick(
                "現在のパスワードと異なるパスワードを入力してください。",
                "Choose a password other than the current one.",
            )
            .into(),
        Problem::Unchanged => lang
            .pick(
                "現在の登録内容と同じです。変更しない項目は空欄にしてください。",
                "This is what is registered now. Leave what does not change empty.",
            )
            .into(),
        Problem::NothingToChange => lang
            .pick(
                "変更する項目を1つ以上入力してください。",
                "Fill in at least one detail that changes.",
            )
            .into(),
        Problem::SameAsOther => lang
            .pick(
                "ログインパスワードと確認用パスワードには、異なるパスワードを設定してください。",
                "Login password and confirmation password must be different.",
            )
            .into(),
    }
}

/// The hint beside a field of half-width characters.
pub fn half_width(min: usize, max: usize, lang: Lang) -> String {
    lang.pick(
        format!("(半角英数字記号{min}文字以上{max}文字以内)"),
        format!("({min} to {max} half-width letters, digits or symbols)"),
    )
}
