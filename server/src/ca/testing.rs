//! A real token with a CA key behind the real pool, for tests of this crate.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use inkan_hostile_module::control::Control;
use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::pkcs11::generate::{NewKey, generate_key_pair};
use inkan_pki::pkcs11::{Access, Module, Session, TokenSelector};
use inkan_pki::secret::Pin;
use inkan_pki::signer::pkcs11::Pkcs11Signer;
use inkan_pki::signer::rcgen::RcgenKey;
use inkan_pki::x509::pem;
use inkan_pki::x509::summary::CertificateSummary;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyUsagePurpose};
use rustls_pki_types::CertificateDer;
use softhsm_test_helpers::{SoftHsm, TestToken};

use super::hsm::{HsmConfig, HsmKey, HsmPool};
use super::profile::ClientProfile;
use super::{Authority, IssuerId, IssuingCa};

/// The seed's bank.
pub(crate) fn profile() -> ClientProfile {
    ClientProfile {
        organization: "YAMANASHIKENMIN SHINKUMI".into(),
        organizational_unit: "YAMANASHIKENMIN SHINKUMI for Corporate Edition".into(),
        common_name_prefix: "YAMANASHIKENMIN SHINKUMI ANSER SERVICE".into(),
        crl_base: "http://pki.example/crl/customer-ca".into(),
        crl_part_months: 3,
        ocsp_url: "http://pki.example/ocsp".into(),
        ca_issuers_url: "http://pki.example/ca/customer-ca.crt".into(),
        policy_oid: "1.3.6.1.4.1.99999.1.1".into(),
    }
}

/// A CA with its key on a token of its own.
pub(crate) struct Bank {
    pub(crate) hsm: SoftHsm,
    pub(crate) authority: Authority,
    pub(crate) pool: HsmPool,
    pub(crate) ca_pem: String,
}

/// The pool leaves the HSM first: a process that ends while a thread is inside the module may die of it.
impl Drop for Bank {
    fn drop(&mut self) {
        let _ = self.pool.shutdown(Duration::from_secs(10));
    }
}

/// A CA key on `token`, and its self-signed certificate.
pub(crate) fn make_ca(
    module: &Arc<Module>,
    token: &TestToken,
    algorithm: KeyAlgorithm,
) -> CertificateDer<'static> {
    let info = module
        .find_token(&TokenSelector::Label(token.label.clone()))
        .unwrap();
    let session = Session::open(module, &info, Access::ReadWrite).unwrap();
    session.login(&Pin::new(token.pin.clone())).unwrap();
    let made =
        generate_key_pair(&session, &NewKey::with_random_id(algorithm, "ca").unwrap()).unwrap();
    let signer = Pkcs11Signer::open(session, &made.spki_der).unwrap();
    let key = RcgenKey::new(Arc::new(signer)).unwrap();
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "Test Customer CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.self_signed(&key).unwrap().der().clone()
}

/// A key on `token` by this label.
fn make_key(module: &Arc<Module>, token: &TestToken, label: &str) {
    let info = module
        .find_token(&TokenSelector::Label(token.label.clone()))
        .unwrap();
    let session = Session::open(module, &info, Access::ReadWrite).unwrap();
    session.login(&Pin::new(token.pin.clone())).unwrap();
    let key = NewKey::with_random_id(KeyAlgorithm::EcP256, label).unwrap();
    generate_key_pair(&session, &key).unwrap();
}

/// One certificate and key as both CAs.
pub(crate) fn both(certificate: &CertificateDer<'static>) -> Vec<IssuingCa> {
    let ca = |id| IssuingCa::new(id, "customer-ca", certificate.clone(), profile()).unwrap();
    IssuerId::ALL.map(ca).to_vec()
}

/// A bank whose CA key is of this kind.
pub(crate) fn bank(algorithm: KeyAlgorithm) -> Bank {
    let hsm = SoftHsm::new();
    let module = hsm.module_path();
    bank_behind(hsm, &module, algorithm)
}

/// The same behind a module that answers what it is told to.
pub(crate) fn hostile_bank(algorithm: KeyAlgorithm) -> (Bank, Control) {
    hostile_bank_with(algorithm, "")
}

/// The same, which does what these words say from its start.
pub(crate) fn hostile_bank_with(algorithm: KeyAlgorithm, words: &str) -> (Bank, Control) {
    let hsm = SoftHsm::new();
    let control = Control::new(hsm.path());
    control.set(words);
    control.use_in_this_process(&hsm.module_path());
    (bank_behind(hsm, &Control::module(), algorithm), control)
}

fn bank_behind(hsm: SoftHsm, front: &Path, algorithm: KeyAlgorithm) -> Bank {
    hsm.use_in_this_process();
    let token = hsm.init_token("issuing");
    let module = Module::load(&hsm.module_path()).unwrap();
    let certificate = make_ca(&module, &token, algorithm);
    let spki = CertificateSummary::parse(&certificate).unwrap().spki_der;
    make_key(&module, &token, "answers");
    make_key(&module, &token, "audit");
    let keys = vec![
        HsmKey::by_public_key("customer-ca", spki),
        HsmKey::by_label("ocsp", "answers"),
        HsmKey::by_label("audit", "audit"),
    ];
    let selector = TokenSelector::Label(token.label);
    let config = HsmConfig::new(front.to_owned(), selector, Pin::new(token.pin), keys);
    let pool = HsmPool::start(config).unwrap();
    let ca_pem = pem::encode_certificate(&certificate);
    let cas = both(&certificate);
    let authority = Authority::new(pool.clone(), certificate, cas).unwrap();
    let authority = authority.with_ocsp_key("ocsp");
    Bank {
        hsm,
        authority,
        pool,
        ca_pem,
    }
}
