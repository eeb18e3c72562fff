//! Sample tokens, certificates and requests.

use inkan_agent::error::Refusal;
use inkan_agent::keystore::content::KeyLocation;
use inkan_agent::keystore::view::{PinStatus, TokenKind, TokenView};
use inkan_agent::output::event::{CustomerView, RequestView};
use inkan_agent::output::outcome::{Enrolled, TokenContent, TokenEntry, Unusable};
use inkan_agent::prompt::question::NewPin;
use inkan_agent_window::view_model::About;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::messages::link::Action;
use inkan_pki::messages::request::{AccountType, Staff, StaffRole};
use jiff::{Timestamp, ToSpan};

pub(crate) const BANK: &str = "やまなし県民信用組合";

/// A new PIN for the card.
pub(crate) fn new_pin() -> NewPin {
    NewPin {
        token: card(),
        min_length: 6,
        max_length: 8,
        refused: None,
    }
}

/// Where the sample program keeps its files.
pub(crate) fn about() -> About {
    About {
        config: "/home/hanako/.config/inkan".to_owned(),
        banks: vec![BANK.to_owned()],
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + (24 * 20_780).hours()
}

fn token(kind: TokenKind, label: &str, serial: &str, model: &str, reader: &str) -> TokenView {
    TokenView {
        label: label.to_owned(),
        serial: serial.to_owned(),
        model: model.to_owned(),
        kind,
        reader: (!reader.is_empty()).then(|| reader.to_owned()),
        driver: "PIV".to_owned(),
    }
}

pub(crate) fn card() -> TokenView {
    token(
        TokenKind::Piv,
        "YubiKey 5",
        "18273645",
        "YubiKey 5",
        "Yubico YubiKey CCID 00 00",
    )
}

pub(crate) fn stick() -> TokenView {
    token(
        TokenKind::Pkcs11,
        "OOZORA",
        "a1b2c3d4e5f60718",
        "SoftHSM v2",
        "",
    )
}

pub(crate) fn module() -> TokenView {
    token(
        TokenKind::Pkcs11,
        "大空商事 経理部",
        "0042",
        "SafeNet eToken 5110",
        "SafeNet Token JC 0",
    )
}

pub(crate) fn request(action: Action) -> RequestView {
    RequestView {
        bank: BANK.to_owned(),
        action,
        customer: matches!(action, Action::Enroll | Action::Renew).then(customer),
        staff: (action == Action::Unseal).then(officer),
        set: (action == Action::Unseal).then(|| "1f0a 93c2 77de 4b10".to_owned()),
        requested_at: now(),
        expires_at: now() + 1.minute(),
        comparison_code: Some("K7QM-2XPD".to_owned()),
        clock_ahead: None,
    }
}

fn officer() -> Staff {
    Staff {
        name: "青木一郎".to_owned(),
        number: "E-1001".to_owned(),
        role: StaffRole::SecurityOfficer,
    }
}

fn customer() -> CustomerView {
    CustomerView {
        company: "株式会社大空商事".to_owned(),
        branch: "001".to_owned(),
        account_type: AccountType::Ordinary,
        account: "1234567".to_owned(),
        user_name: "データ花子".to_owned(),
        login_id: "hanakodt".to_owned(),
    }
}

pub(crate) fn enrolled() -> Enrolled {
    Enrolled {
        bank: BANK.to_owned(),
        organization: "YAMANASHIKENMIN SHINKUMI".to_owned(),
        organizational_unit: "ANSER SERVICE".to_owned(),
        common_name: "YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt".to_owned(),
        serial: "4f3c9a1be0d24477a0c1d2e3f4051627".to_owned(),
        not_after: now() + (24 * 365).hours(),
        spki_sha256: "00".repeat(32),
        algorithm: "ec-p256".to_owned(),
        label: "inkan/yamanashi/hanakodt".to_owned(),
        token: card(),
        deleted: None,
    }
}

pub(crate) fn refusal() -> Refusal {
    Refusal {
        status: 403,
        code: "grant-missing".to_owned(),
        title: "電子証明書を発行するお申し込みがありません。".to_owned(),
        next: Some("取引店の窓口でお申し込みください。".to_owned()),
    }
}

pub(crate) fn entry(serial: &str, from: i64, until: i64) -> TokenEntry {
    TokenEntry {
        bank: Some("yamanashi".to_owned()),
        bank_name: Some(BANK.to_owned()),
        label: "inkan/yamanashi/hanakodt/2026-11-01/0a1b2c3d".to_owned(),
        location: Some(KeyLocation::new("9A")),
        organization: Some("YAMANASHIKENMIN SHINKUMI".to_owned()),
        common_name: Some("YAMANASHIKENMIN SHINKUMI ANSER SERVICE hanakodt".to_owned()),
        serial: Some(serial.to_owned()),
        not_before: Some(now() + (24 * from).hours()),
        not_after: Some(now() + (24 * until).hours()),
        has_key: Some(true),
        usable: Some(until > 0),
        reason: (until < 0).then_some(Unusable::Expired),
        bank_code: None,
        algorithm: Some(KeyAlgorithm::EcP256),
        protection: None,
        key_gone: None,
    }
}

/// An entry of another program on the card.
pub(crate) fn foreign() -> TokenEntry {
    TokenEntry {
        bank: None,
        bank_name: None,
        common_name: Some("VPN of Oozora Trading".to_owned()),
        organization: None,
        reason: Some(Unusable::NoBank),
        ..entry("77", -100, 900)
    }
}

fn content(token: TokenView, entries: Vec<TokenEntry>) -> TokenContent {
    TokenContent {
        token,
        logged_in: false,
        failure: None,
        failure_sentence: None,
        entries,
        pin: PinStatus::NoWarning,
    }
}

/// A card whose PIN is locked.
pub(crate) fn locked() -> TokenContent {
    TokenContent {
        pin: PinStatus::Locked,
        ..content(card(), vec![entry("01", -30, 330)])
    }
}

/// A token without any names.
pub(crate) fn unnamed() -> TokenContent {
    content(token(TokenKind::Pkcs11, "", "", "", ""), Vec::new())
}

/// Two readers of the same model, which differ at the end of their names.
pub(crate) fn alike() -> Vec<TokenView> {
    ["01 00", "02 00"]
        .map(|number| TokenView {
            serial: String::new(),
            reader: Some(format!(
                "Alcor Micro AU9560 Smart Card Reader [CCID Interface] (20180719000) {number}"
            )),
            ..card()
        })
        .to_vec()
}

pub(crate) fn full() -> TokenContent {
    let no_key = TokenEntry {
        reason: Some(Unusable::NoKey),
        ..entry("04", -10, 300)
    };
    let unfinished = TokenEntry {
        reason: Some(Unusable::NoCertificate),
        serial: None,
        not_after: None,
        not_before: None,
        common_name: None,
        ..entry("", 0, 0)
    };
    let hidden = TokenEntry {
        usable: None,
        has_key: None,
        ..entry("06", -10, 300)
    };
    let entries = vec![
        entry("01", -30, 330),
        entry("02", -340, 20),
        entry("03", -400, -35),
        no_key,
        hidden,
        foreign(),
        unfinished,
    ];
    content(card(), entries)
}

pub(crate) fn broken() -> TokenContent {
    let mut broken = content(module(), Vec::new());
    broken.failure = Some("token-timeout".to_owned());
    broken.failure_sentence = Some("トークンが応答しません。".to_owned());
    broken
}

pub(crate) fn empty() -> TokenContent {
    content(stick(), Vec::new())
}
