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

/// The list without our entry. Somebody else's for our scheme stays.
#[must_use]
pub fn without_ours(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let Some(at) = our_line(&lines) else {
        return text.to_owned();
    };
    let value = lines[at].split_once('=').map_or("", |(_, v)| v.trim());
    if value.trim_end_matches(';') == FILE {
        lines.remove(at);
        return lines.join("\n") + "\n";
    }
    text.to_owned()
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
    fn another_program_for_our_scheme_is_replaced_but_not_removed() {
        let theirs = "[Default Applications]\nx-scheme-handler/inkan = other.desktop\n";
        assert_eq!(with_ours(theirs), OURS);
        assert_eq!(without_ours(theirs), theirs);
    }
}
