//! Serves until SIGTERM or SIGINT.

use std::future::Future;
use std::time::Duration;

use inkan_hsm_config::process::exclude_from_core_dumps;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::config::Config;
use super::error::AppError;
use super::reload::Followed;
use super::rollback::file::HighWaterFile;
use super::sockets::Sockets;
use super::unseal::UnsealServer;
use super::{hsm, refusals, scheduler, service_manager, start, status};
use crate::clock::Clock;
use crate::http::app::Shared;
use crate::http::listen::{self, Listener};
use crate::services::step::StepHook;

/// How long the HSM's workers may take to stop.
const HSM_LEAVE: Duration = Duration::from_secs(5);
/// How long the database's connections may take to close.
const STORE_LEAVE: Duration = Duration::from_secs(5);

/// Runs a future on the process's runtime.
pub fn block_on<T, E: From<AppError>>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| AppError::System(format!("runtime: {error}")))?;
    let done = runtime.block_on(future);
    // A thread that hangs inside a vendor's module must not keep the process alive.
    runtime.shutdown_timeout(Duration::from_secs(2));
    done
}

/// The command `serve`: starts everything that the configuration describes.
pub async fn serve(config: Config) -> Result<(), AppError> {
    let clock = Clock::system();
    if hsm::pin_is_shared(&config)
        && let Err(error) = exclude_from_core_dumps()
    {
        tracing::warn!(%error, "this process may appear in core dumps, with the PIN once it is unsealed");
    }
    let metrics = start::metrics()?;
    let services = start::services(&config, clock, StepHook::default()).await?;
    let app = start::app(&config, services, clock, metrics);
    let sockets = Sockets::bind(&config).await?;
    let identities = start::identities(&config)?;
    let listeners = start::listeners(&config, sockets, &app, &identities)?;
    let files = start::files(&config, &identities, &app).await?;
    let followed = FollowedFiles {
        files,
        high_water: HighWaterFile::of(&config),
        unseal: UnsealServer::open(&config, &app)?,
    };
    until_signal(&app, listeners, followed, || Ok(())).await
}

/// What is followed while the listeners serve.
pub struct FollowedFiles {
    /// Certificates, keys and the root CRL.
    pub files: Followed,
    /// How far the database has come.
    pub high_water: HighWaterFile,
    /// The socket at which officers unseal, if the PIN is shared.
    pub unseal: Option<UnsealServer>,
}

/// Serves; calls `ready` once all listeners are open.
pub async fn until_signal<E: From<AppError>>(
    app: &Shared,
    listeners: Vec<Listener>,
    followed: FollowedFiles,
    ready: impl FnOnce() -> Result<(), E>,
) -> Result<(), E> {
    let FollowedFiles {
        files,
        high_water,
        unseal,
    } = followed;
    let fail = |error: std::io::Error| AppError::System(format!("signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(fail)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = JoinSet::new();
    for listener in listeners {
        tasks.spawn(listen::serve(listener, stopped.clone()));
    }
    let (following, until) = (app.services.clone(), stopped.clone());
    tasks.spawn(async move { following.follow_status(until).await });
    let changes = status::publish_changes(app.services.clone(), app.clock, stopped.clone());
    tasks.spawn(changes);
    let lists = status::keep_crls(app.services.clone(), app.clock, stopped.clone());
    tasks.spawn(lists);
    let refusals = refusals::follow(app.services.clone(), app.clock, stopped.clone());
    tasks.spawn(refusals);
    let (services, clock, metrics) = (app.services.clone(), app.clock, app.metrics.clone());
    let until = stopped.clone();
    tasks.spawn(async move {
        if let Err(error) = files.follow(until).await {
            tracing::error!(%error, "files are not read again");
        }
    });
    if let Some(unseal) = unseal {
        let until = stopped.clone();
        tasks.spawn(async move {
            if let Err(error) = unseal.serve(until).await {
                tracing::error!(%error, "nobody can unseal this server");
            }
        });
    }
    tasks.spawn(scheduler::run(services, clock, metrics, stopped.clone()));
    tasks.spawn(service_manager::keep_alive(stopped.clone()));
    let services = app.services.clone();
    let mut following =
        tokio::spawn(async move { high_water.follow(&services, clock, stopped).await });
    ready()?;
    service_manager::ready();
    tracing::info!("ready");
    let mut ended = None;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        // It returns before a stop only if the database has gone back.
        followed = &mut following => ended = Some(followed),
    }
    service_manager::stopping();
    tracing::info!("stopping");
    // All receivers are in our own tasks; a task that has ended is no error.
    let _ = stop.send(true);
    app.streams.close();
    while tasks.join_next().await.is_some() {}
    refusals::finish(&app.services, app.clock).await;
    let followed = match ended {
        Some(followed) => followed,
        None => following.await,
    };
    let followed = followed.unwrap_or_else(|error| Err(AppError::System(error.to_string())));
    let hsms = app.services.authority().hsms().clone();
    let left = tokio::task::spawn_blocking(move || hsms.shutdown(HSM_LEAVE)).await;
    if !left.unwrap_or(false) {
        tracing::warn!("a call into the HSM did not return; exiting without it");
    }
    match tokio::time::timeout(STORE_LEAVE, app.services.close()).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(
            "another program has the database open: a copy of it needs the -wal file beside it"
        ),
        Err(_) => tracing::warn!("the database did not close in time; exiting anyway"),
    }
    tracing::info!("stopped");
    Ok(followed?)
}
