//! Names of the certificate app's installers.

use crate::http::downloads::Package;
use crate::http::lang::Lang;

/// An installer's name.
pub const fn package(package: Package, lang: Lang) -> &'static str {
    match (package, lang) {
        (Package::Windows, Lang::Ja) => "Windows用インストーラー（MSI）",
        (Package::Windows, Lang::En) => "Installer for Windows (MSI)",
        (Package::WindowsZip, Lang::Ja) => "Windows用（zip、インストール不要）",
        (Package::WindowsZip, Lang::En) => "For Windows (zip, no installation)",
        (Package::LinuxDeb, Lang::Ja) => "Linux（Debian、Ubuntu）用パッケージ（deb）",
        (Package::LinuxDeb, Lang::En) => "Package for Linux (Debian, Ubuntu; deb)",
    }
}
