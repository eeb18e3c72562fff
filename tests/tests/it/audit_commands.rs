//! `inkan-server audit` and `inkan-server staff bootstrap` as an operator runs them: on a complete log, on a log that
//! was changed in the database, and with invalid arguments.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::database::copy::DatabaseCopy;
use inkan_tests::programs::{self, Said};
use serde_json::Value;

/// Time limit for the bank's first signed head.
const TIMEOUT: Duration = Duration::from_secs(120);

fn server(arguments: &[&str]) -> Outcome<Said> {
    programs::run(Command::new(programs::built("inkan-server")?).args(arguments))
}

fn verify(copy: &DatabaseCopy, more: &[&str]) -> Outcome<(Option<i32>, Value)> {
    let mut arguments = vec!["audit", "verify", "--json", "--config", &copy.config];
    arguments.extend(more);
    let said = server(&arguments)?;
    let found = serde_json::from_str(&said.out).map_err(|e| format!("{e}: {said}"))?;
    Ok((said.code, found))
}

/// A stopped bank that has signed the head of its log.
fn signed_bank() -> Outcome<(Bank, String, i64)> {
    let mut bank = Bank::open()?;
    let config = bank.dev.config.display().to_string();
    let deadline = Instant::now() + TIMEOUT;
    let heads = loop {
        let said = server(&["audit", "checkpoints", "--config", &config])?.expect_well()?;
        if said.lines().next().is_some() {
            break said;
        }
        assert!(
            Instant::now() < deadline,
            "no head was signed:\n{}",
            bank.log()?
        );
        sleep(Duration::from_millis(200));
    };
    bank.kill()?;
    let first: Value = serde_json::from_str(heads.lines().next().unwrap_or_default())?;
    let signed = first["seq"].as_i64().ok_or("a head without its row")?;
    Ok((bank, heads, signed))
}

#[test]
fn audit_verify_names_the_first_row_that_somebody_has_touched() -> Outcome {
    let (bank, heads, signed) = signed_bank()?;
    assert!(signed > 8, "there are rows to touch: {signed}");

    let whole = DatabaseCopy::of(&bank)?;
    let (code, found) = verify(&whole, &[])?;
    assert_eq!(
        (code, &found["whole"]),
        (Some(0), &Value::Bool(true)),
        "{found}"
    );
    assert!(found["signed_up_to"].as_i64() >= Some(signed), "{found}");
    let rows = found["rows"].as_i64().ok_or("no number of rows")?;
    let kept = whole.place().join("kept.jsonl");
    fs::write(&kept, &heads)?;
    let kept = kept.display().to_string();
    assert_eq!(verify(&whole, &["--checkpoints", &kept])?.0, Some(0));

    // Every row, in order, and nothing that a spreadsheet would execute.
    let said = server(&["audit", "export", "--config", &whole.config])?.expect_well()?;
    assert_eq!(said.lines().count(), usize::try_from(rows)?);
    for (number, line) in said.lines().enumerate() {
        let row: Value = serde_json::from_str(line)?;
        assert_eq!(row["seq"].as_u64(), Some(number as u64 + 1));
    }
    let csv = [
        "audit", "export", "--format", "csv", "--after", "2", "--config",
    ];
    let said = server(&[&csv[..], &[whole.config.as_str()][..]].concat())?.expect_well()?;
    assert_eq!(
        said.lines().count(),
        usize::try_from(rows)? - 1,
        "head and rows"
    );
    assert!(
        !said
            .lines()
            .any(|line| line.starts_with("\"=") || line.contains(",\"="))
    );

    // Changes that somebody with access to the database may make, and the finding about each.
    let cases: [(&str, &[&'static str], i64, &str); 7] = [
        (
            "edited",
            &["UPDATE audit_log SET actor_id = 'nobody' WHERE seq = 5"],
            5,
            "edited",
        ),
        (
            "deleted",
            &["DELETE FROM audit_log WHERE seq = 5"],
            5,
            "missing",
        ),
        (
            "swapped",
            &[
                "UPDATE audit_log SET seq = -5 WHERE seq = 5",
                "UPDATE audit_log SET seq = 5 WHERE seq = 6",
                "UPDATE audit_log SET seq = 6 WHERE seq = -5",
            ],
            5,
            "edited",
        ),
        (
            "cut off",
            &["DELETE FROM audit_log WHERE seq > 6"],
            7,
            "cut-off",
        ),
        (
            "cut off, and the head set back",
            &[
                "DELETE FROM audit_log WHERE seq > 6",
                "UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit_log WHERE seq = 6)",
            ],
            7,
            "cut-off",
        ),
        (
            "a signed head changed",
            &["UPDATE audit_checkpoints SET hash = 'ff'"],
            signed,
            "signature",
        ),
        (
            "signed heads dropped",
            &["DELETE FROM audit_checkpoints"],
            signed,
            "checkpoint-gone",
        ),
    ];
    for (what, statements, row, why) in cases {
        let copy = DatabaseCopy::of(&bank)?;
        for statement in statements {
            copy.database.execute(statement)?;
        }
        let (code, found) = verify(&copy, &[])?;
        assert_eq!(code, Some(4), "{what}: {found}");
        assert_eq!(
            (found["row"].as_i64(), found["why"].as_str()),
            (Some(row), Some(why)),
            "{what}: {found}"
        );
        // The same as text: on standard error, with a remedy.
        let said = server(&["audit", "verify", "--config", &copy.config])?;
        assert_eq!(said.code, Some(4));
        assert!(said.err.contains(&format!("row {row}:")), "{said}");
    }

    // All evidence in the database is cut off; the copy kept elsewhere proves it.
    let copy = DatabaseCopy::of(&bank)?;
    for statement in [
        "DELETE FROM audit_checkpoints",
        "DELETE FROM audit_log WHERE seq > 6",
        "UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit_log WHERE seq = 6)",
    ] {
        copy.database.execute(statement)?;
    }
    let (code, found) = verify(&copy, &[])?;
    assert_eq!(
        (code, found["signed_heads"].as_i64()),
        (Some(0), Some(0)),
        "{found}"
    );
    let (code, found) = verify(&copy, &["--checkpoints", &kept])?;
    assert_eq!((code, found["row"].as_i64()), (Some(4), Some(7)), "{found}");

    // Invalid arguments. A mistyped digest is an error of the command line, and no finding about the log.
    let of = |digest: &str| {
        let args = [
            "audit",
            "verify",
            "--config",
            &whole.config,
            "--key-sha256",
            digest,
        ];
        server(&args)
    };
    let none = of(&"0".repeat(64))?;
    assert_eq!(none.code, Some(2), "{none}");
    assert!(
        none.err.contains("no audit key has the SHA-256 000"),
        "{none}"
    );
    for malformed in ["", "00", &"0".repeat(63), &"x".repeat(64)] {
        let said = of(malformed)?;
        assert_eq!(said.code, Some(2), "{said}");
        assert!(said.err.contains("64 hexadecimal digits"), "{said}");
    }
    assert_eq!(server(&["audit", "verify"])?.code, Some(2));
    assert_eq!(
        server(&["audit", "export", "--format", "xml"])?.code,
        Some(2)
    );
    let nowhere = server(&["audit", "verify", "--config", "/nowhere/inkan.toml"])?;
    assert_eq!(nowhere.code, Some(3), "{nowhere}");
    let missing = ["audit", "verify", "--checkpoints", "/nowhere", "--config"];
    assert_eq!(
        server(&[&missing[..], &[whole.config.as_str()][..]].concat())?.code,
        Some(1)
    );
    fs::write(&kept, "{\"seq\": 1}\n")?;
    let junk = ["audit", "verify", "--checkpoints", &kept, "--config"];
    let said = server(&[&junk[..], &[whole.config.as_str()][..]].concat())?;
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("line 1"), "{said}");

    // It is refused if staff are recorded already.
    let first = |officers: &[&str]| {
        server(
            &[
                &["staff", "bootstrap", "--config", whole.config.as_str()][..],
                officers,
            ]
            .concat(),
        )
    };
    let two = [
        "--officer",
        "山田太郎",
        "E-1",
        "--officer",
        "鈴木花子",
        "E-2",
    ];
    let out = tempfile::tempdir()?;
    let directory = out.path().display().to_string();
    let into = ["--out-dir", directory.as_str()];
    let said = first(&[&two[..], &into[..]].concat())?;
    assert_eq!(said.code, Some(1));
    assert!(
        said.out.is_empty() && said.err.contains("already registered"),
        "{said}"
    );
    assert_eq!(first(&two[..3])?.code, Some(1));
    assert_eq!(first(&[])?.code, Some(2));

    // At the ceremony it is empty.
    let empty = DatabaseCopy::of(&bank)?;
    let text = fs::read_to_string(&empty.config)?;
    let file = empty.file()?.display().to_string();
    fs::write(&empty.config, text.replace(&file, &format!("{file}.new")))?;
    let ceremony = |officers: &[&str]| {
        server(
            &[
                &["staff", "bootstrap", "--config", empty.config.as_str()][..],
                officers,
            ]
            .concat(),
        )
    };
    let same = [
        "--officer",
        "山田太郎",
        "E-1",
        "--officer",
        "鈴木花子",
        "e-1",
    ];
    let said = ceremony(&[&same[..], &into[..]].concat())?;
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("different"), "{said}");
    // Without a terminal it needs a separate file for each of them; nobody is recorded before that.
    let refused = ceremony(&two)?;
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("--out-dir"), "{refused}");
    let files = ["--out-dir", directory.as_str(), "--json"];
    let said = ceremony(&[&two[..], &files[..]].concat())?.expect_well()?;
    let made: Value = serde_json::from_str(&said)?;
    let officers = made["officers"].as_array().ok_or("no officers")?;
    assert_eq!(officers.len(), 2);
    assert_eq!(officers[0]["name"], "山田太郎");
    let mut halves = Vec::new();
    for officer in officers {
        let file = std::path::Path::new(officer["file"].as_str().ok_or("no file")?);
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file)?.permissions());
        assert_eq!(mode & 0o777, 0o600);
        let code: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        assert_eq!(code["name"], officer["name"]);
        for half in ["first_half", "second_half"] {
            let half = code[half].as_str().unwrap_or_default().to_owned();
            assert!(half.len() >= 10 && !said.contains(&half) && !halves.contains(&half));
            halves.push(half);
        }
    }
    assert!(
        made["page"]
            .as_str()
            .is_some_and(|page| page.ends_with("/staff/certificate"))
    );
    // Only once: the files that the second run created are removed.
    let other = tempfile::tempdir()?;
    let directory = other.path().display().to_string();
    let again = ceremony(&[&two[..], &["--out-dir", &directory][..]].concat())?;
    assert_eq!(again.code, Some(1));
    assert_eq!(fs::read_dir(other.path())?.count(), 0);
    Ok(())
}

#[test]
fn a_cold_copy_after_an_orderly_stop_is_whole_and_nothing_is_no_record() -> Outcome {
    let mut bank = Bank::open()?;
    bank.stop()?;
    let copy = DatabaseCopy::of_file_alone(&bank)?;
    let (code, found) = verify(&copy, &[])?;
    assert_eq!(code, Some(0), "{found}");
    assert!(
        found["rows"].as_i64() > Some(8),
        "everything is in it: {found}"
    );
    let check = |more: &[&str]| {
        let common = ["config", "check", "--connect", "--config"];
        server(&[&common[..], &[copy.config.as_str()], more].concat())
    };
    let said = check(&[])?.expect_well()?;
    assert!(
        said.ends_with(": ok\n") && said.lines().count() == 1,
        "{said}"
    );

    let file = copy.file()?;
    let files = || -> Outcome<usize> {
        let all = fs::read_dir(copy.place())?;
        Ok(all
            .filter(|entry| entry.as_ref().is_ok_and(|one| one.path() != file))
            .count())
    };
    let beside = files()?;
    let commands: [&[&str]; 4] = [
        &["audit", "verify"],
        &["audit", "export"],
        &["audit", "checkpoints"],
        &["mail", "failed"],
    ];
    for (what, expected) in [(None, "[store-missing]"), (Some(""), "[store-empty]")] {
        match what {
            None => fs::remove_file(&file)?,
            Some(text) => {
                fs::write(&file, text)?;
                fs::set_permissions(&file, PermissionsExt::from_mode(0o600))?;
            }
        }
        for command in commands {
            let said = server(&[command, &["--config", &copy.config]].concat())?;
            assert_eq!(said.code, Some(1), "{command:?}: {said}");
            assert!(
                said.out.is_empty() && said.err.contains(expected),
                "{command:?}: {said}"
            );
            assert_eq!(file.exists(), what.is_some(), "{command:?} made a file");
            assert_eq!(files()?, beside, "{command:?} made a file");
        }
        // The first start would create it: reported, and no error.
        let said = check(&[])?.expect_well()?;
        assert!(said.contains(expected), "{said}");
    }
    // A server that does not exist.
    let text = fs::read_to_string(&copy.config)?;
    let url = format!("sqlite://{}", file.display());
    let nobody = copy.place().display().to_string();
    let elsewhere = format!("postgres:///inkan?host={nobody}&user=inkan");
    fs::write(&copy.config, text.replace(&url, &elsewhere))?;
    let said = check(&[])?;
    assert_eq!(said.code, Some(1), "{said}");
    assert!(said.err.contains("[store-unreachable]"), "{said}");
    Ok(())
}
