use std::path::Path;

use inkan_ca::{CaId, IssuerId};
use inkan_server::app::config::{self, ConfigError};
use tempfile::TempDir;

/// A valid configuration, with its files beside it.
fn example(directory: &Path) -> String {
    for name in ["server.pem", "server.key", "hsm.toml"] {
        std::fs::write(directory.join(name), "").unwrap();
    }
    let names = "organization = \"O\"\norganizational_unit = \"OU\"\n\
                 common_name_prefix = \"P\"\npolicy_oid = \"1.2.3\"\n";
    let listener = |name: &str, port: u16| {
        format!(
            "[{name}]\nbind = \"127.0.0.1:{port}\"\nurl = \"https://bank.example:{port}\"\n\
             tls_certificate = \"server.pem\"\ntls_key = \"server.key\"\n"
        )
    };
    [
        "[store]\nurl = \"sqlite:///tmp/x.db\"\n".to_owned(),
        "[bank]\nid = \"kenmin\"\nname = { ja = \"J\", en = \"E\" }\n\
         help_desk = { telephone = \"0120\", name = { ja = \"J\", en = \"E\" }, hours = [] }\n"
            .to_owned(),
        format!("[customer_certificate]\n{names}[staff_certificate]\n{names}"),
        listener("portal", 1),
        listener("certificate", 2),
        listener("staff", 3),
        "[public]\nbind = \"127.0.0.1:4\"\nurl = \"http://bank.example\"\n".to_owned(),
        "[operations]\nbind = \"127.0.0.1:5\"\n[hsm]\nspec = \"hsm.toml\"\n".to_owned(),
    ]
    .concat()
}

fn load(change: impl FnOnce(String) -> String) -> Result<config::Config, String> {
    let directory = TempDir::new().unwrap();
    let text = change(example(directory.path()));
    let file = directory.path().join("inkan.toml");
    std::fs::write(&file, text).unwrap();
    config::load(&file).map_err(|error| error.to_string())
}

#[test]
fn http_config_that_is_right_has_the_documented_defaults() {
    let config = load(|text| text).unwrap();
    let settings = config.settings();
    assert_eq!(settings.periods.grant.as_hours(), 80 * 24);
    assert_eq!(settings.periods.renewal_window.as_hours(), 40 * 24);
    assert_eq!(settings.periods.pick_up.as_secs(), 60);
    assert_eq!(settings.locks.temporary_after, 5);
    assert_eq!(settings.locks.suspended_after, 10);
    assert_eq!((config.passwords.min, config.passwords.max), (6, 12));
    assert!(config.hsm.spec.is_absolute(), "relative to the file");
    let url = |generation| {
        let issuer = IssuerId::Customer;
        config.profile(CaId { issuer, generation }).crl_url("")
    };
    assert_eq!(url(1), "http://bank.example/crl/customer-ca.crl");
    assert_eq!(url(2), "http://bank.example/crl/customer-ca-2.crl");
}

#[test]
fn http_config_errors_name_file_field_and_what_to_do() {
    for (from, to, field, what) in [
        ("id = \"kenmin\"", "id = \"ken min\"", "bank.id", "letters"),
        (
            "id = \"kenmin\"",
            "id = \"kenmin\"\nagent_download = \"http://bank.example/app\"",
            "bank.agent_download",
            "https://",
        ),
        (
            "[customer_certificate]",
            "[bank.downloads.windows-zip]\nurl = \"https://u:secret@bank.example/x.zip\"\nsize = 1\n\
             version = \"1.0\"\n\
             sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n\
             [customer_certificate]",
            "bank.downloads.windows-zip.url",
            "without a user name",
        ),
        (
            "[customer_certificate]",
            "[bank.downloads.windows]\nurl = \"https://bank.example/x.msi\"\nsize = 1\n\
             version = \"1.0\"\nsha256 = \"e3b0c442\"\n[customer_certificate]",
            "bank.downloads.windows.sha256",
            "64 hex digits",
        ),
        (
            "[customer_certificate]",
            "[bank.downloads.linux-deb]\nurl = \"https://bank.example/x.deb\"\nsize = 0\n\
             version = \"1.0\"\n\
             sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"\n\
             [customer_certificate]",
            "bank.downloads.linux-deb.size",
            "1 to",
        ),
        ("sqlite:///", "mysql://u:secret@", "store.url", "sqlite:///"),
        (
            "https://bank.example:1",
            "http://bank.example:1",
            "portal.url",
            "https://",
        ),
        (
            "https://bank.example:2",
            "https://bank.example:2/x",
            "certificate.url",
            "path",
        ),
        (
            "spec = \"hsm.toml\"",
            "spec = \"no.toml\"",
            "hsm.spec",
            "inkan-hsm apply",
        ),
        (
            "tls_key = \"server.key\"",
            "tls_key = \"no.key\"",
            "portal.tls_key",
            "PEM",
        ),
        ("[hsm]\n", "[hsm]\nworkers = 0\n", "hsm.workers", "1 to"),
        (
            "[hsm]\n",
            "[locks]\nsuspended_after = 1\n[hsm]\n",
            "locks.suspended_after",
            "2 to",
        ),
        (
            "policy_oid = \"1.2.3\"",
            "policy_oid = \"any\"",
            "customer_certificate",
            "OID",
        ),
        (
            "common_name_prefix = \"P\"",
            "common_name_prefix = \"A name far too long for what stands before a login ID\"",
            "customer_certificate",
            "64",
        ),
        (
            "[hsm]\n",
            "[argon2]\nparallelism = 4\nmemory_kib = 8\n[hsm]\n",
            "argon2.memory_kib",
            "32 to",
        ),
        (
            "sqlite:///tmp/x.db",
            "postgres://u:secret@db.bank.example/x?sslmode=require",
            "store.url",
            "[store-tls-not-verified]. Add sslmode=verify-full",
        ),
        (
            "sqlite:///tmp/x.db",
            "postgres://u:secret@db.bank.example/x?sslmode=verify-full",
            "store.url",
            "[store-tls-no-ca]",
        ),
        (
            "[hsm]\n",
            "[periods]\nocsp_backdate_seconds = 301\n[hsm]\n",
            "periods.ocsp_backdate_seconds",
            "0 to 300",
        ),
        (
            "[hsm]\n",
            "[periods]\ncrl_backdate_minutes = 61\n[hsm]\n",
            "periods.crl_backdate_minutes",
            "0 to 60",
        ),
        (
            "[hsm]\n",
            "[log]\nlevel = \"loud\"\n[hsm]\n",
            "log.level",
            "warn",
        ),
    ] {
        let said = load(|text| text.replacen(from, to, 1)).unwrap_err();
        assert!(said.contains("inkan.toml: "), "{said}");
        assert!(said.contains(&format!(" {field}: ")), "{field}: {said}");
        assert!(said.contains(what), "{what}: {said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn http_config_unknown_missing_and_mistyped_fields_are_named_with_their_line() {
    for (from, to, words) in [
        ("[hsm]\n", "[hsm]\nspeck = 1\n", ["speck", "line 38"]),
        ("id = \"kenmin\"\n", "", ["id", "line"]),
        ("[operations]\n", "[operation]\n", ["operation", "line"]),
        (
            "bind = \"127.0.0.1:5\"",
            "bind = 5",
            ["line", "configuration.md"],
        ),
        ("[store]\n", "[store\n", ["line 1", "configuration.md"]),
    ] {
        let said = load(|text| text.replacen(from, to, 1)).unwrap_err();
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(said.contains("inkan.toml: "), "{said}");
    }
}

#[test]
fn http_config_that_is_not_there_is_named() {
    let missing = Path::new("/nowhere/inkan.toml");
    let error = config::load(missing).unwrap_err();
    assert!(matches!(error, ConfigError::Unreadable { .. }));
    let said = error.to_string();
    assert!(
        said.contains("/nowhere/inkan.toml") && said.contains("--config"),
        "{said}"
    );
}
