//! `docs/hsm-faults.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use inkan_hostile_module::codes;
use inkan_tests::Outcome;

use super::judge::Judged;
use super::table::{FUNCTIONS, When, all, class_of};

const HEAD: &str = "# The HSM's worst day

Every return value of PKCS#11 from every function that the server's HSM driver calls, one after the other, at banks under load. `make faults` writes this page; `make test` runs a part of it,
and fails when the driver calls a function that is not listed here.

## How a cell is run

A bank (`inkan-server serve`, SoftHSM2) loads its HSM's module through the test module of `tests/hostile-module`, which returns the value from **every** call of the function until the fault is
lifted. A function that is called only while sessions are opened or closed is reached by one `C_Sign` that returns `CKR_CRYPTOKI_NOT_INITIALIZED`, so that the server closes everything and opens it again.

1. While the fault lasts: a customer's agent sends its CSR; a relying party sends an OCSP request with a nonce, whose response is signed when it comes; a customer revokes a certificate, which
   must be on the next CRL. Other customers and relying parties come all the time, and repeat what has failed. \"success\" means that this workload did not notice.
2. The fault is lifted. The customer sends the same CSR again until it succeeds, the relying party repeats its request, and another certificate is revoked until it is on the CRL. If the state is
   `pin-refused`, or a key is out of service after signatures that the HSM itself called wrong, an operator sends `SIGHUP`, and restarts the server if the PIN is withheld. The time is that until **all three** have succeeded.
3. At the end the database is read: one certificate for each request, in the cells and in the load, with one audit row for the intent and one for the certificate; the audit log verifies.

*PINs*: how many reached the module at most, and how many in a row it did not accept. A token counts those and locks, so there is never more than one ([decision 0020](decisions/0020-when-a-pin-is-sent.md)).
The CRL is served at all times: \"last CRL stays\" is the last valid one.
";

/// Functions and number of values.
pub(crate) fn scope() -> String {
    let of = |wanted: When| {
        let names = FUNCTIONS.iter().filter(|(_, when)| *when == wanted);
        let names: Vec<String> = names.map(|(name, _)| format!("`{name}`")).collect();
        names.join(", ")
    };
    format!(
        "{} functions × {} values = {} cells, each with three workloads.\n\nCalled for every signature: {}.\n\nCalled while sessions are opened or closed: {}.\n",
        FUNCTIONS.len(),
        codes::ALL.len(),
        all().len(),
        of(When::Signing),
        of(When::Opening)
    )
}

/// The values of each class.
pub(crate) fn classes() -> String {
    let mut by_class: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, code) in codes::ALL {
        let name = name.strip_prefix("CKR_").unwrap_or(name);
        by_class
            .entry(format!("{:?}", class_of(code)))
            .or_default()
            .push(name);
    }
    let mut text = String::from("| class | values (`CKR_…`) |\n|---|---|\n");
    for (class, names) in by_class {
        let _ = writeln!(text, "| {class} | {} |", names.join(", "));
    }
    text
}

/// What the cells of one function and class have in common.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Common {
    issue: BTreeSet<String>,
    ocsp: BTreeSet<String>,
    crl: BTreeSet<String>,
    recorded: BTreeSet<String>,
    operator: BTreeSet<String>,
    unaccepted: usize,
}

/// Classes of one function that behave alike.
#[derive(Debug, Default)]
struct Line {
    classes: Vec<String>,
    cells: usize,
    pins: usize,
    longest: Duration,
}

fn common<'a>(cells: impl Iterator<Item = &'a Judged>) -> (Common, usize, usize, Duration) {
    let (mut common, mut count, mut pins, mut longest) = (Common::default(), 0, 0, Duration::ZERO);
    for one in cells {
        let seen = &one.seen;
        count += 1;
        pins = pins.max(seen.logins.len());
        longest = longest.max(seen.recovery);
        common.issue.insert(seen.issue.clone());
        common.ocsp.insert(seen.ocsp.clone());
        common.crl.insert(seen.crl.clone());
        common.recorded.extend(one.recorded.iter().cloned());
        common.operator.insert(seen.operator.clone());
        common.unaccepted = common.unaccepted.max(seen.unaccepted());
    }
    (common, count, pins, longest)
}

fn lines(function: &str, judged: &[Judged]) -> Vec<(Common, Line)> {
    let own = || {
        judged
            .iter()
            .filter(|one| one.seen.cell.function == function)
    };
    let classes: BTreeSet<String> = own()
        .map(|one| format!("{:?}", one.seen.cell.class))
        .collect();
    let mut lines: BTreeMap<Common, Line> = BTreeMap::new();
    for class in classes {
        let of_class = own().filter(|one| format!("{:?}", one.seen.cell.class) == class);
        let (common, count, pins, longest) = common(of_class);
        let line = lines.entry(common).or_default();
        line.classes.push(class);
        line.cells += count;
        line.pins = line.pins.max(pins);
        line.longest = line.longest.max(longest);
    }
    lines.into_iter().collect()
}

/// The whole page.
pub(crate) fn document(judged: &[Judged], took: Duration) -> Outcome<String> {
    let mut text = format!("{HEAD}\n## Extent\n\n{}\n{}", scope(), classes());
    let count = |wrong: fn(&Judged) -> bool| judged.iter().filter(|one| wrong(one)).count();
    let slowest = judged.iter().max_by_key(|one| one.seen.recovery);
    let slowest = slowest.ok_or("no cells")?;
    let noticed = count(|one| one.seen.issue != "success");
    let acted = count(|one| !one.seen.operator.is_empty());
    write!(
        text,
        "\n## Totals\n\n| | |\n|---|---:|\n| cells, of {} | {} |\n| cells in which the customer who wanted a certificate noticed it | {noticed} |\n\
         | cells in which an operator had to act | {acted} |\n| more than one PIN in a row that the token did not accept | {} |\n\
         | certificates lost | {} |\n| certificates doubled | {} |\n| longest time until all three succeed again | {:.1} s ({}) |\n\n\
         The run took {} minutes, on a machine that was busy with other work; the times are upper limits.\n",
        all().len(),
        judged.len(),
        count(|one| one.seen.unaccepted() > 1),
        count(|one| one.signed == 0),
        count(|one| one.certificates > 1),
        slowest.seen.recovery.as_secs_f64(),
        slowest.seen.cell,
        took.as_secs().div_ceil(60),
    )?;
    text.push_str(
        "\n## Results\n\nClasses that behave alike are in one row. What differs between the values of a row, or by chance, is separated by \"or\".\n",
    );
    for (function, _) in FUNCTIONS {
        write!(
            text,
            "\n### {function}\n\n| class | cells | CSR sent | OCSP | CRL | audit rows of the request | PINs, not accepted | operator | next success within, s |\n\
             |---|---:|---|---|---|---|---:|---|---:|\n"
        )?;
        for (common, line) in lines(function, judged) {
            let or = |set: &BTreeSet<String>| {
                let all: Vec<&str> = set
                    .iter()
                    .map(|one| if one.is_empty() { "–" } else { one })
                    .collect();
                all.join(" or ")
            };
            let recorded: Vec<&str> = common.recorded.iter().map(String::as_str).collect();
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {}, {} | {} | {:.1} |",
                line.classes.join(", "),
                line.cells,
                or(&common.issue),
                or(&common.ocsp),
                or(&common.crl),
                recorded.join("; "),
                line.pins,
                common.unaccepted,
                or(&common.operator),
                line.longest.as_secs_f64()
            )?;
        }
    }
    Ok(text)
}
