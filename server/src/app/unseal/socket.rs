//! The socket: in a directory that only its owner may enter, for the server's user and root.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};

/// Why there is no socket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SocketFault {
    /// The directory or the socket cannot be made.
    #[error("{path} cannot be made: {1}", path = .0.display())]
    File(PathBuf, io::ErrorKind),
    /// Others may enter the directory, or it belongs to another user; with its mode.
    #[error("others than the server's user may enter the directory {path} (mode {1:03o})", path = .0.display())]
    Directory(PathBuf, u32),
    /// Something else has this name.
    #[error("{} exists and is no socket", .0.display())]
    NotASocket(PathBuf),
    /// Another process listens there.
    #[error("another process listens at {}", .0.display())]
    Taken(PathBuf),
}

/// Makes the directory if there is none, and opens the socket. One that a crash left is replaced.
pub(super) fn bind(path: &Path) -> Result<UnixListener, SocketFault> {
    let failed = |at: &Path| {
        let at = at.to_owned();
        move |error: io::Error| SocketFault::File(at, error.kind())
    };
    let directory = path.parent().unwrap_or(Path::new("/"));
    if !directory.exists() {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(directory).map_err(failed(directory))?;
    }
    let metadata = fs::metadata(directory).map_err(failed(directory))?;
    let (own, mode) = (rustix::process::geteuid().as_raw(), metadata.mode() & 0o777);
    if metadata.uid() != own || mode & 0o077 != 0 {
        return Err(SocketFault::Directory(directory.to_owned(), mode));
    }
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            return Err(SocketFault::NotASocket(path.to_owned()));
        }
        Ok(_) => {
            if std::os::unix::net::UnixStream::connect(path).is_ok() {
                return Err(SocketFault::Taken(path.to_owned()));
            }
            fs::remove_file(path).map_err(failed(path))?;
        }
        Err(_) => {}
    }
    let listener = UnixListener::bind(path).map_err(failed(path))?;
    fs::set_permissions(path, Permissions::from_mode(0o600)).map_err(failed(path))?;
    Ok(listener)
}

/// Whether the peer is the server's user or root.
pub(super) fn is_allowed(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == own || peer.uid() == 0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[tokio::test]
    async fn only_the_owner_may_use_it_and_one_that_a_crash_left_is_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("unseal/socket");
        let first = bind(&path).unwrap();
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
        assert_eq!(bind(&path).unwrap_err(), SocketFault::Taken(path.clone()));
        let stream = UnixStream::connect(&path).await.unwrap();
        assert!(is_allowed(&stream));
        // The file stays, as after a crash.
        drop(first);
        drop(bind(&path).unwrap());

        fs::remove_file(&path).unwrap();
        fs::write(&path, "a file").unwrap();
        assert_eq!(
            bind(&path).unwrap_err(),
            SocketFault::NotASocket(path.clone())
        );
        let directory = path.parent().unwrap();
        fs::set_permissions(directory, Permissions::from_mode(0o750)).unwrap();
        let open = SocketFault::Directory(directory.to_owned(), 0o750);
        assert_eq!(bind(&path).unwrap_err(), open);
    }
}
