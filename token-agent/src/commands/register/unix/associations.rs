//! `mimeapps.list` and `mimeinfo.cache`: which desktop entry opens what. Lines of other programs are preserved.
//!
//! The default alone is not sufficient: a desktop portal offers only applications that are *registered* (in the cache
//! of their directory) and *recommended* (there, or among the added associations). A browser that uses a portal would
//! find none.

use super::entry::FILE;

/// The MIME type of our links.
pub(super) const SCHEME: &str = "x-scheme-handler/inkan";

const DEFAULT: &str = "[Default Applications]";
const ADDED: &str = "[Added Associations]";
const REMOVED: &str = "[Removed Associations]";
const CACHE: &str = "[MIME Cache]";

/// The list of defaults and associations with our entry as the default and the first association of our scheme.
#[must_use]
pub(super) fn with_ours(text: &str) -> String {
    let text = without(text, |group| group == REMOVED);
    let text = put(&text, DEFAULT, |_| FILE.to_owned());
    put(&text, ADDED, first)
}

/// The cache with our entry for our scheme.
#[must_use]
pub(super) fn cache_with_ours(text: &str) -> String {
    put(text, CACHE, first)
}

/// Either file without our entry for our scheme, in every group: desktops and browsers also write it into other groups,
/// beside other programs, and more than once. Entries of other programs are preserved.
#[must_use]
pub(super) fn without_ours(text: &str) -> String {
    without(text, |_| true)
}

/// Whether only group names are left.
#[must_use]
pub(super) fn is_bare(text: &str) -> bool {
    let bare = |line: &str| line.is_empty() || line.starts_with('[');
    text.lines().map(str::trim).all(bare)
}

/// Puts our entry first in a list.
fn first(present: Option<&str>) -> String {
    let others = present.unwrap_or_default().split(';').map(str::trim);
    let others = others.filter(|entry| !entry.is_empty() && *entry != FILE);
    let all: Vec<&str> = std::iter::once(FILE).chain(others).collect();
    format!("{};", all.join(";"))
}

/// Sets the line of our scheme in a group; `value` computes it from the present value.
fn put(text: &str, group: &str, value: impl Fn(Option<&str>) -> String) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let ours = |present: Option<&str>| format!("{SCHEME}={}", value(present));
    if let Some(at) = our_line(&lines, group) {
        let present = lines[at].split_once('=').map(|(_, value)| value.to_owned());
        lines[at] = ours(present.as_deref());
    } else if let Some(at) = lines.iter().position(|l| l.trim() == group) {
        lines.insert(at + 1, ours(None));
    } else {
        if lines.last().is_some_and(|l| !l.trim().is_empty()) {
            lines.push(String::new());
        }
        lines.extend([group.to_owned(), ours(None)]);
    }
    lines.join("\n") + "\n"
}

fn without(text: &str, in_group: impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (mut group, mut changed) = (String::new(), false);
    for line in text.lines() {
        if line.trim_start().starts_with('[') {
            line.trim().clone_into(&mut group);
        }
        let Some((key, value)) = line
            .split_once('=')
            .filter(|(key, _)| key.trim() == SCHEME && in_group(&group))
        else {
            lines.push(line.to_owned());
            continue;
        };
        let all: Vec<&str> = value.split(';').map(str::trim).collect();
        let named = || all.iter().filter(|entry| !entry.is_empty());
        let others: Vec<&str> = named().filter(|entry| **entry != FILE).copied().collect();
        if others.len() == named().count() {
            lines.push(line.to_owned());
            continue;
        }
        changed = true;
        if !others.is_empty() {
            lines.push(format!("{key}={};", others.join(";")));
        }
    }
    if changed {
        lines.join("\n") + "\n"
    } else {
        text.to_owned()
    }
}

/// The index of our scheme's line in a group.
fn our_line(lines: &[String], group: &str) -> Option<usize> {
    let start = lines.iter().position(|l| l.trim() == group)?;
    let within = lines.iter().enumerate().skip(start + 1);
    within
        .take_while(|(_, l)| !l.trim_start().starts_with('['))
        .find(|(_, l)| {
            l.split_once('=')
                .is_some_and(|(key, _)| key.trim() == SCHEME)
        })
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "[Default Applications]\nx-scheme-handler/inkan=inkan-agent.desktop\n\n[Added Associations]\nx-scheme-handler/inkan=inkan-agent.desktop;\n";

    #[test]
    fn an_empty_list_gets_a_default_and_an_association_and_loses_them_again() {
        assert_eq!(with_ours(""), OURS);
        assert_eq!(with_ours(OURS), OURS, "twice is once");
        let bare = without_ours(OURS);
        assert_eq!(bare, "[Default Applications]\n\n[Added Associations]\n");
        assert!(is_bare(&bare) && !is_bare(OURS));
        let cache = "[MIME Cache]\nx-scheme-handler/inkan=inkan-agent.desktop;\n";
        assert_eq!(cache_with_ours(""), cache);
        assert_eq!(cache_with_ours(cache), cache);
        assert!(is_bare(&without_ours(cache)));
    }

    #[test]
    fn other_lines_and_groups_stay() {
        let before = "[Added Associations]\nx-scheme-handler/inkan=other.desktop;\n\n[Default Applications]\ntext/html=firefox.desktop\n";
        let after = "[Added Associations]\nx-scheme-handler/inkan=inkan-agent.desktop;other.desktop;\n\n[Default Applications]\nx-scheme-handler/inkan=inkan-agent.desktop\ntext/html=firefox.desktop\n";
        assert_eq!(with_ours(before), after);
        assert_eq!(without_ours(after), before);
        let cache = "[MIME Cache]\ntext/html=firefox.desktop;\n";
        let with = cache_with_ours(cache);
        assert_eq!(
            with,
            "[MIME Cache]\nx-scheme-handler/inkan=inkan-agent.desktop;\ntext/html=firefox.desktop;\n"
        );
        assert_eq!(without_ours(&with), cache);
    }

    #[test]
    fn an_entry_is_removed_from_every_position_and_others_are_kept() {
        let before = "[Default Applications]\nx-scheme-handler/inkan=inkan-agent.desktop\n\n[Added Associations]\nx-scheme-handler/inkan=other.desktop;inkan-agent.desktop;\ntext/html=inkan-agent.desktop;\n\n[Default Applications]\nx-scheme-handler/inkan = inkan-agent.desktop;\n";
        let after = "[Default Applications]\n\n[Added Associations]\nx-scheme-handler/inkan=other.desktop;\ntext/html=inkan-agent.desktop;\n\n[Default Applications]\n";
        assert_eq!(without_ours(before), after);
        assert_eq!(without_ours(after), after);
        assert_eq!(without_ours("no newline"), "no newline");
    }

    #[test]
    fn a_removed_association_is_restored() {
        let removed =
            "[Removed Associations]\nx-scheme-handler/inkan=other.desktop;inkan-agent.desktop;\n";
        let after = with_ours(removed);
        assert!(
            after.starts_with("[Removed Associations]\nx-scheme-handler/inkan=other.desktop;\n"),
            "{after}"
        );
    }

    #[test]
    fn another_program_for_our_scheme_is_replaced_but_not_removed() {
        let theirs = "[Default Applications]\nx-scheme-handler/inkan = other.desktop\n";
        assert_eq!(with_ours(theirs), OURS);
        assert_eq!(without_ours(theirs), theirs);
    }
}
