//! The announcements that the local SNS endpoint accepted, for the health page: in memory, or in a file that later starts
//! read.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use posthorn_testkit::sns::Published;
use serde::{Deserialize, Serialize};

/// The announcements of the local stack. Cheap to clone; clones share everything.
#[derive(Clone, Debug, Default)]
pub struct Announcements {
    /// Oldest first.
    newest: Arc<Mutex<VecDeque<Arc<Published>>>>,
    file: Option<Arc<Mutex<File>>>,
}

/// The fields of a message in a line of the file.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Published")]
struct LineFields {
    id: String,
    topic: String,
    subject: Option<String>,
    message: String,
    at: Timestamp,
}

#[derive(Serialize)]
struct WrittenLine<'a>(#[serde(with = "LineFields")] &'a Published);

#[derive(Deserialize)]
struct ReadLine(#[serde(with = "LineFields")] Published);

impl Announcements {
    /// So many announcements are kept in memory, the newest ones.
    pub const MAX_IN_MEMORY: usize = 500;

    /// Announcements in memory alone.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Announcements in this file as well, one JSON object a line. It is created where it is missing; those that are in it are
    /// listed, but for lines that cannot be read. An unfinished last line, which a killed process left, is removed.
    ///
    /// # Errors
    /// The file cannot be opened, read or shortened.
    pub fn in_file(path: PathBuf) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content)?;
        content.truncate(content.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        file.set_len(content.len() as u64)?;
        let lines = content.split(|byte| *byte == b'\n').rev();
        let newest = lines.filter_map(|line| serde_json::from_slice(line).ok()).take(Self::MAX_IN_MEMORY);
        let mut newest: VecDeque<_> = newest.map(|ReadLine(published)| Arc::new(published)).collect();
        newest.make_contiguous().reverse();
        Ok(Self { newest: Arc::new(Mutex::new(newest)), file: Some(Arc::new(Mutex::new(file))) })
    }

    /// Keeps a message that was published, in the file first. Nothing is synced to the disk: the message outlives the process, but
    /// not a power cut.
    ///
    /// The call blocks on the file system; make it from a thread that may block.
    ///
    /// # Errors
    /// The file cannot be written; the message is not kept then.
    pub fn keep(&self, published: &Published) -> io::Result<()> {
        // The lock is held to the end, so that the list has the file's order.
        let mut file = self.file.as_deref().map(lock);
        if let Some(file) = &mut file {
            append(file, published)?;
        }
        let mut newest = lock(&self.newest);
        newest.push_back(Arc::new(published.clone()));
        if newest.len() > Self::MAX_IN_MEMORY {
            newest.pop_front();
        }
        Ok(())
    }

    /// The newest announcements, at most `n`, newest first.
    #[must_use]
    pub fn newest(&self, n: usize) -> Vec<Arc<Published>> {
        lock(&self.newest).iter().rev().take(n).cloned().collect()
    }
}

/// Appends a whole line or nothing: the next line would continue a part of one.
fn append(file: &mut File, published: &Published) -> io::Result<()> {
    let mut line = serde_json::to_vec(&WrittenLine(published))?;
    line.push(b'\n');
    let before = file.metadata()?.len();
    file.write_all(&line).inspect_err(|_| {
        let _ = file.set_len(before);
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn published(n: usize) -> Published {
        Published {
            id: n.to_string(),
            topic: "arn:aws:sns:us-east-1:000000000000:alerts".into(),
            subject: n.is_multiple_of(2).then(|| "Subject".into()),
            message: format!("{{\n\"n\":{n}}}"),
            at: "2025-11-30T10:30:00.123Z".parse().unwrap(),
        }
    }

    /// A file of the test's own, which is removed at the end of the test.
    struct TestFile(PathBuf);

    impl TestFile {
        fn new(name: &str) -> Self {
            let name = format!("posthorn-announcements-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = fs::remove_file(&path);
            Self(path)
        }

        fn open(&self) -> Announcements {
            Announcements::in_file(self.0.clone()).unwrap()
        }
    }

    impl Drop for TestFile {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    fn ids(announcements: &Announcements) -> Vec<String> {
        announcements.newest(usize::MAX).iter().map(|published| published.id.clone()).collect()
    }

    #[test]
    fn a_later_start_lists_the_announcements_of_an_earlier_one() {
        let file = TestFile::new("later");
        let first = file.open();
        for n in 0..3 {
            first.keep(&published(n)).unwrap();
        }
        let second = file.open();
        assert_eq!(ids(&second), ["2", "1", "0"]);
        assert_eq!(second.newest(2).iter().map(|kept| (**kept).clone()).collect::<Vec<_>>(), [2, 1].map(published));
    }

    #[test]
    fn an_unfinished_last_line_is_left_out_and_the_next_line_is_whole() {
        let file = TestFile::new("unfinished");
        for unfinished in ["{\"id\":\"9\",\"top", "{", "\"\u{e4}"] {
            let before = ids(&file.open());
            let mut torn = OpenOptions::new().append(true).open(&file.0).unwrap();
            torn.write_all(&unfinished.as_bytes()[..unfinished.len() - 1]).unwrap();
            let announcements = file.open();
            assert_eq!(ids(&announcements), before, "{unfinished}");
            announcements.keep(&published(before.len())).unwrap();
            assert_eq!(ids(&file.open()).len(), before.len() + 1, "{unfinished}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_hides_no_other() {
        let file = TestFile::new("broken");
        file.open().keep(&published(0)).unwrap();
        OpenOptions::new().append(true).open(&file.0).unwrap().write_all(b"{}\n\xff\n\n").unwrap();
        file.open().keep(&published(1)).unwrap();
        assert_eq!(ids(&file.open()), ["1", "0"]);
    }

    #[test]
    fn the_newest_announcements_are_kept() {
        let file = TestFile::new("many");
        for announcements in [Announcements::in_memory(), file.open()] {
            (0..Announcements::MAX_IN_MEMORY + 2).for_each(|n| announcements.keep(&published(n)).unwrap());
            let kept = ids(&announcements);
            assert_eq!(
                (kept.len(), &*kept[0], &*kept[Announcements::MAX_IN_MEMORY - 1]),
                (Announcements::MAX_IN_MEMORY, "501", "2")
            );
        }
        assert_eq!(ids(&file.open())[0], "501");
        assert_eq!(ids(&file.open()).len(), Announcements::MAX_IN_MEMORY);
    }
}
