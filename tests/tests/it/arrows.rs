//! The arrows of `ARCHITECTURE.md` hold: between crates, between the server's layers, and for Japanese text.

use std::process::Command;

use inkan_tests::arrows::{self, Source, crates, cycles, modules, texts, words};
use inkan_tests::{Outcome, programs};

#[test]
fn crates_know_only_those_below_them() -> Outcome {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--offline",
    ]);
    let answer = programs::run(cargo.current_dir(programs::repository()))?.expect_well()?;
    let complaints = crates::complaints(&serde_json::from_str(&answer)?);
    assert!(complaints.is_empty(), "{complaints:#?}");
    Ok(())
}

#[test]
fn layers_of_the_server_know_only_those_below_them() -> Outcome {
    let mut sources = Vec::new();
    for directory in [
        "server/src",
        "server/ca/src",
        "server/store/src",
        "server/network/src",
    ] {
        sources.extend(arrows::sources(directory)?);
    }
    assert!(sources.len() > 100, "only {} files seen", sources.len());
    let complaints: Vec<String> = sources.iter().flat_map(modules::complaints).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    Ok(())
}

#[test]
fn modules_import_each_other_in_one_direction() -> Outcome {
    for directory in cycles::DIRECTORIES {
        let sources = arrows::sources(directory)?;
        assert!(sources.len() > 20, "{directory}: {} files", sources.len());
        let complaints = cycles::complaints(directory, &sources);
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
    Ok(())
}

#[test]
fn modules_open_with_a_map_and_japanese_stays_in_the_catalogues() -> Outcome {
    let mut complaints = Vec::new();
    for directory in [
        "pki/src",
        "hsm-config/src",
        "server/src",
        "server/ca/src",
        "server/store/src",
        "server/network/src",
        "server/dev/src",
        "token-agent/src",
    ] {
        complaints.extend(
            arrows::sources(directory)?
                .iter()
                .flat_map(texts::complaints),
        );
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
    Ok(())
}

/// Kinds of files that people read or write.
const WRITTEN: [&str; 13] = [
    "rs", "sql", "html", "txt", "css", "js", "md", "toml", "json", "py", "sh", "service", "slint",
];

#[test]
fn the_words_of_the_glossary_are_used() -> Outcome {
    let mut written = vec![arrows::one("README.md")?, arrows::one("ARCHITECTURE.md")?];
    written.push(arrows::one("Makefile")?);
    for directory in [
        "pki",
        "hsm-config",
        "server",
        "token-agent",
        "tests",
        "docs",
    ] {
        written.extend(arrows::files(directory, &WRITTEN)?);
    }
    assert!(written.len() > 900, "only {} files seen", written.len());
    let complaints: Vec<String> = written.iter().flat_map(words::complaints).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");

    // The page lists what the test checks.
    let page = arrows::one("docs/glossary.md")?.text;
    assert!(page.contains("tests/src/arrows/words.rs"));
    Ok(())
}

#[test]
fn planted_words_are_caught() {
    let caught = |path: &str, text: &str| words::complaints(&Source::planted(path, text)).len();
    for text in [
        "struct DeedKind;",
        "fn try_deed() {}",
        "// What a deed does.",
        "id=\"deed-facts\"",
        "CREATE TABLE ca_parts (id TEXT);",
        "let waits_for_me = 1;",
        "The HSM is away.",
        "const ROOT_LIST_DAYS: u32 = 1;",
    ] {
        assert_eq!(caught("server/src/x.rs", text), 1, "{text}");
    }
    let line = words::complaints(&Source::planted("docs/x.md", "fine\nIt makes way.\n"));
    assert_eq!(
        line,
        ["docs/x.md:2: “makes way” is written “is replaced” (docs/glossary.md): It makes way."]
    );
    for fine in [
        "indeed, a part of the answer",
        "let parts = request.into_parts();",
        "// A list of numbers, by the person at hand.",
    ] {
        assert_eq!(caught("server/src/x.rs", fine), 0, "{fine}");
    }
    assert_eq!(caught("docs/glossary.md", "deed"), 0, "it names them");
    for text in ["enum Stage {}", "fn knock() {}", "struct Abilities;"] {
        assert_eq!(caught("token-agent/src/x.rs", text), 1, "{text}");
    }
    assert_eq!(caught("server/src/x.rs", "a stage"), 0, "only in the agent");
}

#[test]
fn planted_crate_arrows_are_caught() {
    let package = |name: &str, dependency: &str, kind: Option<&str>| {
        let names = [
            "inkan-pki",
            "softhsm-test-helpers",
            "inkan-token-shim",
            "inkan-hsm-config",
            "inkan-agent",
            "inkan-ca",
            "inkan-store",
            "inkan-server",
            "inkan-server-fixtures",
            "inkan-dev",
            "inkan-tests",
        ];
        let packages: Vec<_> = names
            .iter()
            .map(|&n| {
                let dependencies = serde_json::json!([{ "name": dependency, "kind": kind }]);
                let none = serde_json::json!([]);
                serde_json::json!({ "name": n, "dependencies": if n == name { dependencies } else { none } })
            })
            .collect();
        crates::complaints(&serde_json::json!({ "packages": packages }))
    };
    assert_eq!(
        package("inkan-pki", "tokio", None),
        ["inkan-pki must do without tokio"]
    );
    assert_eq!(
        package("inkan-agent", "inkan-server", None),
        ["inkan-agent must not depend on inkan-server"]
    );
    assert_eq!(
        package("inkan-pki", "inkan-tests", Some("dev")),
        ["inkan-pki must not depend on inkan-tests"]
    );
    assert_eq!(
        package("inkan-server", "inkan-dev", None),
        ["inkan-server must not depend on inkan-dev"]
    );
    assert_eq!(
        package("inkan-ca", "inkan-store", None),
        ["inkan-ca must not depend on inkan-store"]
    );
    assert_eq!(
        package("inkan-store", "inkan-ca", Some("dev")),
        ["inkan-store must not depend on inkan-ca"]
    );
    assert_eq!(
        package("inkan-ca", "sqlx", None),
        ["inkan-ca must do without sqlx"]
    );
    assert_eq!(
        package("inkan-store", "inkan-server-fixtures", None),
        ["inkan-store must not depend on inkan-server-fixtures"]
    );
    assert!(package("inkan-store", "inkan-server-fixtures", Some("dev")).is_empty());
    assert!(package("inkan-store", "rcgen", Some("dev")).is_empty());
    assert!(package("inkan-server", "inkan-dev", Some("dev")).is_empty());
    assert!(package("inkan-pki", "softhsm-test-helpers", Some("dev")).is_empty());
    assert!(package("inkan-server", "inkan-hsm-config", None).is_empty());
}

#[test]
fn planted_cycles_are_caught() {
    let file = |name: &str, text: &str| Source::planted(&format!("pki/src/pkcs11/{name}"), text);
    let mut sources = vec![
        file("mod.rs", "pub use token::{PinState, TokenInfo};\n"),
        file("error.rs", "use super::{classify, token::TokenSelector};\n"),
        file("classify.rs", "mod tests { use super::*; }\n"),
        file("token.rs", "use crate::pkcs11::module::Module;\n"),
        file(
            "module.rs",
            "#[cfg(test)]\nmod tests { use super::super::error; }\n",
        ),
    ];
    assert!(cycles::complaints("pki/src/pkcs11", &sources).is_empty());
    sources.push(file(
        "gate/call.rs",
        "use super::super::error::Pkcs11Error;\n",
    ));
    sources[4] = file("module.rs", "use super::gate::Gate;\n");
    assert_eq!(
        cycles::complaints("pki/src/pkcs11", &sources),
        ["pki/src/pkcs11: error → token → module → gate → error"]
    );
    sources[4] = file("module.rs", "");
    sources[2] = file("classify.rs", "fn f(_: super::PinState) {}\n");
    sources[3] = file("token.rs", "use super::classify::classify;\n");
    assert_eq!(
        cycles::complaints("pki/src/pkcs11", &sources),
        ["pki/src/pkcs11: classify → token → classify"]
    );
}

#[test]
fn planted_layer_arrows_are_caught() {
    let caught = |path: &str, text: &str| modules::complaints(&Source::planted(path, text));
    let upwards = caught("server/src/mail/send.rs", "use crate::store::Tx;\n");
    assert_eq!(
        upwards,
        ["server/src/mail/send.rs: mail must not know store"]
    );
    let grouped = caught(
        "server/src/mail/send.rs",
        "use crate::{mail::Message, ca::{Tbs, Csr}};\n",
    );
    assert_eq!(grouped, ["server/src/mail/send.rs: mail must not know ca"]);
    let by_crate = caught("server/src/http/top.rs", "use inkan_store::Tx;\n");
    assert_eq!(
        by_crate,
        ["server/src/http/top.rs: http must not know store"]
    );
    let past_the_workflow = caught(
        "server/src/http/login.rs",
        "fn f() { crate::store::users::find(); }\n",
    );
    assert_eq!(
        past_the_workflow,
        ["server/src/http/login.rs: http must not know store"]
    );
    let past_the_runner = caught(
        "server/src/services/session.rs",
        "async fn f() { self.store.begin().await?; }\n",
    );
    assert_eq!(
        past_the_runner,
        ["server/src/services/session.rs: only the command runner begins a transaction"]
    );
    let through_super = caught("server/src/mail/mod.rs", "use super::ca::Tbs;\n");
    assert_eq!(
        through_super,
        ["server/src/mail/mod.rs: leaves its layer through super"]
    );
    let configuration = caught(
        "server/src/services/mod.rs",
        "let s = toml::from_str(text);\n",
    );
    assert_eq!(
        configuration,
        ["server/src/services/mod.rs: services must not read configuration (toml::)"]
    );
    let below = caught("server/ca/src/lib.rs", "let s = std::env::var(name);\n");
    assert_eq!(
        below,
        ["server/ca/src/lib.rs: ca must not read configuration (env::var)"]
    );
    assert_eq!(
        caught("server/src/helpers/x.rs", "").len(),
        1,
        "a new layer needs an arrow first"
    );

    let fine = "//! See [`crate::store`].\nuse crate::services::Error;\nmod tests {\n    use super::*;\n}\n";
    assert!(caught("server/src/http/mod.rs", fine).is_empty());
}

#[test]
fn planted_texts_are_caught() {
    let caught = |path: &str, text: &str| texts::complaints(&Source::planted(path, text)).len();
    assert_eq!(caught("server/src/services/x.rs", "let s = \"窓口\";"), 1);
    assert_eq!(
        caught("server/src/services/x.rs", "// 窓口 is the counter"),
        0
    );
    assert_eq!(
        caught("pki/src/x.rs", "/// 企業名."),
        1,
        "nothing at all in the lowest crate"
    );
    assert_eq!(
        caught("server/src/http/catalogue/ja.rs", "let s = \"窓口\";"),
        0
    );
    assert_eq!(caught("pki/src/x/mod.rs", "use std::fmt;"), 1);
}
