//! Conversations: what was said in a thread, in the order of its time, becomes asks with what came back.
//!
//! A pure function of the posts, so that what arrives late or in another order leaves the same asks.

use crate::ask::{Class, Kind};
use crate::key::Key;

/// Who speaks in a post.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// A person, to the brand or to each other.
    Person,
    /// A human of the brand.
    Brand,
    /// A machine of the brand: it acknowledges, and answers nothing.
    Machine,
    /// A human of the brand who closes what is open without an answer.
    Close,
    /// The system, which notes that an ask is overdue.
    Overdue,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Person, Self::Brand, Self::Machine, Self::Close, Self::Overdue];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Brand => "brand",
            Self::Machine => "machine",
            Self::Close => "close",
            Self::Overdue => "overdue",
        }
    }

    /// The role of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What matters of a post for the asks of its thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Post {
    /// Its key.
    pub key: Key,
    /// When it was said, microseconds UTC.
    pub at: i64,
    /// Who speaks.
    pub role: Role,
    /// The person who speaks, or to whom the brand does.
    pub person: Key,
    /// What it asks.
    pub class: Class,
    /// What it feels.
    pub kind: Kind,
    /// The one ask it is about, where it is about no other.
    pub about: Option<Key>,
}

/// An ask and what came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask {
    /// The key of the post that opened it.
    pub key: Key,
    /// Who asks.
    pub person: Key,
    /// What is asked: of several posts, the gravest.
    pub class: Class,
    /// The feeling of the last post that had one.
    pub kind: Kind,
    /// When it was opened, microseconds UTC.
    pub opened_at: i64,
    /// When the person last said something of it.
    pub last_at: i64,
    /// Posts of the person while it was open.
    pub n_posts: u32,
    /// When a machine acknowledged it.
    pub acknowledged_at: Option<i64>,
    /// When another person first answered it.
    pub peer_at: Option<i64>,
    /// When a human of the brand first answered it, …
    pub answered_at: Option<i64>,
    /// … and with which post.
    pub answered_by: Option<Key>,
    /// When it was closed without an answer, …
    pub closed_at: Option<i64>,
    /// … and with which post.
    pub closed_by: Option<Key>,
    /// When it was found to be overdue.
    pub ignored_at: Option<i64>,
}

impl Ask {
    fn opened_by(post: &Post) -> Self {
        Self {
            key: post.key,
            person: post.person,
            class: post.class,
            kind: post.kind,
            opened_at: post.at,
            last_at: post.at,
            n_posts: 1,
            acknowledged_at: None,
            peer_at: None,
            answered_at: None,
            answered_by: None,
            closed_at: None,
            closed_by: None,
            ignored_at: None,
        }
    }

    /// Whether it waits for an answer.
    pub fn is_open(&self) -> bool {
        self.answered_at.is_none() && self.closed_at.is_none()
    }

    /// The person said more before anybody answered: the same ask, perhaps a graver one.
    fn hear(&mut self, post: &Post) {
        self.n_posts += 1;
        self.last_at = post.at;
        if weight(self.class) < weight(post.class) {
            self.class = post.class;
        }
        if post.kind != Kind::Neutral {
            self.kind = post.kind;
        }
    }
}

/// How grave a class is beside others, where one ask has several.
fn weight(class: Class) -> u8 {
    match class {
        Class::Complaint => 6,
        Class::Request => 5,
        Class::Question => 4,
        Class::Suggestion => 3,
        Class::Opinion => 2,
        Class::Mention => 1,
        Class::None => 0,
    }
}

/// The asks of a thread from its posts, which must be sorted by time.
///
/// - A post of a person opens an ask if it has a class and none of theirs is open; else it belongs to the open one.
///   In a thread that has begun, an opinion or a mention opens none: it is an answer, or thanks.
/// - A human of the brand answers what is open of the person they speak to, or of everybody where that person has
///   nothing open. A machine only acknowledges.
/// - What somebody says who asks nothing is a peer answer to what is open of the others.
/// - After an answer, the next post that asks opens a new ask.
pub fn asks_of(posts: &[Post]) -> Vec<Ask> {
    let mut asks: Vec<Ask> = Vec::new();
    for (n, post) in posts.iter().enumerate() {
        match post.role {
            Role::Person => hear(&mut asks, post, n == 0),
            Role::Brand | Role::Machine | Role::Close => answer(&mut asks, post),
            Role::Overdue => {
                let about = asks.iter_mut().find(|ask| Some(ask.key) == post.about);
                if let Some(ask) = about {
                    ask.ignored_at.get_or_insert(post.at);
                }
            }
        }
    }
    asks
}

fn hear(asks: &mut Vec<Ask>, post: &Post, is_first: bool) {
    if let Some(own) = asks.iter_mut().find(|ask| ask.is_open() && ask.person == post.person) {
        own.hear(post);
    } else if post.class.asks() || (is_first && post.class != Class::None) {
        asks.push(Ask::opened_by(post));
    } else {
        for ask in asks.iter_mut().filter(|ask| ask.is_open()) {
            ask.peer_at.get_or_insert(post.at);
        }
    }
}

fn answer(asks: &mut [Ask], post: &Post) {
    let of_one = |ask: &Ask| ask.is_open() && post.about.map_or(ask.person == post.person, |about| ask.key == about);
    let is_to_one = post.about.is_some() || asks.iter().any(of_one);
    for ask in asks.iter_mut().filter(|ask| if is_to_one { of_one(ask) } else { ask.is_open() }) {
        match post.role {
            Role::Machine => {
                ask.acknowledged_at.get_or_insert(post.at);
            }
            Role::Close => (ask.closed_at, ask.closed_by) = (Some(post.at), Some(post.key)),
            Role::Brand | Role::Person | Role::Overdue => {
                (ask.answered_at, ask.answered_by) = (Some(post.at), Some(post.key));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: Key = Key(1);
    const BEN: Key = Key(2);
    const CLEO: Key = Key(3);

    fn said(at: i64, person: Key, class: Class) -> Post {
        Post { key: Key(at as u128), at, role: Role::Person, person, class, kind: Kind::Neutral, about: None }
    }

    fn by(role: Role, at: i64, person: Key) -> Post {
        Post { role, ..said(at, person, Class::None) }
    }

    #[test]
    fn an_ask_waits_until_a_human_answers() {
        let asked = said(1, ANNA, Class::Question);
        let posts = [asked, by(Role::Machine, 2, ANNA), said(3, ANNA, Class::None), by(Role::Brand, 4, ANNA)];
        let ask = asks_of(&posts[..3])[0];
        assert!(ask.is_open());
        assert_eq!((ask.acknowledged_at, ask.n_posts, ask.last_at, ask.peer_at), (Some(2), 2, 3, None));
        let asks = asks_of(&posts);
        assert_eq!((asks.len(), asks[0].answered_at, asks[0].answered_by), (1, Some(4), Some(Key(4))));
    }

    #[test]
    fn thanks_open_nothing_and_a_new_question_opens_a_new_ask() {
        let before = [said(1, ANNA, Class::Request), by(Role::Brand, 2, ANNA), said(3, ANNA, Class::Opinion)];
        assert_eq!(asks_of(&before).len(), 1);
        let asks = asks_of(&[&before[..], &[said(4, ANNA, Class::Question)]].concat());
        assert_eq!(asks.iter().map(|ask| (ask.opened_at, ask.is_open())).collect::<Vec<_>>(), [(1, false), (4, true)]);
    }

    #[test]
    fn a_graver_word_makes_it_graver_and_the_clock_runs_on() {
        let angry = Post { kind: Kind::Negative, ..said(2, ANNA, Class::Complaint) };
        let asks = asks_of(&[said(1, ANNA, Class::Question), angry, said(3, ANNA, Class::Mention)]);
        assert_eq!(asks.len(), 1);
        let found = (asks[0].class, asks[0].kind, asks[0].opened_at);
        assert_eq!(found, (Class::Complaint, Kind::Negative, 1));
    }

    #[test]
    fn others_answer_as_peers_and_may_ask_for_themselves() {
        let posts = [said(1, ANNA, Class::Complaint), said(2, BEN, Class::Complaint), said(3, BEN, Class::None)];
        let asks = asks_of(&[&posts[..], &[said(4, CLEO, Class::Opinion)]].concat());
        let found: Vec<_> = asks.iter().map(|ask| (ask.person, ask.peer_at)).collect();
        assert_eq!(found, [(ANNA, Some(4)), (BEN, Some(4))]);
        let asks = asks_of(&[&posts[..], &[by(Role::Brand, 4, BEN)]].concat());
        assert_eq!(asks.iter().map(|ask| ask.answered_at).collect::<Vec<_>>(), [None, Some(4)]);
        let to_nobody = asks_of(&[&posts[..], &[by(Role::Brand, 4, Key(9))]].concat());
        assert!(to_nobody.iter().all(|ask| ask.answered_at == Some(4)));
    }

    #[test]
    fn the_first_post_may_be_an_opinion_and_the_brand_may_begin() {
        assert_eq!(asks_of(&[said(1, ANNA, Class::Mention)]).len(), 1);
        assert_eq!(asks_of(&[said(1, ANNA, Class::None)]).len(), 0);
        let posts = [by(Role::Brand, 1, ANNA), said(2, ANNA, Class::Opinion), said(3, ANNA, Class::Question)];
        assert_eq!(asks_of(&posts).iter().map(|ask| ask.opened_at).collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn what_is_overdue_stays_noted_and_what_is_closed_is_not_answered() {
        let overdue = Post { about: Some(Key(1)), ..by(Role::Overdue, 2, ANNA) };
        let posts = [said(1, ANNA, Class::Question), overdue, by(Role::Brand, 3, ANNA)];
        let ask = asks_of(&posts)[0];
        assert_eq!((ask.ignored_at, ask.answered_at), (Some(2), Some(3)));
        let closed = asks_of(&[posts[0], by(Role::Close, 2, ANNA), by(Role::Brand, 3, ANNA)])[0];
        assert_eq!((closed.closed_at, closed.answered_at), (Some(2), None));
        let other = Post { about: Some(Key(7)), ..by(Role::Close, 2, ANNA) };
        assert!(asks_of(&[posts[0], other])[0].is_open());
    }
}
