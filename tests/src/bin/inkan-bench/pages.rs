//! Weight and time of the customer's pages: each asked for over and over on connections that are kept.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::bank::{Bank, Dev};
use inkan_tests::browser::Browser;
use inkan_tests::screens::counter;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::whole_story;

use crate::load::cpu_seconds;
use crate::milliseconds;

/// Browsers at a time.
const BROWSERS: usize = 8;
/// How often each page is asked for.
const TIMES: usize = 400;

/// The figures of one page.
#[derive(Debug)]
pub(crate) struct PageRow {
    /// Screen ID, or the file's name.
    pub(crate) name: &'static str,
    /// Bytes of the answer's body.
    pub(crate) bytes: usize,
    /// Milliseconds that half of the answers took at most.
    pub(crate) median: f64,
    /// CPU seconds of the server for 1,000 of them.
    pub(crate) cpu_per_thousand: f64,
}

/// Measures every page that a customer sees without a certificate, and what the pages load.
pub(crate) fn measure(bank: &Bank) -> Outcome<Vec<PageRow>> {
    let dev = &bank.dev;
    let mut rows = Vec::new();
    let nobody = Browser::new(&dev.server_ca)?;
    for (name, path) in [
        ("BLGI001", "/"),
        ("BLIS005", "/register/account"),
        ("BSMS001", "/certificate/identify"),
        ("help", "/help"),
        ("style.css", "/style.css"),
        ("screens.js", "/screens.js"),
    ] {
        rows.push(page(bank, &nobody, name, path)?);
    }
    let new = Browser::new(&dev.server_ca)?;
    let page_of = customer::give_account(&new, dev, &dev.demo)?.must_show("BLIS006")?;
    rows.push(page(bank, &new, "BLIS006", page_of.url.path())?);
    let done = customer::register(&new, dev, &dev.demo, &Person::hanako())?;
    rows.push(page(bank, &new, "BLIS004", done.url.path())?);
    rows.push(page(bank, &new, "BSMS002", "/certificate/confirm")?);
    let asked = customer::ask_for_certificate(&new, &done)?;
    rows.push(page(bank, &new, "BSMS003", asked.url.path())?);

    // Only a customer on the password method sees BTOP001 on the portal.
    let teller = counter::at_work(dev, "teller")?;
    let contract = counter::open_contract(&teller, dev, "2345678", "Koumi", "KOUMI")?;
    let known = Browser::new(&dev.server_ca)?;
    let person = Person::with_login_id("koumi001");
    customer::register(&known, dev, &contract, &person)?;
    let top =
        customer::log_in_with_password(&known, dev, &person.login_id, &person.login_password)?
            .must_show("BTOP001")?;
    rows.push(page(bank, &known, "BTOP001", top.url.path())?);
    Ok(rows)
}

/// One page, asked for by several browsers that share a session.
fn page(bank: &Bank, owner: &Browser, name: &'static str, path: &str) -> Outcome<PageRow> {
    let (dev, url) = (&bank.dev, format!("{}{path}", bank.dev.portal));
    let pid = bank.pid().ok_or("the bank is not running")?;
    let first = owner.open(&url)?;
    if first.status != 200 {
        return Err(format!("{url} answers {}", first.status).into());
    }
    let (left, cpu) = (AtomicUsize::new(TIMES), cpu_seconds(pid)?);
    let answers = std::thread::scope(|scope| {
        let running: Vec<_> = (0..BROWSERS)
            .map(|_| {
                scope.spawn(|| ask(dev, owner, &url, &left).map_err(|e| whole_story(e.as_ref())))
            })
            .collect();
        running
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err("a browser panicked".into()))
            })
            .collect::<Result<Vec<_>, String>>()
    })?;
    let mut times = answers.concat();
    times.sort_unstable();
    Ok(PageRow {
        name,
        bytes: first.body.len(),
        median: milliseconds(times.get(times.len() / 2).copied().unwrap_or_default()),
        cpu_per_thousand: (cpu_seconds(pid)? - cpu) / times.len().max(1) as f64 * 1_000.0,
    })
}

fn ask(dev: &Dev, owner: &Browser, url: &str, left: &AtomicUsize) -> Outcome<Vec<Duration>> {
    let browser = Browser::new(&dev.server_ca)?;
    browser.take_cookies_of(owner);
    // The handshake is not the page's.
    browser.open(url)?;
    let mut times = Vec::new();
    while left
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
        .is_ok()
    {
        let begin = Instant::now();
        browser.open(url)?;
        times.push(begin.elapsed());
    }
    Ok(times)
}
