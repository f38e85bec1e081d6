//! The deployment template says what the code says.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod alarms;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use posthorn_auth::reputation::{Rule, ThresholdTexts};
use posthorn_lambda::config::variables;
use posthorn_routes::{Function, Resolved, paths, resolve};
use posthorn_testkit::template::{of_type, properties, read, statements};
use serde_json::{Value, json};

const FUNCTION: &str = "AWS::Serverless::Function";

/// The function of a name in the template.
fn function(name: &str) -> Function {
    let found = Function::ALL.into_iter().find(|function| function.logical_id() == name);
    found.unwrap_or_else(|| panic!("{name} is no function"))
}

#[test]
fn the_template_has_every_function_and_no_other() {
    let template = read();
    let ours: BTreeSet<_> = Function::ALL.iter().map(|function| function.logical_id().to_owned()).collect();
    assert_eq!(of_type(&template, FUNCTION).into_iter().collect::<BTreeSet<_>>(), ours);
    for function in Function::ALL {
        let folder = format!("functions/{}", function.name());
        assert_eq!(properties(&template, function.logical_id())["CodeUri"], folder, "{function:?}");
    }
}

/// Method and path of every event of the gateway, with the function's name.
fn routes(template: &Value) -> Vec<(String, Option<(Method, String)>)> {
    let functions = of_type(template, FUNCTION).into_iter();
    let events = functions.flat_map(|name| {
        let events = properties(template, &name)["Events"].as_object().unwrap().clone();
        events.into_iter().map(move |(_, event)| (name.clone(), event))
    });
    let http = events.filter(|(_, event)| event["Type"] == "HttpApi");
    http.map(|(name, event)| {
        let text = |field: &str| event["Properties"][field].as_str();
        let route = text("Method").zip(text("Path"));
        (name, route.map(|(method, path)| (method.parse().unwrap(), path.to_owned())))
    })
    .collect()
}

#[test]
fn every_route_leads_to_the_function_that_handles_it() {
    let template = read();
    let mut found = BTreeSet::new();
    for (name, route) in routes(&template) {
        let Some((method, path)) = route else {
            assert_eq!(function(&name), Function::DEFAULT, "$default: {name} answers 404 and 405");
            continue;
        };
        // A greedy route is there for the slash at the end of the path before it.
        let path = path.replace("{user}", "@me").replace("{proxy+}", "");
        let known = match resolve(&method, &path) {
            Resolved::Route(found) => found.path,
            Resolved::Preflight(path) => path,
            Resolved::WrongMethod(_) | Resolved::NotFound => panic!("{method} {path} is no route"),
        };
        assert!(known.routes.iter().all(|route| route.function == function(&name)), "{method} {path}");
        found.insert((known.pattern, method.to_string()));
    }
    // The template has every method that a path allows, and nothing else. Paths of the function of $default need no route of
    // their own.
    let spelled_out = paths().iter().filter(|path| path.routes.iter().any(|route| route.function != Function::DEFAULT));
    let allowed = spelled_out.flat_map(|path| path.allow.split(", ").map(|method| (path.pattern, method.to_owned())));
    assert_eq!(found, allowed.collect());
    assert_eq!(routes(&template).iter().filter(|(_, route)| route.is_none()).count(), 1, "one $default");
    let question = format!("for each of the {} routes, whether", routes(&template).len());
    assert!(include_str!("../../../../docs/first-deploy.md").contains(&question), "{question}");
}

/// The gateway takes no route that ends in a slash, so each needs a greedy one, for its throttle also where `$default` leads to
/// the same function. `/health` alone is not worth one.
#[test]
fn a_slash_at_the_end_leads_to_the_same_function() {
    let template = read();
    let routes = routes(&template);
    for (name, route) in &routes {
        let Some((method, path)) = route else { continue };
        assert!(!path.ends_with('/'), "{method} {path} cannot be deployed");
        let greedy = Some((method.clone(), format!("{path}/{{proxy+}}")));
        let is_covered = path.ends_with("{proxy+}") || path == "/health";
        assert!(is_covered || routes.contains(&(name.clone(), greedy)), "{method} {path}/");
    }
}

#[test]
fn every_variable_is_one_that_the_code_reads_and_has_a_value() {
    let template = read();
    let shared = template["Globals"]["Function"]["Environment"]["Variables"].as_object().unwrap();
    let own = of_type(&template, FUNCTION);
    let own = own.iter().filter_map(|name| properties(&template, name)["Environment"]["Variables"].as_object());
    // The variables that the SDK reads by itself are there for `sam local invoke` alone.
    let in_aws = |(_, value): &(&String, &Value)| **value != json!({"Ref": "AWS::NoValue"});
    let given: BTreeSet<_> = shared.iter().filter(in_aws).chain(own.flatten()).map(|(name, _)| name.clone()).collect();
    assert_eq!(given, variables().into_iter().map(str::to_owned).collect());
}

/// Each function is given what its `main.rs` uses of the configuration.
#[test]
fn every_function_has_the_variables_that_it_uses() {
    let template = read();
    let shared = &template["Globals"]["Function"]["Environment"]["Variables"];
    for name in of_type(&template, FUNCTION) {
        let folder = properties(&template, &name)["CodeUri"].as_str().unwrap();
        let main = format!("{}/../../{folder}/src/main.rs", env!("CARGO_MANIFEST_DIR"));
        let main = std::fs::read_to_string(main).unwrap();
        let own = &properties(&template, &name)["Environment"]["Variables"];
        for (field, prefix) in [
            ("table", "TABLE_NAME"),
            ("stack", "STACK_NAME"),
            ("configuration_set", "CONFIGURATION_SET"),
            ("alerts_topic", "ALERTS_TOPIC_ARN"),
            ("bounce", "BOUNCE_"),
            ("complaint", "COMPLAINT_"),
        ] {
            let given = [shared, own].into_iter().filter_map(Value::as_object).flatten();
            let is_given = given.filter(|(variable, _)| variable.starts_with(prefix)).count() > 0;
            assert_eq!(is_given, main.contains(&format!("config.{field}")), "{name}: {prefix}");
        }
    }
}

/// A role's resources are ours, and its permissions on the table are for certain items.
#[test]
fn every_permission_is_for_exactly_one_resource_of_ours() {
    let template = read();
    let ses = |kind: &str| json!({"Fn::Sub": format!("arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:{kind}")});
    for name in of_type(&template, FUNCTION) {
        let log = properties(&template, &name)["LoggingConfig"]["LogGroup"]["Ref"].as_str().unwrap().to_owned();
        let mut resources: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for statement in statements(&template, &name) {
            for action in &statement.actions {
                assert!(!action.contains('*'), "{name}: {action}");
                let service = action.split(':').next().unwrap();
                assert_eq!(statement.leading_keys.is_some(), service == "dynamodb", "{name}: {action}");
                let of_service = resources.entry(service.to_owned()).or_default();
                let is_new = |resource: &&Value| !of_service.contains(resource);
                let new: Vec<_> = statement.resources.iter().filter(is_new).cloned().collect();
                of_service.extend(new);
            }
        }
        let expected = |service: &str| match service {
            "logs" => vec![json!({"Fn::GetAtt": format!("{log}.Arn")})],
            "dynamodb" => vec![json!({"Fn::GetAtt": "Table.Arn"})],
            "ses" => vec![ses("configuration-set/${ConfigurationSet}"), ses("identity/*")],
            "sns" => vec![json!({"Ref": "AlertsTopic"})],
            "sqs" => vec![json!({"Fn::GetAtt": "FeedbackQueue.Arn"})],
            other => panic!("{name} may call {other}"),
        };
        for (service, resources) in resources {
            assert_eq!(resources, expected(&service), "{name}: {service}");
        }
    }
}

/// Lambda's advice: a message stays invisible for six times as long as the function may run.
#[test]
fn the_queue_waits_longer_than_the_function_runs() {
    let template = read();
    let timeout = properties(&template, "FeedbackFunction")["Timeout"].as_i64().unwrap();
    let queue = properties(&template, "FeedbackQueue");
    assert!(queue["VisibilityTimeout"].as_i64().unwrap() >= 6 * timeout);
    assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], 5);
    let event = &properties(&template, "FeedbackFunction")["Events"]["Events"]["Properties"];
    assert_eq!(
        (&event["BatchSize"], &event["FunctionResponseTypes"]),
        (&json!(10), &json!(["ReportBatchItemFailures"]))
    );
    // The gateway gives up after 30 s, so every caller is answered before.
    for function in Function::ALL.into_iter().filter(|function| function.is_behind_the_gateway()) {
        assert_eq!(properties(&template, function.logical_id())["Timeout"], 29, "{function:?}");
    }
}

/// A route that is worth a flood has a throttle of its own, by its function's parameters.
#[test]
fn every_post_has_the_throttle_of_its_function() {
    let template = read();
    let posts = routes(&template).into_iter().filter_map(|(name, route)| Some((name, route?)));
    let posts = posts.filter(|(_, (method, _))| *method == Method::POST);
    let throttle = |(name, (method, path)): (String, (Method, String))| {
        let prefix = match function(&name) {
            Function::Send => "Send",
            Function::Track => "Track",
            Function::RegenerateKeys => "Rotation",
            Function::Api | Function::Feedback => panic!("{name} has no route of its own"),
        };
        let limit = |what: &str| json!({"Ref": format!("{prefix}Throttle{what}")});
        (
            format!("{method} {path}"),
            json!({"ThrottlingRateLimit": limit("Rate"), "ThrottlingBurstLimit": limit("Burst")}),
        )
    };
    let expected: serde_json::Map<_, _> = posts.map(throttle).collect();
    let api = properties(&template, "Api");
    assert_eq!(api["RouteSettings"], Value::Object(expected));
    let others =
        json!({"ThrottlingRateLimit": {"Ref": "ThrottleRate"}, "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"}});
    assert_eq!(api["DefaultRouteSettings"], others);
    let default = |name: &str| template["Parameters"][name]["Default"].as_i64().unwrap();
    assert!(default("RotationThrottleRate") <= 1 && default("RotationThrottleBurst") <= 5);
    assert!(default("SendThrottleRate") < default("TrackThrottleRate"));
}

/// With a domain the gateway's own address is off, and the domain speaks the TLS that was chosen.
#[test]
fn a_domain_is_the_only_address_and_has_the_tls_policy() {
    let template = read();
    assert_eq!(
        properties(&template, "Api")["DisableExecuteApiEndpoint"],
        json!({"Fn::If": ["HasDomain", true, false]})
    );
    let policy = &properties(&template, "ApiDomain")["DomainNameConfigurations"][0]["SecurityPolicy"];
    assert_eq!(*policy, json!({"Ref": "TlsPolicy"}));
    let parameter = &template["Parameters"]["TlsPolicy"];
    assert_eq!((&parameter["Default"], &parameter["AllowedValues"]), (&json!("TLS_1_2"), &json!(["TLS_1_2"])));
}

/// A limit that is off at 0 is then absent from the template, rather than a limit of 0.
#[test]
fn limits_that_are_off_are_not_there() {
    let template = read();
    let off = json!({"Ref": "AWS::NoValue"});
    let is_off_at_zero = |condition: &str, parameter: &str| {
        assert_eq!(template["Parameters"][parameter]["Default"], 0, "{parameter}");
        let expected = json!({"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, 0]}]});
        assert_eq!(template["Conditions"][condition], expected);
    };
    is_off_at_zero("ReservesConcurrency", "SendReservedConcurrency");
    let reserved = json!({"Fn::If": ["ReservesConcurrency", {"Ref": "SendReservedConcurrency"}, off]});
    assert_eq!(properties(&template, "SendFunction")["ReservedConcurrentExecutions"], reserved);
    is_off_at_zero("LimitsWrites", "TableMaxWriteUnits");
    assert_eq!(template["Parameters"]["TableMaxWriteUnits"]["MinValue"], -1, "-1 takes a maximum away");
    let most = json!({"Fn::If": ["LimitsWrites", {"MaxWriteRequestUnits": {"Ref": "TableMaxWriteUnits"}}, off]});
    assert_eq!(properties(&template, "Table")["OnDemandThroughput"], most);
}

/// The statements of the policies of a topic or a queue.
fn resource_policy(template: &Value, kind: &str, of: &str, name: &str) -> Vec<Value> {
    let policies = of_type(template, kind).into_iter();
    let mut statements = policies.map(|policy| properties(template, &policy)).filter(|it| it[of][0]["Ref"] == name);
    let policy = statements.next().unwrap_or_else(|| panic!("{name} has no policy"));
    assert!(
        statements.next().is_none() && policy[of].as_array().unwrap().len() == 1,
        "{name} has one policy of its own"
    );
    policy["PolicyDocument"]["Statement"].as_array().unwrap().clone()
}

/// The deny is for everybody. Its `Bool` holds where the key is there and false, and not where a service's own call has none.
#[test]
fn topics_and_queues_refuse_what_comes_without_tls() {
    let template = read();
    let deny = |action: &str, resource: Value| {
        json!({
            "Sid": "TlsAlone", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        })
    };
    let topics = of_type(&template, "AWS::SNS::Topic");
    let queues = of_type(&template, "AWS::SQS::Queue");
    assert_eq!((topics.len(), queues.len()), (2, 2));
    for topic in topics {
        let statements = resource_policy(&template, "AWS::SNS::TopicPolicy", "Topics", &topic);
        assert!(statements.contains(&deny("sns:Publish", json!({"Ref": topic}))), "{topic}: {statements:#?}");
    }
    for queue in queues {
        let statements = resource_policy(&template, "AWS::SQS::QueuePolicy", "Queues", &queue);
        let arn = json!({"Fn::GetAtt": format!("{queue}.Arn")});
        assert!(statements.contains(&deny("sqs:*", arn)), "{queue}: {statements:#?}");
    }
}

/// An event that SNS cannot deliver waits among the dead letters, where SNS may put it and the alarm looks.
#[test]
fn an_event_that_cannot_be_delivered_is_kept() {
    let template = read();
    let subscription = properties(&template, "EventsSubscription");
    assert_eq!(subscription["RedrivePolicy"], json!({"deadLetterTargetArn": {"Fn::GetAtt": "DeadLetterQueue.Arn"}}));
    for queue in ["FeedbackQueue", "DeadLetterQueue"] {
        let statements = resource_policy(&template, "AWS::SQS::QueuePolicy", "Queues", queue);
        let allow = json!({
            "Sid": "EventsTopicAlone", "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": {"Fn::GetAtt": format!("{queue}.Arn")},
            "Condition": {"ArnEquals": {"aws:SourceArn": {"Ref": "EventsTopic"}}},
        });
        assert!(statements.contains(&allow), "{queue}");
        let policy = template["Resources"]["EventsSubscription"]["DependsOn"].as_array().unwrap();
        assert!(policy.contains(&json!(format!("{queue}Policy"))), "no event may come before {queue} takes it");
    }
    let alarm = properties(&template, "DeadLettersAlarm");
    assert_eq!(alarm["Dimensions"][0]["Value"], json!({"Fn::GetAtt": "DeadLetterQueue.QueueName"}));
}

/// API Gateway's group is one of those that fill no policy of the account's, and its lines outlive a change of its name.
#[test]
fn the_gateways_log_fills_no_policy() {
    let template = read();
    let name = &properties(&template, "ApiLog")["LogGroupName"];
    assert_eq!(*name, json!({"Fn::Sub": "/aws/vendedlogs/${AWS::StackName}-api"}));
    assert_eq!(template["Resources"]["ApiLog"]["UpdateReplacePolicy"], "Retain");
}

/// Every alarm tells the alerts topic, and names a page of the operator's handbook that exists.
#[test]
fn every_alarm_is_heard_and_explained() {
    let template = read();
    let handbook = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating.md")).unwrap();
    let alarms = of_type(&template, "AWS::CloudWatch::Alarm");
    assert!(!alarms.is_empty());
    for name in alarms {
        let alarm = properties(&template, &name);
        assert_eq!(alarm["AlarmActions"], json!([{"Ref": "AlertsTopic"}]), "{name}");
        let text = &alarm["AlarmDescription"];
        let text = text.as_str().or_else(|| text["Fn::Sub"].as_str()).unwrap();
        let section = text.split("docs/operating.md, \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        assert!(handbook.contains(&format!("# {section}\n")), "{name}: no section {section}");
    }
}

/// A value that is out of range is refused with a text that says the range.
#[test]
fn every_parameter_is_bounded_and_says_so() {
    let template = read();
    for (name, parameter) in template["Parameters"].as_object().unwrap() {
        let has = |field: &str| !parameter[field].is_null();
        let is_bounded = has("AllowedValues") || has("AllowedPattern") || (has("MinValue") && has("MaxValue"));
        assert!(is_bounded && has("Description") && has("ConstraintDescription") && has("Default"), "{name}");
        let grouped = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].to_string();
        assert!(grouped.contains(&format!("\"{name}\"")), "{name} is in no group");
    }
}

/// The guard's defaults in the template are the code's.
#[test]
fn the_guards_defaults_are_the_codes() {
    let template = read();
    let default = |name: String| template["Parameters"][name]["Default"].to_string().replace('"', "");
    let [bounce, complaint] = ["Bounce", "Complaint"]
        .map(|metric| ["Floor", "WarnPercent", "DisablePercent"].map(|line| default(format!("{metric}{line}"))));
    let rule = Rule::read(text(&bounce), text(&complaint));
    assert_eq!(rule, Ok(Rule::default()));
}

fn text([floor, warn, disable]: &[String; 3]) -> ThresholdTexts<'_> {
    ThresholdTexts { floor: Some(floor), warn: Some(warn), disable: Some(disable) }
}
