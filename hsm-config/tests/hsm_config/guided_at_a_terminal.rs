//! The guided ceremony as a process at a terminal: PINs, the closed window, Ctrl-C, a full disk, a full token.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;

use inkan_hostile_module::control::Control;
use inkan_hsm_config::transcript::{Event, Transcript};
use inkan_hsm_config::verify;
use jiff::Timestamp;

use crate::environment::{Environment, PINS};
use crate::officers::environment;
use crate::terminal::Terminal;

/// Signals (POSIX).
const SIGHUP: i32 = 1;
const SIGINT: i32 = 2;

const STEPS: usize = 9;

/// With prompts for all PINs. Who enters the root token's PINs is specified; for the other token the officers are asked.
fn with_prompts() -> Environment {
    let environment = environment();
    for file in ["root-so", "root", "issuing-so", "issuing"] {
        environment.edit(&format!("{{ file = \"{file}.pin\" }}"), "{ prompt = true }");
    }
    environment.edit(
        "label = \"root\"",
        "label = \"root\"\npin_custodian = \"Sato Ichiro\"\nso_pin_custodian = \"Sato Ichiro\"",
    );
    environment
}

fn guided(environment: &Environment) -> Terminal {
    Terminal::start(Path::new(env!("CARGO_BIN_EXE_inkan-hsm")), |command| {
        command
            .args(["apply", "--guided", "--spec"])
            .arg(environment.path("hsm.toml"))
            .envs(environment.hsm.env());
    })
}

fn welcome(terminal: &mut Terminal) {
    terminal.expect("type your name or your initials (SI): ");
    terminal.enter("SI");
    terminal.expect("type your name or your initials (SH): ");
    terminal.enter("鈴木 花子");
    confirm(terminal, "one of you types name or initials: ");
}

fn confirm(terminal: &mut Terminal, question: &str) {
    terminal.expect(question);
    terminal.enter("SI");
    terminal.expect("Another of you confirms as well: ");
    terminal.enter("SH");
}

fn step(terminal: &mut Terminal, number: usize) {
    terminal.expect(&format!("Step {number} of {STEPS}: "));
    confirm(
        terminal,
        "If it shall be done, one of you types name or initials: ",
    );
}

/// One PIN, entered once or, when it is new, twice.
fn pin(terminal: &mut Terminal, by: &str, question: &str, pin: &str, new: bool) {
    terminal.expect(&format!("Now only {by} at the keyboard."));
    terminal.expect("Press Enter when everybody is ready: ");
    terminal.enter("");
    terminal.expect(&format!("{question}: "));
    terminal.enter_unseen(pin);
    if new {
        terminal.expect(&format!("{question}, again: "));
        terminal.enter_unseen(pin);
    }
    terminal.expect("Everybody may look again.");
}

fn all_pins(terminal: &mut Terminal) {
    let [(_, root_so), (_, root), (_, issuing_so), (_, issuing)] = PINS;
    let sato = "Sato Ichiro";
    pin(
        terminal,
        sato,
        "Security officer's PIN of token \"root\"",
        root_so,
        true,
    );
    pin(terminal, sato, "PIN of token \"root\"", root, true);
    let whose = ["security officer's PIN", "user PIN"];
    let questions = [
        "Security officer's PIN of token \"issuing\"",
        "PIN of token \"issuing\"",
    ];
    for ((whose, question), secret) in whose.into_iter().zip(questions).zip([issuing_so, issuing]) {
        terminal.expect(&format!(
            "Who enters the {whose} of the token \"issuing\"? Name or initials: "
        ));
        terminal.enter("SH");
        pin(terminal, "鈴木 花子", question, secret, true);
    }
}

fn transcript(environment: &Environment) -> Transcript {
    let path = environment.spec().transcript_path();
    Transcript::load(&path).unwrap().unwrap()
}

/// The screen of a ceremony as docs/hsm-ceremony.txt shows it: what differs from one ceremony to the next is replaced.
fn for_the_guide(screen: &str) -> String {
    let digits = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let group = |word: &str| word.len() == 4 && word.chars().all(digits);
    let mut out = Vec::new();
    for line in screen
        .replace("\u{1b}[2J\u{1b}[3J\u{1b}[H", "[the screen is cleared]\n")
        .lines()
    {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for word in &mut words {
            if group(word) {
                "····".clone_into(word);
            } else if word.len() > 20 && word.ends_with('Z') && word.starts_with("20") {
                "2026-11-22T09:00:00.000Z".clone_into(word);
            }
        }
        let mut line = words.join(" ");
        if line.starts_with("clock ") {
            line = "clock         2026-11-22 09:00:00 UTC".to_owned();
        }
        if let Some(at) = line.find(" on SoftHSM 2") {
            line.truncate(at);
            line += " on SoftHSM 2";
        }
        out.push(line.trim_end().to_owned());
    }
    out.join("\n") + "\n"
}

#[test]
fn two_officers_hold_a_ceremony_and_no_pin_is_on_the_screen() {
    let environment = with_prompts();
    let mut terminal = guided(&environment);
    welcome(&mut terminal);
    all_pins(&mut terminal);
    for number in 1..=STEPS {
        step(&mut terminal, number);
    }
    let (screen, status) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    for (name, pin) in PINS {
        assert!(!screen.contains(pin), "{name} was shown");
    }
    let transcript = transcript(&environment);
    let entered: Vec<_> = transcript
        .lines()
        .iter()
        .filter(|line| line.event == Event::PinEntered)
        .map(|line| {
            (
                line.step.as_str(),
                line.details["pin"].as_str(),
                line.details["name"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        entered,
        [
            ("pin-entry:root", "security officer", "Sato Ichiro"),
            ("pin-entry:root", "user", "Sato Ichiro"),
            ("pin-entry:issuing", "security officer", "鈴木 花子"),
            ("pin-entry:issuing", "user", "鈴木 花子"),
        ]
    );
    // The guide shows this screen.
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/hsm-ceremony.txt");
    let shown = for_the_guide(&screen);
    if std::env::var_os("INKAN_WRITE_GUIDE").is_some() {
        fs::write(&guide, &shown).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&guide).unwrap(),
        shown,
        "run this test with INKAN_WRITE_GUIDE=1"
    );
}

#[test]
fn mistyped_new_pins_are_entered_again_and_ctrl_c_at_a_pin_changes_nothing() {
    let environment = with_prompts();
    let mut terminal = guided(&environment);
    welcome(&mut terminal);
    terminal.expect("Press Enter when everybody is ready: ");
    terminal.enter("");
    terminal.expect("Security officer's PIN of token \"root\": ");
    terminal.enter_unseen("one-29384756");
    terminal.expect(", again: ");
    terminal.enter_unseen("two-29384756");
    terminal.expect("The two entries differ, or are empty. Nothing was sent.");
    terminal.expect("Security officer's PIN of token \"root\": ");
    terminal.enter_unseen("\u{3}");
    let (screen, status) = terminal.end();
    assert_eq!(status.code(), Some(5), "{screen}");
    assert!(screen.contains("[pin-cancelled]"), "{screen}");
    assert!(!screen.contains("29384756"), "{screen}");
    assert!(!environment.path("certificates").exists());
}

#[test]
fn a_closed_terminal_or_ctrl_c_at_a_confirmation_loses_nothing() {
    let environment = environment();
    let mut terminal = guided(&environment);
    welcome(&mut terminal);
    for number in 1..=5 {
        step(&mut terminal, number);
    }
    terminal.expect("Step 6 of 9: ");
    terminal.expect("one of you types name or initials: ");
    terminal.enter("SI");
    terminal.expect("Another of you confirms as well: ");
    assert_eq!(terminal.close().signal(), Some(SIGHUP));
    let closed = transcript(&environment);
    assert_eq!(closed.steps_done(), 5);

    let mut terminal = guided(&environment);
    terminal.expect("9 steps, 5 of them done before.");
    welcome(&mut terminal);
    step(&mut terminal, 6);
    terminal.expect("Step 7 of 9: ");
    terminal.expect("one of you types name or initials: ");
    terminal.keys("\u{3}");
    let (screen, status) = terminal.end();
    assert_eq!(status.signal(), Some(SIGINT), "{screen}");

    let mut terminal = guided(&environment);
    welcome(&mut terminal);
    for number in 7..=STEPS {
        step(&mut terminal, number);
    }
    let (screen, status) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    let whole = transcript(&environment);
    assert_eq!(whole.lines()[..closed.lines().len()], *closed.lines());
    let present = whole.lines().iter().filter(|l| l.event == Event::Present);
    assert_eq!(present.count(), 6);
    environment.hsm.use_in_this_process();
    assert!(
        verify(&environment.spec(), Timestamp::now(), false, &[])
            .unwrap()
            .is_ok()
    );
}

#[test]
fn a_terminal_closed_while_the_token_makes_a_key_is_resumed() {
    let environment = environment();
    let control = Control::new(environment.hsm.path());
    let module = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
    environment.edit("profile = \"softhsm2\"", &module);
    let start = || {
        Terminal::start(Path::new(env!("CARGO_BIN_EXE_inkan-hsm")), |command| {
            command
                .args(["apply", "--guided", "--spec"])
                .arg(environment.path("hsm.toml"))
                .envs(environment.hsm.env())
                .envs(control.environment(&environment.hsm.module_path()));
        })
    };
    control.set("hang:generate");
    let mut terminal = start();
    welcome(&mut terminal);
    for number in 1..=5 {
        step(&mut terminal, number);
    }
    // The line is written before the token is called.
    let path = environment.spec().transcript_path();
    while !fs::read_to_string(&path)
        .unwrap()
        .contains("\"started\",\"step\":\"key:root-ca\"")
    {
        std::thread::yield_now();
    }
    assert_eq!(terminal.close().signal(), Some(SIGHUP));
    assert!(transcript(&environment).done("key:root-ca").is_none());

    control.set("");
    let mut terminal = start();
    terminal.expect("9 steps, 4 of them done before.");
    welcome(&mut terminal);
    for number in 5..=STEPS {
        step(&mut terminal, number);
    }
    let (screen, status) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert!(transcript(&environment).is_complete());
}

#[test]
fn a_pipe_is_no_terminal() {
    let environment = environment();
    let text = environment.expect(&["apply", "--guided"], 1);
    assert!(text.contains("[guided-terminal]"), "{text}");
    assert!(!environment.path("certificates").exists());
}

#[test]
fn a_full_disk_stops_it_at_every_line_and_what_is_recorded_stays() {
    let environment = Environment::new();
    let limited = |kilobytes: usize| {
        // The limit for one file stands for the free space: the transcript is what grows.
        let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$@\"");
        let output = Command::new("bash")
            .args([
                "-c",
                &script,
                "bash",
                env!("CARGO_BIN_EXE_inkan-hsm"),
                "apply",
                "--spec",
            ])
            .arg(environment.path("hsm.toml"))
            .envs(environment.hsm.env())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let mut stopped = 0;
    let mut before = 0;
    for kilobytes in 1.. {
        let (code, text) = limited(kilobytes);
        let path = environment.spec().transcript_path();
        if code == Some(0) {
            break;
        }
        // The transcript, or a file of the token or of a certificate.
        assert!(
            matches!(code, Some(4 | 9 | 10)) && text.contains("error: "),
            "{code:?} {text}"
        );
        assert!(!text.contains("panicked"), "{text}");
        stopped += 1;
        if let Some(so_far) = Transcript::load(&path).unwrap() {
            assert!(so_far.lines().len() >= before, "a line was lost");
            before = so_far.lines().len();
        }
        assert!(kilobytes < 64, "{text}");
    }
    assert!(stopped >= 4, "{stopped}");
    environment.hsm.use_in_this_process();
    let report = verify(&environment.spec(), Timestamp::now(), false, &[]).unwrap();
    assert!(
        report.is_ok(),
        "{:?}",
        report.findings().collect::<Vec<_>>()
    );
}

#[test]
fn a_full_token_stops_it_and_it_resumes_when_there_is_space() {
    let environment = Environment::new();
    let control = Control::new(environment.hsm.path());
    control.use_in_this_process(&environment.hsm.module_path());
    let spec = environment.another_with("-full", &Control::module());
    control.set("full:0");
    let full = inkan_hsm_config::apply(&spec, Timestamp::now(), false, &mut |_| ()).unwrap_err();
    let explained = inkan_hsm_config::catalogue::apply(&full);
    assert_eq!(explained.code, "hsm-full", "{explained:?}");
    assert!(
        explained.sentence.starts_with("key:root-ca: "),
        "{explained:?}"
    );
    control.set("");
    inkan_hsm_config::apply(&spec, Timestamp::now(), false, &mut |_| ()).unwrap();
    assert!(verify(&spec, Timestamp::now(), false, &[]).unwrap().is_ok());
}
