//! What people read about a bounce category: its name, what it means and what to do, in every
//! language of [`Language`].

use crate::bounce_category::BounceCategory;
use crate::bounce_category::BounceCategory as C;
use crate::language::Language;

/// The texts of one category in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CategoryTexts {
    /// Short name, as a list filter shows it.
    pub name: &'static str,
    /// What happened.
    pub definition: &'static str,
    /// What the sender should do.
    pub recommendation: &'static str,
}

const fn row(
    category: C,
    name: &'static str,
    definition: &'static str,
    recommendation: &'static str,
) -> (C, CategoryTexts) {
    (category, CategoryTexts { name, definition, recommendation })
}

/// The texts of `category` in `language`.
pub fn of(category: BounceCategory, language: Language) -> CategoryTexts {
    let table = match language {
        Language::En => &ENGLISH,
        Language::De => &GERMAN,
        Language::Zh => &CHINESE,
    };
    // Every table has every category (a test holds it), so the key alone is never shown.
    let found = table.iter().find(|(candidate, _)| *candidate == category);
    found.map_or(row(category, category.key(), "", "").1, |(_, texts)| *texts)
}

const ENGLISH: [(C, CategoryTexts); 16] = [
    row(
        C::TemporaryDomainError,
        "Temporary domain error",
        "The recipient's domain could not be looked up, or takes no mail at the moment.",
        "Wait and send again later. If it stays so for days, check the spelling of the domain.",
    ),
    row(
        C::AutoReply,
        "Automatic reply",
        "An automatic answer such as an out-of-office note came back.",
        "Nothing needs to be done; write again after the date the answer names.",
    ),
    row(
        C::AuthenticationFailed,
        "Authentication failed",
        "The receiver could not verify that the mail comes from your domain.",
        "Check SPF, DKIM, DMARC and reverse DNS of your sending domain, then lift the block.",
    ),
    row(
        C::MailboxFull,
        "Mailbox full",
        "The recipient's mailbox has no room left.",
        "Reach the person another way, and send again once the mailbox has room.",
    ),
    row(
        C::TemporaryNetworkError,
        "Temporary network error",
        "The receiving server did not answer, or not in time.",
        "Send again later. If several recipients of the domain fail, tell its administrator.",
    ),
    row(
        C::ContentRelated,
        "Content related",
        "The size, the form or an attachment of the mail was refused.",
        "Make the mail smaller, replace attachments by links, and send it again.",
    ),
    row(
        C::TemporaryOther,
        "Other",
        "The mail was refused for now, for a reason that fits no other category.",
        "Read the diagnostic text of the server, and send again later.",
    ),
    row(
        C::SenderRejected,
        "Sender rejected",
        "The receiving server refuses mail of this sender address.",
        "Use a verified sender address, or ask the recipient to allow yours.",
    ),
    row(
        C::BadDomain,
        "Bad domain",
        "The domain of the address does not exist or takes no mail.",
        "Correct the part after the @, or remove the address.",
    ),
    row(
        C::BadMailbox,
        "Bad mailbox",
        "The mailbox does not exist, has moved or is disabled.",
        "Ask the contact for a current address and remove this one.",
    ),
    row(
        C::PolicyRelated,
        "Policy related",
        "A rule of the receiving organization forbids the mail.",
        "Ask the recipient's administrator to allow your domain or sending addresses.",
    ),
    row(
        C::ProtocolError,
        "Protocol error",
        "The receiving server found the mail or the dialogue with it not in order.",
        "Keep the diagnostic text and hand it to support; sending again does not help.",
    ),
    row(
        C::RelayDenied,
        "Relay denied",
        "The server that answered does not handle mail for this domain.",
        "Check the domain's MX records with its owner, or the relay you send through.",
    ),
    row(
        C::RoutingError,
        "Routing error",
        "The mail went in a circle between servers and was given up.",
        "Tell the recipient's administrator: a forwarding on their side is wrong.",
    ),
    row(
        C::PossibleSpam,
        "Possible spam",
        "A filter of the receiver took the mail for spam.",
        "Review text, links and sending reputation, and write to interested people only.",
    ),
    row(
        C::PermanentOther,
        "Other",
        "The mail was refused for good, for a reason that fits no other category.",
        "Read the diagnostic text of the server, and verify the address.",
    ),
];

const GERMAN: [(C, CategoryTexts); 16] = [
    row(
        C::TemporaryDomainError,
        "Vorübergehender Domainfehler",
        "Die Domain des Empfängers war nicht auffindbar oder nimmt derzeit keine Post an.",
        "Später erneut senden. Bleibt es tagelang so, die Schreibweise der Domain prüfen.",
    ),
    row(
        C::AutoReply,
        "Automatische Antwort",
        "Es kam eine automatische Antwort zurück, etwa eine Abwesenheitsnotiz.",
        "Nichts zu tun; nach dem dort genannten Datum erneut schreiben.",
    ),
    row(
        C::AuthenticationFailed,
        "Authentifizierung fehlgeschlagen",
        "Der Empfänger konnte nicht prüfen, dass die Mail von Ihrer Domain stammt.",
        "SPF, DKIM, DMARC und Reverse-DNS der Absenderdomain prüfen, dann entsperren.",
    ),
    row(
        C::MailboxFull,
        "Postfach voll",
        "Im Postfach des Empfängers ist kein Platz mehr.",
        "Die Person anders erreichen und erneut senden, sobald wieder Platz ist.",
    ),
    row(
        C::TemporaryNetworkError,
        "Vorübergehender Netzwerkfehler",
        "Der empfangende Server hat nicht oder nicht rechtzeitig geantwortet.",
        "Später erneut senden. Sind mehrere Empfänger betroffen, deren Administrator fragen.",
    ),
    row(
        C::ContentRelated,
        "Inhalt abgelehnt",
        "Größe, Form oder ein Anhang der Mail wurde abgelehnt.",
        "Die Mail verkleinern, Anhänge durch Links ersetzen und erneut senden.",
    ),
    row(
        C::TemporaryOther,
        "Sonstige",
        "Die Mail wurde vorerst abgelehnt, aus einem Grund, der sonst nirgends passt.",
        "Die Meldung des Servers lesen und später erneut senden.",
    ),
    row(
        C::SenderRejected,
        "Absender abgelehnt",
        "Der empfangende Server nimmt von dieser Absenderadresse keine Post an.",
        "Eine verifizierte Absenderadresse verwenden oder um Freigabe bitten.",
    ),
    row(
        C::BadDomain,
        "Ungültige Domain",
        "Die Domain der Adresse gibt es nicht, oder sie nimmt keine Post an.",
        "Den Teil nach dem @ berichtigen oder die Adresse entfernen.",
    ),
    row(
        C::BadMailbox,
        "Ungültiges Postfach",
        "Das Postfach gibt es nicht, es ist umgezogen oder abgeschaltet.",
        "Den Kontakt nach der heutigen Adresse fragen und diese entfernen.",
    ),
    row(
        C::PolicyRelated,
        "Richtlinie",
        "Eine Regel der empfangenden Organisation verbietet die Mail.",
        "Deren Administrator bitten, Ihre Domain oder Sendeadressen zuzulassen.",
    ),
    row(
        C::ProtocolError,
        "Protokollfehler",
        "Der empfangende Server fand die Mail oder den Ablauf nicht in Ordnung.",
        "Die Meldung aufheben und dem Support geben; erneutes Senden hilft nicht.",
    ),
    row(
        C::RelayDenied,
        "Weiterleitung verweigert",
        "Der antwortende Server ist für diese Domain nicht zuständig.",
        "Die MX-Einträge der Domain oder das eigene Relay prüfen lassen.",
    ),
    row(
        C::RoutingError,
        "Zustellschleife",
        "Die Mail lief zwischen Servern im Kreis und wurde aufgegeben.",
        "Den Administrator des Empfängers informieren: Dort ist eine Weiterleitung falsch.",
    ),
    row(
        C::PossibleSpam,
        "Spamverdacht",
        "Ein Filter des Empfängers hielt die Mail für Spam.",
        "Text, Links und Ruf des Absenders prüfen; nur Interessierten schreiben.",
    ),
    row(
        C::PermanentOther,
        "Sonstige",
        "Die Mail wurde endgültig abgelehnt, aus einem Grund, der sonst nirgends passt.",
        "Die Meldung des Servers lesen und die Adresse prüfen.",
    ),
];

const CHINESE: [(C, CategoryTexts); 16] = [
    row(
        C::TemporaryDomainError,
        "临时域名故障",
        "暂时无法查询到收件人的域名，或该域名目前不接收邮件。",
        "请稍后重新发送；如果持续数日，请检查域名拼写是否正确。",
    ),
    row(
        C::AutoReply,
        "自动回复",
        "收到了自动回复，例如外出或休假通知。",
        "无需处理；可在对方回复中注明的日期之后再联系。",
    ),
    row(
        C::AuthenticationFailed,
        "身份验证失败",
        "接收方无法确认该邮件来自您的域名。",
        "请检查发件域名的 SPF、DKIM、DMARC 和反向解析，修正后再解除屏蔽。",
    ),
    row(
        C::MailboxFull,
        "邮箱已满",
        "收件人的邮箱已没有可用空间。",
        "请通过其他方式联系收件人，待其清理邮箱后重新发送。",
    ),
    row(
        C::TemporaryNetworkError,
        "临时网络故障",
        "接收服务器没有响应，或未能及时响应。",
        "请稍后重新发送；若同一域名多个收件人失败，请联系其管理员。",
    ),
    row(
        C::ContentRelated,
        "内容相关",
        "邮件的大小、格式或附件被拒绝。",
        "请缩小邮件，用链接代替附件，然后重新发送。",
    ),
    row(
        C::TemporaryOther,
        "其他",
        "邮件被暂时拒收，原因不属于其他类别。",
        "请查看服务器返回的诊断信息，并稍后重新发送。",
    ),
    row(
        C::SenderRejected,
        "发件人被拒",
        "接收服务器拒绝接收来自该发件地址的邮件。",
        "请使用已验证的发件地址，或请收件人将您加入允许名单。",
    ),
    row(
        C::BadDomain,
        "域名无效",
        "该地址的域名不存在，或不接收邮件。",
        "请更正 @ 之后的部分，或删除该地址。",
    ),
    row(
        C::BadMailbox,
        "邮箱无效",
        "该邮箱不存在、已迁移或已被停用。",
        "请向联系人询问最新地址，并删除此地址。",
    ),
    row(
        C::PolicyRelated,
        "策略限制",
        "接收方组织的规则不允许该邮件。",
        "请联系接收方管理员，将您的域名或发送地址加入允许名单。",
    ),
    row(
        C::ProtocolError,
        "协议错误",
        "接收服务器认为邮件或通信过程不符合协议。",
        "请保留诊断信息并提交给技术支持；重复发送没有作用。",
    ),
    row(
        C::RelayDenied,
        "拒绝转发",
        "应答的服务器不负责处理该域名的邮件。",
        "请与域名所有者核对 MX 记录，或检查您使用的中继服务器。",
    ),
    row(
        C::RoutingError,
        "路由错误",
        "邮件在服务器之间循环转发，最终被放弃。",
        "请通知收件方管理员：对方的转发设置有误。",
    ),
    row(
        C::PossibleSpam,
        "疑似垃圾邮件",
        "接收方的过滤系统将该邮件判定为垃圾邮件。",
        "请检查正文、链接和发送信誉，只给感兴趣的人发送邮件。",
    ),
    row(
        C::PermanentOther,
        "其他",
        "邮件被永久拒收，原因不属于其他类别。",
        "请查看服务器返回的诊断信息，并核实该地址。",
    ),
];
