//! One concept, one word: the words that `docs/glossary.md` replaces, and where they are searched.
//!
//! Upper and lower case, `snake_case`, `CamelCase` and `kebab-case` are all the same here, so an entry of two words finds
//! an identifier as well as a sentence. A word that is also ordinary English (answer, hand, letter, list, number, part,
//! person, stop) is only looked for together with the word that gave it its private meaning.

use super::Source;

/// A word that is replaced, and its replacement.
pub struct Replaced {
    /// Words in a row, in lower case.
    pub words: &'static str,
    /// What the glossary has.
    pub instead: &'static str,
    /// How the path begins where the word is looked for.
    pub within: &'static str,
}

const fn replaced(words: &'static str, instead: &'static str) -> Replaced {
    Replaced {
        words,
        instead,
        within: "",
    }
}

/// A word that is ordinary elsewhere: a browser has a stage, and a test sets a scene.
const fn in_the_agent(words: &'static str, instead: &'static str) -> Replaced {
    Replaced {
        words,
        instead,
        within: "token-agent/",
    }
}

/// The words of the server and the agent, their tests, their documents.
pub const REPLACED: &[Replaced] = &[
    replaced("deed", "operation, command"),
    replaced("deeds", "operations"),
    replaced("crew", "worker pool"),
    replaced("hire worker", "spawn worker"),
    replaced("wish", "proposed change"),
    replaced("wishes", "proposed changes"),
    replaced("wished", "proposed"),
    replaced("waits for me", "awaiting my decision"),
    replaced("proposal hands", "proposal revisions"),
    replaced("entered person", "entered employee number"),
    replaced("decided person", "decided employee number"),
    replaced("asked person", "asked employee number"),
    replaced("shown person", "shown employee number"),
    replaced("parking", "deferred commit"),
    replaced("parked", "set aside"),
    replaced("dead letter", "failed message"),
    replaced("dead letters", "failed messages"),
    replaced("dead mail", "failed message"),
    replaced("mail dead", "mail failed"),
    replaced("mail again", "mail retry"),
    replaced("staff first", "staff bootstrap"),
    replaced("crl part", "CRL shard"),
    replaced("crl parts", "CRL shards"),
    replaced("ca parts", "CRL shards"),
    replaced("crl lists", "CRLs"),
    replaced("root list", "root CRL"),
    replaced("ocsp answer", "OCSP response"),
    replaced("ocsp answers", "OCSP responses"),
    replaced("life refusal", "lifecycle refusal"),
    replaced("status not good", "status inactive"),
    replaced("certificate not good", "certificate inactive"),
    replaced("login stopped", "login suspended"),
    replaced("stopped after", "suspended after"),
    replaced("password stopped", "password suspended"),
    replaced("store trouble", "store fault"),
    replaced("signing trouble", "signing fault"),
    replaced("mail server away", "mail server unavailable"),
    replaced("hsm is away", "the HSM is unavailable"),
    replaced("hsm away", "the HSM is unavailable"),
    replaced("database is away", "the database is unavailable"),
    replaced("store is away", "the store is unavailable"),
    replaced("own people", "staff"),
    replaced("gives way", "is replaced"),
    replaced("makes way", "is replaced"),
    replaced("in its time", "within its validity period"),
    replaced("by hand", "manually"),
    replaced("in words", "as text"),
    replaced("what is due", "pending, scheduled"),
    replaced("who gets in", "who is authorised"),
    replaced("is not right", "is incorrect"),
    replaced("are not right", "are incorrect"),
    replaced("takes no writing", "is write-protected"),
    replaced("stands on", "depends on"),
    replaced("patience", "retry policy, timeout"),
    replaced("abilities", "capabilities"),
    replaced("driver limit", "driver timeout"),
    replaced("token hung", "token timeout"),
    replaced("driver garbled", "invalid driver response"),
    replaced("card mute", "unresponsive card"),
    in_the_agent("key place", "key location"),
    replaced("answer error", "response error"),
    in_the_agent("ability", "capability"),
    in_the_agent("ways to", "proxy configuration"),
    in_the_agent("stage", "window controller, phase"),
    in_the_agent("scene", "view model; in tests what is inserted"),
    in_the_agent("door", "instance listener"),
    in_the_agent("knock", "send link"),
    in_the_agent("places", "token provider, locations"),
    in_the_agent("survey", "discovery"),
    in_the_agent("look up", "find"),
    in_the_agent("opener", "card login, link handler"),
    in_the_agent("unfit", "secret fault"),
    in_the_agent("half pair", "orphan public key"),
    in_the_agent("person", "user"),
    in_the_agent("people", "users"),
    in_the_agent("goes on", "continues, resumes"),
];

/// Where a replaced word stays: the words, or `*` for all of them, and the beginning of the path.
const EXCEPTIONS: &[(&str, &str)] = &[
    // These name the replaced words.
    ("*", "docs/glossary.md"),
    ("*", "tests/src/arrows/words.rs"),
    ("*", "tests/tests/it/arrows.rs"),
    // Migrations that databases have executed are never changed; their names are in those databases, and so are the
    // words of their rows.
    ("*", "server/store/src/migrations/00"),
    ("*", "server/store/src/migrate.rs"),
    ("*", "server/store/src/tests/vocabulary.rs"),
    ("*", "server/store/src/tests/duties.rs"),
    ("*", "server/store/tests/it/vocabulary.rs"),
    ("*", "server/store/tests/it/duties.rs"),
    // Loops: `for word in words`.
    ("in words", "server/src/app/findings/tests.rs"),
    ("in words", "server/tests/http/http_config.rs"),
    ("in words", "server/templates/mail/"),
    // “A CRL lists what was revoked”: a verb. A label “answers” of a key in tests.
    ("crl lists", "server/ca/tests/it/issuing.rs"),
    ("ocsp answers", "server/fixtures/src/ca.rs"),
    // `root.list-name`: a property of the page that lists tokens.
    ("root list", "token-agent/window/ui/pages/choose.slint"),
    // The type in `inkan_pki` that stands for the sender of a PIN.
    ("person", "token-agent/src/piv/card_login.rs"),
    ("person", "token-agent/src/pkcs11/user_pins.rs"),
];

/// Violations in one file of any kind.
pub fn complaints(source: &Source) -> Vec<String> {
    let stays = |words: &str| {
        EXCEPTIONS.iter().any(|(which, path)| {
            source.path.starts_with(path) && (*which == "*" || *which == words)
        })
    };
    let sought: Vec<(Vec<&str>, &Replaced)> = REPLACED
        .iter()
        .filter(|one| source.path.starts_with(one.within) && !stays(one.words))
        .map(|one| (one.words.split(' ').collect(), one))
        .collect();
    let mut complaints = Vec::new();
    for (number, line) in source.text.lines().enumerate() {
        let words = words_of(line);
        for (sought, one) in &sought {
            if words.windows(sought.len()).any(|window| window == sought) {
                complaints.push(format!(
                    "{}:{}: “{}” is written “{}” (docs/glossary.md): {}",
                    source.path,
                    number + 1,
                    one.words,
                    one.instead,
                    line.trim()
                ));
            }
        }
    }
    complaints
}

/// The words of a line, in lower case; identifiers are split.
fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut word, mut small) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        let starts = !c.is_alphanumeric() || (c.is_uppercase() && small);
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase() || c.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
