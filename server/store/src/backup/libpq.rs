//! The URL of a PostgreSQL database as environment variables for PostgreSQL's own programs: a password in an argument
//! would be visible to everybody on the computer.

use std::str::FromStr;

use sqlx::any::AnyConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::postgres_url::{UrlFault, tls_files};

/// The variables (PostgreSQL's manual, "Environment Variables" of libpq). One is the password, if the URL has one.
///
/// # Errors
/// [`UrlFault`].
pub fn environment(url: &str) -> Result<Vec<(&'static str, String)>, UrlFault> {
    let files = tls_files(url)?;
    let options = PgConnectOptions::from_str(url).map_err(|_| UrlFault::Malformed)?;
    let host = match options.get_socket() {
        Some(directory) => directory.display().to_string(),
        None => options.get_host().to_owned(),
    };
    let mut variables = vec![
        ("PGHOST", host),
        ("PGPORT", options.get_port().to_string()),
        ("PGUSER", options.get_username().to_owned()),
        ("PGAPPNAME", "inkan-server backup".to_owned()),
        ("PGSSLMODE", mode(options.get_ssl_mode()).to_owned()),
    ];
    // Without one, it is the one with the user's name.
    let database = options.get_database().unwrap_or(options.get_username());
    variables.push(("PGDATABASE", database.to_owned()));
    let mut file = |name, path: std::path::PathBuf| {
        variables.push((name, path.display().to_string()));
    };
    if let Some(root) = files.root {
        file("PGSSLROOTCERT", root);
    }
    if let Some((certificate, key)) = files.client {
        file("PGSSLCERT", certificate);
        file("PGSSLKEY", key);
    }
    if let Some(password) = password(url)? {
        variables.push(("PGPASSWORD", password));
    }
    Ok(variables)
}

/// The driver does not return the password that it has read.
fn password(url: &str) -> Result<Option<String>, UrlFault> {
    let parsed = AnyConnectOptions::from_str(url).map_err(|_| UrlFault::Malformed)?;
    let mut url = parsed.database_url;
    let named = url.query_pairs().filter(|(name, _)| name == "password");
    // The last one counts, as in the driver.
    if let Some((_, value)) = named.last() {
        return Ok(Some(value.into_owned()));
    }
    let Some(encoded) = url.password().map(|one| one.replace('+', "%2B")) else {
        return Ok(None);
    };
    // The query's values are decoded by the same rules, except for the sign that stands for a space there.
    url.set_query(Some(&format!("password={encoded}")));
    let decoded = url.query_pairs().next();
    Ok(decoded.map(|(_, value)| value.into_owned()))
}

fn mode(mode: PgSslMode) -> &'static str {
    match mode {
        PgSslMode::Disable => "disable",
        PgSslMode::Allow => "allow",
        PgSslMode::Prefer => "prefer",
        PgSslMode::Require => "require",
        PgSslMode::VerifyCa => "verify-ca",
        PgSslMode::VerifyFull => "verify-full",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_url_becomes_variables_and_its_password_is_decoded() {
        let of = |url: &str, name: &str| {
            let all = environment(url).unwrap();
            let found = all.into_iter().find(|(one, _)| *one == name);
            found.map(|(_, value)| value)
        };
        let url = "postgres://inkan:a%2Bb+c%25%40@127.0.0.1:5433/bank?sslmode=disable";
        assert_eq!(of(url, "PGHOST").as_deref(), Some("127.0.0.1"));
        assert_eq!(of(url, "PGPORT").as_deref(), Some("5433"));
        assert_eq!(of(url, "PGDATABASE").as_deref(), Some("bank"));
        assert_eq!(of(url, "PGPASSWORD").as_deref(), Some("a+b+c%@"));
        assert_eq!(of(url, "PGSSLMODE").as_deref(), Some("disable"));
        let socket = "postgres:///bank?host=/run/postgresql&user=inkan&password=x%20y";
        assert_eq!(of(socket, "PGHOST").as_deref(), Some("/run/postgresql"));
        assert_eq!(of(socket, "PGPASSWORD").as_deref(), Some("x y"));
        let full = "postgres://db.bank.example/bank?sslmode=verify-full&sslrootcert=/ca.pem";
        assert_eq!(of(full, "PGSSLROOTCERT").as_deref(), Some("/ca.pem"));
        assert_eq!(of(full, "PGPASSWORD"), None);
        assert!(environment("postgres://db.bank.example/bank").is_err());
    }
}
