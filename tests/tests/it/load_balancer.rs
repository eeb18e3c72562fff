//! HAProxy and nginx in front of a bank, as docs/load-balancer.md configures them: clients are known by their own addresses.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use inkan_tests::bank::{Bank, Dev};
use inkan_tests::database::Database;
use inkan_tests::desktop::wait_for;
use inkan_tests::programs::{Said, run, tool};
use inkan_tests::{Outcome, programs};
use sqlx::Row as _;
use tempfile::TempDir;

/// Where customers reach the balancer, where it comes from, and two clients.
const REACHED: &str = "127.0.0.10";
const BALANCER: &str = "127.0.0.9";
const CLIENT: &str = "127.0.0.77";
const OTHER: &str = "127.0.0.78";

/// A balancer that is killed at the end.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn port(origin: &str) -> Outcome<u16> {
    let (_, port) = origin.rsplit_once(':').ok_or("an origin without a port")?;
    Ok(port.trim_end_matches('/').parse()?)
}

/// A word of the example, with this bank's port in the place of the example's.
fn word(word: &str, ports: &[(&str, u16)]) -> String {
    let bare = word.trim_end_matches(';');
    let (before, port) = bare.split_at(bare.rfind(':').map_or(0, |at| at + 1));
    match ports.iter().find(|(theirs, _)| *theirs == port) {
        Some((_, ours)) => word.replacen(bare, &format!("{before}{ours}"), 1),
        None => word.to_owned(),
    }
}

/// The example of the guide for this bank, which listens on 127.0.0.1: the balancer has the same ports of another address.
fn example(dev: &Dev, language: &str) -> Outcome<String> {
    let guide = fs::read_to_string(programs::repository().join("docs/load-balancer.md"))?;
    let example = guide.split(&format!("```{language}\n")).nth(1);
    let example = example.and_then(|rest| rest.split("```").next());
    let ports = [
        ("443", port(&dev.portal)?),
        ("8443", port(&dev.certificate)?),
        ("8444", port(&dev.staff)?),
        ("9090", port(&dev.operations)?),
    ];
    let line = |line: &str| {
        let words = line.split(' ').map(|one| word(one, &ports));
        words.collect::<Vec<_>>().join(" ") + "\n"
    };
    let example: String = example.ok_or("no example")?.lines().map(line).collect();
    Ok(example
        .replace("192.0.2.10", REACHED)
        .replace("10.0.0.7", BALANCER)
        .replace("10.0.0.5", "127.0.0.1"))
}

fn start(command: &mut Command, dev: &Dev) -> Outcome<Running> {
    let log = Stdio::null();
    let running = Running(command.stdin(Stdio::null()).stdout(log).spawn()?);
    let staff = port(&dev.staff)?;
    wait_for("the balancer", || TcpStream::connect((REACHED, staff)).ok())?;
    Ok(running)
}

/// Enters a contract over the API, from an address, directly (`None`) or through the balancer.
fn enter(dev: &Dev, from: &str, through: Option<&str>, account: &str) -> Outcome<Said> {
    let teller = dev.staff_with_role("teller")?;
    let body = format!(
        r#"{{"kind":"contract","branch":"100","account_type":"ordinary","account":"{account}","company_name":"有限会社小海工業","company_kana":"ﾕｳｹﾞﾝｶﾞｲｼﾔｺｳﾐｺｳｷﾞﾖｳ"}}"#
    );
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--show-error",
        "--fail-with-body",
        "--max-time",
        "30",
        "--interface",
        from,
    ])
    .arg("--cacert")
    .arg(&dev.server_ca)
    .arg("--cert")
    .arg(&teller.certificate)
    .arg("--key")
    .arg(&teller.key)
    .args(["--header", "Content-Type: application/json", "--header"])
    .arg(format!("Idempotency-Key: enter-{account}"))
    .args(["--data", &body]);
    if let Some(balancer) = through {
        curl.arg("--connect-to").arg(format!("::{balancer}:"));
    }
    run(curl.arg(format!(
        "{}/api/v1/proposals",
        dev.staff.trim_end_matches('/')
    )))
}

/// How many entries the audit log has from an address.
fn recorded(bank: &Bank, address: &str) -> Outcome<usize> {
    let database = Database::embedded(&bank.data())?;
    let query = "SELECT COALESCE(address, '') FROM audit_log WHERE action = 'proposal.entered'";
    let addresses: Vec<String> = database.rows(query, |row| row.try_get(0))?;
    Ok(addresses.iter().filter(|one| *one == address).count())
}

/// A connection that stays open and says nothing after its handshake.
fn idle(dev: &Dev, from: &str) -> Outcome<Running> {
    let teller = dev.staff_with_role("teller")?;
    let mut client = Command::new("openssl");
    client
        .args(["s_client", "-brief", "-bind", &format!("{from}:0")])
        .args(["-connect", &format!("{REACHED}:{}", port(&dev.staff)?)])
        .arg("-cert")
        .arg(&teller.certificate)
        .arg("-key")
        .arg(&teller.key)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = client.spawn()?;
    let mut said = std::io::BufReader::new(child.stderr.take().ok_or("no output")?);
    let running = Running(child);
    let mut line = String::new();
    while !line.contains("CONNECTION ESTABLISHED") {
        line.clear();
        if std::io::BufRead::read_line(&mut said, &mut line)? == 0 {
            return Err("no connection".into());
        }
    }
    Ok(running)
}

fn nginx(directory: &Path, example: &str) -> Outcome<Command> {
    let module = programs::repository()
        .join(".work/tools/nginx-stream/usr/lib/nginx/modules/ngx_stream_module.so");
    let file = directory.join("nginx.conf");
    let beginning = format!(
        "daemon off;\nmaster_process off;\npid {0}/pid;\nerror_log stderr;\nload_module {1};\nevents {{}}\n",
        directory.display(),
        module.display()
    );
    fs::write(&file, beginning + example)?;
    let mut command = Command::new(tool("nginx"));
    command.arg("-p").arg(directory).arg("-c").arg(&file);
    Ok(command)
}

#[test]
fn clients_behind_haproxy_and_nginx_are_known_by_their_own_addresses() -> Outcome {
    let mut bank = Bank::open()?;
    let config = fs::read_to_string(&bank.dev.config)?;
    let mut changed = config.clone();
    for section in ["portal", "certificate", "staff"] {
        let named = format!(
            "[{section}]\nproxy_protocol_from = [\"{BALANCER}\"]\nconnections_per_address = 1\n"
        );
        changed = changed.replacen(&format!("[{section}]\n"), &named, 1);
    }
    assert_ne!(changed, config);
    fs::write(&bank.dev.config, changed)?;
    bank.restart()?;
    let dev = &bank.dev;
    let directory = TempDir::new()?;

    let file = directory.path().join("haproxy.cfg");
    fs::write(&file, example(dev, "haproxy")?)?;
    let haproxy = start(Command::new("haproxy").arg("-db").arg("-f").arg(&file), dev)?;
    enter(dev, CLIENT, Some(REACHED), "1000001")?.expect_well()?;
    assert_eq!(recorded(&bank, CLIENT)?, 1);
    // Limits count the client, not the balancer.
    let held = idle(dev, CLIENT)?;
    assert!(!enter(dev, CLIENT, Some(REACHED), "1000002")?.well());
    enter(dev, OTHER, Some(REACHED), "1000003")?.expect_well()?;
    assert_eq!(recorded(&bank, OTHER)?, 1);
    drop((held, haproxy));

    let nginx = start(&mut nginx(directory.path(), &example(dev, "nginx")?)?, dev)?;
    enter(dev, OTHER, Some(REACHED), "1000004")?.expect_well()?;
    assert_eq!(recorded(&bank, OTHER)?, 2);
    drop(nginx);

    // Without a balancer: its address must send a header, and nobody else's header is read.
    assert!(!enter(dev, BALANCER, None, "1000005")?.well());
    enter(dev, "127.0.0.1", None, "1000006")?.expect_well()?;
    assert_eq!(recorded(&bank, "127.0.0.1")?, 1);
    let mut forged = Command::new("curl");
    forged.args([
        "--silent",
        "--insecure",
        "--max-time",
        "30",
        "--haproxy-protocol",
    ]);
    assert!(!run(forged.arg(&dev.portal))?.well());
    assert_eq!(recorded(&bank, BALANCER)?, 0);
    Ok(())
}
