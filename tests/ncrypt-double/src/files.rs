//! Keys, calls and faults in files beside the DLL.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use windows_sys::Win32::Foundation::HMODULE;
use windows_sys::Win32::System::LibraryLoader::{GetModuleFileNameW, GetModuleHandleW};

const PATH: usize = 1024;

/// The directory of the files.
pub(crate) fn directory() -> PathBuf {
    let name: Vec<u16> = "ncrypt.dll\0".encode_utf16().collect();
    let mut path = [0_u16; PATH];
    // SAFETY: the name ends with zero, and `path` has as many units as are given.
    let length = unsafe {
        let module: HMODULE = GetModuleHandleW(name.as_ptr());
        GetModuleFileNameW(module, path.as_mut_ptr(), 1024)
    };
    let path = String::from_utf16_lossy(&path[..length as usize]);
    let directory = PathBuf::from(path).with_file_name("ncrypt-double");
    let _ = fs::create_dir_all(&directory);
    directory
}

/// Notes a call, and does what the faults demand of it. `Err`: the code to return.
pub(crate) fn called(call: &str, provider: &str, about: &str) -> Result<(), i32> {
    let directory = directory();
    let line = format!("{call} {} {about}\n", short(provider));
    let log = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(directory.join("calls"));
    let _ = log.and_then(|mut log| log.write_all(line.as_bytes()));
    let everywhere = fault(call);
    let here = fault(&format!("{call}@{}", short(provider)));
    match here.or(everywhere).as_deref() {
        None => Ok(()),
        Some("hang") => loop {
            sleep(Duration::from_secs(60));
        },
        Some("crash") => std::process::exit(3),
        Some(code) => {
            let digits = code.trim_start_matches("0x");
            Err(u32::from_str_radix(digits, 16)
                .unwrap_or(0x8009_0020)
                .cast_signed())
        }
    }
}

/// The second word of the fault that starts with this word.
pub(crate) fn fault(first: &str) -> Option<String> {
    let text = fs::read_to_string(directory().join("faults")).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let (_, second) = lines.find(|(word, _)| *word == first)?;
    Some(second.trim().to_owned())
}

/// The word by which faults name a provider.
fn short(provider: &str) -> &str {
    provider.split(' ').nth(1).unwrap_or("-")
}

/// A key on disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct StoredKey {
    pub(crate) provider: String,
    pub(crate) name: String,
    pub(crate) algorithm: String,
    pub(crate) length: u32,
    pub(crate) policy: u32,
    pub(crate) usage: u32,
    /// What the prompt calls it; empty without one.
    pub(crate) prompt: String,
    /// Whether this handle may show no prompt. Not on disk.
    pub(crate) silent: bool,
    pub(crate) private: Vec<u8>,
}

impl StoredKey {
    /// Names are compared without case, as Windows does. FNV-1a: no name collides by luck in a test.
    fn file(provider: &str, name: &str) -> PathBuf {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in format!("{provider}\n{}", name.to_lowercase()).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        directory().join(format!("{hash:016x}.key"))
    }

    pub(crate) fn read(provider: &str, name: &str) -> Option<Self> {
        let mut all = Self::all(provider).into_iter();
        all.find(|key| key.name.to_lowercase() == name.to_lowercase())
    }

    fn parse(text: &str) -> Option<Self> {
        let fields: BTreeMap<&str, &str> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .collect();
        let text = |name: &str| fields.get(name).map(|value| (*value).to_owned());
        Some(Self {
            provider: text("provider")?,
            name: text("name")?,
            algorithm: text("algorithm")?,
            length: text("length")?.parse().ok()?,
            policy: text("policy")?.parse().ok()?,
            usage: text("usage")?.parse().ok()?,
            prompt: text("prompt")?,
            silent: false,
            private: hex::decode(text("private")?).ok()?,
        })
    }

    pub(crate) fn write(&self) -> bool {
        let text = format!(
            "provider={}\nname={}\nalgorithm={}\nlength={}\npolicy={}\nusage={}\nprompt={}\nprivate={}\n",
            self.provider,
            self.name,
            self.algorithm,
            self.length,
            self.policy,
            self.usage,
            self.prompt,
            hex::encode(&self.private)
        );
        fs::write(Self::file(&self.provider, &self.name), text).is_ok()
    }

    pub(crate) fn delete(&self) -> bool {
        fs::remove_file(Self::file(&self.provider, &self.name)).is_ok()
    }

    /// All keys of this provider.
    pub(crate) fn all(provider: &str) -> Vec<Self> {
        let entries = fs::read_dir(directory()).into_iter().flatten().flatten();
        let texts = entries
            .filter(|entry| entry.path().extension().is_some_and(|e| e == "key"))
            .filter_map(|entry| fs::read_to_string(entry.path()).ok());
        let mut keys: Vec<_> = texts.filter_map(|text| Self::parse(&text)).collect();
        keys.retain(|key| key.provider == provider);
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        keys
    }
}
