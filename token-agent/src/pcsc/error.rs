//! What PC/SC says, in the words of what happened.

use pcsc::Error;

/// Failures of readers and of the way to a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PcscError {
    /// The service does not run, or was stopped.
    Service {
        /// What the system said.
        detail: String,
    },
    /// The reader is not there any more.
    ReaderGone,
    /// No card in the reader.
    NoCard,
    /// The card was pulled out in the middle.
    Removed,
    /// Another program has the card for itself.
    Held {
        /// Programs that use cards now; it is one of these, if the system tells any.
        programs: Vec<String>,
    },
    /// The card does not answer: in the wrong way round, dirty or broken.
    Mute,
    /// The card has lost its power since it was connected, and has not seen the command.
    Unsettled,
    /// Anything else.
    Failed {
        /// What was being done.
        operation: &'static str,
        /// What the system said.
        detail: String,
    },
}

impl PcscError {
    /// What an error of PC/SC means.
    pub(crate) fn of(operation: &'static str, error: Error) -> Self {
        match error {
            // A handle is invalid after the service was stopped and started again.
            Error::NoService
            | Error::ServiceStopped
            | Error::ServerTooBusy
            | Error::InvalidHandle
            | Error::NoAccess => Self::Service {
                detail: error.to_string(),
            },
            Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable => {
                Self::ReaderGone
            }
            Error::NoSmartcard => Self::NoCard,
            Error::RemovedCard => Self::Removed,
            Error::SharingViolation => Self::Held {
                programs: super::holders::programs(),
            },
            Error::UnresponsiveCard | Error::UnpoweredCard | Error::UnsupportedCard => Self::Mute,
            other => Self::Failed {
                operation,
                detail: other.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_can_mend_has_a_name_of_its_own() {
        let of = |error| PcscError::of("test", error);
        assert!(matches!(
            of(Error::ServiceStopped),
            PcscError::Service { .. }
        ));
        assert_eq!(of(Error::UnknownReader), PcscError::ReaderGone);
        assert_eq!(of(Error::NoSmartcard), PcscError::NoCard);
        assert_eq!(of(Error::RemovedCard), PcscError::Removed);
        assert_eq!(of(Error::UnresponsiveCard), PcscError::Mute);
        assert!(matches!(
            of(Error::SharingViolation),
            PcscError::Held { .. }
        ));
        let other = of(Error::InsufficientBuffer);
        assert!(matches!(
            other,
            PcscError::Failed {
                operation: "test",
                ..
            }
        ));
    }
}
