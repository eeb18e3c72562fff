//! Linux.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::{System, Volume};

/// File systems on other computers, by `f_type` (statfs(2)): NFS, SMB 1, CIFS, SMB 2, AFS, Ceph, 9P.
const NETWORK: [u64; 7] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x5346_414f,
    0x00c3_6400,
    0x0102_1997,
];

pub(in super::super) fn system() -> System {
    let name = rustix::system::uname();
    System {
        name: std::env::consts::OS,
        version: name.release().to_string_lossy().into_owned(),
        architecture: name.machine().to_string_lossy().into_owned(),
        supported: true,
    }
}

pub(in super::super) fn host_name() -> Option<String> {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy().into_owned();
    Some(name).filter(|name| !name.is_empty())
}

/// The encoding of the terminal, by the language setting.
pub(in super::super) fn output_encoding(locale: Option<&str>) -> String {
    let utf8 = |locale: &str| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    match locale {
        Some(locale) if utf8(locale) => "utf-8".to_owned(),
        _ => "unknown".to_owned(),
    }
}

/// Whether users other than this one may write to the directory, or own it.
pub(in super::super) fn others_may_write(directory: &Path) -> Option<bool> {
    let about = fs::metadata(directory).ok()?;
    let owner = rustix::process::geteuid().as_raw();
    Some(about.permissions().mode() & 0o022 != 0 || about.uid() != owner)
}

pub(in super::super) fn volume(directory: &Path) -> Option<Volume> {
    let space = rustix::fs::statvfs(directory).ok()?;
    let kind = rustix::fs::statfs(directory).ok()?.f_type;
    // The type is a 32-bit number in a field that some platforms extend with its sign.
    let kind = u64::try_from(i128::from(kind) & 0xffff_ffff).unwrap_or_default();
    Some(Volume {
        network: NETWORK.contains(&kind),
        free: space.f_bavail.saturating_mul(space.f_frsize),
    })
}
