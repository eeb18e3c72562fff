//! From a configuration to services and listeners, in the order of their dependencies.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rustls::ServerConfig;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

use super::config::Config;
use super::config::sections::TlsListener;
use super::error::AppError;
use super::reload::{Followed, Identities};
use super::sockets::Sockets;
use super::{database, hsm, mail, rollback};
use crate::clock::Clock;
use crate::http::app::{App, Shared};
use crate::http::listen::proxied::Balancers;
use crate::http::listen::tls::{ClientAuth, ServerIdentity, server_config};
use crate::http::listen::{Limits, Listener};
use crate::http::public::fast_path::Quick;
use crate::http::public::ready::ReadyResponses;
use crate::http::rate::RateLimiter;
use crate::http::router;
use crate::http::streams::Streams;
use crate::services::Services;
use crate::services::records::IssuerId;
use crate::services::settings::Settings;
use crate::services::step::StepHook;

/// How long the start waits for the HSM before it continues without it.
const HSM_TIMEOUT: Duration = Duration::from_secs(10);

/// Store, migrations, HSM, interrupted issues, CRLs.
pub async fn services(config: &Config, clock: Clock, hook: StepHook) -> Result<Services, AppError> {
    let seen = rollback::seen(config).await?;
    let store = database::connect(config).await?;
    rollback::check(config, &store, seen).await?;
    let authority = hsm::authority(config)?;
    let sealed = authority.hsms().is_sealed();
    let up = !sealed && authority.hsms().until_up(HSM_TIMEOUT).await;
    let settings = Settings {
        mail: mail::smtp_config(config)?,
        ..config.settings()
    };
    let store = if settings.mail.is_some() {
        store.with_mail()
    } else {
        store
    };
    let services = Services::new(store, authority, settings, hook);
    if sealed {
        tracing::warn!(
            "the HSM is sealed; logins continue, issuing waits for officers to unseal it"
        );
    } else if !up {
        tracing::warn!("the HSM is unavailable; logins continue, issuing waits for it");
    }
    services
        .learn_password_costs()
        .await
        .map_err(|error| AppError::Reconcile(error.to_string()))?;
    let report = services
        .reconcile(clock.now())
        .await
        .map_err(|error| AppError::Reconcile(error.to_string()))?;
    tracing::info!(
        completed = report.completed,
        waiting = report.waiting,
        broken = report.broken,
        "records reconciled"
    );
    for ca in services.missing_cas(clock.now()).await.unwrap_or_default() {
        tracing::error!(
            ca,
            "has unexpired certificates but is not configured: nobody can log in with them"
        );
    }
    if up {
        match services.publish_due_crls(clock.now()).await {
            Ok(published) => tracing::info!(published, "CRLs"),
            Err(error) => tracing::error!(%error, "CRLs could not be published"),
        }
        // Keys that the configuration names since the last start are used now: the jobs are due once an hour.
        if let Err(error) = services.renew_ocsp_signers(clock.now()).await {
            tracing::error!(%error, "the OCSP signers have no certificate for now");
        }
        if let Err(error) = services.checkpoint_audit_with_new_key(clock.now()).await {
            tracing::error!(%error, "the audit log's head is not signed with the new key yet");
        }
    }
    Ok(services)
}

/// The process's metrics; once per process.
pub fn metrics() -> Result<PrometheusHandle, AppError> {
    let handle = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| AppError::System(format!("metrics: {error}")))?;
    super::metrics::describe();
    Ok(handle)
}

/// What the handlers share.
pub fn app(config: &Config, services: Services, clock: Clock, metrics: PrometheusHandle) -> Shared {
    Arc::new(App {
        services,
        clock,
        site: config.site(),
        est_encoding: config.est.encoding(),
        password_rate: RateLimiter::new(config.password_rate()),
        machine_rate: RateLimiter::new(config.machine_rate()),
        api_rate: RateLimiter::new(config.api_rate()),
        presence: config.presence(),
        streams: Streams::default(),
        ocsp: ReadyResponses::default(),
        metrics,
    })
}

/// The five listeners, ready to serve.
pub fn listeners(
    config: &Config,
    sockets: Sockets,
    app: &Shared,
    identities: &Identities,
) -> Result<Vec<Listener>, AppError> {
    let authority = app.services.authority();
    let customer_cas = authority.certificates(IssuerId::Customer);
    let staff_cas = authority.certificates(IssuerId::Staff);
    let time = Arc::new(CertificateTime(app.clock));
    let portal = tls("portal", &identities.portal, ClientAuth::None, &time)?;
    let explaining = ClientAuth::Explaining(&customer_cas);
    let certificate = tls("certificate", &identities.certificate, explaining, &time)?;
    let staff = tls(
        "staff",
        &identities.staff,
        ClientAuth::Explaining(&staff_cas),
        &time,
    )?;
    let listener =
        |name, socket, tls, router: Router, (connections, per_address), balancers: &Balancers| {
            Listener {
                name,
                socket,
                tls,
                router,
                shortcut: None,
                limits: Limits {
                    connections,
                    per_address,
                    ..Limits::default()
                },
                balancers: balancers.clone(),
            }
        };
    let c = config;
    Ok(vec![
        listener(
            "portal",
            sockets.portal,
            Some(portal),
            router::portal(app),
            (c.portal.connections, c.portal.per_address()),
            &c.portal.proxy_protocol_from,
        ),
        listener(
            "certificate",
            sockets.certificate,
            Some(certificate),
            router::certificate(app),
            (c.certificate.connections, c.certificate.per_address()),
            &c.certificate.proxy_protocol_from,
        ),
        listener(
            "staff",
            sockets.staff,
            Some(staff),
            router::staff(app),
            (c.staff.connections, c.staff.per_address()),
            &c.staff.proxy_protocol_from,
        ),
        Listener {
            shortcut: Some(Arc::new(Quick::new(Arc::clone(app)))),
            ..listener(
                "public",
                sockets.public,
                None,
                router::public(app),
                (c.public.connections, c.public.per_address()),
                &c.public.proxy_protocol_from,
            )
        },
        listener(
            "operations",
            sockets.operations,
            None,
            router::operations(app),
            (64, 64),
            &Balancers::default(),
        ),
    ])
}

/// Certificates and keys of the TLS listeners.
pub fn identities(config: &Config) -> Result<Identities, AppError> {
    let load = |listener, section: &TlsListener| {
        ServerIdentity::load(&section.tls_certificate, &section.tls_key)
            .map(|identity| Arc::new(identity.for_host(&section.url)))
            .map_err(|reason| AppError::Tls { listener, reason })
    };
    Ok(Identities {
        portal: load("portal", &config.portal)?,
        certificate: load("certificate", &config.certificate)?,
        staff: load("staff", &config.staff)?,
    })
}

/// The files that may change while the server runs.
pub async fn files(
    config: &Config,
    identities: &Identities,
    app: &Shared,
) -> Result<Followed, AppError> {
    let chosen = hsm::choose(config)?;
    let (root_crl, tokens) = (chosen.root_crl(), chosen.tokens()?);
    let followed = Followed::new(identities, root_crl, &app.services, app.clock).await;
    Ok(followed.with_pins(tokens))
}

fn tls(
    listener: &'static str,
    identity: &Arc<ServerIdentity>,
    clients: ClientAuth<'_>,
    time: &Arc<CertificateTime>,
) -> Result<Arc<ServerConfig>, AppError> {
    let time: Arc<CertificateTime> = Arc::clone(time);
    server_config(Arc::clone(identity), clients, time)
        .map_err(|reason| AppError::Tls { listener, reason })
}

/// TLS checks certificates by the same clock as the rest.
#[derive(Debug)]
struct CertificateTime(Clock);

impl TimeProvider for CertificateTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().as_second()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
