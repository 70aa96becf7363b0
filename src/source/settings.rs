//! The archive's settings file: path templates, aliases, groups, what to include, and the keys of its JSON records.

use crate::snapshot::Recording;
use crate::source::template::{Match, PLACEHOLDERS, Template};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// The name of the settings file in the archive's root.
pub const SETTINGS_FILE: &str = "fineprint.toml";
/// A settings file names things, it does not hold texts.
const MAX_SETTINGS_BYTES: usize = 16 * 1024 * 1024;
const MAX_TEMPLATES: usize = 100;
const ALL_SETTINGS: &str = "settings are: recording, include, exclude, [[template]], [companies], [kinds], [groups], [json]";

/// What the archive's owner says about it. The default is an archive without a settings file.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    fingerprint: String,
    recording: Option<Recording>,
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
    templates: Vec<PathRule>,
    companies: Aliases,
    kinds: Aliases,
    groups: BTreeMap<String, Vec<String>>,
    json: JsonKeys,
}

/// A mistake in the settings file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}, line {line}, column {column}: {problem}\nhint: {hint}", .path.display())]
pub struct SettingsError {
    pub path: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    pub problem: String,
    pub hint: String,
}

/// What the first fitting template says of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    pub found: Match,
    /// Whether the template takes the path apart, so that nothing else should.
    pub explains: bool,
    pub recording: Option<Recording>,
}

/// The keys of a JSON Lines record: ours on the left, the archive's (dotted for nested ones) in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JsonKeys {
    pub id: String,
    pub company: String,
    pub kind: String,
    pub part: String,
    pub date: String,
    pub url: String,
    pub html: String,
    pub markdown: String,
    pub text: String,
}

impl Default for JsonKeys {
    fn default() -> JsonKeys {
        let [id, company, kind, part, date, url, html, markdown, text] =
            ["id", "company", "kind", "part", "date", "url", "html", "markdown", "text"].map(str::to_owned);
        JsonKeys { id, company, kind, part, date, url, html, markdown, text }
    }
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    recording: Option<Recording>,
    #[serde(default)]
    include: Vec<Spanned<String>>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    #[serde(default)]
    template: Vec<WrittenTemplate>,
    #[serde(default)]
    companies: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    kinds: BTreeMap<String, Vec<Spanned<String>>>,
    #[serde(default)]
    groups: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    json: JsonKeys,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTemplate {
    path: Spanned<String>,
    company: Option<String>,
    kind: Option<String>,
    part: Option<String>,
    recording: Option<Recording>,
}

#[derive(Debug, Clone)]
struct PathRule {
    template: Template,
    fixed: Match,
    recording: Option<Recording>,
}

/// Other names for one name, whatever their letters' case.
#[derive(Debug, Clone, Default)]
struct Aliases(BTreeMap<String, String>);

/// A mistake at a place in the file.
struct Mistake {
    at: Range<usize>,
    problem: String,
    hint: String,
}

impl Settings {
    /// Reads the bytes of a settings file; `path` is for messages.
    ///
    /// # Errors
    /// Names the line, the column and the mistake: bad TOML, unknown keys, bad templates and globs, a name given two meanings.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Settings, SettingsError> {
        let place = |mistake: Mistake| {
            let text = String::from_utf8_lossy(bytes);
            let before = text.get(..mistake.at.start).unwrap_or(&text);
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            SettingsError {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
                problem: mistake.problem,
                hint: mistake.hint,
            }
        };
        Settings::read(bytes).map_err(place)
    }

    fn read(bytes: &[u8]) -> Result<Settings, Mistake> {
        if bytes.len() > MAX_SETTINGS_BYTES {
            let problem = format!("the settings are larger than {MAX_SETTINGS_BYTES} bytes");
            return Err(Mistake { at: 0..0, problem, hint: "texts do not belong into the settings".to_owned() });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| Mistake {
            at: error.valid_up_to()..error.valid_up_to(),
            problem: "not valid UTF-8".to_owned(),
            hint: "save the file as UTF-8".to_owned(),
        })?;
        let written: Written = toml::from_str(text).map_err(|error| Mistake {
            at: error.span().unwrap_or(0..0),
            problem: error.message().to_owned(),
            hint: ALL_SETTINGS.to_owned(),
        })?;
        if written.template.len() > MAX_TEMPLATES {
            let at = written.template[MAX_TEMPLATES].path.span();
            let problem = format!("more than {MAX_TEMPLATES} templates");
            return Err(Mistake {
                at,
                problem,
                hint: "use *, ** and placeholders to cover more paths with one template".to_owned(),
            });
        }
        Ok(Settings {
            fingerprint: blake3::hash(bytes).to_hex().to_string(),
            recording: written.recording,
            include: globs(&written.include)?,
            exclude: globs(&written.exclude)?,
            templates: written.template.into_iter().map(path_rule).collect::<Result<_, _>>()?,
            companies: Aliases::new(written.companies)?,
            kinds: Aliases::new(written.kinds)?,
            groups: written.groups,
            json: written.json,
        })
    }

    /// The BLAKE3 hash of the file's bytes in hex; empty where there is no file.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What the archive records, where its owner says so.
    pub fn recording(&self) -> Option<Recording> {
        self.recording
    }

    /// The name under which a company is counted: its own, or the one that it is an alias of.
    pub fn company_alias<'a>(&'a self, name: &'a str) -> &'a str {
        self.companies.resolve(name)
    }

    /// The name under which a kind of text is counted: its own, or the one that it is an alias of.
    pub fn kind_alias<'a>(&'a self, name: &'a str) -> &'a str {
        self.kinds.resolve(name)
    }

    /// Groups of companies by name.
    pub fn groups(&self) -> &BTreeMap<String, Vec<String>> {
        &self.groups
    }

    /// The keys of JSON Lines records.
    pub(super) fn json(&self) -> &JsonKeys {
        &self.json
    }

    /// What the first template that fits says of a path relative to the root.
    pub(super) fn rule(&self, path: &str) -> Option<Ruled> {
        self.templates.iter().find_map(|rule| {
            let found = rule.template.read(path)?;
            let found = Match {
                company: rule.fixed.company.clone().or(found.company),
                kind: rule.fixed.kind.clone().or(found.kind),
                part: rule.fixed.part.clone().or(found.part),
                date: found.date,
            };
            Some(Ruled { found, explains: rule.template.explains(), recording: rule.recording })
        })
    }

    /// Whether a file or folder is excluded.
    pub(super) fn excludes(&self, path: &str) -> bool {
        self.exclude.as_ref().is_some_and(|globs| globs.is_match(path))
    }

    /// Whether a file is among what is asked for.
    pub(super) fn includes(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|globs| globs.is_match(path))
    }
}

impl Aliases {
    fn new(written: BTreeMap<String, Vec<Spanned<String>>>) -> Result<Aliases, Mistake> {
        let mut names: BTreeMap<String, String> = written.keys().map(|name| (name.to_lowercase(), name.clone())).collect();
        for (canonical, aliases) in &written {
            for alias in aliases {
                let known = names.insert(alias.get_ref().to_lowercase(), canonical.clone());
                if let Some(known) = known.filter(|known| known != canonical) {
                    return Err(Mistake {
                        at: alias.span(),
                        problem: format!("{:?} is given to {known:?} and to {canonical:?}", alias.get_ref()),
                        hint: "a name can stand for one other name only".to_owned(),
                    });
                }
            }
        }
        Ok(Aliases(names))
    }

    fn resolve<'a>(&'a self, name: &'a str) -> &'a str {
        if self.0.is_empty() {
            return name;
        }
        self.0.get(&name.to_lowercase()).map_or(name, String::as_str)
    }
}

fn path_rule(written: WrittenTemplate) -> Result<PathRule, Mistake> {
    let template = Template::parse(written.path.get_ref()).map_err(|problem| {
        // Inside a string without escapes the place is exact; else it is the string's.
        let span = written.path.span();
        let exact = span.len() == written.path.get_ref().len() + 2;
        let at = if exact { span.start + 1 + problem.at.start..span.start + 1 + problem.at.end } else { span };
        Mistake { at, problem: problem.what, hint: format!("a path template is made of {PLACEHOLDERS}") }
    })?;
    let fixed = Match { company: written.company, kind: written.kind, part: written.part, date: None };
    Ok(PathRule { template, fixed, recording: written.recording })
}

/// Globs are relative to the root; one without `/` means the name in any folder, one that ends with `/` a folder and
/// all below it.
fn globs(written: &[Spanned<String>]) -> Result<Option<GlobSet>, Mistake> {
    if written.is_empty() {
        return Ok(None);
    }
    let mistake = |at: Range<usize>, error: globset::Error| Mistake {
        at,
        problem: error.to_string(),
        hint: "globs are written as in \"drafts/**\", \"*.html\" or \"**/{old,new}/*.txt\"".to_owned(),
    };
    let mut set = GlobSetBuilder::new();
    for glob in written {
        let text = glob.get_ref().strip_prefix("./").unwrap_or(glob.get_ref());
        let anywhere = if text.trim_end_matches('/').contains('/') { "" } else { "**/" };
        let full = format!("{anywhere}{}", text.strip_prefix('/').unwrap_or(text));
        let folder = full.strip_suffix('/').map(|folder| format!("{folder}/**"));
        for pattern in std::iter::once(full.trim_end_matches('/')).chain(folder.as_deref()) {
            let built = GlobBuilder::new(pattern).literal_separator(true).build();
            set.add(built.map_err(|error| mistake(glob.span(), error))?);
        }
    }
    set.build().map(Some).map_err(|error| mistake(written[0].span(), error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, SettingsError> {
        Settings::parse(text.as_bytes(), Path::new("fineprint.toml"))
    }

    #[test]
    fn a_full_file_is_read() {
        let settings = parse(
            r#"
            recording = "changes"
            exclude = ["drafts/", "*.bak.html"]
            include = ["**/*.html"]

            [[template]]
            path = "{company}/{date}.{ext}"
            kind = "Privacy Policy"
            recording = "captures"

            [companies]
            "Acme Group" = ["Acme", "acme.test"]

            [kinds]
            "Privacy Policy" = ["Privacy Notice"]

            [groups]
            shops = ["Acme Group"]

            [json]
            text = "content.body"
            "#,
        )
        .unwrap();
        assert_eq!(settings.recording(), Some(Recording::Changes));
        assert_eq!(settings.company_alias("ACME.test"), "Acme Group");
        assert_eq!(settings.company_alias("Other"), "Other");
        assert_eq!(settings.kind_alias("privacy notice"), "Privacy Policy");
        assert_eq!(settings.groups()["shops"], ["Acme Group"]);
        assert_eq!((settings.json().text.as_str(), settings.json().html.as_str()), ("content.body", "html"));
        assert!(settings.excludes("drafts/x/y.html") && settings.excludes("a/b.bak.html") && !settings.excludes("a/drafts.html"));
        assert!(settings.includes("a.html") && settings.includes("a/b.html") && !settings.includes("a/b.txt"));
        let ruled = settings.rule("Acme/2005.html").unwrap();
        assert_eq!(ruled.found.kind.as_deref(), Some("Privacy Policy"));
        assert_eq!(ruled.recording, Some(Recording::Captures));
        assert_eq!(settings.fingerprint().len(), 64);
    }

    #[test]
    fn mistakes_are_told_with_line_column_and_hint() {
        let error = parse("recording = \"changes\"\nkompanies = 1\n").unwrap_err();
        assert_eq!((error.line, error.column), (2, 1));
        assert!(error.to_string().contains("kompanies") && error.to_string().contains("companies"), "{error}");

        let error = parse("[[template]]\npath = \"{company}/{when}\"\n").unwrap_err();
        assert_eq!((error.line, error.column), (2, 19));
        assert!(error.hint.contains("{date}"));

        let error = parse("recording = \"sometimes\"\n").unwrap_err();
        assert!(error.problem.contains("captures"), "{error}");

        let error = parse("exclude = [\"a\", \"b[\"]\n").unwrap_err();
        assert_eq!((error.line, error.column), (1, 17));

        let error = parse("[companies]\nA = [\"x\"]\nB = [\"X\"]\n").unwrap_err();
        assert_eq!(error.line, 3);

        let error = Settings::parse(b"a = \"\xff\"", Path::new("x")).unwrap_err();
        assert_eq!((error.line, error.column), (1, 6));
    }
}
