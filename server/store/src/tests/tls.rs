//! TLS with a PostgreSQL server: what is verified, and what is refused with which code.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tempfile::TempDir;

use super::rows::bank;
use crate::db::Db;
use crate::row::Row;
use crate::sql::query;
use crate::{Store, contracts, open};
use inkan_server_fixtures::database::{Cluster, ServerTls};

/// A CA and its certificate, PEM.
struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Ca {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let pem = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        Self { issuer, pem }
    }

    /// Certificate and key, PEM.
    fn issue(&self, name: &str, hosts: &[&str]) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let certificate = named(name, hosts).signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

fn named(name: &str, hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn write(dir: &Path, name: &str, text: &str) -> String {
    let path = dir.join(name);
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// The code of what is wrong, found in the same way by a start and by `config check --connect`.
async fn code(url: &str) -> &'static str {
    let started = Store::connect(url).await.err().unwrap();
    let checked = open::reach(url).await.unwrap_err();
    assert_eq!(started.code(), checked.code(), "{started} / {checked}");
    assert!(!checked.to_string().contains("secret"), "{checked}");
    checked.code()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_verified_in_full_and_shown_a_certificate() {
    let dir = TempDir::new().unwrap();
    let (ca, stranger, clients) = (
        Ca::new("the bank's CA"),
        Ca::new("another"),
        Ca::new("users"),
    );
    let (certificate, key) = ca.issue("db", &["localhost"]);
    let cluster = Cluster::start_with_tls(&ServerTls {
        certificate,
        key,
        client_ca: clients.pem.clone(),
    });
    let socket = cluster.create("plain");
    let _ = cluster.create("certified");
    let root = write(dir.path(), "ca.pem", &ca.pem);
    let other_root = write(dir.path(), "other.pem", &stranger.pem);
    let port = cluster.port();
    let url = |host: &str, database: &str, more: &str| {
        format!("postgres://postgres:secret@{host}:{port}/{database}?{more}")
    };
    let full = format!("sslmode=verify-full&sslrootcert={root}");

    let good = url("localhost", "plain", &full);
    let store = Store::connect(&good).await.unwrap();
    bank(&store).await;
    assert!(contracts::find(&store, "c1").await.unwrap().is_some());
    assert_eq!(encrypted(&store).await, 1);
    open::reach(&good).await.unwrap();

    // The wrong CA; the correct one, but for another name; a socket, which has no TLS.
    let more = format!("sslmode=verify-full&sslrootcert={other_root}");
    let untrusted = code(&url("localhost", "plain", &more)).await;
    assert_eq!(untrusted, "store-tls-untrusted");
    assert_eq!(
        code(&url("127.0.0.1", "plain", &full)).await,
        "store-tls-wrong-name"
    );
    let more = format!("{socket}&{full}");
    assert_eq!(code(&more).await, "store-tls-not-offered");

    // Another computer: nothing is sent.
    for weaker in [
        "",
        "sslmode=disable",
        "sslmode=require",
        "sslmode=verify-ca&sslrootcert=/ca.pem",
    ] {
        let away = url("db.bank.example", "plain", weaker);
        assert_eq!(code(&away).await, "store-tls-not-verified", "{weaker}");
    }
    // On this computer they are accepted.
    for (weaker, expected) in [("sslmode=disable", 0), ("sslmode=require", 1)] {
        let store = Store::open(&url("127.0.0.1", "plain", weaker))
            .await
            .unwrap();
        assert_eq!(encrypted(&store).await, expected, "{weaker}");
    }

    // A server that requires a certificate.
    let certified = url("localhost", "certified", &full);
    assert_eq!(code(&certified).await, "store-denied");
    let with = |ca: &Ca, name: &str| {
        let (certificate, key) = ca.issue(name, &[]);
        let certificate = write(dir.path(), "client.pem", &certificate);
        let key = write(dir.path(), "client.key", &key);
        format!("{certified}&sslcert={certificate}&sslkey={key}")
    };
    assert_eq!(
        code(&with(&stranger, "postgres")).await,
        "store-tls-client-refused"
    );
    assert_eq!(code(&with(&clients, "somebody")).await, "store-denied");
    let store = Store::connect(&with(&clients, "postgres")).await.unwrap();
    assert_eq!(encrypted(&store).await, 1);
    store.close().await;

    // And an error that has nothing to do with TLS.
    assert_eq!(
        code(&url("localhost", "nowhere", &full)).await,
        "store-missing"
    );
}

/// Whether the connection uses TLS, according to the server.
async fn encrypted(store: &Store) -> i64 {
    let statement = query(
        "SELECT CAST(CASE WHEN ssl THEN 1 ELSE 0 END AS BIGINT) AS ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    );
    let row = Db::from(store).optional(statement).await.unwrap().unwrap();
    Row::new("pg_stat_ssl", &row).int("ssl").unwrap()
}
