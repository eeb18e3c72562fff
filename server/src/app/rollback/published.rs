//! CRLs that the bank has published: evidence that does not depend on the database. Only those that one of its CAs has
//! signed count.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::app::config::Config;
use crate::app::error::AppError;
use crate::ca::IssuingCa;
use crate::ca::crl::{CrlFault, PublishedCrl};

/// Largest CRL, in bytes: two million entries.
const MAX_CRL: usize = 128 * 1024 * 1024;
/// Files of a directory that are read at most.
const MAX_FILES: usize = 10_000;
/// How long another server may take for one CRL.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a CRL from a file, PEM or DER. None for a delta CRL.
///
/// # Errors
/// [`AppError::Crl`].
pub fn file(path: &Path, cas: &[IssuingCa]) -> Result<Option<PublishedCrl>, AppError> {
    let fail = |problem: String| AppError::Crl {
        place: path.display().to_string(),
        problem,
    };
    let found = fs::metadata(path).map_err(|error| fail(error.to_string()))?;
    if found.len() > MAX_CRL as u64 {
        return Err(fail("it is too large".to_owned()));
    }
    let content = fs::read(path).map_err(|error| fail(error.to_string()))?;
    let der = match content.starts_with(b"-----BEGIN") {
        true => match x509_parser::pem::parse_x509_pem(&content) {
            Ok((_, pem)) => pem.contents,
            Err(_) => return Err(fail(CrlFault::Malformed.to_string())),
        },
        false => content,
    };
    match PublishedCrl::read(&der, cas) {
        Ok(crl) => Ok(Some(crl)),
        Err(CrlFault::Delta) => Ok(None),
        Err(fault) => Err(fail(fault.to_string())),
    }
}

/// Those of the configuration. Another server that does not respond is logged: it may start later than this one.
///
/// # Errors
/// [`AppError::Crl`] for a directory that cannot be read.
pub async fn configured(config: &Config, cas: &[IssuingCa]) -> Result<Vec<PublishedCrl>, AppError> {
    let mut all = Vec::new();
    if let Some(directory) = &config.rollback.published_directory {
        for path in files(directory, MAX_FILES)? {
            match file(&path, cas) {
                Ok(crl) => all.extend(crl),
                Err(error) => tracing::warn!(%error, "a published CRL is not used"),
            }
        }
    }
    if let Some(url) = &config.rollback.published_url {
        for ca in cas {
            let place = format!("{url}/crl/{}.crl", ca.id);
            match tokio::time::timeout(TIMEOUT, fetch(&place)).await {
                Ok(Ok(der)) => match PublishedCrl::read(&der, cas) {
                    Ok(crl) => all.push(crl),
                    Err(fault) => tracing::warn!(place, %fault, "a published CRL is not used"),
                },
                Ok(Err(problem)) => tracing::warn!(place, problem, "no published CRL"),
                Err(_) => tracing::warn!(place, "no published CRL: no response in time"),
            }
        }
    }
    Ok(all)
}

/// Files with CRLs. More than `most` entries are an error: one that is left out could be the newest.
fn files(directory: &Path, most: usize) -> Result<Vec<PathBuf>, AppError> {
    let refuse = |problem: String| AppError::Crl {
        place: directory.display().to_string(),
        problem,
    };
    let fail = |error: std::io::Error| refuse(error.to_string());
    let mut files = Vec::new();
    for (number, entry) in fs::read_dir(directory).map_err(fail)?.enumerate() {
        if number >= most {
            return Err(refuse(format!("it has more than {most} files")));
        }
        let path = entry.map_err(fail)?.path();
        let is_crl = path
            .extension()
            .is_some_and(|end| end == "crl" || end == "pem");
        if is_crl && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One GET request without redirects.
async fn fetch(url: &str) -> Result<Vec<u8>, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let rest = url.strip_prefix("http://").ok_or("not http")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let port = host
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse::<u16>().ok());
    let address = match port {
        Some(_) => host.to_owned(),
        None => format!("{host}:80"),
    };
    let socket = TcpStream::connect(address).await.map_err(|e| text(&e))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
        .await
        .map_err(|e| text(&e))?;
    let connection = tokio::spawn(connection);
    let request = hyper::Request::get(format!("/{path}"))
        .header(hyper::header::HOST, host)
        .header(hyper::header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(|e| text(&e))?;
    let response = sender.send_request(request).await.map_err(|e| text(&e))?;
    if !response.status().is_success() {
        return Err(format!("status {}", response.status()));
    }
    let body = Limited::new(response.into_body(), MAX_CRL).collect().await;
    connection.abort();
    Ok(body.map_err(|e| e.to_string())?.to_bytes().to_vec())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn published_crls_beyond_the_limit_are_an_error_and_not_left_out() {
        let place = tempfile::TempDir::new().unwrap();
        for name in ["a.crl", "b.pem", "c.txt"] {
            fs::write(place.path().join(name), "").unwrap();
        }
        assert_eq!(files(place.path(), 3).unwrap().len(), 2);
        let error = files(place.path(), 2).unwrap_err().to_string();
        assert!(error.contains("[evidence-file]"), "{error}");
    }
}
