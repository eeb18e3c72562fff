//! Arrows between the layers inside the server: `main → http → services → {ca, mail, store}`; these three meet only in
//! `services`; only `main` and `app` read configuration. `ca` and `store` are crates, so the compiler keeps them apart.

use super::Source;

/// A layer, and the layers of the same crate on which it may depend.
const LAYERS: [(&str, &[&str]); 5] = [
    ("http", &["services", "clock", "network"]),
    ("services", &["ca", "mail", "store", "network"]),
    ("mail", &[]),
    ("clock", &[]),
    ("app", &["http", "services", "ca", "mail", "store", "clock"]),
];

/// The crates below, which the server's root re-exports under the names of layers.
const CRATES: [(&str, &str); 3] = [
    ("inkan_ca::", "ca"),
    ("inkan_network::", "network"),
    ("inkan_store::", "store"),
];

/// How a transaction begins: by the command runner alone, which audits, commits and lets the status memory catch up.
const TRANSACTION: &str = ".begin()";

/// The modules whose sources may begin a transaction: the runner, and tests.
const MAY_BEGIN: [&str; 3] = ["command", "tests", "testing"];

/// What reading configuration looks like.
const CONFIGURATION: [&str; 3] = ["toml::", "inkan_hsm_config", "env::var"];

/// Violations in one file of the server's crates.
pub fn complaints(source: &Source) -> Vec<String> {
    for (below, layer) in [
        ("server/ca/src/", "ca"),
        ("server/store/src/", "store"),
        ("server/network/src/", "network"),
    ] {
        if source.path.starts_with(below) {
            return configuration(source, layer);
        }
    }
    let Some(inside) = source.path.strip_prefix("server/src/") else {
        return Vec::new();
    };
    let layer = inside.split(['/', '.']).next().unwrap_or_default();
    if layer == "main" || layer == "lib" {
        return Vec::new();
    }
    let code = source.product_code();
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
        return vec![format!(
            "{}: a layer that no arrow is drawn for",
            source.path
        )];
    };
    let mut known = names_after(&code, "crate::");
    let by_crate = CRATES.iter().filter(|(name, _)| code.contains(name));
    known.extend(by_crate.map(|(_, layer)| (*layer).to_owned()));
    let mut complaints = Vec::new();
    for known in known {
        if known != layer && !allowed.contains(&known.as_str()) {
            complaints.push(format!("{}: {layer} must not know {known}", source.path));
        }
    }
    if climbs_out(inside, &code) {
        complaints.push(format!("{}: leaves its layer through super", source.path));
    }
    if !may_begin(inside) && code.contains(TRANSACTION) {
        let path = &source.path;
        complaints.push(format!(
            "{path}: only the command runner begins a transaction"
        ));
    }
    if layer != "app" {
        complaints.extend(configuration(source, layer));
    }
    complaints
}

/// Whether a source (its path below `server/src/`) may begin a transaction.
fn may_begin(inside: &str) -> bool {
    inside
        .trim_end_matches(".rs")
        .split('/')
        .any(|part| MAY_BEGIN.contains(&part) || part.ends_with("_tests"))
}

/// Violations by code that reads configuration and must not.
fn configuration(source: &Source, layer: &str) -> Vec<String> {
    let code = source.product_code();
    let reads = CONFIGURATION.iter().filter(|word| code.contains(**word));
    let complaint = |word| {
        format!(
            "{}: {layer} must not read configuration ({word})",
            source.path
        )
    };
    reads.map(complaint).collect()
}

/// The first names after each `prefix`, also those of a group `prefix{a, b::c}`.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_names(group)),
            None => names.push(identifier(rest)),
        }
    }
    names
}

fn group_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut start) = (Vec::new(), 0_i32, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && !c.is_whitespace() => {
                names.push(identifier(&group[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Whether a chain of `super::` reaches the crate's root from the module in the file `inside` (from `src`).
fn climbs_out(inside: &str, code: &str) -> bool {
    let parts = inside
        .trim_end_matches(".rs")
        .split('/')
        .filter(|p| *p != "mod")
        .count();
    code.lines().any(|line| {
        // An indented line is in an inline module or a function, one level further down at most.
        let depth = parts + usize::from(line.starts_with(' '));
        let longest = line
            .match_indices("super::")
            .map(|(at, _)| chain(&line[at..]))
            .max();
        longest.is_some_and(|ups| ups >= depth)
    })
}

fn chain(mut text: &str) -> usize {
    let mut ups = 0;
    while let Some(rest) = text.strip_prefix("super::") {
        (text, ups) = (rest, ups + 1);
    }
    ups
}
