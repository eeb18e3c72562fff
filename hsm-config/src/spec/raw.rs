//! The specification as TOML tables; unknown fields are refused.

use std::path::PathBuf;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSpec {
    pub(super) environment: String,
    pub(super) profile: String,
    pub(super) module: Option<PathBuf>,
    pub(super) module_parameters: Option<String>,
    pub(super) pin_flags: Option<bool>,
    pub(super) certificate_dir: PathBuf,
    #[serde(default)]
    pub(super) token: Vec<RawToken>,
    #[serde(default)]
    pub(super) key: Vec<RawKey>,
    #[serde(default)]
    pub(super) certificate: Vec<RawCertificate>,
    #[serde(default)]
    pub(super) custodian: Vec<RawCustodian>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawToken {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) initialize: Option<bool>,
    /// Any TOML value: a parser's message about a wrong type would repeat the value, which may be a PIN.
    pub(super) so_pin: Option<toml::Value>,
    pub(super) pin: toml::Value,
    pub(super) pin_custodian: Option<String>,
    pub(super) so_pin_custodian: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKey {
    pub(super) id: String,
    pub(super) label: Option<String>,
    pub(super) token: String,
    pub(super) algorithm: String,
    #[serde(rename = "use")]
    pub(super) key_use: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCertificate {
    pub(super) key: String,
    pub(super) issuer: String,
    pub(super) subject: RawSubject,
    pub(super) years: i64,
    pub(super) path_len: i64,
    #[serde(default)]
    pub(super) crl_urls: Vec<String>,
    pub(super) ca_issuers_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSubject {
    pub(super) country: Option<String>,
    pub(super) organization: String,
    pub(super) organizational_unit: Option<String>,
    pub(super) common_name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCustodian {
    pub(super) name: String,
    pub(super) role: String,
    pub(super) initials: Option<String>,
}
