//! The golden table: diagnostics, worded after what providers document, and the category that people
//! see. One line: status, reply, stage, host, category, reason, diagnostic; `-` stands for nothing.

#[cfg(test)]
mod golden {
    use std::collections::BTreeSet;

    use domain::bounce::{BounceReason, StatusClass};
    use domain::bounce_category::BounceCategory;
    use mail::bounce::smtp_codes::SmtpStage;
    use mail::bounce_reason::decide;
    use mail::bounce_reason::evidence::Evidence;
    use mail::bounce_reason::squeeze::squeeze;

    const TABLE: &str = include_str!("bounce_golden.tsv");

    /// Reasons that no diagnostic tells: they come from the sort of report, or from nothing at all.
    const NOT_TOLD: [BounceReason; 4] = [
        BounceReason::Delivered,
        BounceReason::Feedback,
        BounceReason::Vacation,
        BounceReason::Undefined,
    ];

    struct Row<'t> {
        status: &'t str,
        reply: &'t str,
        stage: &'t str,
        host: &'t str,
        category: &'t str,
        reason: &'t str,
        diagnostic: &'t str,
    }

    fn rows() -> Vec<Row<'static>> {
        let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| {
                let cells: Vec<&str> = line.splitn(7, '\t').collect();
                let [status, reply, stage, host, category, reason, diagnostic] = cells[..] else {
                    panic!("seven cells: {line}");
                };
                Row { status, reply, stage, host, category, reason, diagnostic }
            })
            .collect()
    }

    fn judged(row: &Row<'_>) -> (String, String) {
        let text = squeeze(row.diagnostic);
        let evidence = Evidence {
            text: &text,
            status: row.status.parse().ok(),
            reply: row.reply.parse().ok(),
            stage: SmtpStage::of_command(row.stage),
            remote_host: Some(row.host).filter(|host| *host != "-"),
            local_program: row.stage == "PROGRAM",
            delayed: row.stage == "DELAYED",
            ..Evidence::default()
        };
        let verdict = decide::verdict(&evidence);
        let category = verdict.category.map_or("none", |category| category.key());
        (category.to_owned(), verdict.reason.name().to_owned())
    }

    #[test]
    fn every_diagnostic_falls_in_its_category() {
        let rows = rows();
        let mut wrong = Vec::new();
        for row in &rows {
            let (category, reason) = judged(row);
            if category != row.category || reason != row.reason {
                wrong.push(format!("{category} {reason}: {}", row.diagnostic));
            }
        }
        assert!(rows.len() >= 150, "{} rows", rows.len());
        assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn every_reason_that_a_diagnostic_can_tell_is_in_the_table() {
        let told: BTreeSet<_> = rows().iter().map(|row| row.reason).collect();
        let missing: Vec<_> = BounceReason::ALL
            .iter()
            .filter(|reason| !NOT_TOLD.contains(reason) && !told.contains(reason.name()))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_category_but_the_automatic_reply_is_in_the_table() {
        let told: BTreeSet<_> = rows().iter().map(|row| row.category).collect();
        for category in BounceCategory::ALL {
            let automatic = category == BounceCategory::AutoReply;
            assert_eq!(told.contains(category.key()), !automatic, "{category}");
        }
    }

    #[test]
    fn nothing_said_is_undefined_and_something_unknown_is_on_hold() {
        let reason = |text| decide::reason(&Evidence { text, ..Evidence::default() });
        assert_eq!(reason(""), BounceReason::Undefined);
        assert_eq!(reason("550 computer says no"), BounceReason::OnHold);
    }

    #[test]
    fn a_delay_never_blocks_and_is_never_hard() {
        for row in rows() {
            let text = squeeze(row.diagnostic);
            let status = row.status.parse().ok();
            let evidence = Evidence { text: &text, status, delayed: true, ..Evidence::default() };
            let verdict = decide::verdict(&evidence);
            assert!(!verdict.hard, "{}", row.diagnostic);
            let category = verdict.category.unwrap();
            assert_eq!(category, category.while_delayed(), "{}", row.diagnostic);
        }
    }

    #[test]
    fn the_class_of_the_status_outranks_that_of_the_reply() {
        let evidence =
            Evidence { status: "4.2.2".parse().ok(), reply: Some(552), ..Default::default() };
        assert_eq!(evidence.class(), Some(StatusClass::Transient));
    }
}
