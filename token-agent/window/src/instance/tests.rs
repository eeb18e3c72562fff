use std::sync::mpsc::channel;

use super::{OfferResult, Start, start};

#[test]
fn a_later_start_sends_its_link_to_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let directory_path = directory.path().join("inkan");
    let Start::First(mut first) = start(&directory_path, Some("inkan:one")) else {
        panic!("no other instance");
    };
    let (sender, received_links) = channel();
    first.listen(move |link| {
        let answer = if link == "inkan:three" {
            OfferResult::Full
        } else {
            OfferResult::Taken
        };
        sender.send(link).unwrap();
        answer
    });
    assert!(matches!(
        start(&directory_path, Some("inkan:two")),
        Start::Later(OfferResult::Taken)
    ));
    assert!(matches!(
        start(&directory_path, Some("inkan:three")),
        Start::Later(OfferResult::Full)
    ));
    assert!(matches!(
        start(&directory_path, None),
        Start::Later(OfferResult::Taken)
    ));
    let long = "x".repeat(1024 * 1024);
    assert!(matches!(
        start(&directory_path, Some(&long)),
        Start::Later(OfferResult::Taken)
    ));
    let received: Vec<String> = received_links.iter().take(4).collect();
    assert_eq!(received[..3], ["inkan:two", "inkan:three", ""]);
    assert_eq!(received[3].len(), super::word::MOST);
}

#[cfg(unix)]
#[test]
fn the_leftovers_of_a_crashed_instance_are_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let directory_path = directory.path().join("inkan");
    drop(start(&directory_path, None));
    assert!(directory_path.join("window.sock").exists());
    let Start::First(mut first) = start(&directory_path, None) else {
        panic!("the lock is free");
    };
    first.listen(|_| OfferResult::Taken);
    assert!(matches!(
        start(&directory_path, Some("x")),
        Start::Later(OfferResult::Taken)
    ));
}

#[test]
fn a_link_that_arrives_while_the_first_instance_ends_is_not_lost() {
    let directory = tempfile::tempdir().unwrap();
    let directory_path = directory.path().join("inkan");
    let Start::First(mut first) = start(&directory_path, None) else {
        panic!("no other instance");
    };
    let (link_sender, links) = channel();
    first.listen(move |link| {
        let _ = link_sender.send(link);
        OfferResult::Ended
    });
    let later = {
        let directory_path = directory_path.clone();
        std::thread::spawn(move || start(&directory_path, Some("inkan:late")))
    };
    assert_eq!(links.recv().unwrap(), "inkan:late");
    drop(first);
    assert!(matches!(later.join().unwrap(), Start::First(_)));
}

#[cfg(unix)]
#[test]
fn the_directory_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let directory_path = directory.path().join("inkan");
    std::fs::create_dir(&directory_path).unwrap();
    std::fs::set_permissions(&directory_path, std::fs::Permissions::from_mode(0o777)).unwrap();
    drop(start(&directory_path, None));
    assert_eq!(
        std::fs::metadata(&directory_path)
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
}

#[cfg(windows)]
mod windows {
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    use inkan_win32::pipe::{PipeServer, connect};
    use tempfile::TempDir;

    use super::super::note::{Note, pipe_name};
    use super::super::windows::{note_name, read_note};
    use super::super::{FirstInstance, OfferResult, Rights, Start, start, start_with};

    /// The system's SID: a user whose pipes this user may not open.
    const SOMEBODY: &str = "S-1-5-18";

    fn directory() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("inkan");
        (directory, path)
    }

    fn first(directory: &Path, rights: Rights) -> FirstInstance {
        let Start::First(mut first) = start_with(rights, directory, None) else {
            panic!("the lock is free");
        };
        first.listen(|_| OfferResult::Taken);
        first
    }

    /// Replaces the note of the first instance by one that leads to this pipe.
    fn mislead(directory: &Path, pipe: &str, rights: Rights) {
        let pipe = pipe.to_owned();
        let text = Note { pipe, rights }.text();
        std::fs::write(directory.join(note_name()), text).unwrap();
    }

    #[test]
    fn a_pipe_that_another_user_has_created_first_blocks_nothing() {
        let (_kept, directory) = directory();
        drop(start_with(Rights::Usual, &directory, None));
        // Whoever has seen the name of an earlier pipe creates it before the next instance can.
        let seen = read_note(&directory).unwrap().pipe;
        let _squatter = PipeServer::create(&seen, SOMEBODY).unwrap();
        let _first = first(&directory, Rights::Usual);
        assert_ne!(read_note(&directory).unwrap().pipe, seen);
        let later = start_with(Rights::Usual, &directory, Some("inkan:x"));
        assert!(
            matches!(later, Start::Later(OfferResult::Taken)),
            "{later:?}"
        );
    }

    #[test]
    fn a_pipe_of_another_user_receives_no_link() {
        let (_kept, directory) = directory();
        let _first = first(&directory, Rights::Usual);
        let theirs = pipe_name([7; 16]);
        let squatter = PipeServer::create(&theirs, SOMEBODY).unwrap();
        mislead(&directory, &theirs, Rights::Usual);
        let later = start_with(Rights::Usual, &directory, Some("inkan:x"));
        assert!(matches!(later, Start::Foreign), "{later:?}");
        drop(squatter);
    }

    #[test]
    fn an_instance_with_other_rights_is_named_as_such() {
        let (_kept, directory) = directory();
        for (of_first, own) in [
            (Rights::Elevated, Rights::Usual),
            (Rights::Usual, Rights::Elevated),
        ] {
            let _first = first(&directory, of_first);
            // Windows shows an instance with other rights like one of another user, or has it not respond.
            let theirs = pipe_name([8; 16]);
            let squatter = PipeServer::create(&theirs, SOMEBODY).unwrap();
            mislead(&directory, &theirs, of_first);
            let later = start_with(own, &directory, Some("inkan:x"));
            assert!(matches!(later, Start::OtherRights), "{later:?}");
            drop(squatter);
            let later = start_with(own, &directory, Some("inkan:x"));
            assert!(matches!(later, Start::OtherRights), "{later:?}");
        }
    }

    #[test]
    fn a_client_that_sends_nothing_does_not_block_the_next() {
        let (_kept, directory) = directory();
        let _first = first(&directory, Rights::Usual);
        let name = read_note(&directory).unwrap().pipe;
        let silent = connect(&name, Instant::now() + Duration::from_secs(60)).unwrap();
        let later = start_with(Rights::Usual, &directory, Some("inkan:x"));
        assert!(
            matches!(later, Start::Later(OfferResult::Taken)),
            "{later:?}"
        );
        drop(silent);
    }

    #[test]
    fn rights_of_both_starts_are_read_from_windows() {
        let (_kept, directory) = directory();
        let Start::First(first) = start(&directory, None) else {
            panic!("the lock is free");
        };
        let elevated = inkan_win32::account::is_elevated().unwrap();
        let noted = read_note(&directory).unwrap().rights;
        assert_eq!(noted == Rights::Elevated, elevated);
        drop(first);
    }
}
