//! Two widely used responders: `openssl ocsp`, which signs each response, and `cfssl ocspserve`, which serves signed ones.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use inkan_tests::{Outcome, programs};

use super::pki::Pki;
use super::{Peer, directory, free_port, write};

/// `openssl ocsp` with one process per core, and a request (DER) for which it has a response. The version of Debian 12
/// no longer responds once a connection was closed without a request, so it is used for one load only.
pub(crate) fn openssl(pki: &Pki) -> Outcome<(Peer, Vec<u8>)> {
    let (directory, port) = (directory()?, free_port()?);
    let at = directory.path();
    let ca = write(at, "ca.pem", pki.ca())?;
    let key = write(at, "ca.key", pki.ca_key())?;
    let client = write(at, "client.pem", pki.client_certificate())?;
    let serial = programs::openssl(["x509", "-noout", "-serial", "-in", &client])?.expect_well()?;
    let serial = serial.trim().trim_start_matches("serial=");
    let index = write(
        at,
        "index.txt",
        format!("V\t20960101000000Z\t\t{serial}\tunknown\t/CN=CLIENT\n"),
    )?;
    let request = request(at, &ca, &client)?;
    let cores = std::thread::available_parallelism()?.to_string();
    let mut command = Command::new("openssl");
    command.args([
        "ocsp",
        "-port",
        &port.to_string(),
        "-index",
        &index,
        "-CA",
        &ca,
    ]);
    command.args([
        "-rsigner", &ca, "-rkey", &key, "-ndays", "1", "-multi", &cores,
    ]);
    Ok((
        Peer::start(command, port, directory, Some("ACCEPT"))?,
        request,
    ))
}

/// `cfssl ocspserve` with this response (DER).
pub(crate) fn cfssl(answer: &[u8]) -> Outcome<Peer> {
    let (directory, port) = (directory()?, free_port()?);
    let answers = write(
        directory.path(),
        "answers",
        format!("{}\n", BASE64.encode(answer)),
    )?;
    let mut command = Command::new(programs::tool("cfssl"));
    command.args(["ocspserve", "-address=127.0.0.1", &format!("-port={port}")]);
    // Otherwise its log has a line for each request.
    command.args([&format!("-responses={answers}"), "-loglevel=4"]);
    Peer::start(command, port, directory, None)
}

/// A request about a certificate, made by openssl.
pub(crate) fn request(scratch: &Path, ca: &str, certificate: &str) -> Outcome<Vec<u8>> {
    let path = scratch.join("request.der");
    let out = path.display().to_string();
    programs::openssl([
        "ocsp",
        "-no_nonce",
        "-issuer",
        ca,
        "-cert",
        certificate,
        "-reqout",
        &out,
    ])?
    .expect_well()?;
    Ok(std::fs::read(path)?)
}

/// The path of a GET with this request.
pub(crate) fn path(request: &[u8]) -> String {
    let text = BASE64.encode(request);
    text.replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D")
}
