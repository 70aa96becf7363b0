//! The known layouts: what each path tells.

use super::layout::Place;
use super::trail::Trail;
use crate::snapshot::Recording;
use proptest::prelude::*;

fn place(root: &str, path: &str) -> Place {
    let root: Vec<String> = root.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let file = path.rsplit('/').next().unwrap();
    let stem = file.strip_suffix(".html").or(file.strip_suffix(".md")).or(file.strip_suffix(".txt")).unwrap_or(file);
    Trail::new(&root, path, stem).place()
}

/// `company | kind | part | date`, `-` for what is not told.
fn told(root: &str, path: &str) -> String {
    let place = place(root, path);
    let date = match place.date {
        Some(Ok(instant)) => instant.to_string(),
        Some(Err(impossible)) => format!("impossible {}", impossible.0),
        None => "-".to_owned(),
    };
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    let company = place.company.unwrap_or_default();
    format!("{} | {} | {} | {date}", or_dash(&company), place.kind, or_dash(&place.part))
}

#[test]
fn open_terms_archive() {
    let path = "Acme/Imprint/2022-10-04T12-31-33Z.md";
    assert_eq!(told("data", path), "Acme | Imprint | - | 2022-10-04T12:31:33Z");
    assert_eq!(place("data", path).recording, Recording::Changes);
    assert_eq!(told("x", "deep/er/X/Privacy Policy/2022-10-04T12-31-33Z.md"), "X | Privacy Policy | - | 2022-10-04T12:31:33Z");
    assert_eq!(
        told("", "Acme/Terms of Service #main/2022-10-04T12-31-33Z.html"),
        "Acme | Terms of Service | main | 2022-10-04T12:31:33Z"
    );
    assert_eq!(told("data/Acme", "Privacy Policy/2022-10-04T12-31-33Z.md"), "Acme | Privacy Policy | - | 2022-10-04T12:31:33Z");
    assert_eq!(told("Acme/Privacy Policy", "2022-10-04T12-31-33Z.md"), "Acme | Privacy Policy | - | 2022-10-04T12:31:33Z");
    assert_eq!(told("data", "Acme/Terms of Use.md"), "Acme | Terms of Use | - | -");
}

#[test]
fn paths_of_a_history_have_no_dates() {
    let told = |path: &str| {
        let root = ["repository".to_owned()];
        let file = path.rsplit('/').next().unwrap();
        let stem = file.rsplit_once('.').unwrap().0;
        let place = Trail::new(&root, path, stem).place_in_history();
        format!("{} | {} | {} | {:?}", place.company.unwrap_or_default(), place.kind, place.part, place.recording)
    };
    assert_eq!(told("Acme/Imprint.md"), "Acme | Imprint |  | Changes");
    assert_eq!(told("Acme/Ranking.md"), "Acme | Ranking |  | Changes");
    assert_eq!(told("Acme/Terms of Service #main.html"), "Acme | Terms of Service | main | Changes");
    assert_eq!(told("crawl/acme.test/Privacy Policy.txt"), "acme.test | Privacy Policy |  | Changes");
    // A folder of someone's captures may have that name too.
    assert_eq!(told("crawl/acme.test/2005-05-25.html"), "acme.test | Policy |  | Captures");
    assert_eq!(told("crawl/2005-05-25/acme.test/privacy.html"), "acme.test | Privacy Policy |  | Captures");
    assert_eq!(told("crawl_reviewed/acme.test/Updated Terms 2013.txt"), "acme.test | Updated Terms 2013 |  | Changes");
    assert_eq!(told("l/li/lin/linux.test.md"), "linux.test | Privacy Policy |  | Captures");
    assert_eq!(told("docs/privacy.md"), " | Privacy Policy |  | Changes");
    assert_eq!(told("sites/acme.test.html"), "acme.test | Policy |  | Changes");
}

#[test]
fn platform_governance_archive() {
    let expected = "Big Acme | Terms of Service | - | 2009-09-18";
    assert_eq!(told("x", "Versions/Markdown/Big Acme/Terms of Service/20090918_BigAcme_TermsofService.md"), expected);
    assert_eq!(told("Versions/Markdown", "Big Acme/Terms of Service/20090918_BigAcme_TermsofService.md"), expected);
    assert_eq!(told("Markdown/Big Acme/Terms of Service", "20090918_BigAcme_TermsofService.md"), expected);
    assert_eq!(told("x", "20090918_Acme_DeveloperTerms.html"), "Acme | Developer Terms | - | 2009-09-18");
    assert_eq!(place("x", "20090918_Acme_DeveloperTerms.html").recording, Recording::Changes);
}

#[test]
fn wayback_downloads() {
    let page = place("websites", "acme.test/20050525101112/legal/privacy.html");
    assert_eq!(page.url.as_deref(), Some("https://web.archive.org/web/20050525101112/http://acme.test/legal/privacy.html"));
    assert_eq!(page.part, "legal/privacy.html");
    let page = place("x", "20050525101112id_/www.acme.test/privacy policy.html");
    let url = "https://web.archive.org/web/20050525101112id_/http://www.acme.test/privacy%20policy.html";
    assert_eq!(page.url.as_deref(), Some(url));
    for (root, path, expected) in [
        ("x", "acme.test/20050525101112/privacy.html", "acme.test | Privacy Policy | privacy.html | 2005-05-25T10:11:12Z"),
        (
            "x",
            "acme.test/20050525101112/privacy-policy.html",
            "acme.test | Privacy Policy | privacy-policy.html | 2005-05-25T10:11:12Z",
        ),
        (
            "x",
            "websites/www.acme.test/20050525101112id_/a/tos.html",
            "acme.test | Terms of Service | a/tos.html | 2005-05-25T10:11:12Z",
        ),
        (
            "x",
            "acme.test/20050525101112/news/2004/01/privacy.html",
            "acme.test | Privacy Policy | news/2004/01/privacy.html | 2005-05-25T10:11:12Z",
        ),
        ("acme.test", "20050525101112/index.html", "acme.test | Policy | - | 2005-05-25T10:11:12Z"),
        ("acme.test", "20050525101112/home.html", "acme.test | Policy | home.html | 2005-05-25T10:11:12Z"),
        ("x", "acme.test/20050525101112.html", "acme.test | Policy | - | 2005-05-25T10:11:12Z"),
        (
            "x",
            "20050525101112/www.acme.test/legal/privacy.html",
            "acme.test | Privacy Policy | legal/privacy.html | 2005-05-25T10:11:12Z",
        ),
        (
            "x",
            "web.archive.org/web/20050525101112/http:/acme.test/tos.html",
            "acme.test | Terms of Service | tos.html | 2005-05-25T10:11:12Z",
        ),
        ("x", "acme.test/20050230101112/privacy.html", "acme.test | Privacy Policy | privacy.html | impossible 20050230101112"),
        ("x", "2005-05-25/acme.test/a/tos.html", "acme.test | Terms of Service | a/tos.html | 2005-05-25"),
        ("x", "2005-05-25/acme.test/tos.html", "acme.test | Terms of Service | - | 2005-05-25"),
        ("websites", "acme.test/legal/privacy.html", "acme.test | Privacy Policy | - | -"),
        ("websites", "www.acme.test/privacy/index.html", "acme.test | Privacy Policy | - | -"),
        ("websites", "www.acme.test/index.html", "acme.test | Policy | - | -"),
    ] {
        assert_eq!(told(root, path), expected, "{root} {path}");
    }
}

#[test]
fn plain_folders() {
    for (root, path, expected) in [
        ("x", "acme/privacy/2005-05-25.txt", "acme | Privacy Policy | - | 2005-05-25"),
        ("x", "html/acme/2005-05-25.html", "acme | Policy | - | 2005-05-25"),
        ("x", "corpus/acme/2005.html", "acme | Policy | - | 2005"),
        ("privacy-policies", "acme/2005.html", "acme | Privacy Policy | - | 2005"),
        ("x", "acme_2005-05-25.md", "acme | Policy | - | 2005-05-25"),
        ("x", "acme_privacy_policy_2005-05.md", "acme | Privacy Policy | - | 2005-05"),
        ("x", "acme/privacy_2005-05.md", "acme | Privacy Policy | - | 2005-05"),
        ("x", "2005-05-25/acme.test.html", "acme.test | Policy | - | 2005-05-25"),
        ("x", "2005-05-25/acme.html", "acme | Policy | - | 2005-05-25"),
        ("x", "2005-05-25/acme/terms.html", "acme | Terms of Service | - | 2005-05-25"),
        ("x", "acme/2005-05-25/cookies.html", "acme | Cookie Policy | - | 2005-05-25"),
        ("x", "acme/2005-05-25/index.html", "acme | Policy | - | 2005-05-25"),
        ("x", "acme/2005/06/13.html", "acme | Policy | - | 2005-06-13"),
        ("x", "acme/2005/06/privacy.html", "acme | Privacy Policy | - | 2005-06"),
        ("acme", "2001-05-05.html", "acme | Policy | - | 2001-05-05"),
        ("data", "2001-05-05.html", "- | Policy | - | 2001-05-05"),
        ("2001-05-05", "acme.html", "acme | Policy | - | 2001-05-05"),
        ("2024", "notes.txt", "- | Policy | - | -"),
        ("x", "acme/2005-02-30.html", "acme | Policy | - | impossible 2005-02-30"),
        ("x", "acme_2005-05-25_de.html", "acme | Policy | de | 2005-05-25"),
    ] {
        assert_eq!(told(root, path), expected, "{root} {path}");
    }
}

#[test]
fn undated_texts() {
    for (path, expected) in [
        ("a/ac/acm/acme.test.md", "acme.test | Privacy Policy | - | -"),
        ("crawl/acme.test/Privacy Policy.txt", "acme.test | Privacy Policy | - | -"),
        ("crawl_reviewed/acme.test/About.txt", "acme.test | About | - | -"),
        ("crawl/acme.test/Terms of 2010.txt", "acme.test | Terms of 2010 | - | -"),
        ("12_www.acme.test.html", "acme.test | Privacy Policy | - | -"),
        ("acme/privacy.html", "acme | Privacy Policy | - | -"),
        ("acme.test/about.html", "acme.test | Policy | - | -"),
        ("000_ab12.txt", "- | Policy | - | -"),
    ] {
        assert_eq!(told("x", path), expected, "{path}");
    }
}

proptest! {
    #[test]
    fn no_path_panics(root in "[a-c0-9./_-]{0,30}", path in "(/|_|-|\\.|é|2005|05|25|T10-11-12Z|privacy|acme|crawl|acme.test|[0-9]{14}| #){1,14}") {
        let _ = told(&root, &path);
    }
}
