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
#[test]
fn a_pipe_of_another_user_receives_no_link() {
    use inkan_win32::account::current_user;
    use inkan_win32::pipe::PipeServer;

    let directory = tempfile::tempdir().unwrap();
    let directory_path = directory.path().join("inkan");
    std::fs::create_dir(&directory_path).unwrap();
    let name = super::windows::name(&directory_path, &current_user().unwrap());
    // The system's, to which this user has no access.
    let squatter = PipeServer::create(&name, "S-1-5-18").unwrap();
    let Start::First(mut first) = start(&directory_path, None) else {
        panic!("the lock is free");
    };
    first.listen(|_| OfferResult::Taken);
    let later = start(&directory_path, Some("inkan:x"));
    assert!(matches!(later, Start::Foreign), "{later:?}");
    drop(squatter);
}

#[cfg(windows)]
#[test]
fn a_client_that_sends_nothing_does_not_block_the_next() {
    use std::time::{Duration, Instant};

    use inkan_win32::account::current_user;
    use inkan_win32::pipe::connect;

    let directory = tempfile::tempdir().unwrap();
    let directory_path = directory.path().join("inkan");
    let Start::First(mut first) = start(&directory_path, None) else {
        panic!("no other instance");
    };
    first.listen(|_| OfferResult::Taken);
    let name = super::windows::name(&directory_path, &current_user().unwrap());
    let silent = connect(&name, Instant::now() + Duration::from_secs(60)).unwrap();
    let later = start(&directory_path, Some("inkan:x"));
    assert!(
        matches!(later, Start::Later(OfferResult::Taken)),
        "{later:?}"
    );
    drop(silent);
}
