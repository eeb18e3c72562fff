//! Size and time of the customer's pages: each one requested repeatedly on persistent connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use inkan_tests::Outcome;
use inkan_tests::bank::Bank;
use inkan_tests::browser::Browser;
use inkan_tests::customer::Customer;
use inkan_tests::screens::customer::{self, Person};
use inkan_tests::trust::Identity;
use inkan_tests::whole_story;

use crate::results::{cpu_seconds, milliseconds};

/// Browsers at a time.
const BROWSERS: usize = 8;
/// How often each page is requested.
const TIMES: usize = 400;

/// The results of one page.
#[derive(Debug)]
pub(crate) struct PageRow {
    /// Screen ID, or the file's name.
    pub(crate) name: &'static str,
    /// Bytes of the response's body.
    pub(crate) bytes: usize,
    /// Median in milliseconds.
    pub(crate) median: f64,
    /// CPU seconds of the server for 1,000 of them.
    pub(crate) cpu_per_thousand: f64,
}

/// A client: the origin of the pages, and the certificate that it presents.
struct Visit<'a> {
    bank: &'a Bank,
    origin: &'a str,
    identity: Identity,
}

/// Measures every screen of a customer, and what the pages load.
pub(crate) fn measure(bank: &Bank) -> Outcome<Vec<PageRow>> {
    let dev = &bank.dev;
    let portal = Visit {
        bank,
        origin: &dev.portal,
        identity: Identity::Nobody,
    };
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
        rows.push(portal.page(&nobody, name, path)?);
    }

    let (new, hanako) = (Browser::new(&dev.server_ca)?, Person::hanako());
    let blis006 = customer::give_account(&new, dev, &dev.demo)?.must_show("BLIS006")?;
    rows.push(portal.page(&new, "BLIS006", blis006.url.path())?);
    let blis003 = customer::enter(&new, dev, &dev.demo, &hanako)?;
    rows.push(portal.page(&new, "BLIS003", blis003.url.path())?);
    let blis004 = customer::press_register(&new, &blis003)?;
    rows.push(portal.page(&new, "BLIS004", blis004.url.path())?);
    rows.push(portal.page(&new, "BSMS002", "/certificate/confirm")?);
    let bsms003 = customer::ask_for_certificate(&new, &blis004)?.must_show("BSMS003")?;
    rows.push(portal.page(&new, "BSMS003", bsms003.url.path())?);

    let owner = Customer::with_token("OOZORA HANAKO")?;
    owner.install_bank(&dev.bank_config)?;
    owner.follow(&customer::agent_link(&bsms003)?)?.result()?;
    let bsms004 = customer::wait_for_result(&new, dev)?;
    rows.push(portal.page(&new, "BSMS004", bsms004.url.path())?);

    let identity = Identity::Token(owner.present_certificate()?);
    let known = Browser::presenting(&dev.server_ca, &identity)?;
    let certificate = Visit {
        bank,
        origin: &dev.certificate,
        identity,
    };
    rows.push(certificate.page(&known, "BLGI002", "/login")?);
    let top = customer::log_in_with_certificate(&known, dev, &hanako.login_password)?
        .must_show("BTOP001")?;
    rows.push(certificate.page(&known, "BTOP001", top.url.path())?);
    Ok(rows)
}

impl Visit<'_> {
    /// One page, requested by several browsers that share a session.
    fn page(&self, owner: &Browser, name: &'static str, path: &str) -> Outcome<PageRow> {
        let url = format!("{}{path}", self.origin);
        let pid = self.bank.pid().ok_or("the bank is not running")?;
        let first = owner.open(&url)?;
        if first.status != 200 || first.url.path() != path {
            return Err(format!("{url} answers {} at {}", first.status, first.url).into());
        }
        let browsers = (0..BROWSERS)
            .map(|_| self.another(owner, &url))
            .collect::<Outcome<Vec<_>>>()?;
        let (left, cpu) = (AtomicUsize::new(TIMES), cpu_seconds(pid)?);
        let answers = std::thread::scope(|scope| {
            let running: Vec<_> = browsers
                .iter()
                .map(|browser| {
                    scope.spawn(|| ask(browser, &url, &left).map_err(|e| whole_story(e.as_ref())))
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

    /// A browser with the same session and an open connection: the handshake does not count for the page.
    fn another(&self, owner: &Browser, url: &str) -> Outcome<Browser> {
        let browser = Browser::presenting(&self.bank.dev.server_ca, &self.identity)?;
        browser.take_cookies_of(owner);
        browser.open(url)?;
        Ok(browser)
    }
}

fn ask(browser: &Browser, url: &str, left: &AtomicUsize) -> Outcome<Vec<Duration>> {
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
