//! Sets of shares on a real token: made, replaced, interrupted, and with everything that officers can get wrong.

use std::fs;
use std::io::Write as _;

use inkan_hostile_module::control::Control;
use inkan_hsm_config::pin_source::{PinSource, Prompt};

use crate::environment::{Environment, PINS, perform};
use crate::share_officers::{Ended, PageDirectory, command, end, make, start, until, with_lines};

const CREATE: [&str; 5] = ["shares", "create", "--token", "issuing", "--threshold"];
const RESHARE: [&str; 5] = ["shares", "reshare", "--token", "issuing", "--threshold"];
const OLD_PIN: &str = r#"label = "issuing"
so_pin = { file = "issuing-so.pin" }
pin = { file = "issuing.pin" }"#;
const SHARED: &str = r#"label = "issuing"
so_pin = { file = "issuing-so.pin" }
pin = { shares = "certificates/issuing.shares.json" }"#;

fn ready() -> Environment {
    let environment = Environment::new();
    perform(&environment.spec());
    environment
}

fn officers<'a>(command: &[&'a str], threshold: &'a str, names: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = command.to_vec();
    arguments.push(threshold);
    for name in names {
        arguments.extend(["--officer", name]);
    }
    arguments
}

/// A set of three officers, of whom two are needed; the specification names it.
fn two_of_three(environment: &Environment) -> PageDirectory {
    let pages = PageDirectory::new();
    let arguments = officers(&CREATE, "2", &["Aoki", "Baba", "Chiba"]);
    let text = make(environment, &arguments, "", &pages).expect(0);
    assert!(text.contains("needed     2 of 3"), "{text}");
    environment.edit(OLD_PIN, SHARED);
    pages
}

fn verify(environment: &Environment, lines: &str) -> Ended {
    with_lines(environment, &["verify"], lines)
}

/// A set is made; officers with the numbers `chosen` are enough, and without the first of them they are not.
fn opens(threshold: &str, names: &[&str], chosen: &[usize]) {
    let environment = ready();
    let pages = PageDirectory::new();
    make(
        &environment,
        &officers(&CREATE, threshold, names),
        "",
        &pages,
    )
    .expect(0);
    let text = environment.expect(&["verify"], 5);
    assert!(
        text.contains("hsm-pin-incorrect"),
        "the PIN file is void: {text}"
    );

    environment.edit(OLD_PIN, SHARED);
    let lines: String = chosen.iter().map(|n| pages.line(*n)).collect();
    verify(&environment, &lines).expect(0);
    let few: String = chosen.iter().skip(1).map(|n| pages.line(*n)).collect();
    let text = verify(&environment, &few).expect(5);
    assert!(text.contains("share-too-few"), "{text}");
    // Nothing that the program wrote contains a share.
    for (path, content) in environment.files() {
        let content = String::from_utf8_lossy(&content).to_lowercase();
        let line = pages.words(1).join(" ");
        assert!(!content.contains(&line), "{}", path.display());
    }
}

#[test]
fn two_of_two_open_the_token_and_the_pin_from_before_does_not() {
    opens("2", &["Aoki", "Baba"], &[2, 1]);
}

#[test]
fn three_of_five_open_the_token_and_the_pin_from_before_does_not() {
    opens("3", &["Aoki", "Baba", "Chiba", "Doi", "Endo"], &[5, 1, 3]);
}

#[test]
fn a_lost_officer_is_replaced_old_shares_stop_working_and_the_keys_stay() {
    let environment = ready();
    let old = two_of_three(&environment);
    let certificate = fs::read(environment.path("certificates/customer-ca.pem")).unwrap();
    // Aoki is lost; Baba and Chiba are enough, and Doi is new.
    let new = PageDirectory::new();
    let lines = old.line(2) + &old.line(3);
    let arguments = officers(&RESHARE, "2", &["Baba", "Chiba", "Doi"]);
    let text = make(&environment, &arguments, &lines, &new).expect(0);
    assert!(text.contains("Shred the pages"), "{text}");

    let text = verify(&environment, &lines).expect(5);
    assert!(text.contains("share of another set"), "{text}");
    verify(&environment, &(new.line(3) + &new.line(1))).expect(0);
    let kept = fs::read(environment.path("certificates/customer-ca.pem")).unwrap();
    assert_eq!(kept, certificate);
    assert!(
        !environment
            .path("certificates/issuing.shares.json.pending")
            .exists()
    );
}

/// The file of a key for which a certificate of nobody's CA vouches.
fn key_of_nobody() -> String {
    use inkan_pki::algorithm::SignatureScheme;
    use inkan_pki::officer::ShareKeyPoint;
    use inkan_pki::officer::key::{statement, write};
    use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData as _, SigningKey as _};

    let (login, share) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "Doi E-1004");
    let certificate = params.self_signed(&login).unwrap();
    let share_key = ShareKeyPoint::new(share.der_bytes()).unwrap();
    let signature = login.sign(&statement(&share_key, certificate.der()));
    let scheme = SignatureScheme::EcdsaP256Sha256;
    write(&share_key, certificate.der(), scheme, &signature.unwrap())
}

#[test]
fn a_key_for_which_no_staff_certificate_vouches_gets_no_share() {
    let environment = ready();
    let file = environment.path("key.json");
    let path = file.to_str().unwrap();
    let mut arguments = officers(&CREATE, "2", &["Aoki"]);
    arguments.extend(["--officer-token", path]);
    let refused = |code: &str| {
        let text = with_lines(&environment, &arguments, "").expect(12);
        assert!(text.contains(code), "{code}: {text}");
    };
    refused("officer-key-file");
    let good = key_of_nobody();
    for (text, code) in [
        ("{}".to_owned(), "officer-key-malformed"),
        (
            good.replace("\"version\": 1", "\"version\": 9"),
            "officer-key-version",
        ),
        (
            good.replace("CERTIFICATE", "NOTHING"),
            "officer-key-certificate",
        ),
        (
            good.replace("\"signature\": \"", "\"signature\": \"00"),
            "officer-key-signature",
        ),
        (good, "officer-key-issuer"),
    ] {
        fs::write(&file, text).unwrap();
        refused(code);
    }
    // No PIN was sent, and nothing was made.
    assert!(
        !environment
            .path("certificates/issuing.shares.json")
            .exists()
    );
    environment.expect(&["verify"], 0);
}

#[test]
fn every_mistake_of_an_officer_has_its_own_answer_and_changes_nothing() {
    let environment = ready();
    let other = two_of_three(&environment);
    let pages = PageDirectory::new();
    let arguments = officers(&RESHARE, "2", &["Aoki", "Baba", "Chiba"]);
    let lines = other.line(1) + &other.line(2);
    make(&environment, &arguments, &lines, &pages).expect(0);
    let check = |line: &str| {
        let arguments = ["shares", "check", "--token", "issuing"];
        with_lines(&environment, &arguments, line)
    };
    let good = check(&pages.line(3)).expect(0);
    assert!(
        good.contains("good: share 3") && good.contains("Chiba"),
        "{good}"
    );
    assert!(
        !good.contains(&pages.words(3)[0]),
        "reveals nothing: {good}"
    );

    let mut words = pages.words(1);
    words[6].insert(3, 'q');
    let text = check(&words.join(" ")).expect(12);
    assert!(text.contains("Word 7 is not in the list"), "{text}");
    let mut words = pages.words(1);
    words[20] = if words[20] == "zoo" { "zone" } else { "zoo" }.to_owned();
    let text = check(&words.join(" ")).expect(12);
    assert!(text.contains("do not fit together"), "{text}");
    words.truncate(29);
    assert!(check(&words.join(" ")).expect(12).contains("these are 29"));
    let text = check(&other.line(1)).expect(12);
    assert!(text.contains("share-other-set"), "{text}");
    assert!(check("").expect(12).contains("these are 0"));

    // One share twice, one of another set, a mistyped one: then enough.
    let lines = pages.line(1) + &pages.line(1) + &other.line(2) + "zoo\n" + &pages.line(2);
    let text = verify(&environment, &lines).expect(0);
    for answer in ["was entered before", "share of another set", "these are 1"] {
        assert!(text.contains(answer), "{answer}: {text}");
    }
}

#[test]
fn impossible_sets_are_refused_before_a_pin_is_sent() {
    let environment = ready();
    let control = behind_a_module(&environment);
    for (threshold, names, code) in [
        ("1", &["A", "B"][..], "share-threshold"),
        ("3", &["A", "B"], "share-threshold"),
        ("2", &["A"], "share-officers"),
        ("2", &["A", "A"], "share-same-name"),
    ] {
        let pages = PageDirectory::new();
        let made = make(
            &environment,
            &officers(&CREATE, threshold, names),
            "",
            &pages,
        );
        assert!(made.expect(2).contains(code), "{code}");
    }
    let none = officers(
        &["shares", "create", "--token", "none", "--threshold"],
        "2",
        &["A", "B"],
    );
    assert!(
        make(&environment, &none, "", &PageDirectory::new())
            .expect(2)
            .contains("share-no-token")
    );
    let reshare = officers(&RESHARE, "2", &["A", "B"]);
    let text = make(&environment, &reshare, "", &PageDirectory::new()).expect(9);
    assert!(text.contains("share-set-missing"), "{text}");
    assert!(control.pins().is_empty());
}

#[test]
fn pages_are_not_written_to_a_disk_or_shown_to_a_pipe() {
    let environment = ready();
    let disk = environment.path("pages");
    let mut arguments = officers(&CREATE, "2", &["A", "B"]);
    let text = with_lines(&environment, &arguments, "").expect(2);
    assert!(text.contains("share-no-terminal"), "{text}");
    arguments.extend(["--pages", disk.to_str().unwrap()]);
    let tmpfs = environment.path("").starts_with("/dev/shm");
    if !tmpfs {
        let text = with_lines(&environment, &arguments, "").expect(9);
        assert!(text.contains("pages-on-disk"), "{text}");
    }
    // Nobody confirms: nothing is changed, and the PIN from before is in force.
    arguments.push("--allow-disk");
    let text = with_lines(&environment, &arguments, "").expect(7);
    assert!(text.contains("share-not-delivered"), "{text}");
    environment.expect(&["verify"], 0);
}

/// The environment's module behind one that can crash.
fn behind_a_module(environment: &Environment) -> Control {
    let control = Control::new(environment.hsm.path());
    control.use_in_this_process(&environment.hsm.module_path());
    let line = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
    environment.edit("profile = \"softhsm2\"", &line);
    control
}

const RESUME: [&str; 4] = ["shares", "resume", "--token", "issuing"];

#[test]
fn killed_before_the_token_is_told_the_pin_from_before_is_in_force() {
    let environment = ready();
    let control = behind_a_module(&environment);
    let pages = PageDirectory::new();
    let directory = pages.path().to_str().unwrap();
    let mut arguments = officers(&CREATE, "2", &["Aoki", "Baba"]);
    arguments.extend(["--pages", directory]);
    // kill -9 while the first officer is asked.
    let mut child = start(command(&environment, &arguments));
    until(&mut child, "of your page: ");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        environment
            .path("certificates/issuing.shares.json.pending")
            .exists()
    );
    environment.expect(&["verify"], 0);
    let text = make(&environment, &arguments[..10], "", &PageDirectory::new()).expect(7);
    assert!(text.contains("share-pending"), "{text}");

    // The new pages: one try, which the token refuses, and the pending set is gone.
    control.forget_pins();
    let text = with_lines(&environment, &RESUME, &(pages.line(1) + &pages.line(2))).expect(0);
    assert!(text.contains("had not been made"), "{text}");
    assert_eq!(control.pins(), ["user"]);
    let text = with_lines(&environment, &RESUME, "").expect(7);
    assert!(text.contains("share-nothing-pending"), "{text}");
    environment.expect(&["verify"], 0);
}

/// Killed where `word` says; then one login with the new shares or the PIN from before, and what is told.
fn killed(word: &str, with: &str, (code, told): (i32, &str)) {
    let environment = ready();
    let control = behind_a_module(&environment);
    let pages = PageDirectory::new();
    control.set(word);
    let arguments = officers(&CREATE, "2", &["Aoki", "Baba"]);
    let ended = make(&environment, &arguments, "", &pages);
    assert_eq!(ended.code, None, "it was killed: {}", ended.text);
    control.set("");
    control.forget_pins();
    let lines = pages.line(2) + &pages.line(1);
    let arguments = [&RESUME[..], &["--with", with]].concat();
    let entered = if with == "new" { lines.as_str() } else { "" };
    let text = with_lines(&environment, &arguments, entered).expect(code);
    assert!(text.contains(told), "{text}");
    assert_eq!(control.pins(), ["user"]);
    if code != 0 {
        with_lines(&environment, &RESUME, &lines).expect(0);
    }
    // The PIN that is in force opens the token, with the same keys.
    if word == "crash:changed" {
        environment.edit(OLD_PIN, SHARED);
    }
    verify(&environment, &lines).expect(0);
}

#[test]
fn killed_before_the_change_the_new_shares_show_it() {
    killed("crash:change", "new", (0, "had not been made"));
}

#[test]
fn killed_before_the_change_the_pin_from_before_shows_it() {
    killed("crash:change", "old", (0, "had not been made"));
}

#[test]
fn killed_after_the_change_the_new_shares_are_put_in_force() {
    killed("crash:changed", "new", (0, "had been made"));
}

#[test]
fn killed_after_the_change_the_pin_from_before_is_refused_and_both_sets_stay() {
    killed("crash:changed", "old", (5, "share-old-pin-refused"));
}

#[test]
fn an_unclear_answer_to_the_change_keeps_both_sets() {
    let environment = ready();
    let control = behind_a_module(&environment);
    let pages = PageDirectory::new();
    control.set("fails:change");
    let arguments = officers(&CREATE, "2", &["Aoki", "Baba"]);
    let text = make(&environment, &arguments, "", &pages).expect(5);
    assert!(text.contains("share-unclear"), "{text}");
    assert_eq!(
        control.pins().iter().filter(|pin| *pin == "change").count(),
        1
    );
    control.set("");
    let text = with_lines(&environment, &RESUME, &(pages.line(1) + &pages.line(2))).expect(0);
    assert!(text.contains("had been made"), "{text}");
}

#[test]
fn a_server_does_not_read_a_shared_pin_and_apply_does_not_set_one() {
    let environment = ready();
    two_of_three(&environment);
    let source = PinSource::Shares(environment.path("certificates/issuing.shares.json"));
    for (prompt, code) in [
        (Prompt::Never, "pin-shared"),
        (Prompt::AskTwice("PIN"), "pin-shared-new"),
    ] {
        let error = source.read(prompt).unwrap_err();
        assert_eq!(inkan_hsm_config::catalogue::pin(&error).code, code);
    }
    let text = environment.expect(&["shares", "show", "--token", "issuing", "--json"], 0);
    let set: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(set["threshold"], 2);
    assert_eq!(set["officers"][1]["name"], "Baba");
    for (name, pin) in PINS {
        assert!(!text.contains(pin), "{name}");
    }
}

/// The program in a terminal that util-linux's `script` makes.
fn at_terminal(environment: &Environment, arguments: &[&str]) -> std::process::Child {
    // Without `exec`, some shells stay between the terminal and the program, and end by Ctrl-C themselves.
    let line = format!(
        "exec {} {} --spec {}",
        env!("CARGO_BIN_EXE_inkan-hsm"),
        arguments.join(" "),
        environment.path("hsm.toml").display()
    );
    let mut terminal = std::process::Command::new("script");
    terminal
        .args(["-q", "-e", "-f", "-c", &line, "/dev/null"])
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .envs(environment.hsm.env());
    start(terminal)
}

#[test]
fn ctrl_c_while_a_page_is_shown_erases_it_and_the_pin_from_before_is_in_force() {
    let environment = ready();
    let mut child = at_terminal(&environment, &officers(&CREATE, "2", &["Aoki", "Baba"]));
    read_until(&mut child, "nobody else sees the screen.");
    type_line(&mut child, "");
    let words = words_on(&read_until(&mut child, "two words are asked."));
    child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    let rest = read_until(&mut child, "\u{0}never");
    assert_eq!(child.wait().unwrap().code(), Some(5));
    let erased = "\u{1b}[2J\u{1b}[3J\u{1b}[H\u{1b}[?1049l";
    let below = rest.rsplit_once(erased).unwrap().1;
    assert!(!below.contains(&words[0]), "{below}");
    environment.expect(&["verify"], 0);
    let resumed = with_lines(
        &environment,
        &[&RESUME[..], &["--with", "old"]].concat(),
        "",
    );
    assert!(resumed.expect(0).contains("had not been made"));
}

#[test]
fn at_a_terminal_each_page_is_shown_alone_asked_again_and_erased() {
    const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";
    let environment = ready();
    let mut child = at_terminal(&environment, &officers(&CREATE, "2", &["Aoki", "Baba"]));
    // The terminal's output is on standard output.
    let mut seen = String::new();
    let mut pages: Vec<Vec<String>> = Vec::new();
    for officer in ["Aoki", "Baba"] {
        seen += &read_until(&mut child, "nobody else sees the screen.");
        assert!(seen.contains(&format!("for {officer} alone")), "{seen}");
        type_line(&mut child, "");
        for attempt in 0..2 {
            let page = read_until(&mut child, "two words are asked.");
            let words = words_on(&page);
            assert_eq!(words.len(), 30, "{page}");
            type_line(&mut child, "");
            for _ in 0..2 {
                let question = read_until(&mut child, "of your page: ");
                let number: usize = question
                    .rsplit(", word ")
                    .next()
                    .and_then(|rest| rest.split(' ').next())
                    .unwrap()
                    .parse()
                    .unwrap();
                // The first time, the officer has not read it.
                let right = words[number - 1].as_str();
                let wrong = if right == "zoo" { "zone" } else { "zoo" };
                type_line(&mut child, if attempt == 0 { wrong } else { right });
            }
            seen += &page;
            if attempt == 1 {
                pages.push(words);
            }
        }
    }
    let rest = read_until(&mut child, "\u{0}never");
    assert!(rest.contains("is in force"), "{rest}");
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_ne!(pages[0], pages[1]);
    // Every page was followed by an erased screen, and no word is left on the one below.
    assert!(seen.contains("\u{1b}[?1049h") && rest.contains("\u{1b}[?1049l"));
    assert!(seen.matches(CLEAR).count() >= 4, "{seen}");
    let below = rest.rsplit("\u{1b}[?1049l").next().unwrap();
    let line = pages[1].join(" ");
    assert!(!below.contains(&line[..20]), "{below}");

    environment.edit(OLD_PIN, SHARED);
    let lines = pages.iter().map(|words| words.join(" ") + "\n");
    verify(&environment, &lines.collect::<String>()).expect(0);
}

fn type_line(child: &mut std::process::Child, text: &str) {
    writeln!(child.stdin.as_mut().unwrap(), "{text}").unwrap();
}

fn read_until(child: &mut std::process::Child, end: &str) -> String {
    use std::io::Read as _;
    let mut seen = Vec::new();
    let stdout = child.stdout.as_mut().unwrap();
    let mut byte = [0];
    while !seen.ends_with(end.as_bytes()) && matches!(stdout.read(&mut byte), Ok(1)) {
        seen.push(byte[0]);
    }
    String::from_utf8_lossy(&seen).into_owned()
}

/// Words behind their numbers, in their order.
fn words_on(page: &str) -> Vec<String> {
    let shown = page.rsplit("together").next().unwrap();
    let mut tokens = shown.split_whitespace();
    let mut words = Vec::new();
    while let (Some(number), Some(word)) = (tokens.next(), tokens.next()) {
        if number.parse() != Ok(words.len() + 1) {
            break;
        }
        words.push(word.to_owned());
    }
    words
}

#[test]
fn a_page_is_one_file_in_two_languages_with_the_words_as_a_qr_code() {
    let environment = ready();
    let pages = two_of_three(&environment);
    let page = pages.page(2);
    for text in [
        "lang=\"ja\"",
        "2 / 3",
        "Baba",
        "3名のうち2名",
        "Any 2 of the 3 officers",
        "<svg",
        "Shred this page",
    ] {
        assert!(page.contains(text), "{text}");
    }
    for outside in ["src=", "href=", "url(", "@import", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert_eq!(pages.words(2).len(), 30);
    assert_eq!(
        scanned(&page),
        pages.words(2).join(" ").to_uppercase(),
        "a scanner reads the same words"
    );
    let mode = std::os::unix::fs::MetadataExt::mode(
        &fs::metadata(pages.path().join("share-2.html")).unwrap(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

/// What a scanner reads from the page's QR code: each module is a square of the path.
fn scanned(page: &str) -> String {
    const SCALE: usize = 4;
    let (_, rest) = page.split_once("viewBox=\"0 0 ").unwrap();
    let side: usize = rest.split_once(' ').unwrap().0.parse().unwrap();
    let (_, rest) = page.split_once("<path d=\"").unwrap();
    let path = rest.split_once('"').unwrap().0;
    let squares: Vec<(usize, usize)> = path
        .split_terminator("h1v1h-1z")
        .map(|square| {
            let (x, y) = square.strip_prefix('M').unwrap().split_once(' ').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        })
        .collect();
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(side * SCALE, side * SCALE, |x, y| {
            if squares.contains(&(x / SCALE, y / SCALE)) {
                0
            } else {
                255
            }
        });
    let grids = image.detect_grids();
    grids[0].decode().unwrap().1
}

#[test]
fn an_end_of_input_while_shares_are_entered_ends_it() {
    let environment = ready();
    two_of_three(&environment);
    let child = start(command(&environment, &["verify"]));
    let text = end(child, String::new()).expect(5);
    assert!(text.contains("share-too-few"), "{text}");
}
