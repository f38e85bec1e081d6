//! The route that a caller probably meant by a path that leads nowhere.

use strsim::osa_distance;

use crate::{Operation, ROUTES, Route, route};

/// The number of segments at the end of a path that are compared.
const MAX_SEGMENTS: usize = 8;
/// The longest segment that is looked at, in bytes: a typing error does not double the length of a word.
const MAX_SEGMENT_BYTES: usize = 32;
/// Words by which other APIs call what the routes do.
const SYNONYMS: [(&str, Operation); 7] = [
    ("email", Operation::SendEmail),
    ("emails", Operation::SendEmail),
    ("mail", Operation::SendEmail),
    ("event", Operation::TrackEvent),
    ("events", Operation::TrackEvent),
    ("rotate-keys", Operation::RegenerateKeys),
    ("project", Operation::ListProjects),
];

/// The last segment of each route that is no parameter, with the first route that has it, and the synonyms.
fn words() -> impl Iterator<Item = (&'static str, &'static Route)> {
    let named = |route: &'static Route| {
        let mut segments = route.pattern.rsplit('/').filter(|segment| !segment.starts_with('{'));
        Some((segments.next()?, route))
    };
    let synonyms = SYNONYMS.into_iter().filter_map(|(word, operation)| Some((word, route(operation)?)));
    ROUTES.iter().filter_map(named).chain(synonyms)
}

/// The route that `path` is nearest to, if it is near to any.
///
/// The last segment that is a route's counts, or nearly one: prefixes differ more often than names. `v1` alone is a
/// route as well as a prefix, so it counts at the end only. The work is bounded whatever the path holds.
#[must_use]
pub fn nearest(path: &str) -> Option<&'static Route> {
    let mut segments = path.rsplit('/').filter(|segment| !segment.is_empty()).take(MAX_SEGMENTS).peekable();
    if segments.peek().is_some_and(|last| last.eq_ignore_ascii_case("v1")) {
        return route(Operation::TrackEventLegacy);
    }
    segments.find_map(route_named)
}

/// The route whose word a segment is, but for a mistake every three letters.
fn route_named(segment: &str) -> Option<&'static Route> {
    if segment.len() > MAX_SEGMENT_BYTES {
        return None;
    }
    let segment = segment.to_ascii_lowercase();
    // The path of 2023 ends in the prefix of others, which says nothing of what is meant.
    let words = words().filter(|(_, route)| route.operation != Operation::TrackEventLegacy);
    let distances = words.map(|(word, route)| (osa_distance(word, &segment), word.len() / 3, route));
    let near = distances.filter(|(distance, most, _)| distance <= most);
    near.min_by_key(|(distance, ..)| *distance).map(|(.., route)| route)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(paths: &[&str], expected: Option<&str>) {
        for path in paths {
            assert_eq!(nearest(path).map(|route| route.pattern), expected, "{path}");
        }
    }

    #[test]
    fn a_likely_path_is_found() {
        let send =
            ["/send", "//v1/send", "/v1/v1/send", "/V1/Send", "/v1/sned", "/api/v1/send", "/v1/send/x", "/v1/emails"];
        check(&send, Some("/v1/send"));
        check(&["/track", "/v1/track//", "/v2/track", "/v1/trak", "/v1/events"], Some("/v1/track"));
        check(&["/v1//", "/api/v1", "/v1/v1/"], Some("/v1"));
        check(&["/healthz", "/v1/health"], Some("/health"));
        let rotation = ["/projects/x/regenerate-keys", "/users/me/projects/x/regenerate_keys", "/v1/regenerate-keys"];
        check(&rotation, Some("/users/@me/projects/{id}/regenerate-keys"));
        check(&["/v1/projects", "/project", "/api/projects/7", "/users/@me/projects"], Some("/projects"));
    }

    #[test]
    fn nothing_is_made_up_for_other_paths() {
        let long = "send".repeat(1_000_000);
        check(&["/", "", "//", "/%", "/v1/contacts", "/v1/campaigns/7", "/wp-login.php", "/v2", &long], None);
        check(&[&format!("/send{}", "/x".repeat(MAX_SEGMENTS))], None);
        check(&["/\u{202e}", "/<script>", "/v1/\u{1f600}"], None);
    }
}
