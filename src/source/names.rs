//! What a name in a path says: a domain, a kind of text, or just the place where a collection lies.

/// Words that make a name the kind of a text, in the languages of the archives that are known; compared without case
/// and separators.
const KIND_WORDS: &[&str] = &[
    "privacy",
    "policy",
    "policies",
    "terms",
    "cookie",
    "guideline",
    "condition",
    "agreement",
    "legal",
    "tracker",
    "imprint",
    "impressum",
    "disclaimer",
    "copyright",
    "standards",
    "statement",
    "eula",
    "notice",
    "license",
    "licence",
    "rules",
    "charter",
    "dataprotection",
    "acceptableuse",
    "codeofconduct",
    "warranty",
    "singlesignon",
    "mediation",
    "deceasedusers",
    "rankingparameters",
    "complaints",
    "closedcaptioning",
    "servicelevel",
    "userconsent",
    "lawenforcement",
    "transparency",
    "datenschutz",
    "nutzungsbedingungen",
    "geschaftsbedingungen",
    "geschäftsbedingungen",
    "confidentialit",
    "mentionslegales",
    "mentionslégales",
    "vieprivee",
    "vieprivée",
    "privacidad",
    "condiciones",
    "terminos",
    "términos",
    "privatezza",
    "riservatezza",
    "termini",
    "condizioni",
    "privacidade",
    "termos",
    "prywatnosci",
    "prywatności",
    "regulamin",
];
/// Short words that make a name a kind only when they are all of it.
const KIND_NAMES: &[&str] = &["tos", "tou", "toc", "agb", "cgu", "cgv", "dpa", "aup", "gdpr", "ccpa", "coppa"];
/// One way to write the kinds that every archive has.
const USUAL_KINDS: &[(&str, &str)] = &[
    ("privacy", "Privacy Policy"),
    ("privacypolicy", "Privacy Policy"),
    ("privacynotice", "Privacy Notice"),
    ("privacystatement", "Privacy Statement"),
    ("terms", "Terms of Service"),
    ("tos", "Terms of Service"),
    ("termsofservice", "Terms of Service"),
    ("termsofuse", "Terms of Use"),
    ("tou", "Terms of Use"),
    ("termsandconditions", "Terms and Conditions"),
    ("cookie", "Cookie Policy"),
    ("cookies", "Cookie Policy"),
    ("cookiepolicy", "Cookie Policy"),
    ("cookiespolicy", "Cookie Policy"),
    ("communityguidelines", "Community Guidelines"),
    ("acceptableusepolicy", "Acceptable Use Policy"),
    ("aup", "Acceptable Use Policy"),
    ("policy", "Policy"),
];
/// Names of folders that hold companies or formats, and so are no company.
const COLLECTIONS: &[&str] = &[
    "html",
    "htm",
    "md",
    "markdown",
    "pdf",
    "txt",
    "text",
    "texts",
    "plain",
    "raw",
    "data",
    "dataset",
    "datasets",
    "archive",
    "archives",
    "policies",
    "corpus",
    "corpora",
    "snapshots",
    "snapshot",
    "versions",
    "version",
    "captures",
    "capture",
    "pages",
    "files",
    "docs",
    "documents",
    "crawl",
    "crawls",
    "wayback",
    "websites",
    "web",
    "sites",
    "companies",
    "services",
    "platforms",
    "samples",
    "sample",
    "examples",
    "example",
    "test",
    "tests",
    "src",
    "out",
    "output",
    "input",
    "export",
    "exports",
    "download",
    "downloads",
    "tmp",
    "temp",
    "home",
    "root",
    "users",
    "desktop",
    "folder",
    "folders",
    "records",
    "jsonl",
    "json",
    "undated",
    "dated",
    "misc",
    "all",
];
/// Names of pages that say nothing of the page.
const PLAIN_PAGES: &[&str] = &[
    "index", "page", "home", "default", "main", "content", "snapshot", "capture", "version", "text", "document", "doc", "full",
    "raw", "body", "original",
];
/// Endings of pages, which are no top-level domains.
pub const PAGE_ENDINGS: &[&str] =
    &["asp", "aspx", "php", "php3", "phtml", "jsp", "jspx", "cfm", "cgi", "do", "shtml", "shtm", "stm"];

/// The kind of a text of which nothing tells the kind.
pub const UNKNOWN_KIND: &str = "Policy";

/// Letters and digits in lower case: `Terms of Service`, `terms-of-service` and `TermsofService` are one.
pub fn squash(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a name is a domain such as `acme.test`.
pub fn is_domain(name: &str) -> bool {
    let Some((front, last)) = name.rsplit_once('.') else {
        return false;
    };
    let top = last.len() >= 2 && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"));
    let label = |label: &str| {
        let plain = label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        !label.is_empty() && plain && !label.starts_with('-') && !label.ends_with('-')
    };
    let ending = last.to_ascii_lowercase();
    let file = PAGE_ENDINGS.contains(&ending.as_str()) || matches!(ending.as_str(), "html" | "htm" | "md" | "txt" | "xhtml");
    top && !file && name.len() <= 253 && front.split('.').all(label)
}

/// Whether a name is the kind of a text: `Privacy Policy`, `terms-of-use`, `Datenschutz`.
pub fn is_kind(name: &str) -> bool {
    if is_domain(name) {
        return false;
    }
    let squashed = squash(name);
    let word = || KIND_WORDS.iter().any(|word| squashed.contains(word));
    !COLLECTIONS.contains(&squashed.as_str()) && (KIND_NAMES.contains(&squashed.as_str()) || word())
}

/// Whether a folder's name says where a collection lies, not whose text it is.
pub fn is_collection(name: &str) -> bool {
    name.starts_with('.') || COLLECTIONS.contains(&name.to_lowercase().as_str())
}

/// Whether a page's name says nothing of the page: `index`, `v12`, `0003`.
pub fn is_plain_page(name: &str) -> bool {
    let squashed = squash(name);
    let counted = squashed.trim_start_matches('v').chars().all(|c| c.is_ascii_digit());
    counted || PLAIN_PAGES.contains(&squashed.as_str())
}

/// The kind that a name gives: the usual way to write it for the kinds that every archive has, else the name itself.
pub fn kind_name(name: &str) -> String {
    let squashed = squash(name);
    let usual = USUAL_KINDS.iter().find(|(known, _)| *known == squashed);
    usual.map_or_else(|| name.to_owned(), |(_, kind)| (*kind).to_owned())
}

/// The kind in a name that has lost its spaces: `DeveloperTerms` is `Developer Terms`.
pub fn spaced_kind_name(name: &str) -> String {
    let known = kind_name(name);
    if known != name {
        return known;
    }
    let mut spaced = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for c in name.chars() {
        if c.is_uppercase() && after_small {
            spaced.push(' ');
        }
        after_small = c.is_lowercase();
        spaced.push(if c == '_' || c == '-' { ' ' } else { c });
    }
    spaced
}

/// The kind that a longer name hints at: `acme privacy 2005` hints at a privacy policy.
pub fn hinted_kind(name: &str) -> Option<&'static str> {
    let squashed = squash(name);
    let has = |words: &[&str]| words.iter().any(|word| squashed.contains(word));
    if has(&["privacy", "datenschutz", "confidentialit", "privacidad", "vieprivee", "vieprivée"]) {
        Some("Privacy Policy")
    } else if has(&["cookie"]) {
        Some("Cookie Policy")
    } else if has(&["termsofuse"]) {
        Some("Terms of Use")
    } else if has(&["terms", "nutzungsbedingungen"]) || squashed == "tos" {
        Some("Terms of Service")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_told_from_names_of_pages() {
        assert!(is_domain("acme.test") && is_domain("www.a-b.co.uk") && is_domain("bücher.de") && is_domain("x.xn--p1ai"));
        assert!(
            !is_domain("acme")
                && !is_domain("privacy.php")
                && !is_domain("2005.05.25")
                && !is_domain("a b.com")
                && !is_domain(".com")
        );
    }

    #[test]
    fn kinds_are_recognised_whatever_their_spelling() {
        assert!(is_kind("Privacy Policy") && is_kind("TermsofService") && is_kind("tos") && is_kind("Datenschutzerklärung"));
        assert!(!is_kind("policies") && !is_kind("Acme") && !is_kind("privacy.test"));
        assert_eq!(kind_name("privacy-policy"), "Privacy Policy");
        assert_eq!(kind_name("Trackers Policy"), "Trackers Policy");
        assert_eq!(spaced_kind_name("TermsofService"), "Terms of Service");
        assert_eq!(spaced_kind_name("DeveloperTerms"), "Developer Terms");
        assert_eq!(hinted_kind("acme_privacy_old"), Some("Privacy Policy"));
        assert_eq!(hinted_kind("acme"), None);
    }

    #[test]
    fn plain_pages_say_nothing() {
        assert!(is_plain_page("index") && is_plain_page("v12") && is_plain_page("0003") && !is_plain_page("legal"));
    }
}
