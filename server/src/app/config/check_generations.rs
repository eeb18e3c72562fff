//! CAs that succeed one another: each generation once, one of them from the beginning.

use super::check::Checker;
use super::sections::Generation;

/// More than any bank will have at the same time.
const MOST: usize = 9;

impl Checker<'_> {
    pub(super) fn generations(&self, section: &str, all: &[Generation]) {
        if all.len() > MOST {
            let problem = format!("{} CAs are too many", all.len());
            self.fail(section, problem, format!("Keep {MOST} at most."));
        }
        for (place, one) in all.iter().enumerate() {
            let field = |name: &str| format!("{section}[{}].{name}", place + 1);
            self.within(&field("generation"), one.generation, 1..=9999);
            let before = all.get(..place).unwrap_or_default();
            if before
                .iter()
                .any(|other| other.generation == one.generation)
            {
                let problem = format!("{} appears twice", one.generation);
                let next = "Give each CA its own number, never one that was used before.";
                self.fail(&field("generation"), problem, next);
            }
            if before.iter().any(|other| other.key == one.key) {
                let problem = format!("{} appears twice", one.key);
                self.fail(&field("key"), problem, "Give each CA its own key.");
            }
        }
        let first = all.iter().filter(|one| one.issues_from.is_none()).count();
        if !all.is_empty() && first != 1 {
            let problem = format!("{first} of the CAs have no issues_from");
            let next =
                "Omit it for the oldest CA only, and state for each other CA from when it signs.";
            self.fail(&format!("{section}.issues_from"), problem, next);
        }
        let mut times: Vec<_> = all.iter().filter_map(|one| one.issues_from).collect();
        times.sort();
        if times.windows(2).any(|two| two.first() == two.last()) {
            let next = "Only one can sign: give them different times.";
            self.fail(
                &format!("{section}.issues_from"),
                "two CAs start to sign at the same time",
                next,
            );
        }
    }
}
