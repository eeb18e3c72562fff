//! Shares at a terminal: each page is shown alone, asked again, and erased.

use std::io::Write as _;

use crate::environment::Environment;
use crate::share_interruptions::RESUME;
use crate::share_officers::{start, with_lines};
use crate::share_sets::{CREATE, OLD_PIN, SHARED, officers, ready, verify};

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
