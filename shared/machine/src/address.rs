//! Addresses of this machine, as URLs and the headers `Host` and `Origin` have them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// True if a host without port is this machine, whatever a resolver says: `localhost`, a loopback address, or an IPv6 loopback
/// address in brackets.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || in_brackets(host)
            .and_then(|host| host.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.to_canonical().is_loopback())
}

/// The host of an authority such as `localhost:3000` or `[::1]:3000`. `None` if the authority has a user, or any other part than a
/// host and a port.
#[must_use]
pub fn host_of_authority(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let is_name = |host: &str| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    let is_host = is_name(host) || in_brackets(host).is_some_and(|host| host.parse::<Ipv6Addr>().is_ok());
    (is_host && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(host)
}

/// The host of a URL whose scheme is `http` or `https`.
#[must_use]
pub fn host_of_url(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    host_of_authority(rest.split(['/', '?', '#']).next().unwrap_or_default())
}

fn in_brackets(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_and_loopback_addresses_are_this_machine() {
        for host in
            ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "app.localhost",
            "localhost.",
            "0.0.0.0",
            "10.0.0.1",
            "[::]",
            "::1",
            "[::ffff:10.0.0.1]",
            "127.1",
            "2130706433",
            "[127.0.0.1]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn an_authority_is_a_host_and_perhaps_a_port() {
        for (authority, host) in [
            ("localhost", Some("localhost")),
            ("localhost:3000", Some("localhost")),
            ("localhost:", Some("localhost")),
            ("[::1]", Some("[::1]")),
            ("[::1]:3000", Some("[::1]")),
            ("", None),
            (":3000", None),
            ("me@localhost", None),
            ("localhost:3000@evil.example", None),
            ("localhost:80:90", None),
            ("localhost:http", None),
            ("localhost evil.example", None),
            ("localhost\\evil.example", None),
            ("[::1]evil.example", None),
            ("[localhost]", None),
            ("::1", None),
        ] {
            assert_eq!(host_of_authority(authority), host, "{authority}");
        }
    }

    #[test]
    fn a_url_has_the_host_that_a_client_would_call() {
        for (url, host) in [
            ("http://localhost:3000", Some("localhost")),
            ("https://api.example.com/prod?a=http://localhost", Some("api.example.com")),
            ("http://[::1]:3000/v1", Some("[::1]")),
            ("http://localhost#@evil.example", Some("localhost")),
            ("http://localhost@evil.example/", None),
            ("http://localhost\\@evil.example/", None),
            ("http:/localhost", None),
            ("HTTP://localhost", None),
            ("ftp://localhost", None),
            ("localhost:3000", None),
        ] {
            assert_eq!(host_of_url(url), host, "{url}");
        }
    }
}
