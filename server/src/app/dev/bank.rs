//! The configuration of a development server: the seed's bank, with ports and
//! paths of its own, written once as `inkan.toml` and kept.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::net::TcpListener;

use super::directory::Directory;
use super::{DevError, files};
use crate::app::cli::DevOptions;
use crate::app::config::mail::{Mail, Tls};
use crate::app::config::{self, Config, ConfigError};
use crate::app::error::AppError;
use crate::app::sockets::{self, Sockets};

/// Everything but ports, paths and the database.
const TEMPLATE: &str = include_str!("bank.toml");

/// The configuration and its sockets. Sockets are bound before a first
/// configuration is written, so that their ports are theirs.
pub async fn ensure(
    directory: &Directory,
    options: &DevOptions,
) -> Result<(Config, Sockets), AppError> {
    let before = match files::read(&directory.config())? {
        Some(_) => Some(config::load(&directory.config())?),
        None => None,
    };
    let port = |asked: Option<u16>, kept: Option<u16>| asked.or(kept).unwrap_or(0);
    let kept = before.as_ref();
    let ports = [
        port(options.portal_port, kept.map(|c| c.portal.bind.port())),
        port(
            options.certificate_port,
            kept.map(|c| c.certificate.bind.port()),
        ),
        port(options.staff_port, kept.map(|c| c.staff.bind.port())),
        port(options.public_port, kept.map(|c| c.public.bind.port())),
        port(
            options.operations_port,
            kept.map(|c| c.operations.bind.port()),
        ),
    ];
    let sockets = Sockets {
        portal: bound("portal", ports[0]).await?,
        certificate: bound("certificate", ports[1]).await?,
        staff: bound("staff", ports[2]).await?,
        public: bound("public", ports[3]).await?,
        operations: bound("operations", ports[4]).await?,
    };
    let mut config = match before {
        Some(config) => config,
        None => fresh(directory)?,
    };
    address(&mut config, &sockets)?;
    if let Some(url) = &options.store_url {
        config.store.url.clone_from(url);
    }
    if let Some(port) = options.smtp_port {
        let before = config.mail.take().unwrap_or_else(|| mail(port));
        config.mail = Some(Mail { port, ..before });
    }
    let text = toml::to_string(&config).map_err(|error| AppError::System(error.to_string()))?;
    files::write(&directory.config(), text.as_bytes())?;
    Ok((config::load(&directory.config())?, sockets))
}

async fn bound(listener: &'static str, port: u16) -> Result<TcpListener, AppError> {
    sockets::bind(listener, SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
}

fn address(config: &mut Config, sockets: &Sockets) -> Result<(), AppError> {
    let at = |socket: &TcpListener| {
        let address = socket.local_addr();
        address.map_err(|error| AppError::System(format!("socket: {error}")))
    };
    for (section, socket) in [
        (&mut config.portal, &sockets.portal),
        (&mut config.certificate, &sockets.certificate),
        (&mut config.staff, &sockets.staff),
    ] {
        section.bind = at(socket)?;
        section.url = format!("https://localhost:{}", section.bind.port());
    }
    config.public.bind = at(&sockets.public)?;
    // Goes into certificates: linters take an address for a host, but not a name without a dot.
    config.public.url = format!("http://127.0.0.1:{}", config.public.bind.port());
    config.operations.bind = at(&sockets.operations)?;
    Ok(())
}

/// A mail server on this machine, as tests start one.
fn mail(port: u16) -> Mail {
    Mail {
        server: Ipv4Addr::LOCALHOST.to_string(),
        port,
        tls: Tls::None,
        ca: None,
        user: None,
        password: None,
        from: "internet-banking@bank.example".to_owned(),
        from_name: None,
        reply_to: None,
        return_path: Some("bounces@bank.example".to_owned()),
        timeout_seconds: 30,
        give_up_hours: 120,
    }
}

fn fresh(directory: &Directory) -> Result<Config, AppError> {
    let mut config: Config = toml::from_str(TEMPLATE).map_err(|error| {
        AppError::Config(ConfigError::Syntax {
            file: PathBuf::from("bank.toml"),
            line: 1,
            reason: error.message().to_owned(),
        })
    })?;
    let (certificate, key) = directory.server_identity();
    for section in [
        &mut config.portal,
        &mut config.certificate,
        &mut config.staff,
    ] {
        section.tls_certificate.clone_from(&certificate);
        section.tls_key.clone_from(&key);
    }
    config.hsm.spec = directory.hsm_spec();
    let database = directory.at("inkan.db");
    let database = database
        .to_str()
        .ok_or_else(|| AppError::Dev(DevError::file(&database, &"the path is not UTF-8")))?;
    config.store.url = format!("sqlite://{database}");
    Ok(config)
}
