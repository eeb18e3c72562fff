//! PIN entry with one person at the keyboard, while the others look away.

use inkan_pki::pkcs11::session::PinOwner;
use inkan_pki::secret::Pin;

use super::custodians::Custodians;
use super::dialogue::{Dialogue, Typed, typed};
use super::error::GuidedError;
use super::spoken::Spoken;
use crate::apply::hsm::{PinReader, WantedPin};
use crate::pin_source::{PinError, PinSource};

/// How often a PIN that was mistyped is entered again. No such PIN was sent.
const ENTRIES: usize = 3;

/// Who entered which PIN.
pub(super) struct Entry {
    /// Id of the token.
    pub(super) token: String,
    pub(super) owner: PinOwner,
    pub(super) by: String,
}

/// Hands the keyboard over for each PIN.
pub(super) struct HandOver<'a> {
    pub(super) custodians: &'a Custodians<'a>,
    pub(super) dialogue: &'a mut dyn Dialogue,
    pub(super) entries: Vec<Entry>,
    /// Why the officers stopped, which is not an error of the PIN.
    pub(super) stopped: Option<GuidedError>,
}

impl PinReader for HandOver<'_> {
    fn read(&mut self, wanted: &WantedPin<'_>) -> Result<Pin, PinError> {
        let result = self.hand_over(wanted);
        result.map_err(|error| match error {
            Stop::Pin(error) => error,
            Stop::Officers(error) => {
                self.stopped = Some(error);
                PinError::Cancelled
            }
        })
    }
}

enum Stop {
    Pin(PinError),
    Officers(GuidedError),
}

impl From<GuidedError> for Stop {
    fn from(error: GuidedError) -> Self {
        Self::Officers(error)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Officers(error.into())
    }
}

impl HandOver<'_> {
    fn hand_over(&mut self, wanted: &WantedPin<'_>) -> Result<Pin, Stop> {
        let (token, owner) = (wanted.token.label.as_str(), wanted.owner);
        if *wanted.source != PinSource::Prompt {
            self.dialogue.say(&Spoken::PinFromSource { token, owner })?;
            return wanted.read().map_err(Stop::Pin);
        }
        let specified = match owner {
            PinOwner::User => &wanted.token.pin_custodian,
            PinOwner::Officer => &wanted.token.so_pin_custodian,
        };
        let by = match specified {
            Some(name) => name.clone(),
            None => {
                let question = Spoken::WhoEnters { token, owner };
                self.custodians.one(self.dialogue, &question, None)?
            }
        };
        let others = self.custodians.others(&by);
        let hand_over = Spoken::HandOver {
            token,
            owner,
            by: &by,
            others: &others,
            new: wanted.new,
        };
        self.dialogue.clear()?;
        match typed(self.dialogue, &hand_over)? {
            Typed::Text(_) => {}
            stopped => return Err(GuidedError::stopped(&stopped).into()),
        }
        let pin = self.entered(wanted)?;
        self.dialogue.clear()?;
        self.dialogue.say(&Spoken::Entered)?;
        self.entries.push(Entry {
            token: wanted.token.id.clone(),
            owner,
            by,
        });
        Ok(pin)
    }

    fn entered(&mut self, wanted: &WantedPin<'_>) -> Result<Pin, Stop> {
        let mut left = ENTRIES;
        loop {
            left -= 1;
            match wanted.read() {
                Err(PinError::EntriesDiffer | PinError::Empty) if left > 0 => {
                    self.dialogue.say(&Spoken::EnterAgain)?;
                }
                read => return read.map_err(Stop::Pin),
            }
        }
    }
}
