//! The user's default browser.

use inkan_pki::secret::Secret;
use webbrowser::{Browser, BrowserOptions};

use crate::error::{Failure, SetupError};

/// Opens a URL there. Output of the browser or its launcher is discarded, because it may repeat the URL.
///
/// # Errors
/// [`SetupError::NoBrowser`], without the URL.
pub fn open(address: &Secret) -> Result<(), Failure> {
    webbrowser::open_browser_with_options(
        Browser::Default,
        address.expose(),
        BrowserOptions::new().with_suppress_output(true),
    )
    .map_err(|error| SetupError::NoBrowser { kind: error.kind() }.into())
}
