//! A hundred thousand contracts: imported through the staff console, and searched there.

use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::database::Database;
use inkan_tests::postgres::Cluster;
use inkan_tests::screens::counter;

use crate::results::{forget_peak, memory, milliseconds, share};

/// Contracts of the list.
const CONTRACTS: usize = 100_000;
/// Searches of each kind.
const SEARCHES: usize = 200;
/// A user for each contract, written directly into the database; the login ID is the account number with letters before it.
const USERS: &str = "INSERT INTO users (id, contract_id, login_id, name, email, role, login_hash, confirmation_hash, \
    created_at) SELECT 'user-' || id, id, 'bench' || branch || account, 'B', 'b@example.com', 'master', '-', '-', \
    created_at FROM contracts WHERE branch >= '200'";
/// Words from which names are composed.
const WORDS: [(&str, &str); 16] = [
    ("大空", "ｵｵｿﾞﾗ"),
    ("小海", "ｺｳﾐ"),
    ("北山", "ｷﾀﾔﾏ"),
    ("南川", "ﾐﾅﾐｶﾜ"),
    ("東野", "ﾋｶﾞｼﾉ"),
    ("西浜", "ﾆｼﾊﾏ"),
    ("高橋", "ﾀｶﾊｼ"),
    ("中村", "ﾅｶﾑﾗ"),
    ("石井", "ｲｼｲ"),
    ("松本", "ﾏﾂﾓﾄ"),
    ("青木", "ｱｵｷ"),
    ("森田", "ﾓﾘﾀ"),
    ("藤原", "ﾌｼﾞﾜﾗ"),
    ("若林", "ﾜｶﾊﾞﾔｼ"),
    ("金子", "ｶﾈｺ"),
    ("桜庭", "ｻｸﾗﾊﾞ"),
];

/// One result of this part.
pub(crate) struct ContractRow {
    /// What was done.
    pub(crate) name: String,
    /// Milliseconds: median and 99th percentile; equal if it was done once.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// Highest memory of the server meanwhile, MiB.
    pub(crate) memory: f64,
}

/// The rows, on SQLite and on PostgreSQL.
pub(crate) fn measure() -> Outcome<Vec<ContractRow>> {
    let bank = Bank::open()?;
    let mut rows = on("SQLite", &bank, &Database::embedded(&bank.data())?)?;
    drop(bank);
    let cluster = Cluster::start()?;
    let bank = Bank::open_with(&["--store-url", &cluster.url()])?;
    rows.extend(on("PostgreSQL", &bank, &Database::at(&cluster.url()))?);
    Ok(rows)
}

fn on(kind: &str, bank: &Bank, database: &Database) -> Outcome<Vec<ContractRow>> {
    let teller = counter::at_work(&bank.dev, "teller")?;
    let pid = bank.pid().ok_or("the bank is not running")?;
    let url = format!("{}/contracts/import", bank.dev.staff);
    let mut rows = Vec::new();
    let mut once = |name: String, work: &mut dyn FnMut() -> Outcome| -> Outcome {
        forget_peak(pid)?;
        let begin = Instant::now();
        work()?;
        let time = milliseconds(begin.elapsed());
        rows.push(ContractRow {
            name,
            p50: time,
            p99: time,
            memory: memory(pid)?.1,
        });
        Ok(())
    };
    let page = teller.open(&url)?;
    let form = page.form("/contracts/import")?.fill("list", &list())?;
    let mut checked = page;
    once(format!("{kind}: list of {CONTRACTS} checked"), &mut || {
        checked = teller.send(&checked, &form)?;
        good(&checked)
    })?;
    let form = checked.form("/contracts/import")?;
    once(format!("{kind}: list of {CONTRACTS} imported"), &mut || {
        checked = teller.send(&checked, &form)?;
        good(&checked)
    })?;
    let there = database.count("SELECT COUNT(*) FROM contracts WHERE branch >= '200'")?;
    if usize::try_from(there)? != CONTRACTS {
        return Err(format!("{there} contracts were imported").into());
    }
    database.execute(USERS)?;
    for (what, term) in [
        ("name", (|n| name(n).0) as fn(usize) -> String),
        ("kana", |n| name(n).1),
        ("branch and account", |n| {
            format!("{}{}", branch(n), account(n))
        }),
        ("account", account),
        ("login ID", |n| format!("bench{}{}", branch(n), account(n))),
        ("a missing name", |n| format!("該当なし{n}")),
    ] {
        let there = what != "a missing name";
        rows.push(searched(kind, what, &teller, bank, term, there)?);
    }
    Ok(rows)
}

fn good(page: &inkan_tests::page::Page) -> Outcome {
    if page.status == 200 && page.shows(&format!("{CONTRACTS}件")) {
        return Ok(());
    }
    let text: String = page.text().chars().take(2_000).collect();
    Err(format!("{}: {text}", page.status).into())
}

/// Searches spread over all contracts; each must find its contract.
fn searched(
    kind: &str,
    what: &str,
    teller: &Browser,
    bank: &Bank,
    term: fn(usize) -> String,
    there: bool,
) -> Outcome<ContractRow> {
    let pid = bank.pid().ok_or("the bank is not running")?;
    forget_peak(pid)?;
    let mut times: Vec<Duration> = Vec::with_capacity(SEARCHES);
    for search in 0..SEARCHES {
        let n = search * (CONTRACTS / SEARCHES) + 77;
        let url = format!("{}/contracts?q={}", bank.dev.staff, encoded(&term(n)));
        let begin = Instant::now();
        let page = teller.open(&url)?;
        times.push(begin.elapsed());
        if page.status != 200 || page.row(&account(n)).is_ok() != there {
            return Err(format!("{what} {}: not as expected: {}", term(n), page.text()).into());
        }
    }
    times.sort_unstable();
    let at = |part| share(&times, part).map_or(0.0, milliseconds);
    Ok(ContractRow {
        name: format!("{kind}: search by {what}"),
        p50: at(0.5),
        p99: at(0.99),
        memory: memory(pid)?.1,
    })
}

fn encoded(text: &str) -> String {
    text.bytes().map(|octet| format!("%{octet:02X}")).collect()
}

fn branch(n: usize) -> String {
    format!("{}", 200 + n % 700)
}

fn account(n: usize) -> String {
    format!("{:07}", 1_000_000 + n)
}

/// Four words and a number, so that one search finds one contract, somewhere in its middle.
fn name(n: usize) -> (String, String) {
    let word = |place: u32| {
        WORDS
            .get((n >> (4 * place)) % WORDS.len())
            .copied()
            .unwrap_or(("", ""))
    };
    let words: Vec<(&str, &str)> = (0..5).map(word).collect();
    let names: String = words.iter().map(|word| word.0).collect();
    let kana: String = words.iter().map(|word| word.1).collect();
    (names, kana)
}

fn list() -> String {
    let mut list = String::from("branch,type,account,name,kana\n");
    for n in 0..CONTRACTS {
        let (name, kana) = name(n);
        list += &format!("{},1,{},株式会社{name},ｶ){kana}\n", branch(n), account(n));
    }
    list
}
