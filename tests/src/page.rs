//! One page as the browser received it: its status, its forms, its links, its text.

use html5gum::{Token, Tokenizer};
use reqwest::Url;
use reqwest::header::HeaderMap;

use crate::Outcome;

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// Where it came from, after redirects.
    pub url: Url,
    /// HTTP status.
    pub status: u16,
    /// Headers of the last response.
    pub headers: HeaderMap,
    /// Its HTML.
    pub body: String,
}

/// A form as it is in the page, with the values it would send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// Its action; empty means the page itself.
    pub action: String,
    /// Whether its method is POST.
    pub post: bool,
    /// Names and values in order, buttons last chosen by [`Form::press`].
    pub fields: Vec<(String, String)>,
    /// Named submit buttons.
    pub buttons: Vec<(String, String)>,
}

impl Form {
    /// Sets a field that the form has.
    pub fn fill(mut self, name: &str, value: &str) -> Outcome<Self> {
        let Some(field) = self.fields.iter_mut().find(|f| f.0 == name) else {
            let known: Vec<&str> = self.fields.iter().map(|f| f.0.as_str()).collect();
            return Err(format!(
                "the form {} has no field {name}, but {}",
                self.action,
                known.join(", ")
            )
            .into());
        };
        value.clone_into(&mut field.1);
        Ok(self)
    }

    /// Sets several fields that the form has.
    pub fn fill_all(self, values: &[(&str, &str)]) -> Outcome<Self> {
        values
            .iter()
            .try_fold(self, |form, (name, value)| form.fill(name, value))
    }

    /// Presses the named button with this value.
    pub fn press(mut self, name: &str, value: &str) -> Outcome<Self> {
        let wanted = (name.to_owned(), value.to_owned());
        if !self.buttons.contains(&wanted) {
            return Err(format!("the form {} has no button {name}={value}", self.action).into());
        }
        self.fields.push(wanted);
        Ok(self)
    }
}

impl Page {
    /// Every form of the page.
    pub fn forms(&self) -> Vec<Form> {
        let (mut forms, mut open): (Vec<Form>, Option<Form>) = (Vec::new(), None);
        let mut select: Option<String> = None;
        for token in Tokenizer::new(self.body.as_str()) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let get = |name: &str| {
                        let value = tag.attributes.get(name.as_bytes());
                        value.map(|v| String::from_utf8_lossy(v).into_owned())
                    };
                    match tag.name.as_slice() {
                        b"form" => {
                            let post =
                                get("method").is_some_and(|m| m.eq_ignore_ascii_case("post"));
                            open = Some(Form {
                                action: get("action").unwrap_or_default(),
                                post,
                                ..Form::default()
                            });
                        }
                        b"input" | b"button" | b"textarea" => {
                            if let (Some(form), Some(name)) = (open.as_mut(), get("name")) {
                                let default = if tag.name.as_slice() == b"button" {
                                    "submit"
                                } else {
                                    "text"
                                };
                                let kind = get("type").unwrap_or_else(|| default.to_owned());
                                let checked = get("checked").is_some();
                                form.add(&kind, checked, name, get("value").unwrap_or_default());
                            }
                        }
                        b"select" => {
                            select = get("name");
                            if let (Some(form), Some(name)) = (open.as_mut(), &select) {
                                form.fields.push((name.clone(), String::new()));
                            }
                        }
                        b"option" => {
                            if let (Some(form), Some(name)) = (open.as_mut(), &select) {
                                form.option(
                                    name,
                                    get("value").unwrap_or_default(),
                                    get("selected").is_some(),
                                );
                            }
                        }
                        _ => {}
                    }
                }
                Token::EndTag(tag) if tag.name.as_slice() == b"form" => forms.extend(open.take()),
                Token::EndTag(tag) if tag.name.as_slice() == b"select" => select = None,
                _ => {}
            }
        }
        forms
    }

    /// The first form whose action ends with `action`.
    pub fn form(&self, action: &str) -> Outcome<Form> {
        let forms = self.forms();
        let found = forms.iter().find(|f| f.action.ends_with(action)).cloned();
        found.ok_or_else(|| {
            let known: Vec<&str> = forms.iter().map(|f| f.action.as_str()).collect();
            format!(
                "{} has no form for {action}, but [{}]:\n{}",
                self.url,
                known.join(", "),
                self.text()
            )
            .into()
        })
    }

    /// Targets of all links.
    pub fn links(&self) -> Vec<String> {
        let tokens = Tokenizer::new(self.body.as_str()).filter_map(|token| match token {
            Ok(Token::StartTag(tag)) if tag.name.as_slice() == b"a" => tag
                .attributes
                .get(b"href".as_slice())
                .map(|v| String::from_utf8_lossy(v).into_owned()),
            _ => None,
        });
        tokens.collect()
    }

    /// The first link that starts with `prefix`.
    pub fn link(&self, prefix: &str) -> Outcome<String> {
        let found = self.links().into_iter().find(|l| l.starts_with(prefix));
        found.ok_or_else(|| format!("{} has no link {prefix}…:\n{}", self.url, self.text()).into())
    }

    /// The first table row whose text contains `words`, as a separate page.
    pub fn row(&self, words: &str) -> Outcome<Self> {
        let rows = self
            .body
            .split("<tr")
            .skip(1)
            .map(|row| format!("<tr{}", row.split("</tr>").next().unwrap_or(row)));
        let mut rows = rows.map(|body| Self {
            body,
            ..self.clone()
        });
        let found = rows.find(|row| row.shows(words));
        found
            .ok_or_else(|| format!("{} has no row with {words}:\n{}", self.url, self.text()).into())
    }

    /// The visible text, one line per piece.
    pub fn text(&self) -> String {
        let (mut out, mut hidden) = (String::new(), 0_u32);
        for token in Tokenizer::new(self.body.as_str()) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag)
                    if matches!(tag.name.as_slice(), b"style" | b"script" | b"title") =>
                {
                    hidden += 1
                }
                Token::EndTag(tag)
                    if matches!(tag.name.as_slice(), b"style" | b"script" | b"title") =>
                {
                    hidden = hidden.saturating_sub(1);
                }
                Token::String(text) if hidden == 0 => {
                    let text = String::from_utf8_lossy(&text);
                    if !text.trim().is_empty() {
                        out.push_str(text.trim());
                        out.push('\n');
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// Whether the visible text contains `words`.
    pub fn shows(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    /// The page itself if its visible text contains `words`; otherwise an error with that text.
    pub fn must_show(self, words: &str) -> Outcome<Self> {
        if self.shows(words) {
            return Ok(self);
        }
        Err(format!(
            "{} (status {}) does not show {words:?}:\n{}",
            self.url,
            self.status,
            self.text()
        )
        .into())
    }
}

impl Form {
    fn add(&mut self, kind: &str, checked: bool, name: String, value: String) {
        match kind {
            "submit" | "image" => self.buttons.push((name, value)),
            "button" | "reset" => {}
            "radio" if !checked => {
                // A choice that was not made yet: a field that can be filled in, and empty.
                if !self.fields.iter().any(|f| f.0 == name) {
                    self.fields.push((name, String::new()));
                }
            }
            "radio" => match self.fields.iter_mut().find(|f| f.0 == name) {
                Some(field) => field.1 = value,
                None => self.fields.push((name, value)),
            },
            "checkbox" if !checked => {}
            "checkbox" if value.is_empty() => self.fields.push((name, "on".to_owned())),
            _ => self.fields.push((name, value)),
        }
    }

    fn option(&mut self, name: &str, value: String, selected: bool) {
        if let Some(field) = self.fields.iter_mut().rev().find(|f| f.0 == name)
            && (selected || field.1.is_empty())
        {
            field.1 = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Outcome<Page> {
        let url = Url::parse("https://bank.example/certificate/confirm")?;
        Ok(Page {
            url,
            status: 200,
            headers: HeaderMap::new(),
            body: body.to_owned(),
        })
    }

    #[test]
    fn a_form_has_the_values_it_would_send() -> Outcome {
        let page = page(
            "<form action=/a method=POST><input name=t type=hidden value='x&amp;y'><input type=password name=p>\
             <select name=s><option value=one>1<option value=two selected>2</select>\
             <input type=checkbox name=c checked><input type=checkbox name=d>\
             <button name=action value=next>Next</button></form><form action=/b></form>",
        )?;
        let form = page.form("/a")?;
        let sent = |form: &Form| {
            form.fields
                .iter()
                .map(|(n, v)| format!("{n}={v}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert!(form.post);
        assert_eq!(sent(&form), "t=x&y p= s=two c=on");
        assert_eq!(
            sent(&form.clone().fill("p", "secret")?.press("action", "next")?),
            "t=x&y p=secret s=two c=on action=next"
        );
        assert!(
            form.clone().fill("q", "").is_err(),
            "a field that is not there cannot be filled in"
        );
        assert!(form.press("action", "back").is_err());
        assert!(!page.form("/b")?.post);
        Ok(())
    }

    #[test]
    fn text_is_what_a_reader_sees() -> Outcome {
        let page = page(
            "<title>no</title><p>支店 <b>100</b></p><script>no</script><tr><td>a</td></tr><tr><td>b</td></tr>",
        )?;
        assert_eq!(page.text(), "支店\n100\na\nb\n");
        assert!(page.shows("支店") && !page.shows("no"));
        assert_eq!(page.row("b")?.text(), "b\n");
        assert!(page.clone().must_show("missing").is_err());
        Ok(())
    }
}
