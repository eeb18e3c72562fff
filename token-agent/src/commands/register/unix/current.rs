//! The program that opens links now: by the default application in `mimeapps.list`, and the desktop entry that `register` writes.

use std::fs;
use std::path::Path;

use super::super::handler::is_beside;
use super::Locations;
use super::associations::SCHEME;
use super::entry;
use crate::operations::self_test::scheme::LinkProgram;

const DEFAULTS: &str = "[Default Applications]";

/// The program that opens links; `here`: this one.
pub(in super::super) fn opened_by(locations: &Locations, here: &Path) -> LinkProgram {
    let (Some(data), Some(config)) = (&locations.data, &locations.config) else {
        return LinkProgram::Unknown;
    };
    let list = fs::read_to_string(config.join("mimeapps.list")).unwrap_or_default();
    match default_of(&list) {
        None => LinkProgram::None,
        Some(name) if name != entry::FILE => LinkProgram::Other,
        Some(_) => {
            let entry = data.join("applications").join(entry::FILE);
            program(&fs::read_to_string(entry).unwrap_or_default(), here)
        }
    }
}

/// The first desktop entry for links.
fn default_of(list: &str) -> Option<&str> {
    let mut lines = list.lines().map(str::trim);
    lines.by_ref().find(|line| *line == DEFAULTS)?;
    lines
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .find(|(scheme, _)| scheme.trim() == SCHEME)
        .and_then(|(_, names)| names.split(';').next())
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

/// The program of a desktop entry of ours.
fn program(entry: &str, here: &Path) -> LinkProgram {
    let exec = entry.lines().find_map(|line| line.strip_prefix("Exec="));
    let path = exec.map(first_word).unwrap_or_default();
    if !Path::new(&path).is_file() {
        return LinkProgram::Missing;
    }
    if !is_beside(Path::new(&path), here) {
        return LinkProgram::OtherCopy;
    }
    let terminal = entry.lines().any(|line| line.trim() == "Terminal=true");
    if terminal {
        LinkProgram::Terminal
    } else {
        LinkProgram::Window
    }
}

/// The first word of a command line, as `register` writes it: plain, or in quotes.
fn first_word(line: &str) -> String {
    let Some(quoted) = line.strip_prefix('"') else {
        return line
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
    };
    let mut word = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => word.extend(letters.next()),
            other => word.push(other),
        }
    }
    word
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_default_application_decides() {
        let ours = "[Default Applications]\ntext/html=x.desktop\nx-scheme-handler/inkan=inkan-agent.desktop;x\n";
        assert_eq!(default_of(ours), Some("inkan-agent.desktop"));
        let added = "[Added Associations]\nx-scheme-handler/inkan=inkan-agent.desktop\n";
        assert_eq!(default_of(added), None);
        assert_eq!(default_of(""), None);
    }

    #[test]
    fn the_registered_program_is_found_or_missing() {
        let home = tempfile::tempdir().unwrap();
        let locations = Locations {
            data: Some(home.path().join("data")),
            config: Some(home.path().join("config")),
        };
        let here = home.path().join("inkan agent");
        let opened_by = |locations: &Locations| super::opened_by(locations, &here);
        assert_eq!(opened_by(&locations), LinkProgram::None);
        let applications = home.path().join("data/applications");
        fs::create_dir_all(&applications).unwrap();
        fs::create_dir_all(home.path().join("config")).unwrap();
        let list = home.path().join("config/mimeapps.list");
        fs::write(&list, format!("{DEFAULTS}\n{SCHEME}=other.desktop\n")).unwrap();
        assert_eq!(opened_by(&locations), LinkProgram::Other);
        fs::write(&list, format!("{DEFAULTS}\n{SCHEME}={}\n", entry::FILE)).unwrap();
        assert_eq!(opened_by(&locations), LinkProgram::Missing);
        fs::write(&here, "").unwrap();
        let file = applications.join(entry::FILE);
        let exec = format!("Exec=\"{}\" open %u\n", here.display());
        fs::write(&file, &exec).unwrap();
        assert_eq!(opened_by(&locations), LinkProgram::Window);
        fs::write(&file, format!("{exec}Terminal=true\n")).unwrap();
        assert_eq!(opened_by(&locations), LinkProgram::Terminal);
        let copy = home.path().join("data/inkan agent");
        fs::write(&copy, "").unwrap();
        let exec = format!("Exec=\"{}\" open %u\n", copy.display());
        fs::write(&file, &exec).unwrap();
        assert_eq!(opened_by(&locations), LinkProgram::OtherCopy);
    }
}
