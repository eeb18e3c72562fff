//! The file of a backup: whole, or refused with the reason.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use jiff::Timestamp;
use tempfile::TempDir;

use super::container::{self, member};
use super::fault::BackupFault;
use super::key;
use super::manifest::{Kind, Manifest};
use crate::store::audit::Head;
use crate::store::backup::content::Content;

struct Made {
    place: TempDir,
    file: PathBuf,
    key: Identity,
    content: Vec<u8>,
}

fn manifest() -> Manifest {
    let content = Content {
        schema: 23,
        rows: [("users", 2)].into(),
        audit: Head::beginning(),
        checkpoint: None,
        crls: Default::default(),
        status_seq: 5,
    };
    Manifest::of(&content, "bank", Kind::Sqlite, Timestamp::UNIX_EPOCH)
}

/// A backup of something longer than one piece of the encryption (64 KiB).
fn made() -> Made {
    let place = TempDir::new().unwrap();
    let content: Vec<u8> = (0..300_000u32).flat_map(u32::to_le_bytes).collect();
    let mut database = tempfile::tempfile().unwrap();
    database.write_all(&content).unwrap();
    let mut manifest = manifest();
    manifest.members = vec![member("database.sqlite", &mut database).unwrap()];
    let (file, key) = (place.path().join("one.backup"), Identity::generate());
    container::write(&file, &key.to_public(), &manifest, &mut database).unwrap();
    let again = container::write(&file, &key.to_public(), &manifest, &mut database);
    assert!(matches!(again, Err(BackupFault::TargetExists(_))));
    assert_eq!(
        fs::read_dir(place.path()).unwrap().count(),
        1,
        "nothing else"
    );
    Made {
        place,
        file,
        key,
        content,
    }
}

fn read(file: &Path, key: &Identity) -> Result<(Manifest, Vec<u8>), BackupFault> {
    let mut plain = Vec::new();
    let manifest = container::read(file, std::slice::from_ref(key), &mut plain)?;
    Ok((manifest, plain))
}

#[test]
fn a_backup_is_read_as_it_was_written_and_only_by_its_owner_and_key() {
    let made = made();
    let mode = fs::metadata(&made.file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (found, plain) = read(&made.file, &made.key).unwrap();
    assert!(plain == made.content && found.members.len() == 1);
    assert_eq!(manifest().difference(&found), None);
    let other = read(&made.file, &Identity::generate());
    assert!(matches!(other, Err(BackupFault::OtherKey(_))));
    let text = made.place.path().join("text");
    fs::write(&text, "no backup").unwrap();
    let none = read(&text, &made.key);
    assert!(matches!(none, Err(BackupFault::NoBackup(_))));
    let missing = read(&made.place.path().join("missing"), &made.key);
    assert!(matches!(missing, Err(BackupFault::File { .. })));
}

#[test]
fn a_cut_file_and_a_changed_byte_are_refused_wherever_they_are() {
    let made = made();
    let whole = fs::read(&made.file).unwrap();
    let other = made.place.path().join("other");
    let length = whole.len();
    for end in [
        0,
        10,
        100,
        200,
        300,
        65_536,
        length / 2,
        length - 70_000,
        length - 1,
    ] {
        fs::write(&other, &whole[..end]).unwrap();
        assert!(read(&other, &made.key).is_err(), "cut at {end} of {length}");
    }
    // Whole pieces of the encryption are missing, or something follows.
    let piece = 64 * 1024 + 16;
    fs::write(&other, &whole[..length - (length % piece)]).unwrap();
    assert!(read(&other, &made.key).is_err());
    fs::write(&other, [whole.as_slice(), b"more"].concat()).unwrap();
    assert!(read(&other, &made.key).is_err());
    for at in [
        0,
        30,
        80,
        150,
        199,
        210,
        1_000,
        70_000,
        length / 2,
        length - 1,
    ] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&other, &changed).unwrap();
        assert!(
            read(&other, &made.key).is_err(),
            "changed at {at} of {length}"
        );
    }
}

#[test]
fn a_full_disk_is_reported_as_such() {
    let made = made();
    let mut full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let keys = std::slice::from_ref(&made.key);
    let error = container::read(&made.file, keys, &mut full).unwrap_err();
    assert_eq!(error.code(), "backup-disk-full", "{error}");
}

#[test]
fn what_is_not_in_the_manifest_or_of_a_later_format_is_refused() {
    let made = made();
    let mut database = File::open(&made.file).unwrap();
    let mut size = Vec::new();
    database.read_to_end(&mut size).unwrap();
    database.rewind().unwrap();
    let other = made.place.path().join("other");
    let write = |change: &dyn Fn(&mut Manifest)| {
        let _ = fs::remove_file(&other);
        let mut file = File::open(&made.file).unwrap();
        let mut manifest = manifest();
        manifest.members = vec![member("database.sqlite", &mut file).unwrap()];
        change(&mut manifest);
        container::write(&other, &made.key.to_public(), &manifest, &mut file).unwrap();
        read(&other, &made.key).unwrap_err().code()
    };
    assert_eq!(write(&|one| one.format = 2), "backup-newer");
    assert_eq!(
        write(&|one| one.members[0].sha256 = "0".repeat(64)),
        "backup-damaged"
    );
    assert_eq!(
        write(&|one| one.members[0].name = "other".to_owned()),
        "backup-damaged"
    );
    assert_eq!(write(&|one| one.members.clear()), "backup-damaged");
}

#[test]
fn an_identity_is_for_its_owner_alone() {
    let place = TempDir::new().unwrap();
    let file = place.path().join("identity");
    let identity = Identity::generate();
    let text = format!("# made today\n{}\n", identity.to_string().expose_secret());
    fs::write(&file, &text).unwrap();
    let set = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    set(0o644);
    let open = key::identities(&file).err().unwrap();
    assert!(open.to_string().contains("mode 0644"), "{open}");
    set(0o600);
    assert_eq!(key::identities(&file).unwrap().len(), 1);
    for wrong in ["", "# nothing\n", "AGE-SECRET-KEY-1QQ\n"] {
        fs::write(&file, wrong).unwrap();
        let error = key::identities(&file).err().unwrap();
        assert_eq!(error.code(), "backup-identity");
        assert!(!error.to_string().contains("SECRET-KEY-1QQ"), "{error}");
    }
    assert!(key::recipient(&identity.to_public().to_string()).is_ok());
    assert!(key::recipient(identity.to_string().expose_secret()).is_err());
}
