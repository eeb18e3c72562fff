//! PC/SC errors by their meaning.

use pcsc::Error;

/// Failures of readers and of connections to cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PcscError {
    /// The service is not running, or was stopped.
    Service {
        /// The error that the system reports.
        detail: String,
    },
    /// The reader is no longer present.
    ReaderGone,
    /// No card in the reader.
    NoCard,
    /// The card was removed during the operation.
    Removed,
    /// Another program has exclusive access to the card.
    InUse {
        /// Programs that use cards now, one of which has it, if the system reports any.
        programs: Vec<String>,
    },
    /// The card does not respond: it is inserted the wrong way round, dirty or defective.
    Mute,
    /// The card lost its power since the connection was made, and has not seen the command.
    PowerLost,
    /// Any other error.
    Failed {
        /// The operation.
        operation: &'static str,
        /// The error that the system reports.
        detail: String,
    },
}

impl PcscError {
    /// The meaning of a PC/SC error.
    pub(crate) fn of(operation: &'static str, error: Error) -> Self {
        match error {
            // A handle becomes invalid when the service restarts.
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
            Error::SharingViolation => Self::InUse {
                programs: super::card_users::programs(),
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
    fn errors_that_a_user_can_fix_have_their_own_variant() {
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
            PcscError::InUse { .. }
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
