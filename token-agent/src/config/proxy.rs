//! The proxy for the banks: from `agent.toml`, or from the system's settings.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use inkan_pki::secret::Secret;

use super::directory::{ConfigDir, others_may_read};
use super::{agent_file, field_error};
use crate::error::{FieldFault, SetupError};
use crate::http::proxy::{Proxy, ProxyConfig};

/// Maximum number of entries of `no_proxy`.
const MAX_EXCEPTIONS: usize = 200;

/// The settings of the system: environment variables, otherwise those of Windows or macOS.
#[derive(Debug, Clone, Default)]
pub struct System {
    /// Proxy for `https` addresses, and the name of the variable that sets it.
    pub proxy: Option<(&'static str, Secret)>,
    /// Hosts that are reached directly, comma-separated.
    pub no_proxy: String,
    /// Consulted if no variable sets a proxy.
    pub settings: Option<Arc<Matcher>>,
}

impl System {
    /// The settings of the system this program runs on.
    #[must_use]
    pub fn current() -> Self {
        Self {
            settings: Some(Arc::new(Matcher::from_system())),
            ..Self::of(|name| std::env::var(name).ok())
        }
    }

    /// From environment variables, as other programs read them: lower case first.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            let set = |name: &&'static str| {
                let value = variable(name).filter(|v| !v.trim().is_empty())?;
                Some((*name, value))
            };
            names.iter().find_map(set)
        };
        let proxy = first(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]);
        Self {
            proxy: proxy.map(|(name, value)| (name, Secret::new(value))),
            no_proxy: first(&["no_proxy", "NO_PROXY"]).map_or_else(String::new, |(_, v)| v),
            settings: None,
        }
    }
}

/// The proxies for the banks: from the agent's own file, otherwise from the system. A proxy that cannot be used stops only
/// the connections that would use it. The error then names the setting, without its value, which may contain a password.
///
/// # Errors
/// [`SetupError::Field`] for an `agent.toml` that cannot be read.
pub fn load(config: &ConfigDir, system: &System) -> Result<ProxyConfig, SetupError> {
    let path = config.agent();
    let file = agent_file::read(config)?;
    if file.no_proxy.len() > MAX_EXCEPTIONS {
        let fault = FieldFault::TooMany(MAX_EXCEPTIONS);
        return Err(field_error(&path, "no_proxy", fault));
    }
    let own_exceptions = file.no_proxy.join(",");
    let exceptions = format!("{own_exceptions},{}", system.no_proxy);
    Ok(match (file.proxy, &system.proxy, &system.settings) {
        (Some(text), ..) if text.expose() == "none" => ProxyConfig::direct(),
        (Some(text), ..) => ProxyConfig::address(own(&text, path), &own_exceptions),
        (None, Some((name, text)), _) => {
            ProxyConfig::address(parse(text, Path::new(name), ""), &exceptions)
        }
        (None, None, Some(settings)) => ProxyConfig::system(Arc::clone(settings), &exceptions),
        (None, None, None) => ProxyConfig::direct(),
    })
}

/// The proxy of the agent's own file. Others must not be able to read one with a password.
fn own(text: &Secret, path: PathBuf) -> Result<Proxy, SetupError> {
    let proxy = parse(text, &path, "proxy")?;
    if proxy.has_password() && others_may_read(&path) {
        return Err(SetupError::SecretShared { path });
    }
    Ok(proxy)
}

fn parse(text: &Secret, setting: &Path, field: &'static str) -> Result<Proxy, SetupError> {
    Proxy::parse(text).ok_or_else(|| field_error(setting, field, FieldFault::NotProxy))
}

#[cfg(all(test, unix))] // permission bits
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::bank::Origin;

    fn with(file: Option<&str>, mode: u32, system: &System) -> Result<Option<String>, String> {
        let directory = tempfile::tempdir().unwrap();
        let config = ConfigDir::at(directory.path().to_owned());
        if let Some(text) = file {
            fs::write(config.agent(), text).unwrap();
            fs::set_permissions(config.agent(), fs::Permissions::from_mode(mode)).unwrap();
        }
        let bank = Origin::parse("https://bank.example").unwrap();
        let proxies = load(&config, system).map_err(|e| format!("{e:?}"))?;
        let proxy = proxies.for_origin(&bank).map_err(|e| format!("{e:?}"))?;
        Ok(proxy.map(|proxy| proxy.name()))
    }

    fn system(pairs: &'static [(&'static str, &'static str)]) -> System {
        System::of(|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_agents_own_file_comes_before_the_system() {
        let none = System::default();
        let environment = system(&[("HTTPS_PROXY", "http://env.example:3128")]);
        assert_eq!(with(None, 0o644, &none), Ok(None));
        assert_eq!(
            with(None, 0o644, &environment),
            Ok(Some("env.example:3128".into()))
        );
        let own = "proxy = \"http://own.example:8080\"\n";
        assert_eq!(
            with(Some(own), 0o644, &environment),
            Ok(Some("own.example:8080".into()))
        );
        assert_eq!(
            with(Some("proxy = \"none\""), 0o644, &environment),
            Ok(None)
        );
        let except = "no_proxy = [\"bank.example\"]\n";
        assert_eq!(with(Some(except), 0o644, &environment), Ok(None));
        let lower = system(&[
            ("https_proxy", "http://lower.example"),
            ("HTTPS_PROXY", "http://upper.example"),
        ]);
        assert_eq!(
            with(None, 0o644, &lower),
            Ok(Some("lower.example:80".into()))
        );
        let except = system(&[
            ("ALL_PROXY", "http://all.example"),
            ("no_proxy", ".example"),
        ]);
        assert_eq!(with(None, 0o644, &except), Ok(None));
    }

    #[test]
    fn an_unusable_setting_is_named_without_the_password() {
        let none = System::default();
        let secret = "proxy = \"http://user:geheim@own.example\"\n";
        assert_eq!(
            with(Some(secret), 0o600, &none),
            Ok(Some("own.example:80".into()))
        );
        let shared = with(Some(secret), 0o644, &none).unwrap_err();
        assert!(shared.contains("SecretShared") && !shared.contains("geheim"));
        for bad in [
            "proxy = \"https://user:geheim@own.example\"",
            "proxy = \"socks4://user:geheim@own.example\"",
            "proxy = \"geheim\"",
            "proxy = \"http://own.example/geheim\"",
            "proxy = 7 # geheim",
            "proxi = \"http://geheim\"",
        ] {
            let error = with(Some(bad), 0o600, &none).unwrap_err();
            assert!(
                error.contains("agent.toml") && !error.contains("geheim"),
                "{error}"
            );
        }
        let bad = system(&[("https_proxy", "ftp://user:geheim@x")]);
        let error = with(None, 0o600, &bad).unwrap_err();
        assert!(
            error.contains("https_proxy") && !error.contains("geheim"),
            "{error}"
        );
    }

    #[test]
    fn an_unusable_proxy_stops_no_connection_that_bypasses_it() {
        let bad = system(&[
            ("all_proxy", "socks4://user:geheim@x"),
            ("no_proxy", "bank.example"),
        ]);
        assert_eq!(with(None, 0o600, &bad), Ok(None));
    }

    #[test]
    fn the_systems_settings_apply_without_a_variable() {
        let settings = || {
            let matcher = Matcher::builder().https("http://os.example:8080").build();
            Some(Arc::new(matcher))
        };
        let none = System {
            settings: settings(),
            ..System::default()
        };
        let expected = Some("os.example:8080".to_owned());
        assert_eq!(with(None, 0o644, &none), Ok(expected));
        assert_eq!(with(Some("proxy = \"none\""), 0o644, &none), Ok(None));
        let except = "no_proxy = [\"bank.example\"]\n";
        assert_eq!(with(Some(except), 0o644, &none), Ok(None));
        let variable = System {
            settings: settings(),
            ..system(&[("https_proxy", "http://env.example:3128")])
        };
        let expected = Some("env.example:3128".to_owned());
        assert_eq!(with(None, 0o644, &variable), Ok(expected));
    }
}
