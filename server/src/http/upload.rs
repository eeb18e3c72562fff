//! A form with a file (`multipart/form-data`), for the few pages that accept one.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use zeroize::Zeroizing;

use super::fields::Fields;

/// Most parts of a form.
const MAX_PARTS: usize = 16;

/// The boundary, if the body is such a form.
pub fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// The fields and files of a body; `None` if it is malformed, or has two parts of one name. Files are found like
/// fields, but are not text: [`text`].
pub async fn parse(body: Bytes, boundary: String) -> Option<Fields> {
    let stream = Body::from(body).into_data_stream();
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut fields = Fields::default();
    let mut count = 0;
    while let Some(part) = parts.next_field().await.ok()? {
        count += 1;
        let name = part.name()?.to_owned();
        let is_file = part.file_name().is_some();
        let content = part.bytes().await.ok()?;
        let added = if is_file {
            fields.add_file(name, content)
        } else {
            let text = std::str::from_utf8(&content).ok()?;
            fields.add(name, Zeroizing::new(text.to_owned()))
        };
        if !added || count > MAX_PARTS {
            return None;
        }
    }
    Some(fields)
}

/// A text file: UTF-8, or the Shift_JIS that spreadsheets write in Japan. `None` for anything else.
pub fn text(file: &[u8]) -> Option<String> {
    let (text, encoding, wrong) = match std::str::from_utf8(file) {
        Ok(text) => return Some(text.to_owned()),
        Err(_) => encoding_rs::SHIFT_JIS.decode(file),
    };
    // With a byte order mark it would be read as UTF-16, which no list of ours is.
    let right = encoding == encoding_rs::SHIFT_JIS && !wrong;
    right.then(|| text.into_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn part(head: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("--b\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n"].concat()
    }

    async fn parsed(parts: &[Vec<u8>]) -> Option<Fields> {
        let body = [parts.concat(), b"--b--\r\n".to_vec()].concat();
        parse(body.into(), "b".into()).await
    }

    #[tokio::test]
    async fn http_upload_has_fields_and_files() {
        let file = "name=\"file\"; filename=\"a.csv\"";
        let fields = parsed(&[part("name=\"a\"", "花".as_bytes()), part(file, b"1\n\xff")]).await;
        let fields = fields.unwrap();
        assert_eq!(fields.text("a"), "花");
        assert_eq!(fields.file("file"), b"1\n\xff");
        assert_eq!((fields.file("a"), fields.text("file")), (&b""[..], ""));
    }

    #[tokio::test]
    async fn http_upload_that_is_not_well_formed_is_none() {
        let good = part("name=\"a\"", b"1");
        assert!(parsed(&[good.clone(), good.clone()]).await.is_none());
        assert!(parsed(&[part("name=\"a\"", b"\xff")]).await.is_none());
        assert!(parsed(&[part("x=\"a\"", b"1")]).await.is_none());
        let many: Vec<Vec<u8>> = (0..17)
            .map(|n| part(&format!("name=\"a{n}\""), b"1"))
            .collect();
        assert!(parsed(&many).await.is_none());
        for broken in [
            "",
            "--b",
            "--b\r\n\r\n",
            "junk",
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
        ] {
            let fields = parse(broken.to_owned().into(), "b".into()).await;
            assert!(
                fields.is_none_or(|fields| fields.text("a").is_empty()),
                "{broken:?}"
            );
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "multipart/form-data".parse().unwrap());
        assert!(boundary(&headers).is_none());
    }

    #[test]
    fn http_upload_text_is_utf8_or_shift_jis() {
        assert_eq!(text("大空".as_bytes()).as_deref(), Some("大空"));
        let (encoded, ..) = encoding_rs::SHIFT_JIS.encode("大空ｶﾅ①");
        assert_eq!(text(&encoded).as_deref(), Some("大空ｶﾅ①"));
        for noise in [
            &b"\xff\xfe1\x00"[..],
            b"\x80\xa0\xff",
            b"PK\x03\x04\xff\xfd",
        ] {
            assert_eq!(text(noise), None, "{noise:?}");
        }
    }
}
