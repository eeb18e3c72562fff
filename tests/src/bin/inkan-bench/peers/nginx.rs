//! nginx in its fastest configuration: no log, connections without limit, cached file handles, one worker per core.

use std::process::Command;

use inkan_tests::{Outcome, programs};

use super::pki::Pki;
use super::{Peer, directory, free_port, write};

/// One file over plain HTTP, at `/answer.der`.
pub(crate) fn serving(file: &[u8]) -> Outcome<Peer> {
    start(file, "answer.der", |port, _| {
        Ok(format!("listen 127.0.0.1:{port};"))
    })
}

/// One file at `/page.html`, for clients whose certificate is not on the CRL; full handshakes only.
pub(crate) fn asking_for_certificates(pki: &Pki, list: Option<&str>, page: &[u8]) -> Outcome<Peer> {
    start(page, "page.html", |port, at| {
        let certificate = write(at, "server.pem", pki.server_chain())?;
        let key = write(at, "server.key", pki.server_key())?;
        let ca = write(at, "ca.pem", pki.ca())?;
        let list = match list {
            Some(pem) => format!("ssl_crl {};", write(at, "list.pem", pem)?),
            None => String::new(),
        };
        Ok(format!(
            "listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key}; \
             ssl_protocols TLSv1.3; ssl_session_cache off; ssl_session_tickets off; \
             ssl_verify_client on; ssl_client_certificate {ca}; {list}"
        ))
    })
}

fn start(
    file: &[u8],
    name: &str,
    server: impl FnOnce(u16, &std::path::Path) -> Outcome<String>,
) -> Outcome<Peer> {
    let (directory, port) = (directory()?, free_port()?);
    let at = directory.path();
    // Its workers run as another user and need access.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(at, open)?;
    write(at, name, file)?;
    let place = at.display();
    let server = server(port, at)?;
    let configuration = format!(
        "daemon off; worker_processes auto; pid {place}/pid; error_log {place}/error.log;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
         access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;\n\
         open_file_cache max=16 inactive=1h; open_file_cache_valid 1h;\n\
         types {{ application/ocsp-response der; text/html html; }}\n\
         client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;\n\
         uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;\n\
         server {{ {server} root {place}; }}\n\
         }}\n"
    );
    let configuration = write(at, "nginx.conf", configuration)?;
    let mut command = Command::new(programs::tool("nginx"));
    command.args(["-c", &configuration, "-p"]).arg(at);
    command.args(["-e", &format!("{place}/error.log")]);
    Peer::start(command, port, directory, None)
}
