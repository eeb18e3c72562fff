//! The language of a response: `?lang=`, otherwise the cookie, otherwise Accept-Language, otherwise Japanese.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use super::cookie;

/// Cookie that keeps the choice.
pub const COOKIE: &str = "__Host-inkan-lang";

/// A language of the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// BCP 47 tag, as in `<html lang>` and `?lang=`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The other language (for the switch on each page).
    pub fn other(self) -> Self {
        match self {
            Self::Ja => Self::En,
            Self::En => Self::Ja,
        }
    }

    /// One of two texts.
    pub fn pick<T>(self, ja: T, en: T) -> T {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("ja") {
            Some(Self::Ja)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The language requested by `?lang=`.
    pub fn from_query(query: Option<&str>) -> Option<Self> {
        form_urlencoded::parse(query?.as_bytes())
            .find(|(name, _)| name == "lang")
            .and_then(|(_, value)| Self::from_tag(&value))
    }

    /// The language of a request without `?lang=`.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        if let Some(chosen) = cookie::find(headers, COOKIE).and_then(Self::from_tag) {
            return chosen;
        }
        headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .and_then(accepted)
            .unwrap_or_default()
    }
}

/// The best of ours in an Accept-Language header (RFC 9110, 12.5.4).
fn accepted(header: &str) -> Option<Lang> {
    let mut best: Option<(Lang, f32)> = None;
    for part in header.split(',').take(20) {
        let mut pieces = part.split(';');
        let Some(lang) = pieces.next().and_then(|tag| Lang::from_tag(tag.trim())) else {
            continue;
        };
        let quality = pieces
            .find_map(|piece| piece.trim().strip_prefix("q="))
            .map_or(1.0, |q| q.trim().parse::<f32>().unwrap_or(0.0));
        if quality > 0.0 && best.is_none_or(|(_, most)| quality > most) {
            best = Some((lang, quality));
        }
    }
    best.map(|(lang, _)| lang)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE as COOKIE_HEADER;

    #[test]
    fn http_language_follows_quality_then_order() {
        assert_eq!(accepted("en-US,en;q=0.9,ja;q=0.8"), Some(Lang::En));
        assert_eq!(accepted("fr, ja;q=0.5, en;q=0.4"), Some(Lang::Ja));
        assert_eq!(accepted("de, en;q=0"), None);
        assert_eq!(accepted("ja;q=x"), None);
    }

    #[test]
    fn http_language_cookie_wins_over_the_browser() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("ja"));
        headers.insert(
            COOKIE_HEADER,
            HeaderValue::from_static("a=b; __Host-inkan-lang=en"),
        );
        assert_eq!(Lang::from_headers(&headers), Lang::En);
        assert_eq!(Lang::from_query(Some("x=1&lang=ja")), Some(Lang::Ja));
        assert_eq!(Lang::from_query(Some("lang=zz")), None);
    }
}
