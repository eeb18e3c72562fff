//! `mimeapps.list`: which desktop entry opens what. Other people's lines stay as they are.

use super::entry::FILE;

/// What is opened.
pub const SCHEME: &str = "x-scheme-handler/inkan";
const GROUP: &str = "[Default Applications]";

/// The list with our entry for our scheme.
#[must_use]
pub fn with_ours(text: &str) -> String {
    let ours = format!("{SCHEME}={FILE}");
    let mut lines: Vec<&str> = text.lines().collect();
    if let Some(at) = our_line(&lines) {
        lines[at] = &ours;
    } else if let Some(group) = lines.iter().position(|l| l.trim() == GROUP) {
        lines.insert(group + 1, &ours);
    } else {
        if lines.last().is_some_and(|l| !l.trim().is_empty()) {
            lines.push("");
        }
        lines.extend([GROUP, &ours]);
    }
    lines.join("\n") + "\n"
}

/// The list without our entry, wherever it stands for our scheme: desktops and browsers write it into other groups, beside
/// other programs, and twice. Other programs' entries stay.
#[must_use]
pub fn without_ours(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let Some((key, value)) = line.split_once('=').filter(|(key, _)| key.trim() == SCHEME)
        else {
            lines.push(line.to_owned());
            continue;
        };
        let all: Vec<&str> = value.split(';').map(str::trim).collect();
        let named = || all.iter().filter(|entry| !entry.is_empty());
        let others: Vec<&str> = named().filter(|entry| **entry != FILE).copied().collect();
        if others.len() == named().count() {
            lines.push(line.to_owned());
        } else if !others.is_empty() {
            lines.push(format!("{key}={};", others.join(";")));
        }
    }
    let changed = lines.join("\n") + "\n";
    if text.lines().eq(changed.lines()) {
        return text.to_owned();
    }
    changed
}

/// Where our scheme stands in the group of defaults.
fn our_line(lines: &[&str]) -> Option<usize> {
    let group = lines.iter().position(|l| l.trim() == GROUP)?;
    let within = lines.iter().enumerate().skip(group + 1);
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
    use super::{with_ours, without_ours};

    const OURS: &str = "[Default Applications]\nx-scheme-handler/inkan=inkan-agent.desktop\n";

    #[test]
    fn an_empty_list_gets_one_line_and_gives_it_back() {
        assert_eq!(with_ours(""), OURS);
        assert_eq!(with_ours(OURS), OURS, "twice is once");
        assert_eq!(without_ours(OURS), "[Default Applications]\n");
    }

    #[test]
    fn other_lines_and_groups_stay() {
        let before = "[Added Associations]\nx-scheme-handler/inkan=other.desktop;\n\n[Default Applications]\ntext/html=firefox.desktop\n";
        let after = with_ours(before);
        assert!(after.starts_with("[Added Associations]\nx-scheme-handler/inkan=other.desktop;\n"));
        assert!(after.ends_with("[Default Applications]\nx-scheme-handler/inkan=inkan-agent.desktop\ntext/html=firefox.desktop\n"));
        assert_eq!(without_ours(&after), before);
    }

    #[test]
    fn it_is_taken_out_wherever_it_stands_and_others_stay_beside_it() {
        let before = "[Default Applications]\nx-scheme-handler/inkan=inkan-agent.desktop\n\n[Added Associations]\nx-scheme-handler/inkan=other.desktop;inkan-agent.desktop;\ntext/html=inkan-agent.desktop;\n\n[Default Applications]\nx-scheme-handler/inkan = inkan-agent.desktop;\n";
        let after = "[Default Applications]\n\n[Added Associations]\nx-scheme-handler/inkan=other.desktop;\ntext/html=inkan-agent.desktop;\n\n[Default Applications]\n";
        assert_eq!(without_ours(before), after);
        assert_eq!(without_ours(after), after);
        assert_eq!(without_ours("no newline"), "no newline");
    }

    #[test]
    fn another_program_for_our_scheme_is_replaced_but_not_removed() {
        let theirs = "[Default Applications]\nx-scheme-handler/inkan = other.desktop\n";
        assert_eq!(with_ours(theirs), OURS);
        assert_eq!(without_ours(theirs), theirs);
    }
}
