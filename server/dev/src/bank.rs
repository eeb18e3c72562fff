//! The configuration of a development server: the seed's bank, with its own ports and paths, written once as
//! `inkan.toml` and kept.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use tokio::net::TcpListener;

use crate::cli::Options;
use crate::directory::Directory;
use crate::{DevError, SOFTHSM_CONF, files};
use inkan_server::app::config::additional_hsm::AdditionalHsm;
use inkan_server::app::config::mail::{Mail, Tls};
use inkan_server::app::config::{self, Config, ConfigError};
use inkan_server::app::error::AppError;
use inkan_server::app::sockets::{self, Sockets};

/// Everything but ports, paths and the database.
const TEMPLATE: &str = include_str!("bank.toml");

/// The configuration of the last start, or a new one, with the changes of the command line. Ports that are 0 are chosen
/// later. Nothing is written.
pub fn planned(directory: &Directory, options: &Options) -> Result<Config, DevError> {
    let mut config = match files::read(&directory.config())? {
        Some(_) => config::load(&directory.config()).map_err(AppError::from)?,
        None => fresh(directory)?,
    };
    if let Some(hsms) = options.hsms {
        let numbers = 2..=usize::from(hsms);
        config.hsm.additional = numbers.map(|number| copy(directory, number)).collect();
    }
    if let Some(url) = &options.store_url {
        config.store.url.clone_from(url);
    }
    let high_water = directory.path().join("high-water");
    config.rollback.high_water = Some(high_water);
    if let Some(port) = options.smtp_port {
        let before = config.mail.take().unwrap_or_else(|| mail(port));
        config.mail = Some(Mail { port, ..before });
    }
    Ok(config)
}

/// The configuration and its sockets. Sockets are bound before a first configuration is written, so that the ports are
/// reserved.
pub async fn ensure(
    directory: &Directory,
    planned: Config,
    options: &Options,
) -> Result<(Config, Sockets), DevError> {
    let mut config = planned;
    let port = |asked: Option<u16>, kept: u16| asked.unwrap_or(kept);
    let portal = port(options.portal_port, config.portal.bind.port());
    let certificate = port(options.certificate_port, config.certificate.bind.port());
    let staff = port(options.staff_port, config.staff.bind.port());
    let public = port(options.public_port, config.public.bind.port());
    let operations = port(options.operations_port, config.operations.bind.port());
    let sockets = Sockets {
        portal: bound("portal", portal).await?,
        certificate: bound("certificate", certificate).await?,
        staff: bound("staff", staff).await?,
        public: bound("public", public).await?,
        operations: bound("operations", operations).await?,
    };
    address(&mut config, &sockets)?;
    let text = toml::to_string(&config).map_err(|error| AppError::System(error.to_string()))?;
    files::write(&directory.config(), text.as_bytes())?;
    let config = config::load(&directory.config()).map_err(AppError::from)?;
    Ok((config, sockets))
}

/// Another SoftHSM2 with copies of the tokens.
fn copy(directory: &Directory, number: usize) -> AdditionalHsm {
    let conf = directory.copied_softhsm_conf(number);
    let conf = conf.to_string_lossy().into_owned();
    AdditionalHsm {
        name: match number {
            2 => "second",
            3 => "third",
            _ => "fourth",
        }
        .to_owned(),
        spec: directory.hsm_spec(),
        workers: None,
        queue: None,
        module_environment: Vec::new(),
        module_variables: BTreeMap::from([(SOFTHSM_CONF.to_owned(), conf)]),
        module_network: None,
        module_programs: false,
        module_memory_mib: 512,
    }
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
    // Goes into certificates: linters accept an address as a host, but not a name without a dot.
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

fn fresh(directory: &Directory) -> Result<Config, DevError> {
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
    let database = directory.database();
    let database = database
        .to_str()
        .ok_or_else(|| DevError::file(&database, &"the path is not UTF-8"))?;
    config.store.url = format!("sqlite://{database}");
    Ok(config)
}
