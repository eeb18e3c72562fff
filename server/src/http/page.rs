//! What the layout of every page needs, and rendering a template into a response.

use std::sync::Arc;

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::browser::Browser;
use super::catalogue::Message;
use super::catalogue::key::Keys;
use super::downloads::{Offer, Platform, offers};
use super::failure::Failure;
use super::lang::Lang;
use super::site::Site;

/// Screens that refer to the certificate app.
const APP_SCREENS: [&str; 4] = ["BLGI001", "BLGI003", "BSMS001", "BSMS002"];

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Language of all texts.
    pub lang: Lang,
    /// Screen ID at the top right; empty if there is none.
    pub screen: &'static str,
    /// Goes into every form.
    pub form_token: String,
    /// A refusal shown above the content.
    pub message: Option<Message>,
    /// Refused fields, listed with the message and linked.
    pub wrong: Vec<WrongField>,
    /// For pages of a session and of the console: when it ends without use.
    pub idle: Option<Idle>,
    /// What the browser supports.
    pub browser: Browser,
    /// The system that it runs on.
    pub platform: Platform,
    /// The bank.
    pub site: Arc<Site>,
}

/// When a session ends without use.
#[derive(Debug, Clone)]
pub struct Idle {
    /// Seconds without use.
    pub seconds: i64,
    /// As text.
    pub sentence: String,
    /// Where the browser goes then; empty: the same page.
    pub to: &'static str,
}

/// A refused field in the list above a form.
#[derive(Debug, Clone)]
pub struct WrongField {
    /// Its name and id.
    pub name: &'static str,
    /// Its label.
    pub label: &'static str,
    /// The problem.
    pub sentence: String,
}

impl Page {
    /// One of two texts.
    pub fn t<'a>(&self, ja: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(ja, en)
    }

    /// The same page with a message above its content.
    #[must_use]
    pub fn saying(mut self, message: Message) -> Self {
        self.message = Some(message);
        self
    }

    /// Whether the screen is about the certificate app and there is none for this system.
    pub fn needs_app(&self) -> bool {
        self.browser.is_elsewhere() && APP_SCREENS.contains(&self.screen)
    }

    /// The installers of the certificate app, those for this system first.
    pub fn offers(&self) -> Vec<Offer> {
        offers(&self.site.downloads, self.platform, self.lang)
    }

    /// Keys of the on-screen keyboard.
    pub fn keys(&self) -> Keys {
        Keys(self.lang)
    }

    /// The bank's name.
    pub fn bank(&self) -> &str {
        self.site.bank.get(self.lang)
    }

    /// The help desk's name.
    pub fn help_desk(&self) -> &str {
        self.site.help_desk.name.get(self.lang)
    }

    /// The help desk's telephone number.
    pub fn telephone(&self) -> &str {
        &self.site.help_desk.telephone
    }

    /// The help desk's opening hours.
    pub fn hours(&self) -> Vec<&str> {
        let hours = &self.site.help_desk.hours;
        hours.iter().map(|line| line.get(self.lang)).collect()
    }

    /// URL of the explanatory page, from any listener.
    pub fn help_href(&self) -> String {
        format!("{}/help", self.site.portal)
    }
}

/// Renders a page.
pub fn html(status: StatusCode, template: &impl Template) -> Result<Response, Failure> {
    let body = template.render().map_err(|error| Failure::fault(&error))?;
    let mut response = (status, body).into_response();
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    Ok(response)
}

#[cfg(test)]
pub(crate) fn sample(lang: Lang, screen: &'static str) -> Page {
    Page {
        lang,
        screen,
        form_token: "f".repeat(64),
        message: None,
        wrong: Vec::new(),
        idle: None,
        browser: Browser::Able,
        platform: Platform::Windows,
        site: Arc::new(super::site::sample()),
    }
}
