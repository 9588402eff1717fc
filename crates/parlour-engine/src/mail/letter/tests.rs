//! Letters as people and others send them.

use std::fmt::Write;

use super::*;

const LIMITS: FileLimits = FileLimits { n_files: 3, n_bytes: 1_000 };

fn letter(text: &str) -> Letter {
    read(text.replace('\n', "\r\n").as_bytes(), LIMITS).unwrap()
}

/// A mail with these headers beside those that every mail has.
fn with(headers: &str) -> Letter {
    letter(&format!("From: Anna <anna@example.org>\nTo: help@acme.example\nSubject: Hi\n{headers}\n\nWhere is it?\n"))
}

#[test]
fn an_ordinary_mail_is_read_whole() {
    let one = letter(
        "Return-Path: <anna@example.org>\nMessage-ID: <m2@example.org>\nIn-Reply-To: <m1@example.org>\n\
         References: <m0@example.org>\n <m1@example.org>\nDate: Sun, 22 Nov 2026 13:30:00 +0100\n\
         From: =?utf-8?q?Anna_M=C3=BCller?= <Anna@Example.org>\nTo: Help <help@acme.example>, b@acme.example\n\
         Subject: =?utf-8?b?R3LDvMOfZQ==?=\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\
         Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nSch=F6n, wo ist es?\n\
         --x\nContent-Type: image/png; name=\"a.png\"\nContent-Disposition: attachment; filename=\"a.png\"\n\
         Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--x--\n",
    );
    assert_eq!(one.id.as_deref(), Some("<m2@example.org>"));
    assert_eq!(one.references, ["<m1@example.org>", "<m0@example.org>"]);
    assert_eq!(one.date, crate::clock::micros("2026-11-22T12:30:00Z"));
    assert_eq!(one.from, Party { name: Some("Anna Müller".to_owned()), address: "anna@example.org".to_owned() });
    assert_eq!(one.to, ["help@acme.example", "b@acme.example"]);
    assert_eq!(one.subject.as_deref(), Some("Grüße"));
    assert_eq!((one.text.as_str(), one.was_html, one.is_cut), ("Schön, wo ist es?", false, false));
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    let file = FilePart { name: "a.png".to_owned(), media_type: "image/png".to_owned(), n_bytes: 8, body: Some(png) };
    assert_eq!(one.files, [file]);
    assert_eq!((one.automatic, one.bounce, one.doubts.len()), (None, None, 0));
}

#[test]
fn an_id_is_one_or_none() {
    assert_eq!(with("Message-ID: <a@b>").id.as_deref(), Some("<a@b>"));
    for none in
        ["X: y", "Message-ID: <a@b>\nMessage-ID: <c@d>", "Message-ID: <a@b> <c@d>", "Message-ID: <>", "Message-ID: x"]
    {
        assert_eq!(with(none).id, None, "{none}");
    }
    assert_eq!(with(&format!("Message-ID: <{}@b>", "x".repeat(600))).id, None);
    let many = (0..500).map(|n| format!(" <r{n}@b>")).collect::<Vec<_>>().join("\n");
    let found = with(&format!("In-Reply-To: <r499@b>\nReferences:\n{many}")).references;
    assert_eq!((found.len(), found[0].as_str()), (MAX_REFERENCES, "<r499@b>"));
    assert_eq!(found.last().unwrap(), "<r0@b>", "the first of all names the thread");
}

#[test]
fn what_a_machine_wrote_is_known_by_its_headers() {
    let of = |headers: &str| with(headers).automatic;
    assert_eq!(of("Auto-Submitted: no"), None);
    assert_eq!(of("X-Auto-Response-Suppress: All"), None, "Outlook says that of what people write");
    for headers in
        ["Auto-Submitted: auto-replied (vacation)", "X-Autoreply: yes", "Precedence: auto_reply", "Return-Path: <>"]
    {
        assert_eq!(of(headers), Some(Automatic::Reply), "{headers}");
    }
    for headers in ["Precedence: bulk", "precedence: Junk", "List-Unsubscribe: <https://x.example/>"] {
        assert_eq!(of(headers), Some(Automatic::Bulk), "{headers}");
    }
    assert_eq!(of("List-Id: Talk <talk.example.org>\nPrecedence: list"), Some(Automatic::List));
}

#[test]
fn a_bounce_tells_whom_and_which() {
    let bounce = letter(
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: help@acme.example\nSubject: Undelivered\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\
         Content-Type: text/plain\n\nNo such user.\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; Anna@example.org\nAction: failed\nStatus: 5.1.1\n\n\
         --b\nContent-Type: message/rfc822\n\nMessage-ID: <msg_1_1@acme.example>\nFrom: help@acme.example\nSubject: Re\n\nx\n\
         --b--\n",
    );
    let told = Bounce { address: Some("anna@example.org".to_owned()), id: Some("<msg_1_1@acme.example>".to_owned()) };
    assert_eq!((bounce.automatic, bounce.bounce), (Some(Automatic::Bounce), Some(told)));
    assert_eq!(bounce.text, "No such user.");
}

#[test]
fn html_is_read_and_nothing_else_is_done_with_it() {
    let one = letter(
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n\
         <html><head><title>no</title><style>p{color:red}</style></head><body onload=\"evil()\">\
         <script>alert('x</b>')</script><p>Where&nbsp;is it &amp; <b>when</b>?</p><img src=\"https://track.example/1.gif\">\
         <ul><li>one<li>two</ul><a href=\"https://evil.example/x\">https://bank.example</a>\
         <blockquote>You said:<br>soon</blockquote><!-- <p>hidden</p> --></body></html>\n",
    );
    assert!(one.was_html);
    assert_eq!(
        one.text,
        "Where is it & when?\n\n- one\n- two\n\nhttps://bank.example (https://evil.example/x)\n\n> You said:\n> soon"
    );
}

#[test]
fn html_that_is_broken_is_read_as_far_as_it_goes() {
    for (broken, read) in [
        ("<p>a<p>b", "a\n\nb"),
        ("a < b and c > d", "a < b and c > d"),
        ("x<script>never closed", "x"),
        ("x<!-- never closed", "x"),
        ("x<a href=\"never closed>y", "xy"),
        ("&#x41;&#66;&unknown;&#99999999;&", "AB&unknown;&#99999999;&"),
        ("<div title='a>b'>c</div>", "c"),
        ("a\u{200b}\u{202e}b", "a\u{202e}b"),
        ("</blockquote></blockquote>x", "x"),
        ("", ""),
    ] {
        assert_eq!(html::text(broken), read, "{broken}");
    }
    let deep = "<blockquote>".repeat(100_000) + "x";
    assert_eq!(html::text(&deep), "> > > > > x");
    let scripts = "<script>".repeat(20_000);
    assert_eq!(html::text(&scripts), "");
}

#[test]
fn a_files_name_is_a_name() {
    let named = |name: &str| {
        let head =
            "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhi\n--x\n";
        let text = format!(
            "{head}Content-Type: application/pdf\nContent-Disposition: attachment; filename=\"{name}\"\n\nx\n--x--\n"
        );
        letter(&text).files.remove(0).name
    };
    assert_eq!(named("../../etc/passwd"), "passwd");
    assert_eq!(named("C:\\\\x\\\\bill.pdf"), "bill.pdf");
    assert_eq!(named("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
    assert_eq!(named(".."), "file-1");
    assert_eq!(named(&format!("{}.pdf", "x".repeat(500))).len(), MAX_NAME_CHARS);
    assert!(named(&format!("{}.pdf", "x".repeat(500))).ends_with("x.pdf"), "its end is kept");
}

#[test]
fn of_files_only_so_much_is_kept() {
    let mut text =
        "From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nhi\n".to_owned();
    for n_bytes in [10, 2_000, 10, 10, 10] {
        let body = "y".repeat(n_bytes);
        let head = "--x\nContent-Type: application/zip\nContent-Disposition: attachment; filename=a.zip";
        writeln!(text, "{head}\n\n{body}").unwrap();
    }
    text += "--x--\n";
    let kept: Vec<bool> = letter(&text).files.iter().map(|file| file.body.is_some()).collect();
    assert_eq!(kept, [true, false, true, false, false], "one is too large, and three are enough");
}

#[test]
fn what_is_no_mail_is_refused() {
    let of = |text: &str| read(text.as_bytes(), LIMITS).map(|_| ()).unwrap_err();
    assert_eq!(of(""), LetterError::NoHeaders);
    for none in
        ["Subject: x\r\n\r\nhi", "From: nobody\r\n\r\nhi", "From: <>\r\n\r\nhi", "From: a@b@c\r\n\r\nhi", "\0\0\0"]
    {
        assert!(matches!(of(none), LetterError::NoSender | LetterError::NoHeaders), "{none:?}");
    }
    assert_eq!(with("From: b@example.org").doubts, [Doubt::SeveralSenders]);
    assert_eq!(with("Authentication-Results: mx; dmarc=fail (p=reject)").doubts, [Doubt::NotAuthentic]);
    // Only what the own server wrote, above the rest, is believed.
    let forged = "Authentication-Results: mx; dmarc=pass\nAuthentication-Results: mx; dmarc=fail";
    assert_eq!(with(forged).doubts, []);
}

#[test]
fn a_long_text_is_cut_and_control_characters_are_gone() {
    let one = letter(&format!("From: a@example.org\nSubject: a\tb\u{7}\n\n{}", "é\0".repeat(40_000)));
    assert!(one.is_cut && one.text.len() <= MAX_TEXT_BYTES && !one.text.contains('\0'));
    assert_eq!(one.subject.as_deref(), Some("a b"));
}

/// Bytes that follow no rule, and mails that were broken in a thousand ways: each is read or refused, and it ends.
#[test]
fn whatever_comes_is_read_or_refused() {
    let whole = include_bytes!("broken.eml");
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut n_read = 0;
    for _ in 0..3_000 {
        let mut bytes = whole.to_vec();
        for _ in 0..=next() % 12 {
            let at = next() % bytes.len();
            match next() % 4 {
                0 => bytes[at] = next() as u8,
                1 => bytes.truncate(at.max(1)),
                2 => drop(bytes.splice(at..at, whole[at % whole.len()..].iter().copied().take(next() % 200))),
                _ => drop(bytes.drain(at..(at + next() % 60).min(bytes.len()))),
            }
            if bytes.is_empty() {
                bytes.push(b'x');
            }
        }
        n_read += usize::from(read(&bytes, LIMITS).is_ok());
    }
    assert!((1_000..3_000).contains(&n_read), "some are still mails, some are none: {n_read}");
    // Parts within parts within parts.
    let mut nested = "From: a@example.org\r\n".to_owned();
    for n in 0..5_000 {
        write!(nested, "Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n").unwrap();
    }
    assert!(read(nested.as_bytes(), LIMITS).is_ok());
    let mut within = "From: a@example.org\r\n".to_owned();
    within += &"Content-Type: message/rfc822\r\n\r\n".repeat(5_000);
    assert!(read(within.as_bytes(), LIMITS).is_ok());
}
