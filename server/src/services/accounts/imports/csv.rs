//! Lines of five fields: with or without quotes, with or without a header line. A field contains no line end.

/// Fields of a line: branch, account type, account, 企業名, 企業名(カナ).
pub const FIELDS: usize = 5;

/// The lines with content, with their numbers from 1, without a header line.
pub fn lines(content: &str) -> impl Iterator<Item = (usize, &str)> {
    let content = content.strip_prefix('\u{feff}').unwrap_or(content);
    content
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim_end_matches('\r')))
        .filter(|(number, line)| {
            let head = *number == 1 && is_head(line);
            !head && !line.trim().is_empty()
        })
}

/// A first line without any digit is a header.
fn is_head(line: &str) -> bool {
    !line.chars().any(char::is_numeric)
}

/// The fields of a line (RFC 4180); `None` if they are not five, or the quotes are unbalanced.
pub fn fields(line: &str) -> Option<[String; FIELDS]> {
    let mut fields: Vec<String> = Vec::with_capacity(FIELDS);
    let mut rest = line;
    loop {
        if fields.len() == FIELDS {
            return None;
        }
        let after = if let Some(quoted) = rest.strip_prefix('"') {
            let (value, after) = unquoted(quoted)?;
            fields.push(value);
            after
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let (value, after) = rest.split_at(end);
            if value.contains('"') {
                return None;
            }
            fields.push(value.to_owned());
            after
        };
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return fields.try_into().ok(),
            None => return None,
        }
    }
}

/// The text before the closing quote, and the text after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest.split_once('"')?;
        value.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                value.push('"');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

/// The account type in the words of lists.
pub fn account_type(word: &str) -> &str {
    match word.trim() {
        "1" => "ordinary",
        "2" => "current",
        other => other,
    }
}
