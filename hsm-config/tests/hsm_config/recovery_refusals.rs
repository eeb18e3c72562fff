//! Backups that cannot be made or used, full disks, and tokens in the way: refused, and nothing is changed.

use std::fs;
use std::process::Command;

use crate::archives::{Bank, Keys, private_keys};
use crate::environment::SPEC;
use crate::share_officers::with_lines;

#[test]
fn a_backup_that_cannot_be_used_is_refused_and_changes_nothing() {
    let bank = Bank::new();
    let environment = &bank.environment;
    bank.back_up("issuing", "good.age", 0);
    bank.back_up("issuing", "good.age", 7);
    let good = fs::read(bank.archive("good.age")).unwrap();
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    let before = environment.files();
    let refused = |name: &str, identity: &str, exit: i32, code: &str| {
        let from = bank.archive(name);
        let arguments = ["restore", "--from", &from, "--identity", identity, "--yes"];
        let text = environment.expect(&arguments, exit);
        assert!(text.contains(&format!("[{code}]")), "{code}: {text}");
        assert_eq!(environment.files(), before, "{code}");
    };
    let own = bank.keys.identity.as_str();
    let stranger = Keys::new(environment, "stranger");
    refused("good.age", &stranger.identity, 9, "backup-other-key");
    for (name, length) in [("half.age", good.len() / 2), ("end.age", good.len() - 1)] {
        fs::write(bank.archive(name), &good[..length]).unwrap();
        refused(name, own, 9, "backup-damaged");
    }
    fs::write(bank.archive("head.age"), &good[..100]).unwrap();
    refused("head.age", own, 9, "backup-not-a-backup");
    let mut changed = good.clone();
    let at = changed.len() - 5000;
    changed[at] ^= 1;
    fs::write(bank.archive("changed.age"), &changed).unwrap();
    refused("changed.age", own, 9, "backup-damaged");
    fs::write(bank.archive("text.age"), "not encrypted").unwrap();
    refused("text.age", own, 9, "backup-not-a-backup");
    refused("no-such-file", own, 9, "backup-file");
    refused("good.age", &bank.archive("good.age"), 9, "backup-identity");
    fs::write(bank.archive("empty-identity"), "# nothing\n").unwrap();
    refused(
        "good.age",
        &bank.archive("empty-identity"),
        9,
        "backup-identity",
    );

    // Not confirmed.
    let from = bank.archive("good.age");
    let arguments = ["restore", "--from", &from, "--identity", own];
    let text = with_lines(environment, &arguments, "no\n").expect(13);
    assert!(text.contains("[not-confirmed]"), "{text}");
    assert_eq!(environment.files(), before);

    // Another environment, another label.
    environment.edit("environment = \"test\"", "environment = \"other\"");
    let text = bank.restore("good.age", 7);
    assert!(text.contains("[restore-other-environment]"), "{text}");
    environment.edit("environment = \"other\"", "environment = \"test\"");
    let with_lines = with_lines(environment, &arguments, "yes\n");
    with_lines.expect(0);
}

#[test]
fn a_token_with_the_label_or_serial_number_is_never_replaced() {
    let bank = Bank::new();
    let environment = &bank.environment;
    bank.back_up("issuing", "issuing.age", 0);
    let before = environment.files();
    let text = bank.restore("issuing.age", 7);
    assert!(text.contains("[restore-token-exists]"), "{text}");
    // Another label, the same serial number; then the other way round.
    let place = bank.token("issuing");
    let away = environment.hsm.path().join("away");
    fs::rename(&place, &away).unwrap();
    environment.hsm.init_token("issuing");
    let text = bank.restore("issuing.age", 7);
    assert!(text.contains("[restore-token-exists]"), "{text}");
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    // A directory that is not a token any more.
    fs::create_dir(&place).unwrap();
    fs::write(place.join("token.object"), "damaged").unwrap();
    let text = bank.restore("issuing.age", 7);
    assert!(text.contains("[backup-target-exists]"), "{text}");
    fs::remove_dir_all(&place).unwrap();
    fs::rename(&away, &place).unwrap();
    assert_eq!(environment.files(), before);
}

#[test]
fn a_backup_that_cannot_be_made_is_refused() {
    let bank = Bank::new();
    let environment = &bank.environment;
    let recipient = bank.keys.recipient.as_str();
    let out = bank.archive("out.age");
    let refused = |arguments: &[&str], exit: i32, code: &str| {
        let common = ["backup", "--out", &out];
        let text = environment.expect(&[&common[..], arguments].concat(), exit);
        assert!(text.contains(&format!("[{code}]")), "{code}: {text}");
        assert!(!fs::exists(&out).unwrap(), "{code}");
    };
    let issuing = ["--token", "issuing", "--recipient", recipient];
    refused(&issuing, 13, "not-confirmed");
    refused(
        &["--token", "none", "--recipient", recipient, "--yes"],
        2,
        "recovery-unknown-token",
    );
    refused(
        &["--token", "issuing", "--recipient", "age1nonsense", "--yes"],
        2,
        "backup-recipient",
    );
    environment.expect(&["backup", "--token", "issuing", "--out", &out], 2);
    let sure = [&issuing[..], &["--yes"]].concat();

    // A private key is lost.
    let lost = private_keys(&bank.token("issuing")).remove(0);
    let content = fs::read(&lost).unwrap();
    fs::remove_file(&lost).unwrap();
    refused(&sure, 7, "recovery-key-missing");
    fs::write(&lost, content).unwrap();

    // The token is another one, or not there.
    let place = bank.token("issuing");
    let away = environment.hsm.path().join("away");
    fs::rename(&place, &away).unwrap();
    refused(&sure, 7, "token-missing");
    environment.hsm.init_token("issuing");
    refused(&sure, 7, "token-replaced");
    fs::remove_dir_all(bank.token("issuing")).unwrap();
    fs::rename(&away, &place).unwrap();

    // Another form of store, or none.
    let conf = environment.hsm.conf_path();
    let text = fs::read_to_string(&conf).unwrap();
    fs::write(&conf, text.replace("= file", "= db")).unwrap();
    let failed = environment.run(&[&["backup", "--out", &out], &sure[..]].concat());
    assert_ne!(failed.status.code(), Some(0));
    assert!(!fs::exists(&out).unwrap());
    fs::write(&conf, &text).unwrap();

    // The vendor's business.
    for (profile, code, named) in [
        ("luna", "backup-by-vendor", "partition archive backup"),
        ("yubihsm2", "backup-by-vendor", "docs.yubico.com"),
        ("tpm2-pkcs11", "backup-impossible", "successor CA"),
    ] {
        let spec = SPEC.replace("{n}", "").replace("softhsm2", profile);
        let path = environment.path("vendor.toml");
        fs::write(&path, spec.replace("so_pin", "initialize = false\nso_pin")).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
            .args(["backup", "--out", &out, "--spec"])
            .arg(&path)
            .args(&sure)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(2), "{text}");
        assert!(text.contains(code) && text.contains(named), "{text}");
    }
    // Before any ceremony, and during one.
    let transcript = environment.spec().transcript_path();
    let text = fs::read_to_string(&transcript).unwrap();
    let (all_but_last, _) = text.trim_end().rsplit_once('\n').unwrap();
    fs::write(&transcript, format!("{all_but_last}\n")).unwrap();
    refused(&sure, 11, "recovery-incomplete");
    fs::remove_file(&transcript).unwrap();
    refused(&sure, 10, "transcript-missing");
}

#[test]
fn a_full_disk_leaves_no_archive_and_no_token() {
    let bank = Bank::new();
    let environment = &bank.environment;
    bank.back_up("issuing", "issuing.age", 0);
    let small = environment.hsm.path().join("small");
    fs::create_dir(&small).unwrap();
    // A file system of eight kilobytes, for this command only.
    let in_small = |arguments: &[&str], before: &str| {
        let line = format!(
            "mount -t tmpfs -o size=8k small {small} && {before}{program} \"$@\"; code=$?; ls -A {small} >&2; exit $code",
            small = small.display(),
            program = env!("CARGO_BIN_EXE_inkan-hsm"),
        );
        let run = Command::new("unshare")
            .args(["--map-root-user", "--mount", "sh", "-c", &line, "sh"])
            .args(arguments)
            .arg("--spec")
            .arg(environment.path("hsm.toml"))
            .envs(environment.hsm.env())
            .output()
            .unwrap();
        (
            run.status.code(),
            String::from_utf8_lossy(&run.stderr).into_owned(),
        )
    };
    let head = bank.transcript().head().to_owned();
    let out = small.join("out.age");
    let recipient = bank.keys.recipient.as_str();
    let arguments = [
        "backup",
        "--token",
        "issuing",
        "--recipient",
        recipient,
        "--yes",
        "--out",
        out.to_str().unwrap(),
    ];
    let (code, text) = in_small(&arguments, "");
    assert_eq!(code, Some(9), "{text}");
    assert!(text.trim_end().ends_with("[backup-disk-full]"), "{text}");

    let conf = environment.hsm.path().join("small.conf");
    fs::write(
        &conf,
        format!("directories.tokendir = {}\n", small.display()),
    )
    .unwrap();
    let from = bank.archive("issuing.age");
    let identity = bank.keys.identity.as_str();
    let arguments = ["restore", "--from", &from, "--identity", identity, "--yes"];
    let set = format!("SOFTHSM2_CONF={} ", conf.display());
    let (code, text) = in_small(&arguments, &set);
    assert_eq!(code, Some(9), "{text}");
    assert!(text.trim_end().ends_with("[backup-disk-full]"), "{text}");
    assert_eq!(bank.transcript().head(), head, "nothing was recorded");
}

#[test]
fn a_directory_of_tokens_that_cannot_be_used_is_named() {
    let bank = Bank::new();
    bank.back_up("issuing", "issuing.age", 0);
    let tokens = bank.environment.hsm.token_directory();
    fs::rename(&tokens, bank.environment.hsm.path().join("moved")).unwrap();
    fs::write(&tokens, "a file").unwrap();
    let from = bank.archive("issuing.age");
    let identity = bank.keys.identity.as_str();
    let arguments = ["restore", "--from", &from, "--identity", identity, "--yes"];
    let output = bank.environment.run(&arguments);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(4 | 9)), "{text}");
}
