//! Databases for tests: a SQLite file in a directory of its own, a PostgreSQL cluster started for one test on a
//! unix socket. What cannot be started fails the test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{Backend, Store};

/// Where the databases of one test are.
pub(crate) enum Place {
    /// A directory for files.
    Sqlite(TempDir),
    /// A cluster.
    Postgres(Cluster),
}

impl Place {
    /// A fresh place of that kind.
    pub(crate) fn new(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Place::Sqlite(TempDir::new().unwrap()),
            Backend::Postgres => Place::Postgres(Cluster::start()),
        }
    }

    /// URL of an empty database of that name.
    pub(crate) fn url(&self, name: &str) -> String {
        match self {
            Place::Sqlite(dir) => format!("sqlite://{}", dir.path().join(name).display()),
            Place::Postgres(cluster) => cluster.create(name),
        }
    }

    /// An empty store of that name.
    pub(crate) async fn store(&self, name: &str) -> Store {
        Store::connect(&self.url(name)).await.unwrap()
    }
}

/// What somebody with write access to the database does; answers the number of rows.
pub(crate) async fn execute(store: &Store, statement: &'static str) -> u64 {
    let mut tx = store.begin().await.unwrap();
    let rows = tx.upkeep(sqlx::query(statement)).await.unwrap();
    tx.commit().await.unwrap();
    rows
}

/// A PostgreSQL server without TCP (but for TLS), its data and socket in a directory of its own; both end with it.
pub(crate) struct Cluster {
    dir: TempDir,
    server: Child,
    bin: PathBuf,
    port: u16,
}

/// A server's certificate and key, and the CA of its clients' certificates, PEM.
pub(crate) struct ServerTls {
    pub(crate) certificate: String,
    pub(crate) key: String,
    pub(crate) client_ca: String,
}

const START_LIMIT: Duration = Duration::from_secs(60);
/// What the server is to get when this process dies: immediate shutdown.
const PARENT_DEATH_SIGNAL: &str = "QUIT";

impl Cluster {
    fn start() -> Self {
        Self::start_with(None)
    }

    /// On the loopback interface, too, by TLS and without; database `certified` wants a certificate whose common name is
    /// the user's.
    pub(crate) fn start_with_tls(tls: &ServerTls) -> Self {
        Self::start_with(Some(tls))
    }

    fn start_with(tls: Option<&ServerTls>) -> Self {
        let bin = installed();
        let dir = tempfile::Builder::new()
            .prefix("inkan-pg-")
            .tempdir()
            .unwrap();
        if is_root() {
            run(Command::new("chown")
                .arg("postgres:postgres")
                .arg(dir.path()));
        }
        let data = dir.path().join("data");
        run(as_owner(dir.path(), &bin.join("initdb"))
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg("--pgdata")
            .arg(&data));
        let log = fs::File::create(dir.path().join("log")).unwrap();
        let mut port = 5432;
        let mut listen = vec!["-c".to_owned(), "listen_addresses=".to_owned()];
        if let Some(tls) = tls {
            port = free_port();
            listen = with_tls(dir.path(), &data, tls, port);
        }
        let server = as_owner(dir.path(), &bin.join("postgres"))
            .args(listen)
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(dir.path())
            .args(["-c", "fsync=off", "-c", "shared_buffers=16MB"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut cluster = Cluster {
            dir,
            server,
            bin,
            port,
        };
        cluster.wait();
        cluster
    }

    fn wait(&mut self) {
        let end = Instant::now() + START_LIMIT;
        loop {
            let ready = self
                .psql("postgres", "SELECT 1")
                .stderr(Stdio::null())
                .status()
                .unwrap();
            if ready.success() {
                return;
            }
            let log = || fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            assert!(
                self.server.try_wait().unwrap().is_none(),
                "PostgreSQL ended: {}",
                log()
            );
            assert!(Instant::now() < end, "PostgreSQL does not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The port on the loopback interface, of a server with TLS.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whatever an administrator does.
    pub(crate) fn administer(&self, database: &str, statement: &str) {
        run(&mut self.psql(database, statement));
    }

    /// Stops every process of the server where it is, as a storage that hangs does: nothing is answered, and no
    /// connection ends.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets them go on.
    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    /// Ends the server at once; its socket is gone.
    pub(crate) fn end(&mut self) {
        self.signal("QUIT");
        self.server.wait().unwrap();
    }

    fn signal(&self, name: &str) {
        let mut processes = vec![self.server.id()];
        processes.extend(children(self.server.id()));
        for id in processes {
            // One that has ended meanwhile is no matter.
            let _ = Command::new("kill")
                .args([&format!("-{name}"), &id.to_string()])
                .stderr(Stdio::null())
                .status();
        }
    }

    pub(crate) fn create(&self, name: &str) -> String {
        run(&mut self.psql("postgres", &format!("CREATE DATABASE {name}")));
        format!(
            "postgres:///{name}?host={}&port={}&user=postgres",
            self.dir.path().display(),
            self.port
        )
    }

    fn psql(&self, database: &str, statement: &str) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command.arg("-qX").arg("-h").arg(self.dir.path()).args([
            "-p",
            &self.port.to_string(),
            "-U",
            "postgres",
            "-d",
            database,
        ]);
        command
            .args(["-c", statement])
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // One that is stopped would not hear it.
        self.signal("CONT");
        // By its own process id; immediate, the data are thrown away.
        let _ = Command::new("kill")
            .args(["-QUIT", &self.server.id().to_string()])
            .status();
        let _ = self.server.wait();
    }
}

/// The processes that the server has started.
fn children(parent: u32) -> Vec<u32> {
    let parent = format!("PPid:\t{parent}");
    let is_child = |id: &u32| {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        status.lines().any(|line| line == parent)
    };
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(is_child)
        .collect()
}

fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().port()
}

/// Files and arguments of a server with TLS.
fn with_tls(dir: &Path, data: &Path, tls: &ServerTls, port: u16) -> Vec<String> {
    let write = |name: &str, text: &str| {
        let path = data.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        if is_root() {
            run(Command::new("chown").arg("postgres:postgres").arg(&path));
        }
    };
    write("server.crt", &tls.certificate);
    write("server.key", &tls.key);
    write("client-ca.crt", &tls.client_ca);
    write(
        "pg_hba.conf",
        "local all all trust\nhostssl certified all 127.0.0.1/32 cert\nhost all all 127.0.0.1/32 trust\n",
    );
    let settings = [
        "listen_addresses=127.0.0.1".to_owned(),
        format!("port={port}"),
        "ssl=on".to_owned(),
        "ssl_ca_file=client-ca.crt".to_owned(),
        format!("unix_socket_directories={}", dir.display()),
    ];
    let one = |setting| ["-c".to_owned(), setting];
    settings.into_iter().flat_map(one).collect()
}

fn installed() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| {
            versions
                .flatten()
                .map(|version| version.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    found.retain(|bin| bin.join("initdb").exists());
    found.sort();
    found
        .pop()
        .expect("PostgreSQL is not installed under /usr/lib/postgresql")
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// PostgreSQL refuses to run as root: then as the user `postgres`. setpriv runs the program in its own process, so
/// that the child's id is the server's.
fn as_owner(dir: &Path, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    }
    command
        .arg(format!("--pdeathsig={PARENT_DEATH_SIGNAL}"))
        .arg(program);
    command
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

fn run(command: &mut Command) {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The same scenario on both databases: `on_both!(name => scenario)` where `scenario` is
/// `async fn(&Place)`.
macro_rules! on_both {
    ($($name:ident => $scenario:path),+ $(,)?) => {
        $(mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let place = $crate::store::testing::Place::new($crate::store::Backend::Sqlite);
                $scenario(&place).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let place = $crate::store::testing::Place::new($crate::store::Backend::Postgres);
                $scenario(&place).await;
            }
        })+
    };
}
pub(crate) use on_both;
