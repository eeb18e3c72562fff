//! The module: whether it is of the version that the last ceremony recorded.

use inkan_pki::pkcs11::module::Module;

use super::notice::Notice;
use super::report::{Aspect, Report};
use super::{VerifyError, failed};
use crate::transcript::{Details, LIBRARY, Transcript};

/// Transcripts of earlier versions hold no version of the library, and then there is nothing to compare.
pub(super) fn check(
    module: &Module,
    transcript: Option<&Transcript>,
    report: &mut Report,
) -> Result<(), VerifyError> {
    let found = module.library().map_err(failed(""))?.to_string();
    let lines = transcript.map(Transcript::lines).unwrap_or_default();
    let recorded = lines
        .iter()
        .rev()
        .find_map(|line| line.details.get(LIBRARY));
    let notice = recorded
        .filter(|recorded| **recorded != found)
        .map(|recorded| Notice::ModuleChanged {
            recorded: recorded.clone(),
            found: found.clone(),
        });
    let details = Details::from([(LIBRARY.to_owned(), found)]);
    report.add_notice(Aspect::Module, "", details, notice);
    Ok(())
}
