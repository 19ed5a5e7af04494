//! Rules about the HTTP API.

use std::collections::BTreeSet;

use crate::subject::Subject;

/// Each route is one method and one path under `/v1/`, once, and goes to the one function.
pub fn explicit(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    for route in subject.all("AWS::ApiGatewayV2::Route") {
        let key = route.property("RouteKey").as_str().unwrap_or_default();
        let (method, path) = key.split_once(' ').unwrap_or_default();
        if !["GET", "POST", "PATCH", "DELETE"].contains(&method) || !path.starts_with("/v1/") {
            complaints.push(format!("{}: {key:?} is not explicit", route.id));
        }
        if path.contains('+') {
            complaints.push(format!("{}: {key:?} takes every path", route.id));
        }
        if !seen.insert(key) {
            complaints.push(format!("{}: {key:?} stands twice", route.id));
        }
        if route.property("Target")["Fn::Sub"] != "integrations/${ApiIntegration}" {
            complaints.push(format!("{} does not go to the function api", route.id));
        }
    }
    if seen.is_empty() {
        complaints.push("there is no route".to_owned());
    }
    complaints
}

#[test]
fn the_routes_of_the_template_are_the_endpoints_of_the_router() {
    let subject = Subject::of_the_repository();
    let routes: BTreeSet<String> = subject
        .all("AWS::ApiGatewayV2::Route")
        .filter_map(|route| route.property("RouteKey").as_str().map(str::to_owned))
        .collect();
    let endpoints: BTreeSet<String> = api::resources::endpoints()
        .iter()
        .map(|endpoint| format!("{} {}", endpoint.method, endpoint.path))
        .collect();
    let (missing, dead) = (endpoints.difference(&routes), routes.difference(&endpoints));
    let complaints: Vec<String> = missing
        .map(|endpoint| format!("{endpoint} has no route in infra/template.yaml"))
        .chain(dead.map(|route| format!("{route} has a route, but nothing answers")))
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
