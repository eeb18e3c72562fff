//! Who is logged in: with the certificate of this connection, or on the portal.

use crate::services::account_service::AccountService;
use crate::services::authentication::session::Authenticated;
use crate::services::{RequestContext, Result};

impl AccountService<'_> {
    /// The user of a session, read at each request. `presented`: the certificate (DER) of the connection, on the
    /// listener that requests one.
    ///
    /// # Errors
    /// As [`AccountService::authenticated_by_certificate`] and [`AccountService::on_portal`].
    pub async fn at_work(
        &self,
        context: &RequestContext,
        token: &str,
        presented: Option<&[u8]>,
    ) -> Result<Authenticated> {
        let now = context.now;
        match presented {
            Some(der) => self.authenticated_by_certificate(token, der, now).await,
            None => Ok(self.on_portal(context, token).await?.found),
        }
    }
}
