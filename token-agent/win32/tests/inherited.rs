//! A process takes the pipes that it inherited once, and nothing else. The test starts itself as the child process.
#![cfg(windows)]
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _};
use std::os::windows::io::{AsHandle, AsRawHandle as _};
use std::process::{Command, Stdio};

use inkan_win32::handle::{InheritedError, set_inherited, take_inherited_pipes};

/// The variable with the numbers of the pipes; set in the child process.
const NUMBERS: &str = "INKAN_TEST_PIPES";

fn number(handle: &impl AsHandle) -> usize {
    handle.as_handle().as_raw_handle() as usize
}

/// Starts this test again, with two pipes that it inherits.
fn child() -> (std::process::Child, PipeWriter, PipeReader) {
    let (its_input, input) = io::pipe().unwrap();
    let (output, its_output) = io::pipe().unwrap();
    set_inherited(its_input.as_handle(), true).unwrap();
    set_inherited(its_output.as_handle(), true).unwrap();
    let numbers = format!("{} {}", number(&its_input), number(&its_output));
    let child = Command::new(std::env::current_exe().unwrap())
        .arg("only_inherited_pipes_are_taken_and_only_once")
        .env(NUMBERS, numbers)
        // A pipe, inheritable, and not the test's to take.
        .stdin(Stdio::piped())
        .spawn();
    (child.unwrap(), input, output)
}

#[test]
fn only_inherited_pipes_are_taken_and_only_once() {
    let Ok(numbers) = std::env::var(NUMBERS) else {
        let (mut child, mut input, mut output) = child();
        input.write_all(b"ping").unwrap();
        drop(input);
        let mut answer = String::new();
        output.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "pong");
        assert!(child.wait().unwrap().success());
        return;
    };
    let numbers: Vec<usize> = numbers.split(' ').map(|n| n.parse().unwrap()).collect();
    let (input, output) = (numbers[0], numbers[1]);

    // Handles of this process itself: they stay open and usable.
    let (mut own_reader, mut own_writer) = io::pipe().unwrap();
    let mut own_file = File::open(std::env::current_exe().unwrap()).unwrap();
    for (number, why) in [
        (
            number(&own_reader),
            InheritedError::NotInherited(number(&own_reader)),
        ),
        (
            number(&own_file),
            InheritedError::NotInherited(number(&own_file)),
        ),
        (
            number(&io::stdin()),
            InheritedError::Standard(number(&io::stdin())),
        ),
        (0xffff_fff0, InheritedError::NotInherited(0xffff_fff0)),
        (0, InheritedError::NotInherited(0)),
        (input, InheritedError::Repeated(input)),
    ] {
        assert_eq!(take_inherited_pipes([input, number]).unwrap_err(), why);
    }
    set_inherited(own_file.as_handle(), true).unwrap();
    let file = number(&own_file);
    let refused = take_inherited_pipes([input, file]).unwrap_err();
    assert_eq!(refused, InheritedError::NotAPipe(file));
    own_writer.write_all(b"x").unwrap();
    own_reader.read_exact(&mut [0]).unwrap();
    own_file.read_exact(&mut [0]).unwrap();

    let [input_pipe, output_pipe] = take_inherited_pipes([input, output]).unwrap();
    let again = take_inherited_pipes([input, output]).unwrap_err();
    assert_eq!(again, InheritedError::TakenBefore);
    let mut question = String::new();
    File::from(input_pipe)
        .read_to_string(&mut question)
        .unwrap();
    assert_eq!(question, "ping");
    File::from(output_pipe).write_all(b"pong").unwrap();
}
