//! What a server said about unsealing.

use super::{Explanation, explain};
use crate::unseal::client::ClientError;
use crate::unseal::{Outcome, Response};

/// Explains why there is no answer.
#[must_use]
pub fn client(error: &ClientError) -> Explanation {
    match error {
        ClientError::NoServer(socket, kind) => explain(
            "unseal-no-server",
            format!("No server listens at {}: {kind}.", socket.display()),
            "Check `hsm.unseal_socket` in the server's configuration, and run this as the server's user or as root.",
        ),
        ClientError::Connection(socket, kind) => explain(
            "unseal-connection",
            format!("The connection to {} failed: {kind}.", socket.display()),
            "Ask for the state with `inkan-hsm unseal --status`, and repeat the request if it is needed.",
        ),
        ClientError::Answer(socket) => explain(
            "unseal-answer",
            format!(
                "The answer from {} is not one of this version.",
                socket.display()
            ),
            "Use `inkan-hsm` and `inkan-server` of the same version.",
        ),
    }
}

/// A response as text. A refusal has its code.
#[must_use]
pub fn response(response: &Response) -> Explanation {
    let progress = progress(response);
    let code = |fallback: &'static str| known(response.code.as_deref()).unwrap_or(fallback);
    match response.outcome {
        Outcome::Status => explain("status", progress, ""),
        Outcome::Accepted => explain(
            "share-accepted",
            format!("The share was accepted. {progress}"),
            "The next officer enters a share.",
        ),
        Outcome::Unsealed => explain(
            "unsealed",
            "Unsealed: the HSM signs.".to_owned(),
            "Put the pages back where they are kept.",
        ),
        Outcome::Opened => explain(
            code("opened"),
            format!(
                "There are enough shares, but the HSM does not sign: its state is {}{}.",
                response.state,
                halt(response)
            ),
            "If the state is pin-refused, the PIN was changed on the token: nothing is sent again. Otherwise the server keeps trying; see `/readyz`.",
        ),
        Outcome::Sealed => explain(
            "sealed",
            "Sealed: the server has no PIN and no shares.".to_owned(),
            "",
        ),
        Outcome::Refused => {
            let word = response
                .word
                .map(|n| format!(" (word {n})"))
                .unwrap_or_default();
            let (sentence, next) = refusal(code("refused"));
            explain(
                code("refused"),
                format!("{sentence}{word} {progress}"),
                next,
            )
        }
    }
}

fn refusal(code: &str) -> (&'static str, &'static str) {
    match code {
        "share-other-set" => (
            "This is a share of another set.",
            "Use the page of the current set; its number is on the page.",
        ),
        "share-twice" => (
            "This officer's share was entered before.",
            "Let another officer enter a share.",
        ),
        "share-incorrect" | "share-no-officer" => (
            "The share is not one that was made for an officer of this set.",
            "The page was forged, or the file of the set was changed. Tell the security officer in charge before anything else.",
        ),
        "not-sealed" => (
            "The server is not sealed: no share is needed.",
            "To seal it, run `inkan-hsm seal`.",
        ),
        "share-pending" => (
            "A change of shares was interrupted, so it is not known which set opens the token.",
            "Run `inkan-hsm shares resume`, then enter the shares of the set that is in force.",
        ),
        "share-set-unusable" => (
            "The server cannot use the file of the set.",
            "The server's log names the file and the reason. Put the file back from a copy; it holds no secret.",
        ),
        "share-set-changed" => (
            "The shares are good, but they do not open the file of the set: it was changed. All shares are forgotten.",
            "Put the file back from a copy, and enter the shares again.",
        ),
        "pin-withheld" => (
            "The PIN of these shares was sent before and refused, so it is not sent again. All shares are forgotten.",
            "The PIN on the token was changed. Find out by whom; then make a new set with the PIN that is in force.",
        ),
        "not-recorded" => (
            "The audit log cannot be written, so the share was not accepted.",
            "Wait until the database responds, and enter the share again.",
        ),
        "busy" => ("Another request is in progress.", "Repeat the request."),
        "too-large" | "malformed" | "too-slow" => (
            "The request was not understood.",
            "Use `inkan-hsm unseal` of the same version as the server.",
        ),
        _ => (
            "The share was refused.",
            "Compare every word with the page, and enter the share again.",
        ),
    }
}

/// The code as a fixed word: what a socket sends is not repeated.
fn known(code: Option<&str>) -> Option<&'static str> {
    const CODES: [&str; 16] = [
        "share-word",
        "share-count",
        "share-checksum",
        "share-version",
        "share-other-set",
        "share-no-officer",
        "share-incorrect",
        "share-twice",
        "not-sealed",
        "share-pending",
        "share-set-unusable",
        "share-set-changed",
        "pin-withheld",
        "not-recorded",
        "busy",
        "malformed",
    ];
    let code = code?;
    CODES.into_iter().find(|known| *known == code)
}

fn progress(response: &Response) -> String {
    if response.state != "sealed" {
        return format!(
            "The server is not sealed: the state of the HSM is {}{}.",
            response.state,
            halt(response)
        );
    }
    let mut text = format!("{} of {} shares", response.have, response.need);
    if !response.officers.is_empty() {
        text += &format!("; officers: {}", response.officers.join(", "));
    }
    if let Some(seconds) = response.seconds_left {
        text += &format!("; {} minutes left", seconds.div_ceil(60));
    }
    text + "."
}

fn halt(response: &Response) -> String {
    let halt = response.pin_halt.as_ref();
    halt.map(|halt| format!(" ({halt})")).unwrap_or_default()
}
