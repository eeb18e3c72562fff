//! What every page shows about the bank, and the origins of its listeners.

use super::downloads::Download;
use super::lang::Lang;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bilingual {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }
}

/// The help desk, as shown to customers.
#[derive(Debug, Clone)]
pub struct HelpDesk {
    /// Its name.
    pub name: Bilingual,
    /// Telephone number as printed.
    pub telephone: String,
    /// Opening hours, one text per line.
    pub hours: Vec<Bilingual>,
}

/// The bank on its pages.
#[derive(Debug, Clone)]
pub struct Site {
    /// The bank's name.
    pub bank: Bilingual,
    /// The help desk.
    pub help_desk: HelpDesk,
    /// Page where customers get the agent.
    pub agent_download: Option<String>,
    /// The installers of the agent.
    pub downloads: Vec<Download>,
    /// Origin of the portal listener, without a slash at the end.
    pub portal: String,
    /// Origin of the certificate listener, without a slash at the end.
    pub certificate: String,
    /// Origin of the staff listener, without a slash at the end.
    pub staff: String,
}

#[cfg(test)]
pub(crate) fn sample() -> Site {
    let both = |ja: &str, en: &str| Bilingual {
        ja: ja.into(),
        en: en.into(),
    };
    Site {
        bank: both("けんみん信組", "Kenmin Shinkumi"),
        help_desk: HelpDesk {
            name: both("ヘルプデスク", "Help desk"),
            telephone: "0120-565-657".into(),
            hours: vec![both("平日 9:00～24:00", "Weekdays 9:00-24:00")],
        },
        agent_download: Some("https://bank.example/app".into()),
        downloads: super::downloads::sample(),
        portal: "https://localhost:1".into(),
        certificate: "https://localhost:2".into(),
        staff: "https://staff.example".into(),
    }
}
