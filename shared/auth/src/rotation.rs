//! Decides the replacement of keys, without I/O. [`posthorn_table::Table::change_project`] commits it.

use jiff::SignedDuration;
use posthorn_errors::{Code, Enumeration, Result};
use posthorn_table::{
    Timestamp,
    api_key::{KeyClass, KeyScope},
    project::{Project, ProjectKey, Status},
};

use serde_json::{Value, json};

use crate::{KeyDigest, PlainKey};

/// The keys to replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySelection {
    /// The pair.
    Both,
    /// The secret key.
    Secret,
    /// The public key.
    Public,
}

impl Enumeration for KeySelection {
    const ALL: &'static [Self] = &[Self::Both, Self::Secret, Self::Public];

    fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Secret => "secret",
            Self::Public => "public",
        }
    }
}

impl KeySelection {
    /// True if keys of this class are replaced.
    #[must_use]
    pub fn includes(self, class: KeyClass) -> bool {
        match self {
            Self::Both => true,
            Self::Secret => class == KeyClass::Secret,
            Self::Public => class == KeyClass::Public,
        }
    }
}

/// A rotation to commit and then to announce.
#[derive(Debug)]
pub struct Rotation {
    /// The project after the rotation.
    pub next: Project,
    /// The new keys in plain text.
    pub minted: Vec<PlainKey>,
    /// The time at which the replaced keys stop working; `None` if they stop with the commit.
    pub previous_keys_expire_at: Option<Timestamp>,
}

impl Rotation {
    /// The announcement for the alerts topic: a subject, and JSON that a person can read too. It never has the keys.
    #[must_use]
    pub fn announcement(&self, selection: KeySelection, at: Timestamp) -> (&'static str, Value) {
        let facts = &self.next.facts;
        let message = json!({
            "type": "keys_rotated",
            "project": {"id": facts.id, "name": facts.name},
            "keys": selection.name(),
            "at": format!("{at:.3}"),
            "previousKeysExpireAt": self.previous_keys_expire_at.map(|at| format!("{at:.3}")),
            "action": format!(
                "If nobody of yours did this, the secret key has leaked. Replace it at once: posthorn project rotate {} --grace 0",
                facts.id
            ),
        });
        ("Posthorn: a project's API keys were replaced", message)
    }
}

/// Decides a rotation asked for with the key `presented`.
///
/// Live keys of the classes to replace go on for `grace_seconds`; keys of those classes that are in grace already
/// stop at once, as does every key whose time is over.
///
/// # Errors
/// `INVALID_API_KEY` if the presented key is not live: a key in grace may not rotate. `PROJECT_DISABLED`.
pub fn rotate(
    project: &Project,
    presented: &KeyDigest,
    selection: KeySelection,
    grace_seconds: u32,
    now: Timestamp,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<Rotation> {
    if !project.keys.iter().any(|key| key.is_live() && key.digest == presented.as_str()) {
        return Err(Code::InvalidApiKey.into());
    }
    if project.facts.status == Status::Disabled {
        return Err(Code::ProjectDisabled.into());
    }
    Ok(replace_keys(project, selection, grace_seconds, now, fill))
}

/// Decides a rotation for the operator, who presents no key. The project may have any status, so that a leaked key of a disabled
/// project can be replaced before it is reinstated.
pub fn replace_keys(
    project: &Project,
    selection: KeySelection,
    grace_seconds: u32,
    now: Timestamp,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Rotation {
    let expire_at = (grace_seconds > 0).then(|| now + SignedDuration::from_secs(grace_seconds.into()));
    let classes = [KeyClass::Secret, KeyClass::Public].into_iter().filter(|class| selection.includes(*class));
    let minted: Vec<_> = classes.map(|class| PlainKey::mint(class, fill)).collect();

    let kept = project.keys.iter().filter_map(|key| kept(key, selection, expire_at, now));
    let new = minted.iter().map(|key| ProjectKey {
        digest: key.digest().as_str().to_owned(),
        class: key.class(),
        scope: KeyScope::Full,
        retires_at: None,
    });
    let next =
        Project { keys: kept.chain(new).collect(), version: project.version + 1, updated_at: now, ..project.clone() };
    Rotation { next, minted, previous_keys_expire_at: expire_at }
}

/// A key after a rotation; `None` if the rotation removes it.
fn kept(key: &ProjectKey, selection: KeySelection, expire_at: Option<Timestamp>, now: Timestamp) -> Option<ProjectKey> {
    if key.is_retired(now) {
        return None;
    }
    if !selection.includes(key.class) {
        return Some(key.clone());
    }
    let retires_at = if key.is_live() { expire_at } else { None };
    retires_at.map(|at| ProjectKey { retires_at: Some(at), ..key.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NewProject, new_project};

    fn random() -> impl FnMut(&mut [u8]) {
        let mut state = 1_u32;
        move |buffer| {
            for byte in buffer {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte = (state >> 24) as u8;
            }
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn demo(fill: &mut dyn FnMut(&mut [u8])) -> (Project, KeyDigest, KeyDigest) {
        let new = NewProject { name: "demo".into(), ..NewProject::default() };
        let (project, keys) = new_project(new, at(0), fill).unwrap();
        (project, keys[0].digest(), keys[1].digest())
    }

    /// The moment a key of the project retires; live keys do not, and some are gone.
    fn retirement(project: &Project, key: &KeyDigest) -> Result<Option<Timestamp>, &'static str> {
        project.keys.iter().find(|k| k.digest == key.as_str()).map(|k| k.retires_at).ok_or("gone")
    }

    #[test]
    fn without_grace_the_old_pair_is_gone() {
        let fill = &mut random();
        let (project, secret, public) = demo(fill);
        let rotation = rotate(&project, &secret, KeySelection::Both, 0, at(10), fill).unwrap();
        assert_eq!(rotation.next.keys.len(), 2);
        assert!(rotation.next.keys.iter().all(ProjectKey::is_live));
        assert_eq!(retirement(&rotation.next, &secret), Err("gone"));
        assert_eq!(retirement(&rotation.next, &public), Err("gone"));
        assert_eq!(rotation.previous_keys_expire_at, None);
        assert_eq!((rotation.next.version, rotation.next.updated_at), (project.version + 1, at(10)));
    }

    #[test]
    fn one_class_leaves_the_other_alone() {
        let fill = &mut random();
        let (project, secret, public) = demo(fill);
        let rotation = rotate(&project, &secret, KeySelection::Public, 60, at(10), fill).unwrap();
        assert_eq!(retirement(&rotation.next, &secret), Ok(None));
        assert_eq!(retirement(&rotation.next, &public), Ok(Some(at(70))));
        assert_eq!(rotation.minted.len(), 1);
        assert_eq!(rotation.minted[0].class(), KeyClass::Public);
    }

    #[test]
    fn a_second_rotation_ends_the_grace_of_the_first() {
        let fill = &mut random();
        let (project, secret, _) = demo(fill);
        let first = rotate(&project, &secret, KeySelection::Secret, 600, at(10), fill).unwrap();
        let newer = first.minted[0].digest();
        assert_eq!(
            rotate(&first.next, &secret, KeySelection::Secret, 0, at(11), fill).unwrap_err().code(),
            Code::InvalidApiKey
        );
        let second = rotate(&first.next, &newer, KeySelection::Secret, 600, at(20), fill).unwrap();
        assert_eq!(retirement(&second.next, &secret), Err("gone"));
        assert_eq!(retirement(&second.next, &newer), Ok(Some(at(620))));
    }

    #[test]
    fn a_key_past_its_time_is_dropped_by_any_rotation() {
        let fill = &mut random();
        let (project, secret, public) = demo(fill);
        let first = rotate(&project, &secret, KeySelection::Public, 5, at(10), fill).unwrap();
        let second = rotate(&first.next, &secret, KeySelection::Secret, 5, at(15), fill).unwrap();
        assert_eq!(retirement(&second.next, &public), Err("gone"));
        assert_eq!(second.next.keys.iter().filter(|key| key.is_live()).count(), 2);
    }

    #[test]
    fn the_operator_replaces_the_keys_of_a_disabled_project_too() {
        let fill = &mut random();
        let (mut project, secret, public) = demo(fill);
        project.facts.status = Status::Disabled;
        let rotation = replace_keys(&project, KeySelection::Secret, 60, at(10), fill);
        assert_eq!(retirement(&rotation.next, &secret), Ok(Some(at(70))));
        assert_eq!(retirement(&rotation.next, &public), Ok(None));
        let (_, message) = rotation.announcement(KeySelection::Secret, at(10));
        assert_eq!(message["previousKeysExpireAt"], "1970-01-01T00:01:10.000Z");
        let command = format!(": posthorn project rotate {} --grace 0", project.facts.id);
        assert!(message["action"].as_str().unwrap().ends_with(&command), "it can be typed as it stands");
        assert!(rotation.minted.iter().all(|key| !message.to_string().contains(key.expose())));
    }

    #[test]
    fn a_disabled_project_does_not_rotate() {
        let fill = &mut random();
        let (mut project, secret, _) = demo(fill);
        project.facts.status = Status::Disabled;
        let failure = rotate(&project, &secret, KeySelection::Both, 0, at(10), fill).unwrap_err();
        assert_eq!(failure.code(), Code::ProjectDisabled);
    }
}
