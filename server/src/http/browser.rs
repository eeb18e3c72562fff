//! What a browser's User-Agent shows, as far as the pages have advice for it (R14). Advice only: nothing is refused
//! because of it, and an unknown browser is fine.

use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;

/// Whether a browser supports what the certificate method needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Browser {
    /// As far as is known.
    #[default]
    Able,
    /// Internet Explorer and the first Edge: the screens do not work.
    Old,
    /// A phone, a tablet or another system, where there is no certificate app.
    Elsewhere,
}

impl Browser {
    /// By the User-Agent header.
    pub fn of(headers: &HeaderMap) -> Self {
        let agent = headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        let says = |words: &[&str]| {
            let agent = agent.unwrap_or_default();
            words.iter().any(|word| agent.contains(word))
        };
        if says(&["MSIE ", "Trident/", "Edge/"]) {
            Self::Old
        } else if says(&["Android", "iPhone", "iPad", "Macintosh", "CrOS"]) {
            Self::Elsewhere
        } else {
            Self::Able
        }
    }

    /// The screens do not work in it.
    pub fn is_old(self) -> bool {
        self == Self::Old
    }

    /// There is no certificate app for it.
    pub fn is_elsewhere(self) -> bool {
        self == Self::Elsewhere
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_browsers_that_cannot_are_known_and_no_others() {
        let of = |agent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(USER_AGENT, agent.parse().unwrap());
            Browser::of(&headers)
        };
        let old = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko";
        assert_eq!(of(old), Browser::Old);
        let phone = "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0.0.0 Mobile";
        assert_eq!(of(phone), Browser::Elsewhere);
        for fine in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "curl/8",
        ] {
            assert_eq!(of(fine), Browser::Able, "{fine}");
        }
        assert_eq!(Browser::of(&HeaderMap::new()), Browser::Able);
    }
}
