//! Starts and stops the parts of the stack.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
    sync::Arc,
};

use axum::{Router, serve::ListenerExt};
use posthorn_alerts::Topic;
use posthorn_auth::reputation::Rule;
use posthorn_bundle::{Bundle, Clients};
use posthorn_lambda::Env;
use posthorn_mail::ses::Ses as SesClient;
use posthorn_table::{Table, schema};
use posthorn_testkit::{backends::local_config, database, queue::Queue, server};
use tokio::{net::TcpListener, signal, sync::watch, task::JoinSet};

use crate::{
    api::Api,
    backends::{self, Addresses, CONFIGURATION_SET, TABLE},
    demo::Demo,
    docs,
    environment::EnvironmentFiles,
    folder::StateFolder,
    gate::Gate,
    health::{self, Health},
    inbox,
    options::Options,
    terminal::say,
};

/// The addresses of the back ends that the functions call, as URLs.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The engine.
    pub dynamodb: String,
    /// The SES endpoint.
    pub ses: String,
}

/// Starts the stack, prints how to use it, and runs until it is asked to stop.
///
/// # Errors
/// The reason why the stack cannot start, with a remedy in its text.
pub async fn run(options: &Options) -> io::Result<()> {
    run_behind(options, async |endpoints| Ok(endpoints)).await
}

/// Runs the stack with a proxy between the functions and their back ends: `between` gets the addresses of the back ends, and
/// returns those that the functions call.
///
/// # Errors
/// The reason why the stack cannot start, with a remedy in its text.
pub async fn run_behind(
    options: &Options,
    between: impl AsyncFnOnce(Endpoints) -> io::Result<Endpoints>,
) -> io::Result<()> {
    let listeners = bind_api(options.port).await?;
    let port = listeners[0].local_addr()?.port();
    let folder = StateFolder::open(options)?;
    let gate = Gate::new(folder.state());
    let (database, database_url) = bind(options.dynamodb_port, "--dynamodb-port").await?;
    let (mail, mail_url) = bind(options.ses_port, "--ses-port").await?;
    let (topics, topics_url) = bind(options.sns_port, "--sns-port").await?;
    let (queues, queues_url) = bind(options.sqs_port, "--sqs-port").await?;
    let url = format!("http://localhost:{port}");

    let (stop_backends, stopped) = watch::channel(false);
    let mut running = JoinSet::new();
    let engine = database::open(folder.path("posthorn.db").as_deref())?;
    running.spawn(database::serve_behind(gate.of_a_back_end(), engine, database, asked(stopped.clone())));
    let (env, queue) = (Env::system(), Queue::new(Env::system()));
    let inbox = folder.inbox()?.with_hint(hint(port));
    let ses = backends::ses(inbox.clone(), queue.clone(), env.clone(), folder.path("identities.json"))?;
    running.spawn(server::serve(gate.of_a_back_end()(ses.router()), mail, asked(stopped.clone())));
    let announcements = folder.announcements()?;
    let sns = backends::sns(announcements.clone(), &format!("{url}/_local/health"));
    running.spawn(server::serve(gate.of_a_back_end()(sns.router()), topics, asked(stopped.clone())));
    running.spawn(server::serve(gate.of_a_back_end()(backends::sqs(&queue).router()), queues, asked(stopped)));

    let alerts = backends::topic(&topics_url);
    let endpoints = between(Endpoints { dynamodb: database_url.clone(), ses: mail_url.clone() }).await?;
    let table = table(&endpoints).await?;
    let demo = Demo::prepare(&table, &env, folder.path("demo.env")).await?;
    let functions = Arc::new(functions(&env, &table, &endpoints, alerts));
    let (stop_queue, stopped) = watch::channel(false);
    let consumer = Arc::clone(&functions);
    let handler = move |event| backends::deliver(Arc::clone(&consumer), event);
    let events = tokio::spawn(queue.clone().run(handler, asked(stopped)));

    let addresses = Addresses { api: url, dynamodb: database_url, ses: mail_url, sns: topics_url, sqs: queues_url };
    let environment = EnvironmentFiles::write(folder.state(), &addresses.variables())?;
    let tool = if options.memory { environment.tool() } else { "cargo posthorn".to_owned() };
    greet(port, &demo, &tool);
    let api = Api { env: env.clone(), functions, demo };
    let health =
        Health { table, env, rule: Rule::default(), announcements, tool, dead: Arc::new(move || queue.dead().len()) };
    let pages = inbox::router(inbox).merge(health::router(health)).merge(docs::router());
    let outcome = serve(listeners, gate.before_api(api.router().merge(pages))).await;
    let _ = stop_queue.send(true);
    let _ = events.await;
    let _ = stop_backends.send(true);
    while running.join_next().await.is_some() {}
    outcome
}

/// The table, which is created if it is new.
async fn table(endpoints: &Endpoints) -> io::Result<Table> {
    let client = aws_sdk_dynamodb::Client::new(&backends::sdk_config(&endpoints.dynamodb));
    schema::create(&client, TABLE).await.map_err(io::Error::other)?;
    Ok(Table::new(client, TABLE))
}

fn functions(env: &Env, table: &Table, endpoints: &Endpoints, alerts: Topic) -> Bundle {
    Bundle::new(Clients {
        env: env.clone(),
        table: table.clone(),
        ses: SesClient::new(&local_config(&endpoints.ses), Some(CONFIGURATION_SET.to_owned())),
        alerts: Some(alerts),
        rule: Rule::default(),
    })
}

/// The API's port, on both of the addresses that `localhost` can mean.
async fn bind_api(port: u16) -> io::Result<Vec<TcpListener>> {
    let first = listen(Ipv4Addr::LOCALHOST.into(), port, "--port").await?;
    let second = listen(Ipv6Addr::LOCALHOST.into(), first.local_addr()?.port(), "--port").await;
    match second {
        Ok(second) => Ok(vec![first, second]),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        Err(_no_ipv6) => Ok(vec![first]),
    }
}

/// A back end's port, and its URL.
async fn bind(port: u16, option: &str) -> io::Result<(TcpListener, String)> {
    let listener = listen(Ipv4Addr::LOCALHOST.into(), port, option).await?;
    let url = format!("http://{}", listener.local_addr()?);
    Ok((listener, url))
}

async fn listen(address: IpAddr, port: u16, option: &str) -> io::Result<TcpListener> {
    TcpListener::bind((address, port)).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => io::Error::new(
            error.kind(),
            format!("port {port} is in use: stop the program that uses it, or choose another with {option}"),
        ),
        _ => error,
    })
}

/// Serves until Ctrl-C or SIGTERM, and then until the requests under way are answered.
async fn serve(listeners: Vec<TcpListener>, router: Router) -> io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let mut servers = JoinSet::new();
    for listener in listeners {
        let listener = listener.tap_io(|connection| {
            // A small answer would otherwise wait for a delayed acknowledgement. Failing to set it costs time alone.
            let _ = connection.set_nodelay(true);
        });
        let server = axum::serve(listener, router.clone());
        let stopped = asked(stopped.clone());
        servers.spawn(async move { server.with_graceful_shutdown(stopped).await });
    }
    interrupted().await?;
    say("Stopping: finishing the requests under way.");
    let _ = stop.send(true);
    while let Some(ended) = servers.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    Ok(())
}

async fn asked(mut stopped: watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(unix)]
async fn interrupted() -> io::Result<()> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn interrupted() -> io::Result<()> {
    signal::ctrl_c().await
}

const HELLO: &str = r#"{"to":"ada@example.org","subject":"Hello {{ name ?? there }}","body":"<p>It works, {{ name ?? there }}.</p>","data":{"name":"Ada"}}"#;
const SIGNED_UP: &str = r#"{"email":"ada@example.org","event":"signed_up","data":{"plan":"pro"}}"#;
const GRACE: &str = r#"{"keys":"both","gracePeriodSeconds":604800}"#;

fn curl(port: u16, path: &str, key: &str, body: &str) -> String {
    format!(
        "curl -X POST http://localhost:{port}{path} -H \"Authorization: Bearer {key}\" -H 'Content-Type: application/json' -d '{body}'"
    )
}

fn hint(port: u16) -> String {
    curl(port, "/v1/send", "$POSTHORN_SECRET_KEY", HELLO)
}

/// Prints the addresses of the stack, and three commands to try.
fn greet(port: u16, demo: &Demo, tool: &str) {
    let (secret, public) = match &demo.fresh_keys {
        Some(keys) => (keys.secret.as_str(), keys.public.as_str()),
        None => ("$POSTHORN_SECRET_KEY", "$POSTHORN_PUBLIC_KEY"),
    };
    let id = demo.id;
    say(&format!("Posthorn runs at http://localhost:{port}\n\n  Project     demo, {id}"));
    match (&demo.fresh_keys, demo.file()) {
        (Some(_), _) => say(&format!("  Secret key  {secret}\n  Public key  {public}")),
        (None, Some(file)) => say(&format!("  Keys        kept in {0}; load them with: set -a; . {0}", shown(file))),
        (None, None) => {}
    }
    say(&format!("  Inbox       http://localhost:{port}/_local/inbox"));
    say(&format!("  Health      http://localhost:{port}/_local/health"));
    say(&format!("  API         http://localhost:{port}/_local/docs"));
    say(&format!("  Operator    {tool} project show {id}\n"));
    let rotate = format!("/users/@me/projects/{id}/regenerate-keys");
    for (purpose, line) in [
        ("Send an email:", curl(port, "/v1/send", secret, HELLO)),
        ("Track an event:", curl(port, "/v1/track", public, SIGNED_UP)),
        ("Replace the keys (the old ones go on for a week):", curl(port, &rotate, secret, GRACE)),
    ] {
        say(&format!("{purpose}\n{line}\n"));
    }
}

/// A path that a POSIX shell's `.` takes as one and not as a command's name.
fn shown(file: &Path) -> String {
    format!("./{}", file.display())
}
