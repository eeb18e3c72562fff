//! Who is logged in: with the certificate of this connection, or on the portal.

use jiff::Timestamp;

use crate::workflow::people::People;
use crate::workflow::session::Authenticated;
use crate::workflow::{Caller, Result};

impl People<'_> {
    /// The user behind a session, asked anew. `presented`: the certificate (DER) of the connection, on the listener that
    /// asks for one.
    ///
    /// # Errors
    /// As [`People::authenticated_by_certificate`] and [`People::on_portal`].
    pub async fn at_work(
        &self,
        token: &str,
        presented: Option<&[u8]>,
        caller: Caller,
        now: Timestamp,
    ) -> Result<Authenticated> {
        match presented {
            Some(der) => self.authenticated_by_certificate(token, der, now).await,
            None => Ok(self.on_portal(token, caller, now).await?.found),
        }
    }
}
