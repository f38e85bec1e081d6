//! The alarms and the dashboard look at the figures that the code counts and at the functions that there are.

use std::collections::BTreeSet;

use posthorn_lambda::telemetry::Metric;
use posthorn_routes::Function;
use posthorn_testkit::template::{of_type, properties, read};
use serde_json::{Value, json};

/// Alarms and the dashboard look at no figure of our own namespace that is not counted under its name.
#[test]
fn every_figure_that_is_looked_at_is_counted() {
    let template = read();
    let counted: BTreeSet<_> = Metric::ALL.iter().map(|metric| metric.as_str().to_owned()).collect();
    let alarms = of_type(&template, "AWS::CloudWatch::Alarm");
    let alarms = alarms.iter().map(|name| properties(&template, name));
    for alarm in alarms.filter(|alarm| alarm["Namespace"] == "Posthorn") {
        assert!(counted.contains(alarm["MetricName"].as_str().unwrap()), "{alarm}");
        assert_eq!(alarm["Dimensions"], json!([{"Name": "Stack", "Value": {"Ref": "AWS::StackName"}}]));
    }
    let dashboard = properties(&template, "Dashboard")["DashboardBody"]["Fn::Sub"].as_str().unwrap();
    let dashboard: Value = serde_json::from_str(dashboard).unwrap();
    let widgets = dashboard["widgets"].as_array().unwrap().iter().map(|widget| &widget["properties"]["metrics"]);
    let ours = widgets.filter(|metrics| metrics[0][0] == "Posthorn").flat_map(|metrics| metrics.as_array().unwrap());
    let shown: BTreeSet<_> = ours.map(|metric| metric[1].as_str().unwrap().to_owned()).collect();
    assert_eq!(shown, counted, "the dashboard shows every figure");
}

/// The alarm's sum has the throttled calls of every function behind the gateway, and nothing else.
#[test]
fn the_throttling_alarm_counts_every_function_behind_the_gateway() {
    let template = read();
    let metrics = properties(&template, "ThrottlesAlarm")["Metrics"].as_array().unwrap();
    let id = |function: Function| {
        let found = metrics.iter().find(|metric| metric["MetricStat"] == throttles(function));
        found.unwrap_or_else(|| panic!("{function:?} has no metric"))["Id"].as_str().unwrap()
    };
    let functions = Function::ALL.into_iter().filter(|function| function.is_behind_the_gateway());
    let ids: BTreeSet<_> = functions.map(id).collect();
    let returned: Vec<_> = metrics.iter().filter(|metric| metric["ReturnData"] == true).collect();
    let [sum] = returned[..] else { panic!("the alarm is about one figure: {returned:#?}") };
    let summed = sum["Expression"].as_str().and_then(|text| text.strip_prefix("SUM([")?.strip_suffix("])")).unwrap();
    assert_eq!(summed.split(", ").collect::<BTreeSet<_>>(), ids);
    assert_eq!(metrics.len(), ids.len() + 1, "the sum and a metric for each function");
}

/// The metric of the calls of a function that Lambda turned away.
fn throttles(function: Function) -> Value {
    let dimension = json!({"Name": "FunctionName", "Value": {"Ref": function.logical_id()}});
    json!({
        "Metric": {"Namespace": "AWS/Lambda", "MetricName": "Throttles", "Dimensions": [dimension]},
        "Period": 60,
        "Stat": "Sum",
    })
}
