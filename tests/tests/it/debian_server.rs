//! The packages of the bank's side on a bare Debian that systemd runs: installed and started as docs/install.md says, upgraded,
//! removed, purged.

use std::fs;
use std::path::Path;
use std::process::Command;

use inkan_tests::{Outcome, programs};

/// systemd's own measure for a unit, times ten: 1.7 today.
const EXPOSURE: &str = "20";

/// Seconds for all of it, on a busy machine.
const LIMIT: &str = "400";

/// Runs in the container as a unit of it; what it prints is the result.
const REHEARSAL: &str = r#"
set -euxo pipefail
cd /packages/1
. /packages/install.sh
systemctl show --property=StatusText,Result inkan-server
curl --silent --fail http://127.0.0.1:9090/readyz | grep '"ready":true' | grep '"unrestricted":\[\]'
journalctl -u inkan-server -o cat --no-pager | grep '"message":"ready"'
systemd-analyze security --threshold=EXPOSURE --no-pager inkan-server | tail -n 1
systemctl reload inkan-server

: a server that hangs is started again
mkdir -p /run/systemd/system/inkan-server.service.d
printf '[Service]\nWatchdogSec=15\nTimeoutAbortSec=1\n' > /run/systemd/system/inkan-server.service.d/soon.conf
systemctl daemon-reload
systemctl restart inkan-server
before=$(systemctl show --value --property=MainPID inkan-server)
kill -STOP "$before"
until now=$(systemctl show --value --property=MainPID inkan-server) && [ "$now" != 0 ] && [ "$now" != "$before" ] \
    && curl --silent --fail http://127.0.0.1:9090/readyz; do sleep 0.2; done
journalctl -u inkan-server -o cat --no-pager | grep 'Watchdog timeout'

: an upgrade leaves the running server alone
running=$(systemctl show --value --property=MainPID inkan-server)
apt-get install --yes /packages/2/*.deb
[ "$(systemctl show --value --property=MainPID inkan-server)" = "$running" ]
dpkg-query --show inkan-server | grep 2.0.0
systemctl restart inkan-server
curl --silent --fail http://127.0.0.1:9090/readyz

: the embedded database
sed -i 's|^url = "postgres:.*|url = "sqlite:///var/lib/inkan/inkan.db"|' /etc/inkan/inkan.toml
systemctl restart inkan-server
curl --silent --fail http://127.0.0.1:9090/readyz
[ "$(stat -c %a:%U /var/lib/inkan/inkan.db)" = 600:inkan ]

: removed and purged: the data stays
apt-get purge --yes inkan-server
if systemctl is-active inkan-server; then exit 1; fi
[ ! -e /usr/bin/inkan-server ]
[ -s /var/lib/inkan/inkan.db ]
[ -s /etc/inkan/inkan.toml ]
: the rehearsal is over
"#;

#[test]
fn the_guide_leads_from_a_bare_debian_to_a_running_bank() -> Outcome {
    let directory = tempfile::tempdir()?;
    let at = |name: &str| directory.path().join(name);
    let programs = programs::built("inkan-server")?;
    let beside = programs.parent().ok_or("a program without a directory")?;
    for (name, version) in [("1", "1.0.0"), ("2", "2.0.0")] {
        let mut pack = Command::new(programs::repository().join("scripts/package-deb"));
        pack.args([&at(name), beside])
            .args(["inkan-server", "inkan-hsm"])
            .env("INKAN_VERSION", version);
        // The archive is thrown away.
        pack.env("DPKG_DEB_COMPRESSOR_TYPE", "gzip")
            .env("DPKG_DEB_COMPRESSOR_LEVEL", "1");
        programs::run(&mut pack)?.expect_well()?;
    }
    let guide = fs::read_to_string(programs::repository().join("docs/install.md"))?;
    let commands: Vec<_> = guide.split("```sh\n").skip(1).collect();
    assert!(commands.len() >= 10);
    let commands = commands
        .iter()
        .map(|rest| rest.split("```").next().unwrap_or_default());
    fs::write(at("install.sh"), commands.collect::<String>())?;
    let rehearsal = REHEARSAL.replace("EXPOSURE", EXPOSURE);
    fs::write(at("rehearsal.sh"), rehearsal)?;
    // Also systemd's last words must reach the result.
    fs::write(
        at("rehearsal.service"),
        "[Unit]\nAfter=multi-user.target\nSuccessAction=poweroff-force\nFailureAction=poweroff-force\n\
         [Service]\nType=oneshot\nExecStart=/bin/bash /packages/rehearsal.sh\nStandardOutput=file:/result/log\nStandardError=inherit\n",
    )?;
    fs::create_dir(at("result"))?;
    let booted = boot(directory.path())?;
    let log = fs::read_to_string(at("result/log")).unwrap_or_default();
    assert!(log.contains(": the rehearsal is over\n"), "{booted}\n{log}");
    for said in [
        "StatusText=serving",
        "inkan-server: kept: /etc/inkan",
        "version 1.0.0 keeps running until you restart it",
    ] {
        assert!(log.contains(said), "{said}: {log}");
    }
    Ok(())
}

/// Boots the bare Debian with the packages until the rehearsal ends. What is changed there is gone afterwards.
fn boot(packages: &Path) -> Outcome<programs::Said> {
    let root = programs::run(&mut Command::new(
        programs::repository().join("scripts/debian-root"),
    ))?;
    let root = root.expect_well()?;
    let bind = |from: &str, to: &str| format!("{}:{to}", packages.join(from).display());
    let mut container = Command::new("timeout");
    container
        .args(["--kill-after=5", LIMIT, "systemd-nspawn", "--quiet"])
        .args(["--register=no", "--keep-unit", "--private-network"])
        .args(["--volatile=overlay", "--console=pipe", "--machine=bank"])
        // nspawn forbids more than a computer does.
        .arg(
            "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self",
        )
        .arg(format!("--directory={}", root.trim()))
        .arg(format!("--bind-ro={}", bind("", "/packages")))
        .arg(format!("--bind={}", bind("result", "/result")))
        .arg(format!(
            "--bind-ro={}",
            bind("rehearsal.service", "/etc/systemd/system/rehearsal.service")
        ))
        .args(["--boot", "systemd.wants=rehearsal.service"]);
    programs::run(&mut container)
}
