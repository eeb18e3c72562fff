//! Pages of a list. A cursor holds the keys of the last line returned, and the list and query it belongs to; its
//! content has no meaning for callers.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::refusal::{ApiProblem, QueryFault};
use crate::http::failure::Failure;
use crate::http::problem::HttpProblem;

/// Lines of a page by default.
const USUAL: u16 = 50;
/// Most lines of a page.
pub const MOST: u16 = 200;

/// A position in a list: the number of lines requested, and the line after which they begin.
#[derive(Debug)]
pub struct Place {
    question: String,
    /// Lines wanted.
    pub limit: u16,
    /// The keys of the last line returned; empty for the first page.
    pub after: Option<Vec<String>>,
}

impl Place {
    /// Reads `limit` and `cursor`. `list` and `asked` identify the list and the query that the cursor belongs to; a
    /// line has `keys` keys.
    pub fn read(
        list: &str,
        asked: &[&str],
        keys: usize,
        limit: Option<u16>,
        cursor: Option<&str>,
    ) -> Result<Self, Failure> {
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(
                HttpProblem::Api(ApiProblem::QueryInvalid(QueryFault::Limit { most: MOST })).into(),
            );
        }
        let mut digest = Sha256::new();
        for part in std::iter::once(&list).chain(asked) {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        let question = hex::encode(&digest.finalize()[..6]);
        let after = match cursor {
            None => None,
            Some(cursor) => {
                let read = decode(cursor, &question).filter(|read| read.len() == keys);
                Some(read.ok_or(HttpProblem::Api(ApiProblem::CursorInvalid))?)
            }
        };
        Ok(Self {
            question,
            limit,
            after,
        })
    }

    /// One line more than the page has, to find out whether another page follows.
    pub fn fetch(&self) -> u16 {
        self.limit + 1
    }

    /// The lines of this page, and the cursor of the next one.
    pub fn cut<T>(
        &self,
        mut found: Vec<T>,
        keys: impl Fn(&T) -> Vec<String>,
    ) -> (Vec<T>, Option<String>) {
        let more = found.len() > usize::from(self.limit);
        found.truncate(usize::from(self.limit));
        let last = found.last().filter(|_| more);
        let next = last.map(|last| encode(&self.question, &keys(last)));
        (found, next)
    }

    /// The first key as a number.
    pub fn number(&self) -> Result<Option<i64>, Failure> {
        let first = self.after.as_ref().and_then(|keys| keys.first());
        let number = first.map(|key| key.parse()).transpose();
        Ok(number.map_err(|_| HttpProblem::Api(ApiProblem::CursorInvalid))?)
    }
}

fn encode(question: &str, keys: &[String]) -> String {
    let whole: Vec<&str> = std::iter::once(question)
        .chain(keys.iter().map(String::as_str))
        .collect();
    URL_SAFE_NO_PAD.encode(serde_json::json!(whole).to_string())
}

fn decode(cursor: &str, question: &str) -> Option<Vec<String>> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let mut whole: Vec<String> = serde_json::from_slice(&bytes).ok()?;
    if whole.is_empty() || whole.remove(0) != question {
        return None;
    }
    Some(whole)
}

/// The time among a cursor's keys.
pub fn time(seconds: i64) -> Result<jiff::Timestamp, Failure> {
    let time = jiff::Timestamp::from_second(seconds);
    Ok(time.map_err(|_| HttpProblem::Api(ApiProblem::CursorInvalid))?)
}

/// Defines the response type of a list.
macro_rules! page {
    ($(#[$meta:meta])* $name:ident of $item:ty) => {
        $(#[$meta])*
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub struct $name {
            /// The lines.
            pub items: Vec<$item>,
            /// Cursor of the next page; absent on the last page.
            pub next: Option<String>,
        }
    };
}
pub(crate) use page;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn http_api_cursors_belong_to_their_question() {
        let read = |asked: &str, keys, cursor: Option<&str>| {
            Place::read("contracts", &[asked], keys, Some(2), cursor)
        };
        let first = read("a", 1, None).unwrap();
        let (page, next) = first.cut(vec![1, 2, 3], |n| vec![n.to_string()]);
        assert_eq!(page, [1, 2]);
        let next = next.unwrap();
        assert_eq!(
            read("a", 1, Some(&next)).unwrap().number().unwrap(),
            Some(2)
        );
        for (asked, keys, cursor) in [
            ("b", 1, &*next),
            ("a", 2, &next),
            ("a", 1, "x"),
            ("a", 1, ""),
        ] {
            let refused = read(asked, keys, Some(cursor)).unwrap_err();
            assert_eq!(refused.code(), "cursor-invalid");
        }
        let (_, end) = first.cut(vec![1, 2], |n| vec![n.to_string()]);
        assert_eq!(end, None);
    }

    #[test]
    fn http_api_pages_have_a_limit() {
        let read = |limit| Place::read("l", &[], 1, limit, None);
        assert_eq!(read(None).unwrap().limit, USUAL);
        assert_eq!(read(Some(200)).unwrap().fetch(), 201);
        for bad in [0, 201, u16::MAX] {
            assert_eq!(read(Some(bad)).unwrap_err().code(), "query-invalid");
        }
    }
}
