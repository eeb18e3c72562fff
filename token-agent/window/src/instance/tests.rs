use std::sync::mpsc::channel;

use super::{Offer, Start, start};

#[test]
fn a_later_start_hands_its_link_to_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("inkan");
    let Start::First(mut first) = start(&place, Some("inkan:one")) else {
        panic!("nobody came before");
    };
    let (took, taken) = channel();
    first.listen(move |link| {
        let answer = if link == "inkan:three" {
            Offer::Full
        } else {
            Offer::Taken
        };
        took.send(link).unwrap();
        answer
    });
    assert!(matches!(
        start(&place, Some("inkan:two")),
        Start::Later(Offer::Taken)
    ));
    assert!(matches!(
        start(&place, Some("inkan:three")),
        Start::Later(Offer::Full)
    ));
    assert!(matches!(start(&place, None), Start::Later(Offer::Taken)));
    let long = "x".repeat(1024 * 1024);
    assert!(matches!(
        start(&place, Some(&long)),
        Start::Later(Offer::Taken)
    ));
    let heard: Vec<String> = taken.iter().take(4).collect();
    assert_eq!(heard[..3], ["inkan:two", "inkan:three", ""]);
    assert_eq!(heard[3].len(), super::door::MOST);
}

#[test]
fn what_a_dead_start_left_behind_is_no_hindrance() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("inkan");
    drop(start(&place, None));
    assert!(place.join("window.sock").exists());
    let Start::First(mut first) = start(&place, None) else {
        panic!("the lock is free");
    };
    first.listen(|_| Offer::Taken);
    assert!(matches!(
        start(&place, Some("x")),
        Start::Later(Offer::Taken)
    ));
}

#[test]
fn a_link_that_comes_while_the_first_is_ending_is_not_lost() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("inkan");
    let Start::First(mut first) = start(&place, None) else {
        panic!("nobody came before");
    };
    let (knocked, knocks) = channel();
    first.listen(move |link| {
        let _ = knocked.send(link);
        Offer::Ended
    });
    let later = {
        let place = place.clone();
        std::thread::spawn(move || start(&place, Some("inkan:late")))
    };
    assert_eq!(knocks.recv().unwrap(), "inkan:late");
    drop(first);
    assert!(matches!(later.join().unwrap(), Start::First(_)));
}

#[test]
fn the_directory_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("inkan");
    std::fs::create_dir(&place).unwrap();
    std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o777)).unwrap();
    drop(start(&place, None));
    assert_eq!(
        std::fs::metadata(&place).unwrap().permissions().mode() & 0o777,
        0o700
    );
}
