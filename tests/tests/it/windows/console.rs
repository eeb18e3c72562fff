//! Ctrl-C at a console, in a question and outside of one.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use inkan_tests::Outcome;
use inkan_tests::desktop::wait_for;
use inkan_tests::wine::WinePrefix;

use super::{bank_file, driver_processes, install_module};

/// A program at a console of Wine, which is a terminal of `script`.
struct Console {
    child: Child,
    text: Arc<Mutex<Vec<u8>>>,
}

impl Console {
    fn start(command: &Command) -> Outcome<Self> {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words = words.map(|word| format!("'{}'", word.to_string_lossy()));
        let line = format!("exec {}", words.collect::<Vec<_>>().join(" "));
        let mut script = Command::new("script");
        script.args(["-qefc", &line, "/dev/null"]).env_clear();
        let set = command.get_envs();
        script.envs(set.filter_map(|(name, value)| Some((name, value?))));
        script.env("TERM", "xterm").env("SHELL", "/bin/sh");
        script.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = script.stderr(Stdio::null()).spawn()?;
        let mut output = child.stdout.take().ok_or("no output")?;
        let text = Arc::new(Mutex::new(Vec::new()));
        let read = Arc::clone(&text);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut text = read.lock().unwrap_or_else(PoisonError::into_inner);
                text.extend_from_slice(&buffer[..count]);
            }
        });
        Ok(Self { child, text })
    }

    fn text(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Presses Ctrl-C and returns the exit code.
    fn interrupt(&mut self) -> Outcome<Option<i32>> {
        // The pipe stays open: at its end `script` would end the program by other means.
        let keyboard = self.child.stdin.as_mut().ok_or("no keyboard")?;
        keyboard.write_all(b"\x03")?;
        keyboard.flush()?;
        let ended = wait_for("the program to end", || self.child.try_wait().ok()?)?;
        Ok(ended.code())
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ctrl_c_cancels_a_question_in_japanese() -> Outcome {
    let wine = WinePrefix::new()?;
    fs::write(wine.drive_c().join("bank.toml"), bank_file()?)?;
    let mut command = wine.agent("inkan-agent.exe");
    command.args(["--lang", "ja", "bank", "add", r"C:\bank.toml"]);
    let mut console = Console::start(&command)?;
    wait_for("the question", || {
        console
            .text()
            .contains("この金融機関を登録しますか？")
            .then_some(())
    })?;
    assert_eq!(console.interrupt()?, Some(10), "{}", console.text());
    wait_for("the result", || {
        console.text().contains("[cancelled]").then_some(())
    })?;
    assert_eq!(console.text().matches("[cancelled]").count(), 1);
    Ok(())
}

#[test]
fn ctrl_c_ends_the_agent_and_a_module_that_hangs() -> Outcome {
    let wine = WinePrefix::new()?;
    install_module(&wine)?;
    let mut command = wine.agent("inkan-agent.exe");
    command.env("INKAN_TEST_MODULE", "hang").arg("list");
    let mut console = Console::start(&command)?;
    let hangs = wine.drive_c().join("hangs");
    wait_for("the module to hang", || hangs.exists().then_some(()))?;
    assert_eq!(console.interrupt()?, Some(10), "{}", console.text());
    wait_for("the driver to end", || {
        (driver_processes(&wine) == 0).then_some(())
    })
}
