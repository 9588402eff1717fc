//! Rights: what each route takes, how those who see some brands only are held to them there, and what it is called in the
//! audit log. A route that is not in the table is nobody's.

use parlour_engine::staff::Role;

use Held::{ByAlert, ByAudience, ByPost, ByQuestion, ByReply, ByThread, Free, Refused};
use Right::{Administer, Analyse, Answer, Heed, Inspect, Own, Read};

/// What a route takes of whoever asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Right {
    /// Seeing to one's own account.
    Own,
    /// Looking at people and what they asked.
    Read,
    /// Saying that an alert was looked at.
    Heed,
    /// Dealing with what people ask.
    Answer,
    /// Looking at sources, rejections, weights and how the server does.
    Inspect,
    /// SQL, audiences, hooks, names and links.
    Analyse,
    /// Sources, jobs and the people of the Desk.
    Administer,
}

impl Right {
    pub(crate) const ALL: [Self; 7] = [Own, Read, Heed, Answer, Inspect, Analyse, Administer];

    /// What it is called on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Own => "own",
            Read => "read",
            Heed => "heed",
            Answer => "answer",
            Inspect => "inspect",
            Analyse => "analyse",
            Administer => "administer",
        }
    }
}

/// Whether a role has a right.
pub(crate) fn has(role: Role, right: Right) -> bool {
    match (role, right) {
        (Role::Owner, _)
        | (_, Own | Read)
        | (Role::Analyst, Heed | Inspect | Analyse)
        | (Role::Agent, Heed | Answer) => true,
        (Role::Analyst, Answer | Administer)
        | (Role::Agent, Inspect | Analyse | Administer)
        | (Role::ReadOnly, Heed | Answer | Inspect | Analyse | Administer) => false,
    }
}

/// How whoever sees some brands only is held to them on a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    /// It concerns no brand.
    Free,
    /// What it reads is bound to their brands where the question is settled.
    ByQuestion,
    /// The thread in the path must be of a brand of theirs …
    ByThread,
    /// … or that of the post, …
    ByPost,
    /// … or that of the answer.
    ByReply,
    /// The alert in the path must be about an object of theirs.
    ByAlert,
    /// The audience in the path must be of an object of theirs.
    ByAudience,
    /// It cannot be told apart by brand, so it is for those who see all.
    Refused,
}

/// One operation of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) right: Right,
    pub(crate) held: Held,
    /// What the audit log calls it; empty for what changes nothing, and for what goes on all the time (drafts, who is
    /// writing).
    pub(crate) deed: &'static str,
}

const fn rule(method: &'static str, path: &'static str, (right, held): (Right, Held), deed: &'static str) -> Rule {
    Rule { method, path, right, held, deed }
}

const fn reads(path: &'static str, right: Right, held: Held) -> Rule {
    rule("GET", path, (right, held), "")
}

/// Every operation that takes a session.
pub(crate) const RULES: &[Rule] = &[
    // The Desk's pages.
    reads("/api/v1/workspace", Read, ByQuestion),
    reads("/api/v1/today", Read, ByQuestion),
    reads("/api/v1/engaged", Read, ByQuestion),
    reads("/api/v1/growth", Read, ByQuestion),
    reads("/api/v1/matrix", Read, ByQuestion),
    reads("/api/v1/leaving", Read, ByQuestion),
    reads("/api/v1/quadrants", Read, ByQuestion),
    reads("/api/v1/models", Read, ByQuestion),
    reads("/api/v1/accounts", Read, ByQuestion),
    reads("/api/v1/cohorts", Read, ByQuestion),
    reads("/api/v1/definitions", Read, ByQuestion),
    reads("/api/v1/people", Read, ByQuestion),
    reads("/api/v1/people/{person}", Read, ByQuestion),
    // A person is one for all brands.
    rule("DELETE", "/api/v1/people/{person}", (Administer, Refused), "erased somebody"),
    reads("/api/v1/erasures", Inspect, Refused),
    reads("/api/v1/people/{person}/definitions", Read, ByQuestion),
    reads("/api/v1/people/{person}/timeline", Read, ByQuestion),
    reads("/api/v1/people/{person}/why", Read, ByQuestion),
    reads("/api/v1/people/{person}/ids", Read, ByQuestion),
    reads("/api/v1/people/{person}/rooms", Read, ByQuestion),
    reads("/api/v1/audiences", Read, ByQuestion),
    rule("POST", "/api/v1/audiences", (Analyse, ByQuestion), "saved an audience"),
    rule("PUT", "/api/v1/audiences/{id}", (Analyse, ByAudience), "changed an audience"),
    rule("DELETE", "/api/v1/audiences/{id}", (Analyse, ByAudience), "deleted an audience"),
    reads("/api/v1/alerts", Read, ByQuestion),
    rule("POST", "/api/v1/alerts/seen", (Heed, ByQuestion), "looked at alerts"),
    rule("POST", "/api/v1/alerts/{id}/seen", (Heed, ByAlert), "looked at an alert"),
    // Links between ids are one for all brands.
    reads("/api/v1/merges", Inspect, Refused),
    rule("POST", "/api/v1/links/undo", (Analyse, Refused), "parted two ids"),
    rule("POST", "/api/v1/links/redo", (Analyse, Refused), "joined two ids again"),
    rule("POST", "/api/v1/links/force", (Analyse, Refused), "forced a link"),
    rule("POST", "/api/v1/links/unforce", (Analyse, Refused), "left a link to the safeguards"),
    // Explore reads tables, which know no brands.
    rule("POST", "/api/v1/sql", (Analyse, Refused), "asked with SQL"),
    reads("/api/v1/sql/progress", Analyse, Refused),
    reads("/api/v1/sql/schema", Analyse, Refused),
    reads("/api/v1/questions", Analyse, Refused),
    rule("POST", "/api/v1/questions", (Analyse, Refused), "saved a question"),
    rule("PUT", "/api/v1/questions/{id}", (Analyse, Refused), "changed a question"),
    rule("DELETE", "/api/v1/questions/{id}", (Analyse, Refused), "deleted a question"),
    // Asks.
    reads("/api/v1/asks", Read, ByQuestion),
    reads("/api/v1/asks/counts", Read, ByQuestion),
    reads("/api/v1/asks/search", Read, ByQuestion),
    reads("/api/v1/asks/corrections", Analyse, Refused),
    reads("/api/v1/asks/stream", Read, ByQuestion),
    rule("POST", "/api/v1/asks/classify", (Answer, Free), ""),
    rule("POST", "/api/v1/talks", (Answer, ByQuestion), "wrote down a talk"),
    reads("/api/v1/threads/{thread}", Read, ByThread),
    rule("POST", "/api/v1/threads/{thread}/reply", (Answer, ByThread), "answered"),
    rule("POST", "/api/v1/threads/{thread}/close", (Answer, ByThread), "closed a thread"),
    rule("POST", "/api/v1/threads/{thread}/notes", (Answer, ByThread), "noted something"),
    rule("PUT", "/api/v1/threads/{thread}/assignee", (Answer, ByThread), "assigned a thread"),
    rule("PUT", "/api/v1/threads/{thread}/snooze", (Answer, ByThread), "let a thread rest"),
    rule("POST", "/api/v1/threads/{thread}/merge", (Answer, Refused), "made two threads one"),
    rule("PUT", "/api/v1/threads/{thread}/draft", (Answer, ByThread), ""),
    rule("PUT", "/api/v1/threads/{thread}/hold", (Answer, ByThread), ""),
    rule("DELETE", "/api/v1/threads/{thread}/hold", (Answer, ByThread), ""),
    rule("DELETE", "/api/v1/replies/{id}", (Answer, ByReply), "took an answer back"),
    rule("PUT", "/api/v1/posts/{post}/correction", (Answer, ByPost), "corrected what a post is"),
    reads("/api/v1/posts/{post}/files/{place}", Read, ByPost),
    reads("/api/v1/posts/{post}/page", Read, ByPost),
    reads("/api/v1/responses", Read, ByQuestion),
    reads("/api/v1/reciprocity", Read, ByQuestion),
    reads("/api/v1/saved-answers", Read, Free),
    rule("POST", "/api/v1/saved-answers", (Answer, Free), "saved an answer"),
    rule("DELETE", "/api/v1/saved-answers/{id}", (Answer, Free), "deleted a saved answer"),
    // Settings.
    reads("/api/v1/health", Inspect, Refused),
    reads("/api/v1/settings", Inspect, Refused),
    rule("POST", "/api/v1/sample", (Administer, Refused), "loaded the sample"),
    reads("/api/v1/jobs/{id}", Inspect, Refused),
    rule("DELETE", "/api/v1/jobs/{id}", (Administer, Refused), "cancelled a job"),
    reads("/api/v1/sources", Inspect, Refused),
    rule("POST", "/api/v1/sources", (Administer, Refused), "made a source"),
    reads("/api/v1/sources/{id}", Inspect, Refused),
    rule("PUT", "/api/v1/sources/{id}", (Administer, Refused), "changed a source"),
    rule("DELETE", "/api/v1/sources/{id}", (Administer, Refused), "revoked a source"),
    rule("POST", "/api/v1/sources/{id}/rotate", (Administer, Refused), "rotated a source's key"),
    rule("POST", "/api/v1/sources/{id}/try", (Administer, Refused), "tried a source's mapping"),
    reads("/api/v1/sources/{id}/mentions", Inspect, Refused),
    reads("/api/v1/sources/{id}/tail", Inspect, Refused),
    reads("/api/v1/sources/{id}/tail/stream", Inspect, Refused),
    reads("/api/v1/rejected", Inspect, Refused),
    reads("/api/v1/rejected/counts", Inspect, Refused),
    reads("/api/v1/rejected/export", Inspect, Refused),
    rule("POST", "/api/v1/rejected/replay", (Administer, Refused), "replayed rejections"),
    rule("POST", "/api/v1/rejected/delete", (Administer, Refused), "deleted rejections"),
    reads("/api/v1/rejected/{id}", Inspect, Refused),
    rule("PUT", "/api/v1/rejected/{id}", (Administer, Refused), "mended a rejection"),
    rule("DELETE", "/api/v1/rejected/{id}", (Administer, Refused), "deleted a rejection"),
    rule("POST", "/api/v1/rejected/{id}/replay", (Administer, Refused), "replayed a rejection"),
    reads("/api/v1/hooks", Inspect, Refused),
    rule("POST", "/api/v1/hooks", (Analyse, Refused), "made a hook"),
    rule("PUT", "/api/v1/hooks/{id}", (Analyse, Refused), "changed a hook"),
    rule("DELETE", "/api/v1/hooks/{id}", (Analyse, Refused), "deleted a hook"),
    rule("POST", "/api/v1/hooks/{id}/test", (Analyse, Refused), "tested a hook"),
    reads("/api/v1/deliveries", Inspect, Refused),
    rule("POST", "/api/v1/deliveries/{id}/replay", (Analyse, Refused), "sent a delivery again"),
    reads("/api/v1/names", Inspect, Refused),
    rule("PUT", "/api/v1/names/{name}", (Analyse, Refused), "mapped a name"),
    rule("DELETE", "/api/v1/names/{name}", (Analyse, Refused), "took a name's verb back"),
    // What brands offer people's rooms; each handler holds who sees some brands to them.
    reads("/api/v1/brand/brands", Read, ByQuestion),
    reads("/api/v1/brand/sets", Read, ByQuestion),
    rule("POST", "/api/v1/brand/sets", (Analyse, ByQuestion), "made a set of images"),
    rule("PUT", "/api/v1/brand/sets/{set}", (Analyse, ByQuestion), "changed a set of images"),
    rule("DELETE", "/api/v1/brand/sets/{set}", (Analyse, ByQuestion), "ended a set of images"),
    reads("/api/v1/brand/sets/{set}/hung", Read, ByQuestion),
    rule("POST", "/api/v1/brand/sets/{set}/ask", (Analyse, ByQuestion), "asked members to hang a set"),
    rule("POST", "/api/v1/brand/sets/{set}/images", (Analyse, ByQuestion), "added an image to a set"),
    rule("PUT", "/api/v1/brand/sets/{set}/images/{image}", (Analyse, ByQuestion), "described an image"),
    rule("DELETE", "/api/v1/brand/sets/{set}/images/{image}", (Analyse, ByQuestion), "took an image out of a set"),
    reads("/api/v1/brand/catalogue", Read, ByQuestion),
    rule("POST", "/api/v1/brand/catalogue", (Analyse, ByQuestion), "imported a catalogue"),
    rule("DELETE", "/api/v1/brand/catalogue/{product}", (Analyse, ByQuestion), "took a product out of a catalogue"),
    reads("/api/v1/brand/occasions", Read, ByQuestion),
    rule("POST", "/api/v1/brand/occasions", (Analyse, ByQuestion), "made an occasion"),
    rule("PUT", "/api/v1/brand/occasions/{occasion}", (Analyse, ByQuestion), "changed an occasion"),
    rule("POST", "/api/v1/brand/occasions/{occasion}/cancel", (Analyse, ByQuestion), "called an occasion off"),
    reads("/api/v1/brand/occasions/{occasion}/answers", Read, ByQuestion),
    reads("/api/v1/brand/said", Read, ByQuestion),
    // People of the Desk.
    reads("/api/v1/staff", Administer, Refused),
    rule("POST", "/api/v1/staff", (Administer, Refused), "invited somebody"),
    rule("PUT", "/api/v1/staff/{handle}", (Administer, Refused), "changed what somebody may do"),
    rule("POST", "/api/v1/staff/{handle}/invitation", (Administer, Refused), "invited somebody again"),
    rule("POST", "/api/v1/staff/{handle}/disable", (Administer, Refused), "kept somebody out"),
    rule("POST", "/api/v1/staff/{handle}/enable", (Administer, Refused), "let somebody in again"),
    rule("POST", "/api/v1/members/invitations", (Administer, Refused), "invited somebody to a room"),
    reads("/api/v1/audit", Administer, Refused),
    reads("/api/v1/audit/export", Administer, Refused),
    // One's own account.
    reads("/api/v1/account", Own, Free),
    rule("PUT", "/api/v1/account", (Own, Free), "changed their name"),
    rule("PUT", "/api/v1/account/password", (Own, Free), "set their password"),
    rule("DELETE", "/api/v1/account/sessions/{id}", (Own, Free), "ended a session"),
    rule("POST", "/api/v1/account/sessions/end-others", (Own, Free), "ended their other sessions"),
    rule("POST", "/api/v1/account/passkeys/challenge", (Own, Free), ""),
    rule("POST", "/api/v1/account/passkeys", (Own, Free), "added a passkey"),
    rule("DELETE", "/api/v1/account/passkeys/{id}", (Own, Free), "removed a passkey"),
];

/// The rule of a request; HEAD is GET.
pub(crate) fn rule_of(method: &str, path: &str) -> Option<&'static Rule> {
    let method = if method == "HEAD" { "GET" } else { method };
    RULES.iter().find(|rule| rule.method == method && rule.path == path)
}

/// The methods that a path takes.
pub(crate) fn methods_of(path: &str) -> Vec<&'static str> {
    let mut methods: Vec<&str> = RULES.iter().filter(|rule| rule.path == path).map(|rule| rule.method).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The operations of the API's description that take a session, and those of the table, are the same.
    #[test]
    fn every_route_has_one_rule_and_no_rule_is_without_a_route() {
        let document: serde_json::Value = serde_json::from_str(&crate::openapi()).unwrap();
        let mut told = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let is_open = operation.get("security").is_some() || path == "/api/v1/session";
                if !is_open {
                    assert!(told.insert((method.to_ascii_uppercase(), path.clone())));
                }
            }
        }
        let ruled: Vec<_> = RULES.iter().map(|rule| (rule.method.to_owned(), rule.path.to_owned())).collect();
        let unique: BTreeSet<_> = ruled.iter().cloned().collect();
        assert_eq!(unique.len(), ruled.len());
        assert_eq!(unique, told);
    }

    #[test]
    fn what_changes_something_is_told_and_takes_more_than_reading() {
        let goes_on = ["/draft", "/hold", "/challenge", "/classify"];
        for rule in RULES {
            let is_read = rule.method == "GET";
            let is_noise = goes_on.iter().any(|end| rule.path.ends_with(end));
            assert_eq!(rule.deed.is_empty(), is_read || is_noise, "{rule:?}");
            assert!(is_read || rule.right != Read, "{rule:?}");
        }
        for right in Right::ALL {
            assert!(has(Role::Owner, right));
            assert!(!has(Role::ReadOnly, right) || [Own, Read].contains(&right));
        }
    }
}
