//! Hostile and broken mails are bounded and never panic.

#[cfg(test)]
mod hostile {
    use std::fs;
    use std::path::Path;

    use mail::bounce::decode;
    use mail::bounce::delivery_status::RECIPIENTS_MAX;
    use mail::bounce::report::{DIAGNOSTIC_CHARS_MAX, Flaw, Kind};
    use proptest::prelude::{Strategy, any, prop, prop_assert, proptest};

    const HEAD: &str = "From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to \
        Sender\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\
        Content-Type: message/delivery-status\n\n";

    fn samples() -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bounce_fixtures");
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    #[test]
    fn ten_thousand_recipients_are_cut_and_noted() {
        let mut mail = HEAD.to_owned();
        for n in 0..10_000 {
            mail.push_str(&format!(
                "Final-Recipient: rfc822; u{n}@example.com\nAction: failed\n\n"
            ));
        }
        let decoded = decode(mail.as_bytes());
        assert_eq!(decoded.kind, Kind::Bounce);
        assert!(decoded.reports.len() <= RECIPIENTS_MAX);
        assert!(decoded.flaws.contains(&Flaw::TooManyRecipients));
    }

    #[test]
    fn lines_of_a_megabyte_are_cut_and_noted() {
        let long = "x".repeat(1_000_000);
        let mail = format!(
            "{HEAD}Final-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 {long}\n"
        );
        let decoded = decode(mail.as_bytes());
        assert_eq!(decoded.kind, Kind::Bounce);
        let diagnostic = decoded.reports[0].diagnostic.expose();
        assert!(diagnostic.chars().count() <= DIAGNOSTIC_CHARS_MAX);
        assert!(decoded.flaws.contains(&Flaw::TooLong));
        let header = format!("Subject: {long}\nFrom: {long}\n\n{long}");
        assert_eq!(decode(header.as_bytes()).kind, Kind::Mail);
    }

    #[test]
    fn reports_nested_a_hundred_deep_are_cut() {
        let mut multiparts = String::new();
        let mut enclosed = String::new();
        for level in 0..100 {
            multiparts.push_str(&format!(
                "Content-Type: multipart/report; report-type=delivery-status; boundary=n{level}\n\n\
                 --n{level}\n"
            ));
            enclosed.push_str("From: MAILER-DAEMON@mx.example.net\nSubject: Returned mail\n");
            enclosed.push_str("Content-Type: message/rfc822\n\n");
        }
        assert!(decode(multiparts.as_bytes()).flaws.contains(&Flaw::TooManyParts));
        // What the outermost three say is all that is asked; none names anybody.
        let decoded = decode(enclosed.as_bytes());
        assert!(decoded.reports.iter().all(|report| report.recipient().is_none()));
    }

    #[test]
    fn a_forged_token_is_handed_on_as_text_and_changes_nothing_else() {
        let plain = samples().into_iter().next().unwrap();
        let text = String::from_utf8(plain.clone()).unwrap();
        let forged = text.replacen("From:", "X-Mailroom-Token: forged\nFrom:", 1);
        let (plain, forged) = (decode(&plain), decode(forged.as_bytes()));
        assert_eq!(plain.kind, forged.kind);
        assert_eq!(plain.reports, forged.reports);
    }

    #[test]
    fn json_that_is_no_event_is_a_mail_with_a_flaw() {
        for json in
            ["{", "{}", "{\"Message\":\"{\\\"Message\\\":\\\"x\\\"}\"}", "{\"eventType\":7}"]
        {
            let decoded = decode(json.as_bytes());
            assert_eq!(decoded.kind, Kind::Mail, "{json}");
            assert!(decoded.flaws.contains(&Flaw::NotAnEvent), "{json}");
        }
    }

    #[test]
    fn every_fixture_cut_anywhere_is_read_without_panic() {
        for sample in samples() {
            for end in (0..sample.len()).step_by(7) {
                let decoded = decode(&sample[..end]);
                assert!(decoded.reports.len() <= RECIPIENTS_MAX);
            }
        }
    }

    /// A fixture with some octets changed, dropped or doubled.
    fn mutated() -> impl Strategy<Value = Vec<u8>> {
        let samples = samples();
        let changes =
            prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..24);
        (0..samples.len(), changes).prop_map(move |(sample, changes)| {
            let mut mail = samples[sample].clone();
            for (place, octet, sort) in changes {
                if mail.is_empty() {
                    break;
                }
                let at = place.index(mail.len());
                match sort {
                    0 => mail[at] = octet,
                    1 => {
                        mail.remove(at);
                    }
                    _ => mail.insert(at, octet),
                }
            }
            mail
        })
    }

    proptest! {
        #[test]
        fn mutated_fixtures_never_panic(mail in mutated()) {
            prop_assert!(decode(&mail).reports.len() <= RECIPIENTS_MAX);
        }

        #[test]
        fn any_octets_never_panic(mail in prop::collection::vec(any::<u8>(), 0..2_000)) {
            prop_assert!(decode(&mail).reports.len() <= RECIPIENTS_MAX);
        }
    }
}
