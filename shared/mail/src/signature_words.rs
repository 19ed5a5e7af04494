//! Words by which the lines of signatures are known: English, German and Chinese, lower case, in one
//! text each, for there are many.

/// Labels of phone numbers, lower case.
pub const PHONE_LABELS: &str = "\
    tel telephone telefon phone fon mobile mobil mob cell handy direct durchwahl office \
    büro t m p 电话 手机 座机 电話 手機 電話 移动电话";
/// Labels of what is no phone number although it looks like one.
pub const FAX_LABELS: &str = "fax telefax f 传真 傳真";
/// Labels of pages.
pub const SITE_LABELS: &str = "web website homepage site internet url w 网址 网站 網址 網站";
/// Labels of addresses.
pub const EMAIL_LABELS: &str = "e-mail email mail e 邮箱 邮件 電郵 电子邮件";
/// Labels of jobs.
pub const TITLE_LABELS: &str = "title position funktion 职位 職位 职务";
/// Labels of companies.
pub const COMPANY_LABELS: &str = "company firma unternehmen 公司 单位 公司名称";
/// Words that stand in names of jobs; whole words, lower case.
pub const TITLE_WORDS: &str = "\
    manager director engineer developer ceo cto cfo coo cmo president head chief officer \
    consultant assistant analyst architect designer specialist coordinator representative \
    executive partner founder owner sales accountant professor lecturer leiter leiterin \
    geschäftsführer geschäftsführerin geschäftsführung vertrieb vertriebsleiter \
    vertriebsleiterin ingenieur ingenieurin entwickler entwicklerin referent referentin \
    berater beraterin assistentin assistent sachbearbeiter sachbearbeiterin vorstand \
    prokurist prokuristin projektleiter projektleiterin einkauf einkäufer buchhaltung \
    inhaber inhaberin";
/// What names of jobs end in, in Chinese.
pub const TITLE_ENDS: &str = "经理 總監 总监 工程师 工程師 主任 总裁 總裁 董事 董事长 主管 助理 顾问 代表 專員 专员 教授 经纪人 设计师 会计 秘书";
/// Forms of companies: whole words, lower case, without points.
pub const COMPANY_WORDS: &str = "\
    gmbh mbh ag kg kgaa ohg gbr ug se ev eg inc llc ltd limited plc corp corporation \
    company co group holding bv nv sa sarl srl spa oy ab aps university universität \
    hochschule institut institute stiftung verein bank";
/// What names of companies end in, in Chinese.
pub const COMPANY_ENDS: &str = "公司 集团 集團 事务所 研究院 研究所 大学 大學 银行 厂 中心";
