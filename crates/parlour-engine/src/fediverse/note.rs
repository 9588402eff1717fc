//! What others say to a brand in the fediverse as events, and what it answers as notes. Pure.

use parlour_core::event::{Event, Layer, MAX_TEXT_BYTES, Name};
use parlour_store::remote_actor::RemoteActor;
use serde_json::{Value, json};

use crate::clock;

/// What stands for everybody.
const PUBLIC: [&str; 3] = ["https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"];
/// What a thread's address begins with where everybody may read along …
pub(crate) const OPEN: &str = "fediverse:";
/// … and where only those may who were named.
pub(crate) const DIRECT: &str = "fediverse-direct:";
/// The kind of id of people there.
const PERSON: &str = "fediverse";

/// A brand's actor, as it is heard and answers.
#[derive(Clone, Debug)]
pub(crate) struct Us {
    /// Its address.
    pub(crate) url: String,
    /// What the addresses of its notes begin with.
    pub(crate) notes: String,
    /// The brand.
    pub(crate) brand: Name,
}

/// What an activity of this actor is to us; `None` where it is nothing.
pub(crate) fn event_of(activity: &Value, actor: &RemoteActor, us: &Us, received_at: i64) -> Option<Event> {
    let subject = Name::new(PERSON, actor.handle.clone());
    let new = |verb: &str, message: &str, at: i64| Event {
        message: Some(message.to_owned()),
        layer: Layer::Social,
        ..Event::new(at, subject.clone(), verb, us.brand.clone())
    };
    let object = &activity["object"];
    let id = activity["id"].as_str();
    match activity["type"].as_str()? {
        "Create" => of_note(object, actor, us, received_at, new),
        "Follow" if id_of(object) == Some(&us.url) => Some(new("followed", id?, received_at)),
        "Like" if is_ours(id_of(object)?, us) => Some(new("liked", id?, received_at)),
        "Announce" if is_ours(id_of(object)?, us) => Some(new("shared", id?, received_at)),
        "Undo" if object["type"] == "Follow" && id_of(&object["object"]) == Some(&us.url) => {
            Some(new("unfollowed", id?, received_at))
        }
        _ => None,
    }
}

fn of_note(
    note: &Value,
    actor: &RemoteActor,
    us: &Us,
    received_at: i64,
    new: impl Fn(&str, &str, i64) -> Event,
) -> Option<Event> {
    let id = note["id"].as_str()?;
    // Nobody speaks for somebody else, nor from another's place.
    if id_of(&note["attributedTo"]) != Some(&actor.url) || host_of(id) != host_of(&actor.url) {
        return None;
    }
    let answers = note["inReplyTo"].as_str();
    let named: Vec<&str> = ["to", "cc"].into_iter().flat_map(|name| all_of(&note[name])).filter_map(id_of).collect();
    let is_mentioned =
        all_of(&note["tag"]).iter().any(|tag| tag["type"] == "Mention" && tag["href"] == us.url.as_str());
    if !is_mentioned && !named.contains(&us.url.as_str()) && !answers.is_some_and(|answers| is_ours(answers, us)) {
        return None;
    }
    let is_open = named.iter().any(|name| PUBLIC.contains(name));
    let verb = if answers.is_some() {
        "commented"
    } else if is_open {
        "mentioned"
    } else {
        "wrote"
    };
    let mut text = plain(note["content"].as_str().unwrap_or_default());
    text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
    let at = note["published"].as_str().and_then(clock::micros).filter(|at| *at <= received_at);
    let title = note["summary"].as_str().or_else(|| note["name"].as_str());
    let address = format!("{}{}", if is_open { OPEN } else { DIRECT }, actor.url);
    let extra = json!({ "reply_address": address, "title": title, "url": note["url"].as_str() });
    Some(Event {
        undated: at.is_none(),
        reply_to: answers.map(|answers| answers.strip_prefix(&us.notes).unwrap_or(answers).to_owned()),
        text: Some(text).filter(|text| !text.is_empty()),
        extra: Some(extra.to_string()),
        ..new(verb, id, at.unwrap_or(received_at))
    })
}

/// A note as it is looked up, and within the activity that posts it.
pub(crate) struct Note<'a> {
    /// By which its address ends.
    pub(crate) message: &'a str,
    /// What it says.
    pub(crate) text: &'a str,
    /// When it was said.
    pub(crate) at: i64,
    /// To whom: their address and what they are called.
    pub(crate) to: (&'a str, &'a str),
    /// What it answers.
    pub(crate) answers: Option<&'a str>,
    /// Whether everybody may read it.
    pub(crate) is_open: bool,
}

impl Note<'_> {
    /// The note in the words of the fediverse.
    pub(crate) fn document(&self, us: &Us) -> Value {
        let (url, handle) = self.to;
        let cc: &[&str] = if self.is_open { &[PUBLIC[0]] } else { &[] };
        let mention = format!("<a href=\"{}\" class=\"u-url mention\">@{}</a>", escaped(url), escaped(handle));
        let paragraphs: Vec<String> =
            self.text.split("\n\n").map(|text| escaped(text.trim()).replace('\n', "<br>")).collect();
        json!({
            "id": format!("{}{}", us.notes, self.message),
            "type": "Note",
            "attributedTo": us.url,
            "inReplyTo": self.answers,
            "published": clock::rfc3339(self.at),
            "to": [url],
            "cc": cc,
            "content": format!("<p>{mention} {}</p>", paragraphs.join("</p><p>")),
            "tag": [{ "type": "Mention", "href": url, "name": format!("@{handle}") }],
        })
    }

    /// The activity that posts it.
    pub(crate) fn activity(&self, us: &Us) -> Value {
        let note = self.document(us);
        json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": format!("{}{}#create", us.notes, self.message),
            "type": "Create",
            "actor": us.url,
            "published": note["published"],
            "to": note["to"],
            "cc": note["cc"],
            "object": note,
        })
    }
}

fn is_ours(id: &str, us: &Us) -> bool {
    id.strip_prefix(&us.notes).is_some_and(|message| !message.is_empty())
}

/// The id of something that is given whole or by its id alone.
pub(crate) fn id_of(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value["id"].as_str())
}

/// What may be one or a list of them.
fn all_of(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The host of an address, with its port.
pub(crate) fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
    (!authority.contains(['@', '\\', ' '])).then_some(authority)
}

/// The text of some HTML: paragraphs and breaks as lines, entities as what they stand for, nothing else.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(inside) = rest.strip_prefix('<') {
            let Some((tag, after)) = inside.split_once('>') else { break };
            let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
            match name.to_ascii_lowercase().as_str() {
                "br" | "br/" | "li" => text.push('\n'),
                "/p" | "/div" | "/blockquote" | "/ul" | "/ol" => text.push_str("\n\n"),
                _ => {}
            }
            rest = after;
        } else {
            let end = rest.find(';').filter(|end| *end <= 9);
            let known = end.and_then(|end| Some((entity(&rest[1..end])?, end)));
            text.push(known.map_or('&', |(c, _)| c));
            rest = &rest[known.map_or(1, |(_, end)| end + 1)..];
        }
    }
    if !rest.starts_with('<') {
        text.push_str(rest);
    }
    text.trim().replace("\n\n\n", "\n\n")
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us() -> Us {
        Us {
            url: "https://shop.example/fediverse/acme".to_owned(),
            notes: "https://shop.example/fediverse/acme/notes/".to_owned(),
            brand: Name::new("brand", "acme"),
        }
    }

    fn anna() -> RemoteActor {
        RemoteActor {
            url: "https://far.example/users/anna".to_owned(),
            key_id: String::new(),
            key: String::new(),
            inbox: String::new(),
            handle: "anna@far.example".to_owned(),
            fetched_at: 0,
        }
    }

    fn create(note: &Value) -> Option<Event> {
        let activity = json!({ "id": "https://far.example/1", "type": "Create", "object": note });
        event_of(&activity, &anna(), &us(), 2_000_000_000_000_000)
    }

    fn mention() -> Value {
        json!({
            "id": "https://far.example/notes/1", "type": "Note", "attributedTo": "https://far.example/users/anna",
            "to": ["https://www.w3.org/ns/activitystreams#Public"], "cc": "https://shop.example/fediverse/acme",
            "published": "2026-11-22T10:00:00Z",
            "content": "<p><a href=\"x\">@acme</a> Where is my order?<br>It&#39;s late &amp; I wait</p><p>Bye</p>",
        })
    }

    #[test]
    fn a_mention_is_heard_with_its_words() {
        let event = create(&mention()).unwrap();
        assert_eq!((event.verb.as_str(), event.subject.id.as_str()), ("mentioned", "anna@far.example"));
        assert_eq!(event.text.as_deref(), Some("@acme Where is my order?\nIt's late & I wait\n\nBye"));
        assert_eq!(Some(event.at), clock::micros("2026-11-22T10:00:00Z"));
        assert!(event.extra.unwrap().contains("\"fediverse:https://far.example/users/anna\""));
        let mut direct = mention();
        direct["to"] = json!("https://shop.example/fediverse/acme");
        direct["cc"] = json!([]);
        let event = create(&direct).unwrap();
        assert_eq!(event.verb, "wrote");
        assert!(event.extra.unwrap().contains("fediverse-direct:"));
        let mut answer = mention();
        answer["cc"] = json!([]);
        answer["inReplyTo"] = json!("https://shop.example/fediverse/acme/notes/msg_1");
        let event = create(&answer).unwrap();
        assert_eq!((event.verb.as_str(), event.reply_to.as_deref()), ("commented", Some("msg_1")));
    }

    #[test]
    fn nobody_speaks_for_somebody_else_nor_past_us() {
        for (name, value) in [
            ("attributedTo", json!("https://far.example/users/bob")),
            ("id", json!("https://else.example/notes/1")),
            ("id", json!(null)),
            ("cc", json!("https://shop.example/fediverse/other")),
        ] {
            let mut odd = mention();
            odd[name] = value;
            assert_eq!(create(&odd), None, "{name}");
        }
        let like = |object: &str| {
            let like = json!({ "id": "https://far.example/2", "type": "Like", "object": object });
            event_of(&like, &anna(), &us(), 5)
        };
        assert_eq!(like("https://shop.example/fediverse/acme/notes/msg_1").unwrap().verb, "liked");
        assert_eq!(like("https://shop.example/fediverse/acme/notes/"), None);
        assert_eq!(like("https://far.example/notes/1"), None);
        for odd in [json!({}), json!([]), json!("Create"), json!({ "type": "Create" }), json!({ "type": "Undo" })] {
            assert_eq!(event_of(&odd, &anna(), &us(), 5), None);
        }
    }

    #[test]
    fn an_answer_is_a_note_without_markup_of_others() {
        let note = Note {
            message: "msg_1",
            text: "It <b>left</b> & waits.\nSee you\n\nEva",
            at: 0,
            to: ("https://far.example/users/anna", "anna@far.example"),
            answers: Some("https://far.example/notes/1"),
            is_open: true,
        };
        let activity = note.activity(&us());
        assert_eq!(activity["object"]["id"], "https://shop.example/fediverse/acme/notes/msg_1");
        let content = activity["object"]["content"].as_str().unwrap();
        assert!(content.ends_with("It &lt;b&gt;left&lt;/b&gt; &amp; waits.<br>See you</p><p>Eva</p>"), "{content}");
        assert_eq!(activity["cc"], json!([PUBLIC[0]]));
        let direct = Note { is_open: false, ..note }.activity(&us());
        assert_eq!(direct["cc"], json!([]));
    }

    #[test]
    fn html_however_odd_becomes_text() {
        for (html, text) in [
            ("a < b", "a"),
            ("<p>a</p><script>x</script>", "a\n\nx"),
            ("&#x1F600;&bogus;&", "\u{1F600}&bogus;&"),
            ("&#0;&#xFFFFFFFF;", "&#0;&#xFFFFFFFF;"),
            ("<", ""),
            ("é&ééééééééé;", "é&ééééééééé;"),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }
}
