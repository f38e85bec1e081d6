//! Starting the program and talking to it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_posthorn-local");
/// The tests wait for twenty seconds, in steps: a loaded machine is slow to start a program.
const STEPS: u32 = 400;
const STEP: Duration = Duration::from_millis(50);

/// A new folder of this test alone.
pub(crate) fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("stack-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&path).unwrap();
    path
}

/// The running program, which is killed when the value is dropped.
pub(crate) struct Stack {
    pub(crate) url: String,
    folder: PathBuf,
    child: Mutex<Child>,
    output: Arc<Mutex<Vec<String>>>,
}

impl Drop for Stack {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Stack {
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_by(Command::new(PROGRAM), folder, arguments)
    }

    /// Starts it under a umask that leaves all files that it creates open to everybody.
    pub(crate) fn start_with_open_umask(folder: &Path, arguments: &[&str]) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "umask 0; exec \"$0\" \"$@\"", PROGRAM]);
        Self::start_by(shell, folder, arguments)
    }

    fn start_by(mut program: Command, folder: &Path, arguments: &[&str]) -> Self {
        let mut child =
            program.args(["--port", "0"]).args(arguments).current_dir(folder).stdout(Stdio::piped()).spawn().unwrap();
        let output = Arc::new(Mutex::new(Vec::new()));
        let (lines, stdout) = (output.clone(), child.stdout.take().unwrap());
        std::thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| lines.lock().unwrap().push(line));
        });
        let mut stack = Self { url: String::new(), folder: folder.to_owned(), child: Mutex::new(child), output };
        let greeting = stack.line_with("Posthorn runs at");
        greeting.rsplit(' ').next().unwrap().clone_into(&mut stack.url);
        let _ = stack.line_with("regenerate-keys");
        stack
    }

    /// Runs the program to its end. Gives true for success, and its standard error.
    pub(crate) fn run_to_end(folder: &Path, arguments: &[&str]) -> (bool, String) {
        let output = Command::new(PROGRAM).args(arguments).current_dir(folder).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    }

    /// The output of `backends` for this stack, which must be running.
    pub(crate) fn backends(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(PROGRAM);
        let output = command.arg("backends").args(arguments).current_dir(&self.folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The URL of a back end, by its variable in the file of the environment.
    pub(crate) fn back_end(&self, name: &str) -> String {
        let text = fs::read_to_string(self.folder.join(".posthorn/backends.env")).unwrap();
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap().to_owned()
    }

    pub(crate) fn printed(&self) -> String {
        self.output.lock().unwrap().join("\n")
    }

    /// Waits for the first line with this text.
    pub(crate) fn line_with(&self, text: &str) -> String {
        for _ in 0..STEPS {
            if let Some(line) = self.output.lock().unwrap().iter().find(|line| line.contains(text)) {
                return line.clone();
            }
            sleep(STEP);
        }
        panic!("no line with {text:?} in:\n{}", self.printed());
    }

    pub(crate) fn secret_key_printed(&self) -> String {
        self.line_with("Secret key").rsplit(' ').next().unwrap().to_owned()
    }

    /// The keys of the demo project that are kept in the folder, secret and public.
    pub(crate) fn keys(&self) -> (String, String) {
        let text = fs::read_to_string(self.folder.join(".posthorn/demo.env")).unwrap();
        let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
        (value("POSTHORN_SECRET_KEY="), value("POSTHORN_PUBLIC_KEY="))
    }

    /// The number of mails in the folder.
    pub(crate) fn mail_count(&self) -> usize {
        let entries = fs::read_dir(self.folder.join(".posthorn/mail")).unwrap();
        entries.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "eml")).count()
    }

    pub(crate) fn send(&self, key: &str) -> HttpResponse {
        let body = json!({"to": "ada@example.org", "subject": "Hi", "body": "<p>Hi</p>"});
        post(&self.url, "/v1/send", key, &body.to_string())
    }

    pub(crate) fn kill(self) {
        drop(self);
    }

    /// Asks it to stop. Gives true if it then ends by itself and with success.
    pub(crate) fn stop(&self) -> bool {
        let mut child = self.child.lock().unwrap();
        let signalled = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(signalled.success());
        for _ in 0..STEPS {
            if let Some(status) = child.try_wait().unwrap() {
                return status.success();
            }
            sleep(STEP);
        }
        false
    }
}

/// A response over HTTP.
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    /// The status line and the headers, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) json: Value,
}

pub(crate) fn get(url: &str, path: &str) -> HttpResponse {
    request(url, "GET", path)
}

pub(crate) fn request(url: &str, method: &str, path: &str) -> HttpResponse {
    exchange(url, &format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
}

pub(crate) fn post(url: &str, path: &str, key: &str, body: &str) -> HttpResponse {
    let length = body.len();
    exchange(
        url,
        &format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {key}\r\nContent-Length: {length}\r\n\r\n{body}"
        ),
    )
}

/// Sends the text of a request as it stands. The server must close the connection after its response.
pub(crate) fn exchange(url: &str, request: &str) -> HttpResponse {
    let mut connection = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let json = serde_json::from_str(body).unwrap_or_default();
    HttpResponse { status, head: head.to_ascii_lowercase(), body: body.to_owned(), json }
}
