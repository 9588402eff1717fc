//! Addresses, patterns, and passwords that are not shown.

use super::*;

const REST: &str = r#""topic": "shop/+/sold", "subject": "levels[1]", "verb": "'bought'""#;

#[test]
fn addresses_are_read() {
    let read = |url: &str| {
        let Broker { host, port, user, password, .. } = Broker::parse(url).unwrap();
        (host, port, user.unwrap_or_default(), password.unwrap_or_default())
    };
    let of = |host: &str, port, user: &str, password: &str| (host.into(), port, user.into(), password.into());
    assert_eq!(read("mqtt://localhost"), of("localhost", 1883, "", ""));
    assert_eq!(read("mqtt://a:p%40:ss@broker.example:8000/"), of("broker.example", 8000, "a", "p@:ss"));
    assert_eq!(read("tcp://[::1]:1"), of("::1", 1, "", ""));
    assert_eq!(read("mqtt://[::1]"), of("::1", 1883, "", ""));
    assert_eq!(read("mqtts://a@host"), of("host", 8883, "a", ""));
    assert_eq!(read("ssl://host:1"), of("host", 1, "", ""));
    for (url, is_tls) in [("mqtt://x", false), ("tcp://x", false), ("mqtts://x", true), ("ssl://x", true)] {
        assert_eq!(Broker::parse(url).unwrap().is_tls, is_tls, "{url}");
    }
    for wrong in ["", "host", "mqtt://", "mqtts://", "http://x", "mqtt://x:y", "mqtt://x:0", "mqtt://x/y"] {
        assert!(Broker::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn patterns_are_those_of_mqtt() {
    for fine in ["a", "a/b", "+", "#", "a/+/b/#", "/a/"] {
        assert!(check_topic(fine).is_ok(), "{fine}");
    }
    for wrong in ["", "a#", "#/a", "a+/b", "a\0"] {
        assert!(check_topic(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_password_leaves_the_mapping() {
    let part = |broker: &str, secret: Option<&str>| {
        let mapping = format!(r#"{{"broker": "{broker}", {REST}}}"#);
        parted(SourceKind::Mqtt, Some(mapping), secret.map(str::to_owned)).unwrap()
    };
    let (mapping, secret) = part("mqtt://ann:s3cret@host:1884", Some("old"));
    assert_eq!(secret.as_deref(), Some("s3cret"));
    assert!(mapping.as_ref().unwrap().contains("mqtt://ann@host:1884") && !mapping.unwrap().contains("s3cret"));
    let (mapping, secret) = part("mqtt://ann@host:1884", Some("old"));
    assert_eq!((secret.as_deref(), mapping.unwrap().contains("ann@host")), (Some("old"), true));
    let without = parted(SourceKind::Mqtt, Some(r#"{"subject": "'a'", "verb": "'b'"}"#.to_owned()), None);
    assert!(without.unwrap_err().to_string().contains("`broker`"));
}

#[test]
fn a_certificate_is_one_and_has_a_use() {
    let part = |broker: &str, ca: &str| {
        let mapping = format!(r#"{{"broker": "{broker}", "ca": "{ca}", {REST}}}"#);
        parted(SourceKind::Mqtt, Some(mapping), None).map_err(|error| error.to_string())
    };
    let ca = format!("{CERTIFICATE}\\nAAAA");
    assert!(part("mqtts://host", &ca).unwrap().0.unwrap().contains(CERTIFICATE));
    assert!(part("mqtt://host", &ca).unwrap_err().contains("`mqtts://`"));
    assert!(part("mqtts://host", "/etc/ca.pem").unwrap_err().contains("no certificate"));
}
