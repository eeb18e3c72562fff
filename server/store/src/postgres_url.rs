//! What the URL of a PostgreSQL database must contain before anything is sent there: another computer only over TLS,
//! and only a server whose certificate the named CA has issued for that host.
//!
//! Not here: whether the files that a URL names can be used (`app::database`).

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::any::AnyConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use thiserror::Error;

// A connection to the database trusts only the CA that its URL names, and no public one.
const _: () = assert!(webpki_roots::TLS_SERVER_ROOTS.is_empty());

/// Accepted parameters, with the spellings that the driver treats as the same.
const KNOWN: [&str; 18] = [
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "statement-cache-capacity",
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
];
const ROOT: [&str; 3] = ["sslrootcert", "ssl-root-cert", "ssl-ca"];
const CERTIFICATE: [&str; 2] = ["sslcert", "ssl-cert"];
const KEY: [&str; 2] = ["sslkey", "ssl-key"];

/// Why nothing is sent to the database of a URL. Contains no value of it: one may be a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlFault {
    /// Not a PostgreSQL URL, or an invalid value of a parameter.
    #[error("it is not a PostgreSQL URL, or a parameter has an unusable value")]
    Malformed,
    /// A parameter that would be ignored.
    #[error("its parameter {0} is unknown and would be ignored")]
    Parameter(String),
    /// The host is another computer, and the server's certificate would not be verified, or not in full.
    #[error(
        "its host is another computer: without sslmode=verify-full anybody in between can read and change the traffic"
    )]
    NotVerified,
    /// No CA to verify against.
    #[error("sslmode={0} needs sslrootcert, the CA that issued the server's certificate")]
    NoRoot(&'static str),
    /// A client certificate without its key, or a key without its certificate.
    #[error("sslcert and sslkey belong together, and one of them is missing")]
    HalfAClient,
    /// A relative path depends on where the program was started.
    #[error("its parameter {0} is not an absolute path")]
    RelativePath(&'static str),
}

impl UrlFault {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "store-url",
            Self::Parameter(_) => "store-url-parameter",
            Self::NotVerified => "store-tls-not-verified",
            Self::NoRoot(_) => "store-tls-no-ca",
            Self::HalfAClient => "store-tls-client-incomplete",
            Self::RelativePath(_) => "store-tls-relative-path",
        }
    }

    /// What to do.
    #[must_use]
    pub const fn next(&self) -> &'static str {
        match self {
            Self::Malformed => "Write postgres://user@host/database?….",
            Self::Parameter(_) => "Leave it out, or correct its name.",
            Self::NotVerified => {
                "Add sslmode=verify-full and sslrootcert=/the/CA.pem, or use a Unix socket."
            }
            Self::NoRoot(_) => "Add sslrootcert=/the/CA.pem.",
            Self::HalfAClient => "Give both or none.",
            Self::RelativePath(_) => "Write the whole path.",
        }
    }
}

/// The files that a URL names for TLS.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TlsFiles {
    /// The CA of the server's certificate, PEM.
    pub root: Option<PathBuf>,
    /// Our certificate and its key, PEM.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// Reads a `postgres://` URL as the driver will, including the environment's `PG…` variables, and refuses what is not safe.
///
/// # Errors
/// [`UrlFault`].
pub fn tls_files(url: &str) -> Result<TlsFiles, UrlFault> {
    let parsed = AnyConnectOptions::from_str(url).map_err(|_| UrlFault::Malformed)?;
    let mut files = (None, None, None);
    for (name, value) in parsed.database_url.query_pairs() {
        let name = &*name;
        let place = if ROOT.contains(&name) {
            &mut files.0
        } else if CERTIFICATE.contains(&name) {
            &mut files.1
        } else if KEY.contains(&name) {
            &mut files.2
        } else if KNOWN.contains(&name) || name.starts_with("options[") {
            continue;
        } else {
            return Err(UrlFault::Parameter(name.to_owned()));
        };
        // The last one counts, as in the driver.
        *place = Some(PathBuf::from(&*value));
    }
    let absolute = |path: &Option<PathBuf>, name| match path {
        Some(path) if !path.is_absolute() => Err(UrlFault::RelativePath(name)),
        _ => Ok(()),
    };
    absolute(&files.0, "sslrootcert")?;
    absolute(&files.1, "sslcert")?;
    absolute(&files.2, "sslkey")?;
    let (root, certificate, key) = files;
    // Not earlier: the driver logs parameters that it ignores, with their values.
    let options = PgConnectOptions::from_str(url).map_err(|_| UrlFault::Malformed)?;
    let mode = options.get_ssl_mode();
    if !is_local(&options) && !matches!(mode, PgSslMode::VerifyFull) {
        return Err(UrlFault::NotVerified);
    }
    let verified = match mode {
        PgSslMode::VerifyFull => Some("verify-full"),
        PgSslMode::VerifyCa => Some("verify-ca"),
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer | PgSslMode::Require => None,
    };
    if let (Some(mode), None) = (verified, &root) {
        return Err(UrlFault::NoRoot(mode));
    }
    let client = match (certificate, key) {
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (None, None) => None,
        _ => return Err(UrlFault::HalfAClient),
    };
    Ok(TlsFiles { root, client })
}

/// A socket of this computer, or its loopback interface: there is no network in between.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || literal
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn on_this_computer_everything_goes() {
        for url in [
            "postgres:///inkan?host=/var/run/postgresql&user=inkan",
            "postgres://inkan@%2Fvar%2Frun%2Fpostgresql/inkan",
            "postgres://inkan:secret@127.0.0.1:5433/inkan",
            "postgres://inkan@LOCALHOST/inkan?sslmode=disable",
            "postgresql:///inkan?hostaddr=::1&sslmode=require",
            "postgres://inkan@[::1]/inkan",
            "postgres:///inkan?host=db.bank.example&host=127.0.0.2",
        ] {
            assert_eq!(tls_files(url), Ok(TlsFiles::default()), "{url}");
        }
    }

    #[test]
    fn another_computer_is_verified_in_full_or_not_talked_to() {
        let away = "postgres://inkan:secret@db.bank.example/inkan";
        for weaker in [
            "",
            "?sslmode=disable",
            "?sslmode=allow",
            "?sslmode=prefer&sslrootcert=/ca.pem",
            "?sslmode=require&sslrootcert=/ca.pem",
            "?sslmode=verify-ca&sslrootcert=/ca.pem",
            "?sslmode=verify-full&sslrootcert=/ca.pem&sslmode=require",
        ] {
            let url = format!("{away}{weaker}");
            assert_eq!(tls_files(&url), Err(UrlFault::NotVerified), "{url}");
        }
        for url in [
            "postgres://127.0.0.1/inkan?host=db.bank.example",
            "postgres://localhost/inkan?hostaddr=192.0.2.1",
            "postgres://localhost.bank.example/inkan",
            "postgres://127.0.0.1.bank.example/inkan",
            "postgres://0.0.0.0/inkan",
        ] {
            assert_eq!(tls_files(url), Err(UrlFault::NotVerified), "{url}");
        }
        let full = format!("{away}?sslmode=verify-full");
        assert_eq!(tls_files(&full), Err(UrlFault::NoRoot("verify-full")));
        let root = format!("{full}&sslrootcert=/etc/inkan/ca.pem");
        let files = tls_files(&root).unwrap();
        assert_eq!(files.root, Some(PathBuf::from("/etc/inkan/ca.pem")));
        let half = format!("{root}&sslcert=/etc/inkan/db.pem");
        assert_eq!(tls_files(&half), Err(UrlFault::HalfAClient));
        let both = format!("{half}&sslkey=/etc/inkan/db.key");
        assert!(tls_files(&both).unwrap().client.is_some());
    }

    #[test]
    fn what_would_be_ignored_or_depend_on_the_directory_is_refused_and_never_repeated() {
        let away = "postgres://inkan:secret@db.bank.example/inkan";
        let typo = format!("{away}?ssl_mode=verify-full&sslrootcert=/ca.pem");
        assert_eq!(
            tls_files(&typo),
            Err(UrlFault::Parameter("ssl_mode".to_owned()))
        );
        let relative = format!("{away}?sslmode=verify-full&sslrootcert=ca.pem");
        assert_eq!(
            tls_files(&relative),
            Err(UrlFault::RelativePath("sslrootcert"))
        );
        for bad in [
            "postgres://in kan@host:port/x",
            "postgres://h/x?sslmode=secret",
        ] {
            let fault = tls_files(bad).unwrap_err();
            assert_eq!(fault, UrlFault::Malformed, "{bad}");
            assert!(!fault.to_string().contains("secret"), "{fault}");
        }
    }
}
