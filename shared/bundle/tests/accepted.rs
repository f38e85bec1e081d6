//! Every function takes its events from the bundle.

use posthorn_bundle::{Bundle, Clients};
use posthorn_routes::Function;
use posthorn_testkit::{backends::Backends, events::in_folder, gateway::TIMEOUT};

#[tokio::test]
async fn every_function_accepts_its_accepted_events() {
    for function in Function::ALL {
        for file in in_folder(&format!("{}/accepted", function.name())) {
            let backends = Backends::start().await;
            file.prepare(&backends).await;
            let functions = Bundle::new(Clients::of(&backends));
            let answer = functions.invoke(function, &file.event, "lambda-request", TIMEOUT).await;
            let is_accepted = match answer["statusCode"].as_u64() {
                Some(status) => status < 400,
                None => answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty),
            };
            assert!(is_accepted, "{}/{}: {answer}", file.folder, file.name);
        }
    }
}
