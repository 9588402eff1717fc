//! Forgetting: a run is written anew without the rows of some subjects. Statistics, dictionaries and the list of verbs are
//! made of what is left.

use std::collections::HashSet;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, BinaryArray, BooleanArray};
use arrow_select::filter::filter_record_batch;
use parlour_core::activity::Verbs;
use parlour_core::key::Key;

use crate::activity::{ActivityWriter, read_rows};
use crate::event::{EventWriter, read_events};
use crate::run::{LakeError, RunFile, RunWriter, Written};
use crate::standing;

/// Keys of subjects.
pub type Subjects = HashSet<Key>;

/// Whether a run has a row of any of these.
pub fn has_any(run: &RunFile, subjects: &Subjects) -> Result<bool, LakeError> {
    for (group, ends) in run.groups.iter().enumerate() {
        let may_have = subjects.iter().any(|subject| (ends.first..=ends.last).contains(subject));
        if may_have && of_group(run, group)?.iter().any(|subject| subjects.contains(subject)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes a run of activity without these subjects, called `name` in `folder`. `verbs` must know the run's verbs.
pub fn activity(
    run: &RunFile,
    subjects: &Subjects,
    (folder, name): (&Path, &str),
    verbs: &Verbs,
) -> Result<Written, LakeError> {
    let mut writer = ActivityWriter::create(folder, name, verbs)?;
    for group in 0..run.groups.len() {
        for row in read_rows(run, group, verbs)?.iter().filter(|row| !subjects.contains(&row.key.subject)) {
            writer.push(row)?;
        }
    }
    writer.finish()
}

/// The same of events.
pub fn events(run: &RunFile, subjects: &Subjects, (folder, name): (&Path, &str)) -> Result<Written, LakeError> {
    let mut writer = EventWriter::create(folder, name)?;
    for group in 0..run.groups.len() {
        let mut events = read_events(run, group)?;
        events.retain(|event| !subjects.contains(&event.subject));
        if !events.is_empty() {
            writer.write_group(&events)?;
        }
    }
    writer.finish()
}

/// The same of standings.
pub fn standings(run: &RunFile, subjects: &Subjects, (folder, name): (&Path, &str)) -> Result<Written, LakeError> {
    let schema = standing::schema();
    let all: Vec<usize> = (0..schema.fields().len()).collect();
    let mut writer = RunWriter::create(folder, name, schema, true)?;
    for group in 0..run.groups.len() {
        let Some(batch) = run.read_one(group, &all, None)? else { continue };
        let stays = of_group(run, group)?.iter().map(|subject| Some(!subjects.contains(subject))).collect();
        let left = filter_record_batch(&batch, &BooleanArray::from_iter::<Vec<_>>(stays));
        let left = left.map_err(|error| LakeError::damaged(&run.path, error))?;
        if left.num_rows() > 0 {
            writer.write_group(&left)?;
        }
    }
    writer.finish([])
}

/// The subject of every row of a row group.
fn of_group(run: &RunFile, group: usize) -> Result<Vec<Key>, LakeError> {
    let damaged = || LakeError::damaged(&run.path, "a subject is no key");
    let Some(batch) = run.read_one(group, &[0], None)? else { return Ok(Vec::new()) };
    let column = batch.column(0);
    let keys: Option<Vec<Key>> = if let Some(plain) = column.as_binary_opt::<i32>() {
        plain.iter().map(|bytes| Key::from_bytes(bytes?)).collect()
    } else {
        let dictionary = column.as_dictionary_opt::<Int32Type>().ok_or_else(damaged)?;
        let values = dictionary.values().as_any().downcast_ref::<BinaryArray>().ok_or_else(damaged)?;
        let key = |at: Option<i32>| Key::from_bytes(values.value(usize::try_from(at?).ok()?));
        dictionary.keys().iter().map(key).collect()
    };
    keys.ok_or_else(damaged)
}
