//! BER-TLV: parsed strictly, because a card may send anything, and encoded in the shortest form.

/// Maximum number of elements in one value.
const MAX_ELEMENTS: usize = 64;

/// The bytes are not valid TLV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Its tag, with all its bytes.
    pub(super) tag: u32,
    /// Its value.
    pub(super) value: &'a [u8],
}

/// Parses one element, and returns the rest of the input.
///
/// # Errors
/// [`Malformed`].
pub(super) fn first(input: &[u8]) -> Result<(Element<'_>, &[u8]), Malformed> {
    let (tag, rest) = tag(input)?;
    let (length, rest) = length(rest)?;
    let (value, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
    Ok((Element { tag, value }, rest))
}

/// Parses elements up to the end of the input.
///
/// # Errors
/// [`Malformed`]; also for more elements than any card object has.
pub(super) fn all(input: &[u8]) -> Result<Vec<Element<'_>>, Malformed> {
    let (mut elements, mut rest) = (Vec::new(), input);
    while !rest.is_empty() {
        let (element, after) = first(rest)?;
        if elements.len() == MAX_ELEMENTS {
            return Err(Malformed);
        }
        elements.push(element);
        rest = after;
    }
    Ok(elements)
}

/// The value of the input's only element.
///
/// # Errors
/// [`Malformed`]; also for another tag, or trailing data.
pub(super) fn only(input: &[u8], tag: u32) -> Result<&[u8], Malformed> {
    match first(input)? {
        (element, []) if element.tag == tag => Ok(element.value),
        _ => Err(Malformed),
    }
}

/// The value of the first element with this tag.
///
/// # Errors
/// [`Malformed`] if any part of the input is.
pub(super) fn find(input: &[u8], tag: u32) -> Result<Option<&[u8]>, Malformed> {
    let found = all(input)?.into_iter().find(|e| e.tag == tag);
    Ok(found.map(|e| e.value))
}

/// Encodes one element. Values are at most 65535 bytes; no object for a card is that large.
#[must_use]
pub(super) fn element(tag: u32, value: &[u8]) -> Vec<u8> {
    let bytes = tag.to_be_bytes();
    let leading = bytes.iter().take_while(|b| **b == 0).count().min(3);
    let mut out = bytes[leading..].to_vec();
    let [.., high, low] = value.len().to_be_bytes();
    match (high, low) {
        (0, 0..0x80) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend(value);
    out
}

/// A tag of one byte, or of up to three if the low five bits of the first are set.
fn tag(input: &[u8]) -> Result<(u32, &[u8]), Malformed> {
    match input {
        [a, rest @ ..] if a & 0x1f != 0x1f => Ok((u32::from(*a), rest)),
        [a, b, rest @ ..] if b & 0x80 == 0 => Ok((u32::from_be_bytes([0, 0, *a, *b]), rest)),
        [a, b, c, rest @ ..] if c & 0x80 == 0 => Ok((u32::from_be_bytes([0, *a, *b, *c]), rest)),
        _ => Err(Malformed),
    }
}

/// A definite length of at most two bytes. Cards do not always use the shortest form.
fn length(input: &[u8]) -> Result<(usize, &[u8]), Malformed> {
    match input {
        [length, rest @ ..] if *length < 0x80 => Ok((usize::from(*length), rest)),
        [0x81, length, rest @ ..] => Ok((usize::from(*length), rest)),
        [0x82, high, low, rest @ ..] => Ok((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => Err(Malformed),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for tag in [0x70, 0x7c, 0x5c, 0x7f49, 0x005f_c105] {
            for length in [0, 1, 127, 128, 255, 256, 3000] {
                let value = vec![7; length];
                let written = element(tag, &value);
                assert_eq!(
                    only(&written, tag),
                    Ok(value.as_slice()),
                    "{tag:x} {length}"
                );
                let twice = [written.clone(), written].concat();
                assert_eq!(all(&twice).unwrap().len(), 2);
                assert_eq!(only(&twice, tag), Err(Malformed));
            }
        }
        assert_eq!(element(0x7f49, &[1; 200])[..4], [0x7f, 0x49, 0x81, 200]);
    }

    #[test]
    fn longer_forms_of_lengths_are_read() {
        assert_eq!(only(&[0x70, 0x81, 1, 9], 0x70), Ok(&[9][..]));
        assert_eq!(only(&[0x70, 0x82, 0, 1, 9], 0x70), Ok(&[9][..]));
    }

    #[test]
    fn lies_are_refused() {
        let cases: [&[u8]; 13] = [
            &[],
            &[0x70],
            &[0x70, 0x80],
            &[0x70, 0x80, 1, 0, 0],
            &[0x70, 2, 1],
            &[0x70, 0x81],
            &[0x70, 0x82, 1],
            &[0x70, 0x82, 0xff, 0xff, 0],
            &[0x70, 0x83, 0, 0, 1, 9],
            &[0x70, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x7f],
            &[0x5f, 0xc1],
            &[0x5f, 0xc1, 0x85, 5, 0],
        ];
        for case in cases {
            assert_eq!(first(case), Err(Malformed), "{case:x?}");
        }
        assert_eq!(all(&[0x70, 0, 0x70]), Err(Malformed));
        assert_eq!(all(&[0x70, 0].repeat(65)), Err(Malformed));
        assert_eq!(all(&[0x70, 0].repeat(64)).unwrap().len(), 64);
    }

    #[test]
    fn no_input_causes_a_panic_or_an_invented_value() {
        // Every input of three bytes from the interesting values, and every truncation of a valid one.
        let interesting = [
            0, 1, 2, 0x1f, 0x5f, 0x70, 0x7f, 0x80, 0x81, 0x82, 0x83, 0xff,
        ];
        for a in interesting {
            for b in interesting {
                for c in interesting {
                    for input in [&[a][..], &[a, b], &[a, b, c], &[a, b, c, a, b, c]] {
                        if let Ok(elements) = all(input) {
                            let inside: usize = elements.iter().map(|e| e.value.len()).sum();
                            assert!(inside + 2 * elements.len() <= input.len());
                        }
                    }
                }
            }
        }
        let good = element(0x53, &element(0x70, &[1; 300]));
        for cut in 0..good.len() {
            assert_eq!(only(&good[..cut], 0x53), Err(Malformed));
        }
    }
}
