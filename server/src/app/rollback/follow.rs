//! Keeps the high-water file up to date while the server serves, and ends the server if its database goes back.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;

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

/// What was seen, and since when it is in the file.
struct Kept {
    seen: Option<HighWater>,
    written: Instant,
    /// The file does not have everything that was seen.
    unwritten: bool,
    /// A write that has not ended: a disk that hangs gets one at a time.
    writing: Option<JoinHandle<Result<(), AppError>>>,
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
        // An error here is one of the write, too, which is repeated.
        let seen = self.read().ok().flatten();
        let mut kept = Kept {
            unwritten: seen.is_none(),
            seen,
            written: Instant::now(),
            writing: None,
            failing: false,
        };
        let mut stopped = false;
        loop {
            let step = self.step(services, clock, &mut kept, stopped);
            let stepped = tokio::time::timeout(TIMEOUT, step).await;
            let silent = || {
                AppError::Later(
                    "the database, or the disk of the file, does not respond".to_owned(),
                )
            };
            match stepped.unwrap_or_else(|_| Err(silent())) {
                Ok(()) => kept.failing = false,
                Err(error @ AppError::RolledBack(_)) => return Err(error),
                Err(error) => {
                    // Logged once, not every second.
                    if !kept.failing {
                        let code = "high-water-not-written";
                        tracing::error!(code, %error, "the high-water file is not up to date");
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
        if kept.writing.is_some() {
            Self::written(kept).await?;
        }
        let before = kept.seen.as_ref();
        let now = services.high_water(before, clock.now()).await?;
        let recent = kept.written.elapsed() < ROWS_EVERY;
        if let Some(before) = before {
            let same = !now.differs_from(before) && now.audit.seq >= before.audit.seq;
            if same && (recent || now.audit == before.audit) && !last && !kept.unwritten {
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
        let (file, new) = (self.clone(), now.clone());
        (kept.seen, kept.unwritten) = (Some(now), true);
        // Synchronous writes of a slow disk must not hold up requests.
        kept.writing = Some(tokio::task::spawn_blocking(move || file.write(&new)));
        Self::written(kept).await
    }

    /// Waits for the write that is under way. A timeout leaves it there for the next step.
    async fn written(kept: &mut Kept) -> Result<(), AppError> {
        let Some(writing) = &mut kept.writing else {
            return Ok(());
        };
        let ended = writing.await;
        kept.writing = None;
        ended.map_err(|error| AppError::System(error.to_string()))??;
        (kept.unwritten, kept.written) = (false, Instant::now());
        Ok(())
    }
}
