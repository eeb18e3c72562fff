//! The steps of a plan as sentences that are read aloud, and printed in the record.

use crate::language::Language;
use crate::plan::Action;

/// A step for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepText {
    /// What happens, and on which token.
    pub what: String,
    /// Why.
    pub why: &'static str,
    /// What cannot be undone; `None` when it can.
    pub irreversible: Option<&'static str>,
}

/// Explains a step.
#[must_use]
pub fn step(action: &Action, language: Language) -> StepText {
    let both = |japanese: String, english: String| match language {
        Language::Japanese => japanese,
        Language::English => english,
    };
    let what = match action {
        Action::InitializeToken { label, .. } => both(
            format!(
                "空きスロットをトークン「{label}」として初期化し、そのセキュリティ責任者PINを設定します。"
            ),
            format!(
                "A free slot is initialised as the token \"{label}\", and its security officer's PIN is set."
            ),
        ),
        Action::SetPin { label, .. } => both(
            format!("トークン「{label}」の利用者PINを設定します。"),
            format!("The user PIN of the token \"{label}\" is set."),
        ),
        Action::FindToken { label, .. } => both(
            format!(
                "製造元のツールで作成済みのトークン「{label}」を探し、シリアル番号を記録します。"
            ),
            format!(
                "The token \"{label}\", made with the vendor's tool, is looked up and its serial number is recorded."
            ),
        ),
        Action::GenerateKey {
            key,
            token,
            algorithm,
            key_use,
            ..
        } => both(
            format!(
                "トークン「{token}」の中で鍵「{key}」（{algorithm}、用途 {key_use}）を生成します。"
            ),
            format!(
                "The key \"{key}\" ({algorithm}, {key_use}) is generated on the token \"{token}\"."
            ),
        ),
        Action::Certify {
            key,
            issuer,
            subject,
            years,
            ..
        } => both(
            format!(
                "鍵「{key}」の証明書に鍵「{issuer}」で署名します。主体者名は {subject}、有効期間は {years} 年です。"
            ),
            format!(
                "The certificate of the key \"{key}\" is signed with the key \"{issuer}\". Its subject is {subject}; it is valid for {years} years."
            ),
        ),
    };
    StepText {
        what,
        why: why(action, language),
        irreversible: irreversible(action, language),
    }
}

fn why(action: &Action, language: Language) -> &'static str {
    match action {
        Action::InitializeToken { .. } => language.pick(
            "本環境の鍵だけを保管するトークンが必要だからです。",
            "The keys of this environment need a token of their own.",
        ),
        Action::SetPin { .. } => language.pick(
            "以後、このトークンの鍵を使うにはこのPINが必要になります。",
            "From now on, nobody uses the keys of this token without this PIN.",
        ),
        Action::FindToken { .. } => language.pick(
            "後日の検証で、別のトークンへのすり替えを検出するためです。",
            "A later check detects another token in its place.",
        ),
        Action::GenerateKey { key_use, .. } => match *key_use {
            "root-ca" => language.pick(
                "他の認証局の証明書に署名する、信頼の起点となる鍵だからです。",
                "It signs the certificates of the other CAs: all trust begins with it.",
            ),
            "customer-ca" => language.pick(
                "お客さまの証明書に署名する鍵だからです。",
                "It signs the customers' certificates.",
            ),
            "staff-ca" => language.pick(
                "職員の証明書に署名する鍵だからです。",
                "It signs the certificates of the staff.",
            ),
            "ocsp" => language.pick(
                "証明書の有効性を回答するOCSPレスポンスに署名する鍵だからです。",
                "It signs OCSP responses, which state whether a certificate is valid.",
            ),
            _ => language.pick(
                "監査ログに署名し、改ざんを検出するための鍵だからです。",
                "It signs the audit log, so that changes to the log are detected.",
            ),
        },
        Action::Certify { .. } => language.pick(
            "この鍵を認証局の鍵として、第三者が確認できるようにするためです。",
            "With it, others can check that this key is the CA's.",
        ),
    }
}

fn irreversible(action: &Action, language: Language) -> Option<&'static str> {
    match action {
        Action::InitializeToken { .. } => Some(language.pick(
            "初期化は取り消せません。未初期化と報告されたスロットだけを使用します。",
            "Initialising cannot be undone. Only a slot that reports itself as not initialised is used.",
        )),
        Action::GenerateKey { .. } => Some(language.pick(
            "秘密鍵はトークンの外に出ません。バックアップのないままトークンを失うと、鍵も失われます。",
            "The private key never leaves the token. If the token is lost without a backup, so is the key.",
        )),
        Action::Certify { .. } => Some(language.pick(
            "署名した証明書は取り消せず、失効させることしかできません。名称、URL、有効期間は変更できません。",
            "A signed certificate cannot be taken back, only revoked. Its name, URLs and validity cannot be changed.",
        )),
        Action::SetPin { .. } | Action::FindToken { .. } => None,
    }
}
