//! One request and its reply. What the process answers is checked; one that answers nonsense is ended.

use std::sync::Arc;

use inkan_hsm_driver::frame::{FrameError, Link};
use inkan_hsm_driver::message::{Failure, MAX_REPLY, MAX_REQUEST, Reply, Request};
use inkan_pki::pkcs11::{ErrorClass, Pkcs11Error};

use super::output::printable;
use super::process::Driver;

/// A connection for one session.
#[derive(Debug)]
pub(in crate::hsm) struct Connection {
    driver: Arc<Driver>,
    number: u64,
    link: Link,
}

impl Connection {
    pub(in crate::hsm) fn open(driver: &Arc<Driver>) -> Result<Self, Pkcs11Error> {
        let (number, stream) = driver.connect().map_err(|error| {
            driver.lose();
            gone("connect", &error.to_string(), false)
        })?;
        Ok(Self {
            driver: Arc::clone(driver),
            number,
            link: Link::new(stream),
        })
    }

    /// Blocks until the process has answered or is gone. `take` extracts the value of the right kind of reply.
    pub(in crate::hsm) fn call<T>(
        &mut self,
        operation: &'static str,
        request: &Request,
        take: impl FnOnce(Reply) -> Option<T>,
    ) -> Result<T, Pkcs11Error> {
        match self.link.send(request, MAX_REQUEST) {
            Ok(()) => {}
            Err(error @ (FrameError::TooLong(_) | FrameError::Invalid(_))) => {
                let detail = error.to_string();
                return Err(Pkcs11Error::reported(
                    operation,
                    ErrorClass::Refused,
                    detail,
                    false,
                ));
            }
            Err(error) => return Err(self.lost(operation, &error, false)),
        }
        let reply = match self.link.receive::<Reply>(MAX_REPLY) {
            Ok(reply) if reply.is_plausible() => reply,
            Ok(_) => return Err(self.nonsense(operation, "a value longer than possible")),
            // Whether the module was called before is not known.
            Err(error @ (FrameError::Closed | FrameError::Socket(_))) => {
                return Err(self.lost(operation, &error, true));
            }
            Err(error) => return Err(self.nonsense(operation, &error.to_string())),
        };
        match reply {
            Reply::Failed(failure) => Err(failed(operation, &failure)),
            other => take(other)
                .ok_or_else(|| self.nonsense(operation, "a reply to another kind of request")),
        }
    }

    fn lost(&self, operation: &'static str, error: &FrameError, reached: bool) -> Pkcs11Error {
        self.driver.lose();
        gone(operation, &error.to_string(), reached)
    }

    fn nonsense(&self, operation: &'static str, what: &str) -> Pkcs11Error {
        tracing::error!(
            operation,
            what,
            "the process of the hsm module answers nonsense; it is ended"
        );
        self.driver.lose();
        gone(operation, &format!("it answered nonsense: {what}"), true)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.disconnect(self.number);
    }
}

/// The process is gone, and with it the library, its sessions and the login.
pub(super) fn gone(operation: &'static str, detail: &str, reached_module: bool) -> Pkcs11Error {
    let detail = format!("the process of the HSM module has ended or cannot be used: {detail}");
    Pkcs11Error::reported(operation, ErrorClass::LibraryLost, detail, reached_module)
}

fn failed(operation: &'static str, failure: &Failure) -> Pkcs11Error {
    if failure.pin_needed {
        return Pkcs11Error::pin_needed(operation);
    }
    let detail = printable(&failure.detail);
    Pkcs11Error::reported(operation, failure.class, detail, failure.reached_module)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixStream;
    use std::process::Command;
    use std::thread;

    use inkan_hsm_driver::handover;
    use serde_bytes::ByteBuf;

    use super::*;
    use crate::hsm::shared::lock;

    /// A process that does nothing, and a thread that answers in its place: these bytes, to any request.
    fn answered_with(bytes: Vec<u8>) -> (Arc<Driver>, Result<ByteBuf, Pkcs11Error>) {
        let child = Command::new("sleep").arg("60").spawn().unwrap();
        let (control, theirs) = UnixStream::pair().unwrap();
        let driver = Arc::new(Driver::new(1, child, control));
        let fake = thread::spawn(move || {
            let mut connection = handover::accept(&theirs).unwrap().unwrap();
            let mut request = [0; 64];
            assert!(connection.read(&mut request).unwrap() > 0);
            let _ = connection.write_all(&bytes);
            // Until the other side ends it.
            let _ = connection.read(&mut request);
        });
        let mut connection = Connection::open(&driver).unwrap();
        let take = |reply| match reply {
            Reply::Signature(signature) => Some(signature),
            _ => None,
        };
        let result = connection.call("sign", &Request::LoginState, take);
        drop(connection);
        fake.join().unwrap();
        (driver, result)
    }

    fn frame(body: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(body);
        bytes
    }

    fn of(reply: &Reply) -> Vec<u8> {
        frame(&postcard::to_allocvec(reply).unwrap())
    }

    fn end(driver: &Driver) -> Option<i32> {
        use std::os::unix::process::ExitStatusExt;
        let mut child = lock(&driver.child).take().unwrap();
        child.wait().unwrap().signal()
    }

    #[test]
    fn an_honest_reply_is_taken_and_a_failure_is_the_modules() {
        let signature = Reply::Signature(ByteBuf::from(vec![7; 64]));
        let (driver, result) = answered_with(of(&signature));
        assert_eq!(result.unwrap(), vec![7; 64]);
        assert!(!driver.is_ending());
        driver.kill();
        end(&driver);
        let failure = Failure {
            class: ErrorClass::Busy,
            detail: "C_Sign returned \u{1b}[2J".to_owned(),
            reached_module: true,
            pin_needed: false,
        };
        let (driver, result) = answered_with(of(&Reply::Failed(failure)));
        let error = result.unwrap_err();
        assert_eq!((error.operation, error.class), ("sign", ErrorClass::Busy));
        assert_eq!(error.to_string(), "sign: C_Sign returned \u{fffd}[2J");
        assert!(!driver.is_ending());
        driver.kill();
        end(&driver);
    }

    #[test]
    fn nonsense_of_any_kind_ends_the_process() {
        let long = |length: usize| Reply::Signature(ByteBuf::from(vec![1; length]));
        let mut trailing = postcard::to_allocvec(&Reply::Done).unwrap();
        trailing.push(0);
        let table = [
            ("an impossible length", u32::MAX.to_be_bytes().to_vec()),
            ("too long a frame", frame(&vec![0; MAX_REPLY + 1])),
            ("an unknown kind", frame(&[200])),
            ("an empty frame", frame(&[])),
            ("bytes after the value", frame(&trailing)),
            (
                "a second reply",
                [of(&Reply::Done), of(&Reply::Done)].concat(),
            ),
            ("another kind of reply", of(&Reply::Done)),
            ("an impossible signature", of(&long(5000))),
            ("a length inside that is not there", frame(&[7, 0xff, 0x7f])),
            ("a stop in the middle of text", b"HTTP".to_vec()),
        ];
        for (what, bytes) in table {
            let (driver, result) = answered_with(bytes);
            let error = result.unwrap_err();
            assert_eq!(error.class, ErrorClass::LibraryLost, "{what}");
            assert!(
                error.reached_module(),
                "{what}: a PIN may have been counted"
            );
            assert!(driver.is_ending(), "{what}");
            assert_eq!(end(&driver), Some(9), "{what}");
        }
    }
}
