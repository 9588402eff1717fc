//! The digest: the alerts of a day as a mail, in plain text and in HTML.

use std::fmt::Write;

use parlour_core::sentence::thousands;
use parlour_store::alert::Alert;
use serde_json::{Value, json};

/// Most alerts of one digest; those before them are in the Desk.
pub(crate) const MAX_ALERTS: usize = 1_000;
/// Most of them that are written out.
const MAX_TOLD: usize = 50;

/// The subject, the text and the HTML of a mail about these alerts, as JSON; with the address of the way out, where there
/// is one.
pub(crate) fn digest(alerts: &[Alert], desk: &str, unsubscribe: Option<&str>) -> Value {
    let n = thousands(alerts.len() as u64);
    let subject = match alerts {
        [one] => one.title.clone(),
        _ => format!("{n} alerts"),
    };
    let (mut text, mut html) = (String::new(), String::from("<!doctype html><html><body>"));
    for alert in alerts.iter().rev().take(MAX_TOLD) {
        let Alert { title, text: told, object, day, .. } = alert;
        write!(text, "{title}\n{told}\n{object}, {day}\n\n").expect("a String takes any text");
        let [title, told, object] = [title, told, object].map(|text| escaped(text));
        write!(html, "<h3>{title}</h3><p>{told}<br><small>{object}, {day}</small></p>")
            .expect("a String takes any text");
    }
    if MAX_TOLD < alerts.len() {
        let more = format!("{} more are in the Desk.", thousands((alerts.len() - MAX_TOLD) as u64));
        write!(text, "{more}\n\n").expect("a String takes any text");
        write!(html, "<p>{more}</p>").expect("a String takes any text");
    }
    if !desk.is_empty() {
        let link = format!("{}/alerts", desk.trim_end_matches('/'));
        writeln!(text, "{link}").expect("a String takes any text");
        write!(html, "<p><a href=\"{0}\">{0}</a></p>", escaped(&link)).expect("a String takes any text");
    }
    if let Some(link) = unsubscribe {
        writeln!(text, "\nNo more of these: {link}").expect("a String takes any text");
        write!(html, "<p><small><a href=\"{}\">No more of these</a></small></p>", escaped(link))
            .expect("a String takes any text");
    }
    html.push_str("</body></html>");
    json!({ "subject": subject, "text": text, "html": html, "is_automatic": true, "unsubscribe": unsubscribe })
}

/// Text as HTML shows it, also within quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(title: &str) -> Alert {
        Alert {
            id: 1,
            kind: "wire".to_owned(),
            object: "brand:acme".to_owned(),
            person: String::new(),
            episode: String::new(),
            day: "2026-11-21".to_owned(),
            title: title.to_owned(),
            text: "Silent for 41 days.".to_owned(),
            data: "{}".to_owned(),
            state: "open".to_owned(),
            made_at: 0,
        }
    }

    #[test]
    fn what_people_are_called_is_never_markup() {
        let told = digest(&[alert("email:<script>\"x\"@example.org")], "https://desk.example/", None);
        assert_eq!(told["subject"], "email:<script>\"x\"@example.org");
        let html = told["html"].as_str().unwrap();
        assert!(!html.contains("<script>") && html.contains("&lt;script&gt;&quot;x&quot;"), "{html}");
        assert!(told["text"].as_str().unwrap().ends_with("https://desk.example/alerts\n"));
    }

    #[test]
    fn many_are_counted_and_some_written_out() {
        let told = digest(&vec![alert("One is overdue"); 1_000], "", None);
        assert_eq!(told["subject"], "1,000 alerts");
        assert_eq!(told["html"].as_str().unwrap().matches("<h3>").count(), MAX_TOLD);
        assert!(told["text"].as_str().unwrap().ends_with("950 more are in the Desk.\n\n"));
    }

    #[test]
    fn the_way_out_is_in_it() {
        let told = digest(&[alert("One is overdue")], "", Some("https://desk.example/unsubscribe/x"));
        assert_eq!(told["unsubscribe"], "https://desk.example/unsubscribe/x");
        assert!(told["text"].as_str().unwrap().ends_with("No more of these: https://desk.example/unsubscribe/x\n"));
    }
}
