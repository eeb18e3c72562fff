//! Sets of shares for tests: an environment after its ceremony, and officers with their pages.

use inkan_hostile_module::control::Control;

use crate::environment::{Environment, perform};
use crate::share_officers::{Ended, PageDirectory, make, with_lines};

pub(crate) const CREATE: [&str; 5] = ["shares", "create", "--token", "issuing", "--threshold"];
pub(crate) const RESHARE: [&str; 5] = ["shares", "reshare", "--token", "issuing", "--threshold"];
pub(crate) const OLD_PIN: &str = r#"label = "issuing"
so_pin = { file = "issuing-so.pin" }
pin = { file = "issuing.pin" }"#;
pub(crate) const SHARED: &str = r#"label = "issuing"
so_pin = { file = "issuing-so.pin" }
pin = { shares = "certificates/issuing.shares.json" }"#;

pub(crate) fn ready() -> Environment {
    let environment = Environment::new();
    perform(&environment.spec());
    environment
}

pub(crate) fn officers<'a>(
    command: &[&'a str],
    threshold: &'a str,
    names: &[&'a str],
) -> Vec<&'a str> {
    let mut arguments = command.to_vec();
    arguments.push(threshold);
    for name in names {
        arguments.extend(["--officer", name]);
    }
    arguments
}

/// A set of three officers, of whom two are needed; the specification names it.
pub(crate) fn two_of_three(environment: &Environment) -> PageDirectory {
    let pages = PageDirectory::new();
    let arguments = officers(&CREATE, "2", &["Aoki", "Baba", "Chiba"]);
    let text = make(environment, &arguments, "", &pages).expect(0);
    assert!(text.contains("needed     2 of 3"), "{text}");
    environment.edit(OLD_PIN, SHARED);
    pages
}

pub(crate) fn verify(environment: &Environment, lines: &str) -> Ended {
    with_lines(environment, &["verify"], lines)
}

/// The environment's module behind one that can crash.
pub(crate) fn behind_a_module(environment: &Environment) -> Control {
    let control = Control::new(environment.hsm.path());
    control.use_in_this_process(&environment.hsm.module_path());
    let line = format!("profile = \"softhsm2\"\nmodule = {:?}", Control::module());
    environment.edit("profile = \"softhsm2\"", &line);
    control
}
