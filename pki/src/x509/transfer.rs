//! The `base64` content transfer encoding of EST bodies (RFC 7030 §4, RFC 8951 §3.1): one line, nothing else in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const LINE: usize = 64;

/// A body that is neither base64 nor DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("body is not base64")]
pub struct NotBase64;

/// Base64 on one line without a newline.
#[must_use]
pub fn encode(der: &[u8]) -> String {
    STANDARD.encode(der)
}

/// Base64 in lines of 64 characters, each with a newline: for PEM, and for EST clients older than RFC 8951.
#[must_use]
pub fn encode_lines(der: &[u8]) -> String {
    let flat = STANDARD.encode(der);
    let mut lines = String::with_capacity(flat.len() + flat.len() / LINE + 1);
    let mut rest = flat.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(LINE));
        lines.push_str(line);
        lines.push('\n');
        rest = tail;
    }
    lines
}

/// Decodes base64, ignoring white space. A body that is not base64 and starts like DER (a SEQUENCE, `0x30`) is returned unchanged:
/// RFC 8951 permits receivers to be lenient about the encoding.
///
/// # Errors
/// [`NotBase64`].
pub fn decode(body: &[u8]) -> Result<Vec<u8>, NotBase64> {
    let squeezed: Vec<u8> = body
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    match STANDARD.decode(&squeezed) {
        Ok(der) => Ok(der),
        Err(_) if body.first() == Some(&0x30) => Ok(body.to_vec()),
        Err(_) => Err(NotBase64),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_come_back() {
        let der: Vec<u8> = (0..200).map(|i| i as u8).collect();
        let text = encode_lines(&der);
        assert!(text.lines().all(|l| l.len() <= LINE));
        assert_eq!(decode(text.replace('\n', "\r\n").as_bytes()).unwrap(), der);
        let line = encode(&der);
        assert_eq!(line, text.replace('\n', ""), "one line without an end");
        assert_eq!(decode(line.as_bytes()).unwrap(), der);
        assert_eq!(
            (encode(b""), encode_lines(b"")),
            (String::new(), String::new())
        );
    }

    #[test]
    fn raw_der_passes_and_garbage_does_not() {
        assert_eq!(decode(&[0x30, 0x82, 1]).unwrap(), vec![0x30, 0x82, 1]);
        assert_eq!(decode(b"<html>"), Err(NotBase64));
    }
}
