//! Who is present, and recognising them by name or initials.

use crate::spec::Custodian;

use super::dialogue::{Dialogue, Typed, typed};
use super::error::GuidedError;
use super::spoken::{Spoken, Turn};

/// How often a person may mistype before the ceremony stops.
const ENTRIES: usize = 3;

/// The custodians of the specification; all of them are present once [`Custodians::welcome`] has returned.
pub(super) struct Custodians<'a> {
    all: &'a [Custodian],
}

impl<'a> Custodians<'a> {
    /// At least two, each with another name.
    pub(super) fn new(all: &'a [Custodian]) -> Result<Self, GuidedError> {
        if all.len() < 2 {
            return Err(GuidedError::TooFewCustodians(all.len()));
        }
        for (n, one) in all.iter().enumerate() {
            let mut before = all.iter().take(n);
            if before.any(|other| same(&other.name, &one.name)) {
                return Err(GuidedError::SameName(one.name.clone()));
            }
        }
        Ok(Self { all })
    }

    /// Everybody confirms to be present.
    pub(super) fn welcome(&self, dialogue: &mut dyn Dialogue) -> Result<(), GuidedError> {
        for person in self.all {
            self.expect(dialogue, person)?;
        }
        Ok(())
    }

    fn expect(&self, dialogue: &mut dyn Dialogue, person: &Custodian) -> Result<(), GuidedError> {
        for _ in 0..ENTRIES {
            match typed(dialogue, &Spoken::Presence(person))? {
                Typed::Text(text) if self.named(&text) == Some(person) => {
                    dialogue.say(&Spoken::Welcome(person))?;
                    return Ok(());
                }
                Typed::Text(_) => dialogue.say(&Spoken::NotThisPerson(person))?,
                stopped => return Err(GuidedError::stopped(&stopped)),
            }
        }
        Err(GuidedError::NotRecognised(Some(person.name.clone())))
    }

    /// Two of those present confirm; their names.
    pub(super) fn two_confirm(
        &self,
        dialogue: &mut dyn Dialogue,
        question: impl Fn(Turn) -> Spoken<'static>,
    ) -> Result<[String; 2], GuidedError> {
        let first = self.one(dialogue, &question(Turn::First), None)?;
        let second = self.one(dialogue, &question(Turn::Second), Some(&first))?;
        Ok([first, second])
    }

    /// One of those present, but not this one; the name.
    pub(super) fn one(
        &self,
        dialogue: &mut dyn Dialogue,
        question: &Spoken<'_>,
        not: Option<&str>,
    ) -> Result<String, GuidedError> {
        for _ in 0..ENTRIES {
            let text = match typed(dialogue, question)? {
                Typed::Text(text) => text,
                stopped => return Err(GuidedError::stopped(&stopped)),
            };
            match self.named(&text) {
                Some(person) if not == Some(person.name.as_str()) => {
                    dialogue.say(&Spoken::ConfirmedAlready(&person.name))?;
                }
                Some(person) => return Ok(person.name.clone()),
                None => dialogue.say(&Spoken::NobodyPresent)?,
            }
        }
        Err(GuidedError::NotRecognised(None))
    }

    /// The others.
    pub(super) fn others(&self, than: &str) -> Vec<&'a str> {
        let names = self.all.iter().map(|person| person.name.as_str());
        names.filter(|name| *name != than).collect()
    }

    fn named(&self, typed: &str) -> Option<&'a Custodian> {
        named_custodian(self.all, typed)
    }
}

/// The only person with this name or these initials. Initials that two persons share are nobody's.
pub(crate) fn named_custodian<'a>(all: &'a [Custodian], typed: &str) -> Option<&'a Custodian> {
    if let Some(person) = all.iter().find(|person| same(&person.name, typed)) {
        return Some(person);
    }
    let mut with = all.iter().filter(|p| same(&p.initials(), typed));
    match (with.next(), with.next()) {
        (Some(person), None) => Some(person),
        _ => None,
    }
}

/// Whether both are the same but for case and the number of blanks.
fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ")
    };
    plain(one) == plain(other)
}
