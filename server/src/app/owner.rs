//! The owner of files that a command writes for the server. Run as root, it must not leave files that the server's user
//! cannot read.

use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

/// Id of root.
const ROOT: u32 = 0;

/// Gives a new file to the owner of the one that it replaces, or else to the owner of its directory. Only root can, and
/// nobody else needs to: other users' files are their own.
///
/// # Errors
/// Errors of the file system.
pub(super) fn keep(new: &File, replaced: &Path, directory: &Path) -> io::Result<()> {
    if new.metadata()?.uid() != ROOT {
        return Ok(());
    }
    let model = match replaced.metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => directory.metadata()?,
        found => found?,
    };
    fchown(new, Some(model.uid()), Some(model.gid()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::chown;

    use super::*;

    #[test]
    fn a_file_that_root_writes_belongs_to_the_owner_of_the_old_one_or_of_the_directory() {
        let place = tempfile::TempDir::new().unwrap();
        let (old, new) = (place.path().join("old"), place.path().join("new"));
        let file = File::create(&new).unwrap();
        let own = file.metadata().unwrap().uid();
        // Other users cannot give files away: theirs stay theirs.
        let (of_directory, of_old) = if own == ROOT {
            (4321, 1234)
        } else {
            (own, own)
        };
        if own == ROOT {
            chown(place.path(), Some(of_directory), None).unwrap();
        }
        keep(&file, &old, place.path()).unwrap();
        assert_eq!(file.metadata().unwrap().uid(), of_directory);

        let file = File::create(place.path().join("newer")).unwrap();
        File::create(&old).unwrap();
        if own == ROOT {
            chown(&old, Some(of_old), None).unwrap();
        }
        keep(&file, &old, place.path()).unwrap();
        assert_eq!(file.metadata().unwrap().uid(), of_old);
    }
}
