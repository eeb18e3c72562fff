//! A new connection: the server makes a socket pair and passes one end through the control connection (`SCM_RIGHTS`), one byte with
//! each.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// Comes with each connection.
const MARK: u8 = 0x2b;

/// Passes `end` to the other process.
///
/// # Errors
/// The socket's error: the other process is gone, or has no room.
pub fn pass(control: &UnixStream, end: &UnixStream) -> io::Result<()> {
    let descriptors = [end.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !ancillary.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(ErrorKind::InvalidInput.into());
    }
    sendmsg(
        control,
        &[IoSlice::new(&[MARK])],
        &mut ancillary,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// Waits for the next connection; `None` when the other process has closed the control connection.
///
/// # Errors
/// The socket's error; `InvalidData` when something else than a connection comes.
pub fn accept(control: &UnixStream) -> io::Result<Option<UnixStream>> {
    let mut mark = [0];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        let mut into = [IoSliceMut::new(&mut mark)];
        match recvmsg(control, &mut into, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other?,
        }
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    let mut ends = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    match ends.next() {
        Some(end) if mark == [MARK] => Ok(Some(UnixStream::from(end))),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn a_connection_arrives_and_works_and_the_end_is_noticed() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (mut here, there) = UnixStream::pair().unwrap();
        pass(&ours, &there).unwrap();
        drop(there);
        let mut arrived = accept(&theirs).unwrap().unwrap();
        here.write_all(b"x").unwrap();
        let mut byte = [0];
        arrived.read_exact(&mut byte).unwrap();
        assert_eq!(&byte, b"x");
        drop(ours);
        assert!(accept(&theirs).unwrap().is_none());
    }

    #[test]
    fn bytes_without_a_connection_are_refused() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        ours.write_all(&[MARK]).unwrap();
        assert_eq!(accept(&theirs).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
