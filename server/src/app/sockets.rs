//! The five listening sockets.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use super::config::Config;
use super::error::AppError;

/// A port that this server used before may belong to another connection for a moment.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The bound sockets.
pub struct Sockets {
    /// Portal.
    pub portal: TcpListener,
    /// Certificate login.
    pub certificate: TcpListener,
    /// Staff console.
    pub staff: TcpListener,
    /// CRLs and CA certificates.
    pub public: TcpListener,
    /// Health and metrics.
    pub operations: TcpListener,
}

impl Sockets {
    /// Binds all sockets of a configuration.
    pub async fn bind(config: &Config) -> Result<Self, AppError> {
        Ok(Self {
            portal: bind("portal", config.portal.bind).await?,
            certificate: bind("certificate", config.certificate.bind).await?,
            staff: bind("staff", config.staff.bind).await?,
            public: bind("public", config.public.bind).await?,
            operations: bind("operations", config.operations.bind).await?,
        })
    }
}

/// Binds one socket; a busy port is tried again for a few seconds.
pub async fn bind(listener: &'static str, address: SocketAddr) -> Result<TcpListener, AppError> {
    let until = Instant::now() + TIMEOUT;
    loop {
        match TcpListener::bind(address).await {
            Ok(socket) => return Ok(socket),
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Err(reason) => {
                return Err(AppError::Bind {
                    listener,
                    address,
                    reason,
                });
            }
        }
    }
}
