//! Targets in AWS: a stack by its name, a table alone, and each thing that can be missing.

use axum::{Router, http::StatusCode, routing::post};
use posthorn_testkit::{
    backends::{ALERTS, TABLE},
    sns::Subscription,
};

use crate::{
    serve::serve,
    support::{EVENTS, Folder, LocalStack, ToolOutput, posthorn},
};

pub(crate) const OUTPUTS: [(&str, &str); 7] = [
    ("ApiUrl", "https://api.example.com"),
    ("TableName", TABLE),
    ("ConfigurationSet", "posthorn"),
    ("EventsTopicArn", EVENTS),
    ("AlertsTopicArn", ALERTS),
    ("FeedbackQueueUrl", "https://sqs.us-east-1.amazonaws.com/000000000000/feedback"),
    ("DeadLetterQueueUrl", "https://sqs.us-east-1.amazonaws.com/000000000000/dead"),
];

/// The guard's thresholds, whose parameters begin with `Bounce` and `Complaint`, with values that are not the defaults.
const THRESHOLDS: [(&str, &str); 3] = [("Floor", ""), ("WarnPercent", "3"), ("DisablePercent", "7")];

/// A `CloudFormation` endpoint with one stack, `posthorn`, that has these outputs and no `AlertsEmail`.
pub(crate) async fn cloudformation(outputs: &[(&str, &str)], floor: &str) -> String {
    let pairs = |kind: &str, pairs: &[(&str, &str)]| -> String {
        let member = |(name, value): &(&str, &str)| {
            format!("<member><{kind}Key>{name}</{kind}Key><{kind}Value>{value}</{kind}Value></member>")
        };
        pairs.iter().map(member).collect()
    };
    let parameter = |metric: &str, (line, value): (&str, &str)| {
        pairs("Parameter", &[(&format!("{metric}{line}"), if line == "Floor" { floor } else { value })])
    };
    let lines: String = THRESHOLDS.map(|line| parameter("Bounce", line) + &parameter("Complaint", line)).concat();
    let parameters = lines + &pairs("Parameter", &[("AlertsEmail", "")]);
    let outputs = pairs("Output", outputs);
    let stack = format!(
        "<DescribeStacksResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><DescribeStacksResult>\
         <Stacks><member><StackName>posthorn</StackName><CreationTime>2026-11-21T00:00:00Z</CreationTime>\
         <StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs><Parameters>{parameters}</Parameters>\
         </member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    );
    let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id x does \
                   not exist</Message></Error></ErrorResponse>";
    serve(Router::new().route(
        "/",
        post(move |body: String| async move {
            if body.contains("StackName=posthorn") {
                (StatusCode::OK, stack)
            } else {
                (StatusCode::BAD_REQUEST, refusal.to_owned())
            }
        }),
    ))
    .await
}

/// Runs the program with fake credentials, on services in process.
pub(crate) async fn run(
    stack: &LocalStack,
    cloudformation: &str,
    more: &[(&str, &str)],
    arguments: &[&str],
) -> ToolOutput {
    let urls = &stack.backends.urls;
    let folder = Folder::new();
    let variables = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL_CLOUDFORMATION", cloudformation),
        ("AWS_ENDPOINT_URL_DYNAMODB", &urls.dynamodb),
        ("AWS_ENDPOINT_URL_SESV2", &urls.ses),
        ("AWS_ENDPOINT_URL_SNS", &urls.sns),
        ("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1"),
    ];
    posthorn(&folder.0, &[&variables[..], more].concat(), arguments, "").await
}

#[tokio::test]
async fn a_stack_is_found_by_its_name_with_its_thresholds() {
    let stack = LocalStack::start().await;
    let url = cloudformation(&OUTPUTS, "77").await;
    run(&stack, &url, &[], &["--stack", "posthorn", "project", "create", "Shop"]).await.done();
    let shown = run(&stack, &url, &[("POSTHORN_STACK", "posthorn")], &["project", "show", "Shop"]).await.done().out;
    for words in ["warns at 3 %,", "disables at 7 %, of at least 77 emails"] {
        assert_eq!(shown.matches(words).count(), 2, "bounces and complaints in {shown}");
    }
    run(&stack, &url, &[], &["project", "disable", "Shop", "--stack", "posthorn", "--reason", "x"]).await.done();
    assert_eq!(stack.backends.sns.published().len(), 1, "announced on the stack's topic");
}

#[test]
fn the_template_has_every_output_and_parameter_that_is_read() {
    let template = posthorn_testkit::template::read();
    for (output, _) in OUTPUTS {
        assert!(template["Outputs"][output]["Value"].is_object(), "output {output}");
    }
    for (metric, line) in ["Bounce", "Complaint"].into_iter().flat_map(|it| THRESHOLDS.map(|(line, _)| (it, line))) {
        assert!(template["Parameters"][format!("{metric}{line}")]["Type"].is_string(), "parameter {metric}{line}");
    }
    assert_eq!(template["Parameters"]["AlertsEmail"]["Default"], "");
}

#[tokio::test]
async fn a_stack_that_is_not_posthorns_says_which_output_is_missing() {
    let stack = LocalStack::start().await;
    for (missing, _) in OUTPUTS {
        let outputs: Vec<_> = OUTPUTS.into_iter().filter(|(name, _)| *name != missing).collect();
        let url = cloudformation(&outputs, "200").await;
        let output = run(&stack, &url, &[], &["--stack", "posthorn", "project", "list"]).await;
        output.refused(1, &format!("is not Posthorn's (no output {missing})"));
    }
    let url = cloudformation(&OUTPUTS, "none").await;
    run(&stack, &url, &[], &["--stack", "posthorn", "project", "list"]).await.refused(1, "BOUNCE_FLOOR must be");
    run(&stack, &url, &[], &["--stack", "other", "status"])
        .await
        .refused(1, "no CloudFormation stack other in us-east-1");
    let output = run(&stack, "http://127.0.0.1:1", &[], &["--stack", "posthorn", "status"]).await;
    output.refused(1, "CloudFormation cannot be reached");
}

#[tokio::test]
async fn a_table_alone_has_the_settings_of_the_environment() {
    let stack = LocalStack::start().await;
    let table = ["--table", TABLE];
    let variables = [("ALERTS_TOPIC_ARN", ALERTS), ("CONFIGURATION_SET", "posthorn"), ("BOUNCE_FLOOR", "88")];
    run(&stack, "", &variables, &[&table[..], &["project", "create", "Shop"]].concat()).await.done();
    let shown = run(&stack, "", &variables, &[&table[..], &["project", "show", "Shop"]].concat()).await.done().out;
    assert!(shown.contains("of at least 88 emails"), "{shown}");
    run(&stack, "", &variables, &[&table[..], &["project", "rotate", "Shop"]].concat()).await.done();
    assert_eq!(stack.backends.sns.published().len(), 1);
    // The environment's stack counts less than an option.
    let named = [("POSTHORN_STACK", "posthorn")];
    run(&stack, "", &named, &[&table[..], &["project", "list"]].concat()).await.done();
    let status = run(&stack, "", &variables, &[&["--json"], &table[..], &["status"]].concat()).await;
    let json = status.json();
    let skipped = json["checks"].as_array().unwrap().iter().filter(|it| it["status"] == "skip");
    assert_eq!(
        skipped.map(|it| it["check"].as_str().unwrap()).collect::<Vec<_>>(),
        ["API", "Subscription", "Event queue", "Dead letters"]
    );
    run(&stack, "", &[], &[&table[..], &["send", "--to", "a@x.co"]].concat()).await.refused(1, "use --stack, or --url");
    run(&stack, "", &[], &["--table", "wrong", "project", "list"])
        .await
        .refused(1, "there is no table wrong in us-east-1");
}

#[tokio::test]
async fn a_missing_permission_is_named_without_the_account() {
    let stack = LocalStack::start().await;
    let refusal = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"User: arn:aws:iam::123456789012:user/ada is not authorized to perform: dynamodb:Query on resource: arn:aws:dynamodb:us-east-1:123456789012:table/x"}"#;
    let denying = serve(Router::new().fallback(move || async move { (StatusCode::BAD_REQUEST, refusal) })).await;
    let more = [("AWS_ENDPOINT_URL_DYNAMODB", denying.as_str())];
    let output = run(&stack, "", &more, &["--table", TABLE, "project", "list"]).await;
    output.refused(1, "the credentials do not permit dynamodb:Query");
    assert!(!output.err.contains("123456789012"), "{}", output.err);
    let expired = r#"{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"x"}"#;
    let refusing = serve(Router::new().fallback(move || async move { (StatusCode::BAD_REQUEST, expired) })).await;
    let more = [("AWS_ENDPOINT_URL_DYNAMODB", refusing.as_str())];
    let output = run(&stack, "", &more, &["--table", TABLE, "project", "list"]).await;
    output.refused(1, "AWS does not accept the credentials (ExpiredTokenException)");
    let more = [("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")];
    run(&stack, "", &more, &["--table", TABLE, "project", "list"])
        .await
        .refused(1, "DynamoDB in us-east-1 cannot be reached");
}

#[tokio::test]
async fn a_check_without_permission_ends_with_exit_code_3() {
    let stack = LocalStack::start().await;
    let url = cloudformation(&OUTPUTS, "200").await;
    let refusal = r#"{"message":"User is not authorized"}"#;
    let denying = serve(Router::new().fallback(move || async move {
        (StatusCode::FORBIDDEN, [("x-amzn-errortype", "AccessDeniedException")], refusal)
    }))
    .await;
    let more = [("AWS_ENDPOINT_URL_SESV2", denying.as_str())];
    let output = run(&stack, &url, &more, &["--stack", "posthorn", "status"]).await;
    assert_eq!(output.code, 3);
    assert!(
        output.out.contains("could not be looked at: the credentials do not permit ses:GetAccount"),
        "{}",
        output.out
    );
}

#[tokio::test]
async fn alerts_that_reach_no_person_are_a_warning() {
    let stack = LocalStack::start().await;
    let url = cloudformation(&OUTPUTS, "200").await;
    let alerts = async || {
        let json = run(&stack, &url, &[], &["--json", "--stack", "posthorn", "status"]).await.json();
        let checks = json["checks"].as_array().unwrap();
        checks.iter().find(|it| it["check"] == "Alerts").unwrap().clone()
    };
    let empty = alerts().await;
    assert_eq!(empty["status"], "warn");
    assert!(empty["message"].as_str().unwrap().contains("AlertsEmail is empty"), "{empty}");
    stack.backends.sns.subscribe(ALERTS, Subscription::new("https", "https://ops.example.com/alerts"));
    let by_a_program = alerts().await;
    assert_eq!(by_a_program["status"], "warn", "nobody knows whether a person reads it");
    assert_eq!(by_a_program["message"], "heard by 1 subscriber, maybe by no person: AlertsEmail is empty");
    let pending = Subscription { confirmed: false, ..Subscription::new("email", "ada@example.com") };
    stack.backends.sns.subscribe(ALERTS, pending);
    assert_eq!(alerts().await["status"], "warn", "an address that did not confirm hears nothing");
    stack.backends.sns.subscribe(ALERTS, Subscription::new("email", "ops@example.com"));
    let by_a_person = alerts().await;
    assert_eq!(by_a_person["status"], "ok");
    assert_eq!(by_a_person["message"], "heard by 2 subscribers; AlertsEmail is empty");
}

#[tokio::test]
async fn without_region_or_credentials_the_error_says_how_to_give_them() {
    let folder = Folder::new();
    let list = ["--table", "t", "project", "list"];
    posthorn(&folder.0, &[], &list, "").await.refused(1, "no AWS region");
    let region = ("AWS_REGION", "us-east-1");
    posthorn(&folder.0, &[region], &list, "").await.refused(1, "no AWS credentials (none was found)");
    let profiles = "[profile sso]\nsso_start_url = https://x.example\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = r\n\
                    [profile process]\ncredential_process = /bin/true\n\
                    [profile login]\nlogin_session = arn:aws:iam::1:user/ada\n";
    let file = folder.0.join("config");
    std::fs::write(&file, profiles).unwrap();
    let file = ("AWS_CONFIG_FILE", file.to_str().unwrap());
    for (profile, words) in [
        ("sso", "single sign-on, which this tool does not speak"),
        ("process", "credential process, which this tool does not do"),
        ("login", "login session, which this tool does not speak"),
        ("nobody", "the profile that AWS_PROFILE names does not exist"),
    ] {
        let output = posthorn(&folder.0, &[region, file, ("AWS_PROFILE", profile)], &list, "").await;
        output.refused(1, words);
        assert!(output.err.contains("aws configure export-credentials"), "{}", output.err);
    }
}

#[tokio::test]
async fn an_answer_of_ses_that_cannot_be_read_is_no_refusal() {
    let stack = LocalStack::start().await;
    stack.project("Shop").await;
    let table = ["--table", TABLE];
    for (status, answer, known) in [
        (StatusCode::OK, "{\"IdentityTy", "took effect (status 200): posthorn domain list shows"),
        (StatusCode::OK, "<html>", "took effect (status 200): posthorn domain list shows"),
        (StatusCode::BAD_GATEWAY, "<html>", "took effect (status 502): posthorn domain list shows"),
        (StatusCode::FORBIDDEN, "<html>", "ses:CreateEmailIdentity was refused (status 403)"),
    ] {
        let garbled = serve(Router::new().fallback(move || async move { (status, answer) })).await;
        let more = [("AWS_ENDPOINT_URL_SESV2", garbled.as_str())];
        let add = [&table[..], &["domain", "add", "Shop", "shop.example"]].concat();
        run(&stack, "", &more, &add).await.refused(1, known);
        let list = [&table[..], &["domain", "list"]].concat();
        let output = run(&stack, "", &more, &list).await;
        assert_eq!(output.err.contains("cannot be read"), status != StatusCode::FORBIDDEN, "{}", output.err);
    }
    run(&stack, "", &[], &[&table[..], &["domain", "add", "Shop", "shop.example"]].concat()).await.done();
}
