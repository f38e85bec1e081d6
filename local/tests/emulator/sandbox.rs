//! A function's sandbox: Lambda's emulator with a binary of `sam build`.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use posthorn_routes::Function;
use posthorn_testkit::{
    backends::{ALERTS, Backends, TABLE},
    template,
};
use serde_json::Value;

/// The configuration set of the functions.
pub(crate) const CONFIGURATION_SET: &str = "posthorn-test";

/// The emulator, which starts `bootstrap` with the first event. It is killed when the value is dropped.
pub(crate) struct Sandbox {
    address: String,
    child: Child,
    log: PathBuf,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_file(&self.log);
    }
}

impl Sandbox {
    /// Starts a sandbox of a function that calls these back ends.
    pub(crate) fn start(emulator: &Path, function: Function, backends: &Backends) -> Self {
        let function = function.logical_id();
        let bootstrap =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../.aws-sam/build").join(function).join("bootstrap");
        let bootstrap = bootstrap.canonicalize().unwrap_or_else(|_| panic!("no {}: sam build", bootstrap.display()));
        let [address, api] = [free_address(), free_address()];
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("emulator-{}.log", address.replace(':', "-")));
        let child = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &address, "--runtime-api-address", &api])
            .arg(bootstrap)
            .env_clear()
            .envs(environment(function, backends))
            .stdout(File::create(&log).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let sandbox = Self { address, child, log };
        for _ in 0..200 {
            if TcpStream::connect(&sandbox.address).is_ok() {
                return sandbox;
            }
            sleep(Duration::from_millis(20));
        }
        panic!("the emulator does not listen");
    }

    /// The sum of a metric in the log, which has CloudWatch's embedded format.
    pub(crate) fn counted(&self, metric: &str) -> u64 {
        let log = fs::read_to_string(&self.log).unwrap();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let metrics = lines.filter(|line| line["_aws"].is_object());
        metrics
            .inspect(|line| assert_eq!(line["Stack"], "posthorn-test"))
            .filter_map(|line| line[metric].as_u64())
            .sum()
    }

    /// The function's answer to an event.
    pub(crate) async fn invoke(&self, event: &str) -> Value {
        let (address, event) = (self.address.clone(), event.to_owned());
        tokio::task::spawn_blocking(move || post(&address, &event)).await.unwrap()
    }
}

/// The variables that the template gives a function, with the back ends' values, and those that Lambda gives every function.
fn environment(function: &str, backends: &Backends) -> Vec<(String, String)> {
    let template = template::read();
    let shared = &template["Globals"]["Function"]["Environment"]["Variables"];
    let own = &template::properties(&template, function)["Environment"]["Variables"];
    let variables = shared.as_object().into_iter().chain(own.as_object()).flatten();
    let variables = variables.filter(|(_, given)| given["Ref"] != "AWS::NoValue");
    let value = |name: &str, given: &Value| match given["Ref"].as_str() {
        Some("Table") => TABLE.to_owned(),
        Some("AlertsTopic") => ALERTS.to_owned(),
        Some("ConfigurationSet") => CONFIGURATION_SET.to_owned(),
        Some("AWS::StackName") => "posthorn-test".to_owned(),
        Some(parameter) => template["Parameters"][parameter]["Default"].to_string().replace('"', ""),
        None => panic!("{name} refers to nothing"),
    };
    let variables = variables.map(|(name, given)| (name.clone(), value(name, given)));
    let of_lambda = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", backends.account.as_str()),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_TIMEOUT", "29"),
    ];
    let of_lambda = of_lambda.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let urls = &backends.urls;
    let endpoints = [
        // The endpoint of every service that has none of its own.
        ("AWS_ENDPOINT_URL", &urls.dynamodb),
        ("AWS_ENDPOINT_URL_SESV2", &urls.ses),
        ("AWS_ENDPOINT_URL_SNS", &urls.sns),
    ];
    let endpoints = endpoints.map(|(name, url)| (name.to_owned(), url.clone()));
    variables.chain(of_lambda).chain(endpoints).collect()
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Posts an event by HTTP 1.0, so that the answer ends with the connection.
fn post(address: &str, event: &str) -> Value {
    let mut connection = TcpStream::connect(address).unwrap();
    let path = "/2015-03-31/functions/function/invocations";
    write!(connection, "POST {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{event}", event.len()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}
