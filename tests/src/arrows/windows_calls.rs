//! The functions of Windows that the agent calls, against the table in `docs/windows.md`: each call has a row, each row a call,
//! and each function is called in one place only.

use std::collections::BTreeMap;

use super::Source;

/// How a call is exercised: the words of the table.
pub const EXERCISED: [&str; 3] = ["Wine", "test double", "only compiled"];

/// Names of the crate whose functions count.
const CRATE: &str = "windows_sys::";

/// The called functions, each with the number of places that call it.
pub fn calls(sources: &[Source]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for source in sources {
        let code = source.product_code();
        let mut names = imported(&code);
        names.sort();
        names.dedup();
        for name in names {
            let count = uses(&code, &name);
            if count > 0 {
                *found.entry(name).or_default() += count;
            }
        }
    }
    found
}

/// The last parts of all paths into the crate, from imports and from code.
fn imported(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(CRATE) {
        let path = &code[at..];
        let end = path
            .find(|c: char| !is_word(c) && c != ':')
            .unwrap_or(path.len());
        match path[end..].strip_prefix('{') {
            Some(list) if path[..end].ends_with("::") => {
                let list = list.split('}').next().unwrap_or_default();
                let last = |item: &str| {
                    item.trim()
                        .rsplit("::")
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                };
                names.extend(list.split(',').map(last));
            }
            _ => names.push(
                path[..end]
                    .rsplit("::")
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            ),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// How often the name is called: followed by a parenthesis.
fn uses(code: &str, name: &str) -> usize {
    let is_call = |(at, _): &(usize, &str)| {
        let before = code[..*at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && after == Some('(')
    };
    code.match_indices(name).filter(is_call).count()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The rows of the table: function, and how it is exercised. A row starts with a function in backquotes.
pub fn rows(document: &str) -> BTreeMap<String, String> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
        let name = cells.next()?.strip_suffix('`')?.to_owned();
        let how = cells.next()?.to_owned();
        name.chars().all(is_word).then_some((name, how))
    };
    let table = document.split("## The table of calls").nth(1);
    let table = table.unwrap_or_default().split("\n## ").next();
    table.unwrap_or_default().lines().filter_map(row).collect()
}

/// Every difference between the two.
pub fn complaints(calls: &BTreeMap<String, usize>, rows: &BTreeMap<String, String>) -> Vec<String> {
    let missing = calls.keys().filter(|name| !rows.contains_key(*name));
    let mut complaints: Vec<_> = missing.map(|name| format!("{name}: no row")).collect();
    let twice = calls.iter().filter(|(_, count)| **count > 1);
    complaints.extend(twice.map(|(name, count)| format!("{name}: called in {count} places")));
    let idle = rows.keys().filter(|name| !calls.contains_key(*name));
    complaints.extend(idle.map(|name| format!("{name}: a row without a call")));
    let vague = rows
        .iter()
        .filter(|(_, how)| !EXERCISED.contains(&how.as_str()));
    complaints.extend(vague.map(|(name, how)| format!("{name}: {how:?} is none of {EXERCISED:?}")));
    complaints
}
