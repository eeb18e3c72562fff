//! Keeps the high-water file up to date while the server serves, and ends the server if its database goes back.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::file::HighWaterFile;
use crate::app::error::AppError;
use crate::clock::Clock;
use crate::services::Services;
use crate::services::recovery::HighWater;

/// How often the database is read: as much as the file may be behind it.
const EVERY: Duration = Duration::from_secs(1);
/// How often the file is written if only the audit log has grown.
const ROWS_EVERY: Duration = Duration::from_secs(60);

/// How long the database may take: a stop does not wait longer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What is in the file, and since when.
struct Kept {
    seen: Option<HighWater>,
    written: Instant,
    failing: bool,
}

impl HighWaterFile {
    /// Follows the database until `stop`.
    ///
    /// # Errors
    /// [`AppError::RolledBack`] when the database has gone back.
    pub async fn follow(
        self,
        services: &Services,
        clock: Clock,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), AppError> {
        let mut kept = Kept {
            seen: self.read()?,
            written: Instant::now(),
            failing: false,
        };
        let mut stopped = false;
        loop {
            let step = self.step(services, clock, &mut kept, stopped);
            let stepped = tokio::time::timeout(TIMEOUT, step).await;
            let silent = || AppError::Later("the database does not respond".to_owned());
            match stepped.unwrap_or_else(|_| Err(silent())) {
                Ok(()) => kept.failing = false,
                Err(error @ AppError::RolledBack(_)) => return Err(error),
                Err(error) => {
                    // Logged once, not every second.
                    if !kept.failing {
                        tracing::error!(%error, "the high-water file is not up to date");
                    }
                    kept.failing = true;
                }
            }
            metrics::gauge!("inkan_high_water_age_seconds")
                .set(kept.written.elapsed().as_secs_f64());
            // Once more after a stop.
            if stopped {
                return Ok(());
            }
            stopped = tokio::select! {
                _ = stop.wait_for(|stopped| *stopped) => true,
                () = tokio::time::sleep(EVERY) => false,
            };
        }
    }

    async fn step(
        &self,
        services: &Services,
        clock: Clock,
        kept: &mut Kept,
        last: bool,
    ) -> Result<(), AppError> {
        let before = kept.seen.as_ref();
        let now = services.high_water(before, clock.now()).await?;
        let written = kept.written.elapsed() < ROWS_EVERY;
        if let Some(before) = before {
            let same = !now.differs_from(before) && now.audit.seq >= before.audit.seq;
            if same && (written || now.audit == before.audit) && !last {
                if now.audit == before.audit {
                    kept.written = Instant::now();
                }
                return Ok(());
            }
            let found = services.regressions(before).await?;
            if !found.is_empty() {
                return Err(AppError::RolledBack(found));
            }
        }
        self.write(&now)?;
        (kept.seen, kept.written) = (Some(now), Instant::now());
        Ok(())
    }
}
