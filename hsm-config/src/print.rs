//! How hashes are written for people who compare them.

/// Hexadecimal digits in groups of four.
pub(crate) fn grouped(hex: &str) -> String {
    let mut out = String::with_capacity(hex.len() + hex.len() / 4);
    for (n, c) in hex.chars().enumerate() {
        if n > 0 && n % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_in_groups_of_four() {
        assert_eq!(grouped("0123456789"), "0123 4567 89");
        assert_eq!(grouped(""), "");
    }
}
