//! Runs without some subjects: of the others nothing is lost, and of these no byte is left.

use std::path::Path;

use parlour_core::event::{Layer, Space};
use parlour_core::key::Key;
use parlour_lake::activity::read_rows;
use parlour_lake::event::{EventWriter, LakeEvent, read_events};
use parlour_lake::run::RunFile;
use parlour_lake::without::{self, Subjects};

use crate::worlds::{TODAY, id, object, row, verbs, write};
use proptest::strategy::{Strategy, ValueTree};

/// Whether a file has this anywhere in it.
fn has(path: &Path, bytes: &[u8]) -> bool {
    std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes)
}

fn event(subject: u8, seq: i64) -> LakeEvent {
    LakeEvent {
        subject: id(subject),
        at: TODAY.start_micros() + seq,
        verb: format!("did:verb of {subject}"),
        object: object(1),
        parent: None,
        also: Vec::new(),
        layer: Layer::Web,
        space: Space::Owned,
        target: None,
        reply_to: None,
        text: Some(format!("text of {subject}, {seq}")),
        rating: None,
        value: None,
        seconds: 0,
        paid: false,
        scored: true,
        message: Some(format!("{subject}-{seq}")),
        extra: None,
        source: "shop".to_owned(),
        seq,
        said_at: None,
        received_at: 7,
    }
}

#[test]
fn activity_of_the_others_stays_as_it_was() {
    let (verbs, folder) = (verbs(), tempfile::tempdir().unwrap());
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let rows: Vec<_> = (0..500).map(|_| row().new_tree(&mut runner).unwrap().current()).collect();
    let run = write(folder.path(), "old.parquet", &rows, &verbs);
    let gone: Subjects = [id(2), id(5)].into();
    assert!(without::has_any(&run, &gone).unwrap() && has(&run.path, &id(2).to_bytes()));
    assert!(!without::has_any(&run, &[Key(1)].into()).unwrap());
    let written = without::activity(&run, &gone, (folder.path(), "new.parquet"), &verbs).unwrap();
    let new = RunFile::open(&folder.path().join(&written.file)).unwrap();
    let all = |run: &RunFile| -> Vec<_> {
        (0..run.groups.len()).flat_map(|group| read_rows(run, group, &verbs).unwrap()).collect()
    };
    let mut wanted = all(&run);
    wanted.retain(|row| !gone.contains(&row.key.subject));
    assert!(!wanted.is_empty());
    assert!(all(&new) == wanted && written.n_rows == wanted.len() as u64, "somebody else lost something");
    assert!(!without::has_any(&new, &gone).unwrap());
    for subject in &gone {
        assert!(!has(&new.path, &subject.to_bytes()));
    }
}

#[test]
fn events_of_the_others_stay_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let mut events: Vec<LakeEvent> = (0..300).map(|seq| event((seq % 9) as u8, seq)).collect();
    events.sort_by_key(|event| (event.subject, event.at, event.seq));
    let mut writer = EventWriter::create(folder.path(), "old.parquet").unwrap();
    events.chunks(70).for_each(|group| writer.write_group(group).unwrap());
    writer.finish().unwrap();
    let run = RunFile::open(&folder.path().join("old.parquet")).unwrap();
    let gone: Subjects = [id(4)].into();
    assert!(without::has_any(&run, &gone).unwrap());
    let written = without::events(&run, &gone, (folder.path(), "new.parquet")).unwrap();
    let new = RunFile::open(&folder.path().join("new.parquet")).unwrap();
    let left: Vec<LakeEvent> = (0..new.groups.len()).flat_map(|group| read_events(&new, group).unwrap()).collect();
    events.retain(|event| event.subject != id(4));
    assert_eq!(written.n_rows, 267);
    assert!(left == events, "somebody else lost something");
    assert!(run.verbs.contains(&"did:verb of 4".to_owned()) && !new.verbs.contains(&"did:verb of 4".to_owned()));
    assert!(has(&run.path, &id(4).to_bytes()) && !has(&new.path, &id(4).to_bytes()));
}
