//! What a frame holds: one kind each, checked on the way in and typed on the way out.

use serde::{Deserialize, Serialize};

use super::{line_checked, text_checked};
use crate::EngineError;

/// Most characters of a text, of a title or caption, and of an address.
const MAX_TEXT: usize = 4_000;
const MAX_LINE: usize = 300;
const MAX_URL_BYTES: usize = 2_000;

/// What hangs in a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// A photo of the owner's.
    Photo {
        /// Which.
        photo: String,
    },
    /// An album of the owner's.
    Album {
        /// Which.
        album: String,
    },
    /// The owner's own words.
    Text {
        /// They.
        text: String,
    },
    /// A film elsewhere: a link, of which nothing is loaded before somebody follows it.
    Video {
        /// Where; https alone.
        url: String,
        /// What it is called.
        title: String,
    },
    /// One image of a set that a brand offers, chosen by the owner.
    Placement {
        /// Which set.
        set: String,
        /// Which image of it.
        image: String,
        /// The owner's own words beneath.
        #[serde(default)]
        words: String,
        /// An album of the owner's that it leads to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        album: Option<String>,
    },
    /// Something of the owner's life, such as their dentist.
    Fact {
        /// Which.
        fact: String,
    },
    /// A group the owner is in.
    Group {
        /// What it is called.
        title: String,
        /// What the owner says of it.
        #[serde(default)]
        words: String,
        /// Its page, https alone; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        link: String,
    },
    /// Something that takes place, or where the owner was.
    Occasion {
        /// Which.
        occasion: String,
    },
}

impl Content {
    /// What the kind is called in the database and on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Photo { .. } => "photo",
            Self::Album { .. } => "album",
            Self::Text { .. } => "text",
            Self::Video { .. } => "video",
            Self::Placement { .. } => "placement",
            Self::Fact { .. } => "fact",
            Self::Group { .. } => "group",
            Self::Occasion { .. } => "occasion",
        }
    }

    /// The photo or album it shows, behind whose door it is too.
    pub fn thing(&self) -> Option<&str> {
        match self {
            Self::Photo { photo: id } | Self::Album { album: id } => Some(id),
            Self::Text { .. }
            | Self::Video { .. }
            | Self::Placement { .. }
            | Self::Fact { .. }
            | Self::Group { .. }
            | Self::Occasion { .. } => None,
        }
    }

    /// What it is of, by which its frame is found: what it shows, or the set, fact or occasion it comes from.
    pub fn tied(&self) -> Option<&str> {
        match self {
            Self::Placement { set: id, .. } | Self::Fact { fact: id } | Self::Occasion { occasion: id } => Some(id),
            Self::Photo { .. } | Self::Album { .. } | Self::Text { .. } | Self::Video { .. } | Self::Group { .. } => {
                self.thing()
            }
        }
    }

    /// Whether an owner may hang it by themselves; the others are hung by what they come from.
    pub fn is_own(&self) -> bool {
        match self {
            Self::Photo { .. } | Self::Album { .. } | Self::Text { .. } | Self::Video { .. } | Self::Group { .. } => {
                true
            }
            Self::Placement { .. } | Self::Fact { .. } | Self::Occasion { .. } => false,
        }
    }

    /// The content as it is kept, or what is wrong with it. Whether what it names is there is not asked.
    pub fn checked(self) -> Result<Self, EngineError> {
        Ok(match self {
            Self::Text { text } => Self::Text { text: text_checked("text", &text, (1, MAX_TEXT))? },
            Self::Video { url, title } => {
                Self::Video { url: link_checked("url", &url)?, title: line_checked("title", &title, (1, MAX_LINE))? }
            }
            Self::Placement { set, image, words, album } => {
                Self::Placement { set, image, words: text_checked("words", &words, (0, MAX_TEXT))?, album }
            }
            Self::Group { title, words, link } => Self::Group {
                title: line_checked("title", &title, (1, MAX_LINE))?,
                words: text_checked("words", &words, (0, MAX_TEXT))?,
                link: if link.trim().is_empty() { String::new() } else { link_checked("link", &link)? },
            },
            same @ (Self::Photo { .. } | Self::Album { .. } | Self::Fact { .. } | Self::Occasion { .. }) => same,
        })
    }

    /// The content of what is kept.
    pub fn of_data(data: &str) -> Option<Self> {
        serde_json::from_str(data).ok()
    }

    /// The content as it is kept.
    pub fn data(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// An address that a link may lead to: https, a host, nothing that hides where it leads.
pub fn link_checked(path: &str, url: &str) -> Result<String, EngineError> {
    let url = url.trim();
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`\\".contains(c);
    let host = url.strip_prefix("https://").and_then(host_in);
    if host.is_some() && url.len() <= MAX_URL_BYTES && !url.contains(is_odd) {
        return Ok(url.to_owned());
    }
    Err(EngineError::Invalid(format!(
        "`{path}` must be an address that begins with `https://`, such as a page of a film"
    )))
}

/// The host of a link, so that whoever follows it knows where it leads.
pub fn host_of(url: &str) -> &str {
    url.strip_prefix("https://").and_then(host_in).unwrap_or_default()
}

fn host_in(rest: &str) -> Option<&str> {
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    (host.contains('.') && !host.starts_with('.') && host.chars().all(is_plain)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_the_database() {
        let id = || "1".repeat(32);
        for content in [
            Content::Photo { photo: id() },
            Content::Album { album: id() },
            Content::Text { text: "</script><b>&\"'".to_owned() },
            Content::Video { url: "https://films.example/1".to_owned(), title: "A film".to_owned() },
            Content::Placement { set: id(), image: id(), words: String::new(), album: None },
            Content::Fact { fact: id() },
            Content::Group { title: "Bremen cellar".to_owned(), words: "hello".to_owned(), link: String::new() },
            Content::Group {
                title: "Bremen cellar".to_owned(),
                words: String::new(),
                link: "https://cellar.example/".to_owned(),
            },
            Content::Occasion { occasion: id() },
        ] {
            assert_eq!(Content::of_data(&content.data()), Some(content.clone()));
            assert!(content.data().contains(&format!("\"kind\":\"{}\"", content.kind())));
            assert_eq!(content.clone().checked().unwrap(), content);
        }
        assert_eq!(Content::of_data(r#"{"kind":"text","text":"a","script":"b"}"#), None);
        assert_eq!(Content::of_data(r#"{"kind":"embed","html":"a"}"#), None);
        let group = |link: &str| Content::Group { title: "a".to_owned(), words: String::new(), link: link.to_owned() };
        assert!(group("javascript:alert(1)").checked().is_err());
        assert_eq!(group("  ").checked().unwrap(), group(""));
    }

    #[test]
    fn a_link_leads_where_it_says() {
        for good in ["https://films.example/watch?v=1#t", "https://a.example", "https://a.example:8443/x"] {
            assert!(link_checked("url", good).is_ok(), "{good}");
        }
        for bad in [
            "http://a.example",
            "javascript:alert(1)",
            "https:alert(1)",
            "https://",
            "https://nohost",
            "https://user@a.example",
            "https://a.example\\@b.example",
            "https://a.example/\"onclick=x",
            "https://a.example/ b",
            "data:text/html,x",
        ] {
            assert!(link_checked("url", bad).is_err(), "{bad}");
        }
        assert_eq!(host_of("https://films.example/watch"), "films.example");
    }
}
