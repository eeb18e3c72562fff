//! Sources of PINs: files, environment, credentials; and that a wrong one is tried once.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use inkan_hsm_config::apply::Ceremony;
use inkan_hsm_config::pin_source::{PinError, PinSource, Prompt};

use crate::environment::{Environment, now, perform};

fn read(path: &Path, content: &[u8], mode: u32) -> Result<String, PinError> {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let pin = PinSource::File(path.to_owned()).read(Prompt::Never)?;
    Ok(pin.expose().to_owned())
}

#[test]
fn one_newline_is_removed_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pin");
    for (content, pin) in [
        ("1234", "1234"),
        ("1234\n", "1234"),
        ("1234\r\n", "1234"),
        (" 12 34 \n", " 12 34 "),
        ("暗証\n", "暗証"),
    ] {
        assert_eq!(read(&path, content.as_bytes(), 0o600).unwrap(), pin);
    }
    assert_eq!(read(&path, &[b'1'; 256], 0o400).unwrap().len(), 256);
    for (content, error) in [
        (b"".as_slice(), PinError::Empty),
        (b"\n", PinError::Empty),
        (b"1234\n\n", PinError::NotOneLine),
        (b"1234\n5678\n", PinError::NotOneLine),
        (b"12\x0034", PinError::NotOneLine),
        (b"\xff\xfe", PinError::NotOneLine),
        (&[b'1'; 257], PinError::TooLong),
        (&[b'1'; 100_000], PinError::TooLong),
    ] {
        assert_eq!(read(&path, content, 0o600), Err(error));
    }
}

#[test]
fn a_file_open_to_others_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("pin");
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666, 0o777] {
        assert_eq!(
            read(&path, b"1234", mode),
            Err(PinError::FileReadableByOthers(path.clone(), mode))
        );
    }
}

#[test]
fn a_pin_source_that_is_not_a_file_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let source = |path: &Path| {
        PinSource::File(path.to_owned())
            .read(Prompt::Never)
            .unwrap_err()
    };
    assert_eq!(
        source(directory.path()),
        PinError::NotAFile(directory.path().to_owned())
    );
    let pipe = directory.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    assert_eq!(source(&pipe), PinError::NotAFile(pipe.clone()));
    let none = directory.path().join("none");
    assert_eq!(
        source(&none),
        PinError::File(none.clone(), std::io::ErrorKind::NotFound)
    );
}

#[test]
fn missing_sources_are_named() {
    let missing = PinSource::Env("INKAN_NO_SUCH_PIN".to_owned());
    assert_eq!(
        missing.read(Prompt::Never).unwrap_err(),
        PinError::Env("INKAN_NO_SUCH_PIN".to_owned())
    );
    assert_eq!(
        PinSource::Prompt.read(Prompt::Never).unwrap_err(),
        PinError::NoTerminal
    );
}

#[test]
fn a_credential_is_read_from_systemds_directory() {
    let environment = Environment::new();
    perform(&environment.spec());
    environment.edit(
        "{ file = \"issuing.pin\" }",
        "{ credential = \"issuing-pin\" }",
    );
    let text = environment.expect(&["verify"], 5);
    assert!(text.contains("[pin-no-credentials]"), "{text}");

    let credentials = environment.path("credentials");
    fs::create_dir(&credentials).unwrap();
    let credential = credentials.join("issuing-pin");
    fs::copy(environment.path("issuing.pin"), &credential).unwrap();
    // As systemd shows it where it grants the service user access by an ACL.
    fs::set_permissions(&credential, fs::Permissions::from_mode(0o440)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
        .args(["verify", "--spec"])
        .arg(environment.path("hsm.toml"))
        .env("CREDENTIALS_DIRECTORY", &credentials)
        .envs(environment.hsm.env())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

/// User logins that the module received, as recorded by OpenSC's pkcs11-spy in front of it, and the program's output.
fn logins(environment: &Environment, command: &str, exit: i32) -> (usize, String) {
    let log = environment.path("spy.log");
    let output = Command::new(env!("CARGO_BIN_EXE_inkan-hsm"))
        .args([command, "--spec"])
        .arg(environment.path("hsm.toml"))
        .envs(environment.hsm.env())
        .env("PKCS11SPY", environment.hsm.module_path())
        .env("PKCS11SPY_OUTPUT", &log)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(exit), "{output:?}");
    let text = fs::read_to_string(&log).unwrap();
    fs::remove_file(log).unwrap();
    let count = text
        .lines()
        .filter(|line| line.ends_with("C_Login"))
        .count();
    (count, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_wrong_pin_is_sent_once() {
    let spy = [
        "/usr/lib/x86_64-linux-gnu/pkcs11/pkcs11-spy.so",
        "/usr/lib/x86_64-linux-gnu/pkcs11-spy.so",
        "/usr/lib/aarch64-linux-gnu/pkcs11-spy.so",
        "/usr/lib64/pkcs11/pkcs11-spy.so",
        "/usr/lib64/pkcs11-spy.so",
    ];
    let spy = spy.into_iter().find(|path| Path::new(path).is_file());
    let spy = spy.expect("pkcs11-spy (Debian: apt-get install opensc-pkcs11)");
    let environment = Environment::new();
    let mut ignore = |_: &_| {};
    let spec = environment.spec();
    let mut ceremony = Ceremony::open(&spec, now(), false, &mut ignore).unwrap();
    for _ in 0..6 {
        ceremony.step().unwrap();
    }
    drop(ceremony);
    environment.edit(
        "profile = \"softhsm2\"",
        &format!("profile = \"softhsm2\"\nmodule = \"{spy}\""),
    );
    fs::write(environment.path("issuing.pin"), "00000000").unwrap();
    // The root's key is checked first, with its correct PIN.
    assert_eq!(logins(&environment, "apply", 5).0, 2);
    let text = environment.expect(&["transcript"], 11);
    assert!(!text.contains("resumed"), "{text}");

    fs::write(environment.path("issuing.pin"), "user-62840915").unwrap();
    // Once for each token, and no more for signing.
    assert_eq!(logins(&environment, "apply", 0).0, 2);
    fs::write(environment.path("root.pin"), "00000000").unwrap();
    let (count, output) = logins(&environment, "verify", 5);
    assert_eq!(count, 1);
    assert!(output.contains("[hsm-pin-incorrect]"), "{output}");
    assert!(!output.contains("00000000"), "{output}");
}

#[test]
fn a_pin_file_readable_by_others_stops_apply_before_any_change() {
    let environment = Environment::new();
    fs::set_permissions(
        environment.path("issuing.pin"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let before = environment.files();
    let text = environment.expect(&["apply"], 5);
    assert!(
        text.contains("[pin-file-readable-by-others]") && text.contains("issuing.pin"),
        "{text}"
    );
    assert_eq!(environment.files(), before);
}

#[test]
fn ctrl_c_at_a_prompt_cancels_and_restores_the_terminal() {
    let environment = Environment::new();
    environment.edit("pin = { file = \"root.pin\" }", "pin = { prompt = true }");
    let command = format!(
        "{} apply --spec {}; echo exit $?; stty -a",
        env!("CARGO_BIN_EXE_inkan-hsm"),
        environment.path("hsm.toml").display()
    );
    // util-linux's `script` gives the program its own terminal.
    let mut terminal = Command::new("script")
        .args(["--quiet", "--flush", "--command", &command, "/dev/null"])
        .env("SHELL", "/bin/sh")
        .envs(environment.hsm.env())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keyboard = terminal.stdin.take().unwrap();
    let mut screen = terminal.stdout.take().unwrap();
    let (asked, question) = channel();
    // The question is on the screen a moment before the terminal is ready for it; a key pressed too early is lost.
    let presses = thread::spawn(move || {
        let _ = question.recv();
        let mut pause = Duration::from_millis(300);
        while question.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            let _ = keyboard.write_all(b"\x03").and_then(|()| keyboard.flush());
            pause = Duration::from_secs(2);
        }
    });
    let mut output = Vec::new();
    let mut piece = [0_u8; 4096];
    let mut answered = 0;
    loop {
        let count = screen.read(&mut piece).unwrap();
        if count == 0 {
            break;
        }
        output.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&output);
        let (question, answer) = (text.contains("PIN of token"), text.contains("[pin-"));
        while answered < i32::from(question) + i32::from(answer) {
            asked.send(()).unwrap();
            answered += 1;
        }
    }
    drop(asked);
    presses.join().unwrap();
    terminal.wait().unwrap();
    let output = String::from_utf8_lossy(&output);
    assert!(
        output.contains("[pin-cancelled]") && output.contains("exit 5"),
        "{output}"
    );
    assert!(
        output.contains(" echo ") && !output.contains(" -echo "),
        "{output}"
    );
}
