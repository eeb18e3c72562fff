//! The person's browser, as the system knows it.

use inkan_pki::secret::Secret;
use webbrowser::{Browser, BrowserOptions};

use crate::error::{Failure, SetupError};

/// Opens an address there. What the browser or its launcher says goes nowhere: it may repeat the address.
///
/// # Errors
/// [`SetupError::NoBrowser`], without the address.
pub fn open(address: &Secret) -> Result<(), Failure> {
    webbrowser::open_browser_with_options(
        Browser::Default,
        address.expose(),
        BrowserOptions::new().with_suppress_output(true),
    )
    .map_err(|error| SetupError::NoBrowser { kind: error.kind() }.into())
}
