//! All problems at once, and each one alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use inkan_hsm_config::Spec;
use jiff::Timestamp;
use rcgen::{CertificateParams, CrlDistributionPoint, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::finding::{Code, Finding};

const SPEC: &str = include_str!("../../../../hsm-config/examples/softhsm2.toml");

/// A configuration with its files.
pub(super) struct Bank {
    directory: TempDir,
}

impl Bank {
    pub(super) fn new() -> Self {
        let bank = Self {
            directory: TempDir::new().unwrap(),
        };
        let (pem, key) = identity("ib.bank.example", 2045);
        bank.private("server.key", &key);
        bank.write("server.pem", &pem);
        bank.write("hsm.toml", SPEC);
        fs::create_dir(bank.at("certificates")).unwrap();
        let names = "organization = \"O\"\norganizational_unit = \"OU\"\n\
                     common_name_prefix = \"P\"\npolicy_oid = \"1.2.3\"\n";
        let listener = |name: &str, port: u16| {
            format!(
                "[{name}]\nbind = \"127.0.0.1:{port}\"\nurl = \"https://ib.bank.example:{port}\"\n\
                 tls_certificate = \"server.pem\"\ntls_key = \"server.key\"\n"
            )
        };
        let text = [
            "[store]\nurl = \"postgres://inkan@localhost/inkan\"\n".to_owned(),
            "[bank]\nid = \"kenmin\"\nname = { ja = \"J\", en = \"E\" }\n\
             help_desk = { telephone = \"0120\", name = { ja = \"J\", en = \"E\" }, hours = [] }\n"
                .to_owned(),
            format!("[customer_certificate]\n{names}[staff_certificate]\n{names}"),
            listener("portal", 1),
            listener("certificate", 2),
            listener("staff", 3),
            "[public]\nbind = \"127.0.0.1:4\"\nurl = \"http://pki.bank.example\"\n".to_owned(),
            "[operations]\nbind = \"127.0.0.1:5\"\n[hsm]\nspec = \"hsm.toml\"\n".to_owned(),
        ];
        bank.private("inkan.toml", &text.concat());
        bank
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
        mode(&self.at(name), 0o644);
    }

    fn private(&self, name: &str, text: &str) {
        self.write(name, text);
        mode(&self.at(name), 0o600);
    }

    fn edit(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.at("inkan.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(self.at("inkan.toml"), text.replacen(from, to, 1)).unwrap();
    }

    /// The findings, without those about the ceremony, which was never held.
    fn found(&self) -> Vec<Finding> {
        let now = Timestamp::from_second(1_780_000_000).unwrap();
        let (_, mut found) = super::read(&self.at("inkan.toml"), now).unwrap();
        found.retain(|one| one.code != Code::Hsm);
        found
    }

    fn codes(&self) -> Vec<Code> {
        self.found().iter().map(|one| one.code).collect()
    }

    /// The only finding: its code, and words in it.
    fn one(&self, code: Code, words: &[&str]) {
        let found = self.found();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, code, "{found:?}");
        let text = found[0].to_string();
        assert!(text.ends_with(&format!("[{}]", code.as_str())), "{text}");
        for word in words {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// A certificate and its key, as PEM.
fn identity(host: &str, until: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let made = params.self_signed(&key).unwrap();
    (made.pem(), key.serialize_pem())
}

#[test]
fn what_is_right_has_no_finding() {
    assert_eq!(Bank::new().found(), []);
}

#[test]
fn a_missing_program_for_the_module_is_found_with_the_next_step() {
    let bank = Bank::new();
    let missing = || {
        let now = Timestamp::from_second(1_780_000_000).unwrap();
        let (_, found) = super::read(&bank.at("inkan.toml"), now).unwrap();
        let texts: Vec<_> = found.iter().map(Finding::to_string).collect();
        texts
            .into_iter()
            .find(|text| text.contains("is not a file. Install inkan-hsm-driver"))
    };
    bank.edit("[hsm]\n", "[hsm]\ndriver = \"no-such-program\"\n");
    let text = missing().unwrap();
    assert!(
        text.contains("no-such-program") && text.ends_with("[hsm]"),
        "{text}"
    );
    bank.write("no-such-program", "");
    assert_eq!(missing(), None);
}

#[test]
fn two_listeners_on_one_address_are_found() {
    let taken = Code::AddressTaken;
    for (other, expected) in [
        ("127.0.0.1:1", vec![taken]),
        ("0.0.0.0:1", vec![taken]),
        ("[::]:1", vec![taken]),
        ("[::ffff:127.0.0.1]:1", vec![taken]),
        ("127.0.0.2:1", vec![]),
        ("[::1]:1", vec![]),
        ("0.0.0.0:6", vec![]),
    ] {
        let bank = Bank::new();
        bank.edit("127.0.0.1:4", other);
        assert_eq!(bank.codes(), expected, "{other}");
    }
    // The finding names the earlier listener.
    let bank = Bank::new();
    bank.edit("127.0.0.1:5", "0.0.0.0:4");
    bank.one(taken, &["operations.bind", "public.bind", "0.0.0.0:4"]);
}

#[test]
fn two_listeners_with_one_url_are_found() {
    let bank = Bank::new();
    bank.edit("https://ib.bank.example:3", "https://IB.bank.example:1");
    bank.one(Code::UrlTaken, &["staff.url", "portal.url"]);
    let bank = Bank::new();
    bank.edit("https://ib.bank.example:1", "https://ib.bank.example");
    bank.edit("https://ib.bank.example:2", "https://ib.bank.example:443");
    bank.one(Code::UrlTaken, &["certificate.url"]);
}

#[test]
fn a_certificate_for_another_host_is_found() {
    for (host, good) in [
        ("other.bank.example", false),
        ("*.bank.example", true),
        ("bank.example", false),
        ("*.ib.bank.example", false),
    ] {
        let bank = Bank::new();
        let (pem, key) = identity(host, 2045);
        bank.write("staff.pem", &pem);
        bank.private("staff.key", &key);
        bank.edit(
            "https://ib.bank.example:3\"\ntls_certificate = \"server.pem\"\ntls_key = \"server.key\"",
            "https://ib.bank.example:3\"\ntls_certificate = \"staff.pem\"\ntls_key = \"staff.key\"",
        );
        if good {
            assert_eq!(bank.found(), [], "{host}");
        } else {
            bank.one(Code::TlsHost, &["staff.tls_certificate", "ib.bank.example"]);
        }
    }
    // An address is not a name.
    let bank = Bank::new();
    bank.edit("https://ib.bank.example:3", "https://[2001:db8::1]:3");
    bank.one(Code::TlsHost, &["staff.tls_certificate", "2001:db8::1"]);
}

#[test]
fn the_key_of_another_certificate_is_found() {
    let bank = Bank::new();
    bank.private("server.key", &identity("ib.bank.example", 2045).1);
    // All three listeners have it.
    assert_eq!(bank.codes(), [Code::TlsKeyMismatch; 3]);
    bank.private("server.key", "no key");
    assert_eq!(bank.codes(), [Code::TlsFile; 3]);
}

#[test]
fn an_expired_certificate_is_found_and_the_server_serves_all_the_same() {
    let bank = Bank::new();
    let (pem, key) = identity("ib.bank.example", 2021);
    bank.write("server.pem", &pem);
    bank.private("server.key", &key);
    assert_eq!(bank.codes(), [Code::TlsPeriod; 3]);
    let serves = Code::ALL.into_iter().filter(|code| code.serves());
    assert_eq!(
        serves.collect::<Vec<_>>(),
        [Code::TlsPeriod, Code::MemoryNotLocked]
    );
}

#[test]
fn files_with_a_secret_that_others_may_read_are_found() {
    let bank = Bank::new();
    for bits in [0o640, 0o604, 0o620] {
        mode(&bank.at("server.key"), bits);
        // Once, though three listeners have it.
        bank.one(
            Code::ReadableByOthers,
            &["server.key", &format!("{bits:04o}"), "chmod 600"],
        );
    }
    mode(&bank.at("server.key"), 0o400);
    assert_eq!(bank.found(), []);

    // The configuration itself, if it contains a password; the finding does not repeat it.
    mode(&bank.at("inkan.toml"), 0o644);
    assert_eq!(bank.found(), []);
    let plain = "postgres://inkan@localhost/inkan";
    for url in [
        "postgres://inkan:sesame@localhost/inkan",
        "postgres:///inkan?host=/run/postgresql&user=inkan&password=sesame",
    ] {
        bank.edit(plain, url);
        bank.one(Code::ReadableByOthers, &["store.url", "inkan.toml"]);
        assert!(!bank.found()[0].text.contains("sesame"));
        bank.edit(url, plain);
    }

    // A database that was copied back.
    bank.write("inkan.db", "");
    let url = format!("sqlite://{}", bank.at("inkan.db").display());
    bank.edit(plain, &url);
    bank.one(Code::ReadableByOthers, &["store.url", "inkan.db"]);
    bank.edit(&url, plain);

    // The mail server's password.
    bank.write("smtp.password", "sesame\n");
    bank.edit(
        "[hsm]",
        "[mail]\nserver = \"localhost\"\nport = 25\nuser = \"u\"\nfrom = \"ib@bank.example\"\n\
         password = { file = \"smtp.password\" }\n[hsm]",
    );
    bank.one(Code::ReadableByOthers, &["mail.password", "smtp.password"]);
}

#[test]
fn a_public_url_unlike_the_one_in_a_ca_certificate_is_found() {
    let bank = Bank::new();
    let spec = Spec::load(&bank.at("hsm.toml")).unwrap();
    let ca = |urls: &[&str]| {
        let mut params = CertificateParams::default();
        let point = |url: &&str| CrlDistributionPoint {
            uris: vec![(*url).to_owned()],
        };
        params.crl_distribution_points = urls.iter().map(point).collect();
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        fs::write(spec.certificate_path("customer-ca"), made.pem()).unwrap();
    };
    ca(&["http://pki.bank.example/crl/root-ca.crl"]);
    assert_eq!(bank.found(), []);
    ca(&["http://PKI.bank.example:80/crl/root-ca.crl"]);
    assert_eq!(bank.found(), [], "the same for whoever reads it");
    ca(&[
        "http://mirror.example/root.crl",
        "http://pki.bank.example/crl/root-ca.crl",
    ]);
    assert_eq!(bank.found(), [], "one of two is ours");
    ca(&[]);
    assert_eq!(bank.found(), []);
    ca(&["http://pki.bank.example.jp/crl/root-ca.crl"]);
    bank.one(
        Code::PublicUrl,
        &[
            "public.url",
            "customer-ca",
            "http://pki.bank.example.jp/crl/root-ca.crl",
            "life of the CA",
        ],
    );
}

#[test]
fn everything_is_found_at_once() {
    let bank = Bank::new();
    bank.edit("id = \"kenmin\"", "id = \"ken min\"\nkey_algorithms = []");
    bank.edit(
        "[hsm]\n",
        "[locks]\nsuspended_after = 1\n[hsm]\nworkers = 0\n",
    );
    bank.edit("127.0.0.1:5", "127.0.0.1:4");
    bank.edit("https://ib.bank.example:3", "https://staff.bank.example:3");
    mode(&bank.at("server.key"), 0o644);
    let found = bank.found();
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
    let text = text.join("\n");
    for expected in [
        "bank.id",
        "bank.key_algorithms",
        "locks.suspended_after",
        "hsm.workers",
        "operations.bind",
        "server.key can be read by others",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    mode(&bank.at("server.key"), 0o600);
    assert!(bank.codes().contains(&Code::TlsHost));
}

#[test]
fn a_high_water_file_that_goes_back_with_the_database_is_warned_about() {
    let bank = Bank::new();
    let warned = || {
        let (config, _) = crate::app::config::read(&bank.at("inkan.toml")).unwrap();
        let warning = crate::app::rollback::place::warning(&config);
        warning.map(|one| one.code())
    };
    let database = format!("sqlite://{}", bank.at("inkan.db").display());
    bank.edit("postgres://inkan@localhost/inkan", &database);
    assert_eq!(warned(), Some("high-water-same-device"));
    bank.edit(
        "[hsm]",
        "[rollback]\npublished_url = \"http://other.bank.example\"\n[hsm]",
    );
    assert_eq!(warned(), None);
    bank.edit("/inkan.db", "/none/inkan.db");
    assert_eq!(
        warned(),
        Some("high-water-no-directory"),
        "the default, too"
    );
}

#[test]
fn every_code_is_documented_and_once() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let page = fs::read_to_string(page).unwrap();
    for code in Code::ALL {
        let row = format!("| `{}` |", code.as_str());
        assert_eq!(page.matches(&row).count(), 1, "{row}");
    }
}
