//! The words by which companies announce the date of a text, and the words that tell that the date is of something else.

use super::Role;
use super::token::Token;

/// A cue at the start of some tokens: its role, and how many tokens it has. The longest one counts.
pub fn at_start(tokens: &[Token]) -> Option<(Role, usize)> {
    let of =
        |cues: &[&str], role| cues.iter().filter_map(move |cue| Some((role, length(cue, tokens)?))).max_by_key(|found| found.1);
    let found = [of(UPDATED, Role::Updated), of(EFFECTIVE, Role::Effective)];
    found.into_iter().flatten().max_by_key(|found| found.1)
}

/// A cue that follows its date: `tritt am 25. Mai 2018 in Kraft`.
pub fn after_date(tokens: &[Token]) -> Option<(Role, usize)> {
    let skipped = tokens.iter().take_while(|token| matches!(token.mark(), Some('(' | '-' | '–' | ','))).count().min(2);
    let rest = tokens.get(skipped..)?;
    let of = |cues: &[&str], role| cues.iter().find_map(|cue| Some((role, skipped + length(cue, rest)?)));
    of(UPDATED_AFTER, Role::Updated).or_else(|| of(EFFECTIVE_AFTER, Role::Effective))
}

/// How many tokens the words of a cue have at the start of some tokens. `a|b`: one of these.
fn length(cue: &str, tokens: &[Token]) -> Option<usize> {
    let mut at = 0;
    for (number, word) in cue.split(' ').enumerate() {
        if number > 0 && tokens.get(at).is_some_and(|token| matches!(token.mark(), Some('-' | '\'' | '’' | '"' | '“' | '”')))
        {
            at += 1;
        }
        let token = tokens.get(at)?.word()?;
        if !word.split('|').any(|any| any == token) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

const UPDATED: &[&str] = &[
    "last|latest updated|revised|modified|amended|changed|edited",
    "last|latest update|revision|modification|amendment|change|version",
    "most recent|recently update|revision|updated|revised|modified|amended",
    "updated|revised|modified|amended",
    "update|revision|modified|version date|dated",
    "statement|policy|notice|terms|agreement update|revision",
    "date updated|revised|modified",
    "date of last|latest update|revision|modification|amendment|change",
    // German
    "stand",
    "letzte|letzter|letzten aktualisierung|anderung|uberarbeitung|revision|version|anpassung|stand|bearbeitung",
    "zuletzt|letztmals|letztmalig aktualisiert|geandert|uberarbeitet|bearbeitet|angepasst|revidiert",
    "aktualisiert|uberarbeitet",
    "geandert am",
    "aktualisierungsdatum",
    "fassung vom",
    // French
    "derniere mise a jour",
    "dernieres modifications|mises",
    "derniere modification|revision|actualisation|version",
    "mis|mise a jour",
    "modifie|modifiee|revise|revisee|actualisee|actualise le",
    // Spanish
    "ultima actualizacion|modificacion|revision|version|fecha",
    "actualizado|actualizada|actualizacion",
    "modificado|modificada|revisado|revisada el|en",
];

const EFFECTIVE: &[&str] = &[
    "effective",
    "effective date|as|from|on|since|beginning|starting",
    "date effective",
    "in effect",
    "into effect",
    "takes|take|took effect",
    "in|into force",
    "applies|apply from|as|beginning|starting|since",
    "valid from|as|since",
    // German
    "gultig|gilt|gelten|wirksam|anwendbar ab|seit|vom|am|zum",
    "gultigkeitsdatum",
    "wirksamkeitsdatum",
    "datum des inkrafttretens",
    "inkrafttreten",
    "in kraft",
    // French
    "en vigueur",
    "date d effet",
    "prend|prendra|prendre effet",
    "prise d effet",
    "applicable|applicables a|depuis",
    // Spanish
    "en vigor",
    "fecha de vigencia|entrada|efectividad",
    "vigente|vigentes desde|a",
    "vigencia",
    "efectivo|efectiva desde|a",
];

const UPDATED_AFTER: &[&str] =
    &["aktualisiert|geandert|uberarbeitet", "zuletzt aktualisiert|geandert|uberarbeitet", "last updated|revised|modified"];

const EFFECTIVE_AFTER: &[&str] = &["in kraft", "effective date", "wirksam"];

/// Words that may stand between a cue and its date however many they are.
pub fn is_filler(word: &str) -> bool {
    const FILLERS: &[&str] = &[
        "on",
        "of",
        "as",
        "at",
        "the",
        "is",
        "was",
        "are",
        "from",
        "date",
        "with",
        "effect",
        "in",
        "since",
        "starting",
        "beginning",
        "dated",
        "to",
        "this",
        "and",
        "le",
        "la",
        "du",
        "au",
        "en",
        "est",
        "depuis",
        "partir",
        "compter",
        "a",
        "de",
        "el",
        "del",
        "desde",
        "es",
        "am",
        "ab",
        "dem",
        "vom",
        "zum",
        "seit",
        "den",
        "im",
        "der",
        "des",
        "ist",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "montag",
        "dienstag",
        "mittwoch",
        "donnerstag",
        "freitag",
        "samstag",
        "sonntag",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
        "lunes",
        "martes",
        "miercoles",
        "jueves",
        "viernes",
        "sabado",
        "domingo",
    ];
    FILLERS.contains(&word)
}

/// Words that end the reach of a cue: what follows them is the date of something else, or an end.
pub fn is_barrier(word: &str) -> bool {
    const BARRIERS: &[&str] = &[
        "until",
        "till",
        "through",
        "before",
        "prior",
        "expires",
        "expire",
        "copyright",
        "if",
        "unless",
        "when",
        "bis",
        "vor",
        "wenn",
        "jusqu",
        "avant",
        "si",
        "hasta",
        "antes",
        "not",
        "collected",
        "submitted",
        "registered",
        "born",
    ];
    BARRIERS.contains(&word)
}

/// Words that name the text that the reader has before them.
pub fn is_own(word: &str) -> bool {
    const OWN: &[&str] = &[
        "policy",
        "policies",
        "notice",
        "notices",
        "statement",
        "terms",
        "agreement",
        "document",
        "page",
        "version",
        "conditions",
        "rules",
        "guidelines",
        "principles",
        "declaration",
        "commitment",
        "practices",
        "privacy",
        "disclosure",
        "disclosures",
        "tos",
        "eula",
        "addendum",
        "contract",
        "updates",
        "revisions",
        "fassung",
        "agb",
        "politique",
        "politiques",
        "charte",
        "avis",
        "politica",
        "politicas",
        "aviso",
        "condiciones",
        "terminos",
        "declaracion",
        "documento",
        "pagina",
        "contrato",
    ];
    const PARTS: &[&str] = &["datenschutz", "bedingung", "erklarung", "richtlinie", "hinweis", "bestimmung", "vereinbarung"];
    OWN.contains(&word) || PARTS.iter().any(|part| word.contains(part))
}

/// Words that name a law or a treaty.
pub fn is_law(word: &str) -> bool {
    const LAWS: &[&str] = &[
        "regulation",
        "regulations",
        "directive",
        "act",
        "acts",
        "law",
        "laws",
        "statute",
        "legislation",
        "code",
        "gdpr",
        "ccpa",
        "cpra",
        "coppa",
        "hipaa",
        "pipeda",
        "lgpd",
        "bill",
        "decision",
        "ruling",
        "judgment",
        "treaty",
        "verordnung",
        "dsgvo",
        "gesetz",
        "gesetzes",
        "beschluss",
        "urteil",
        "richtlinie",
        "reglement",
        "rgpd",
        "loi",
        "lois",
        "decret",
        "reglamento",
        "ley",
        "leyes",
        "decreto",
        "framework",
        "shield",
        "clauses",
    ];
    LAWS.contains(&word)
}

/// Words that name an earlier text, or one of another kind that this one refers to.
pub fn is_earlier(word: &str) -> bool {
    const EARLIER: &[&str] = &[
        "previous",
        "previously",
        "prior",
        "former",
        "formerly",
        "earlier",
        "old",
        "older",
        "archived",
        "archive",
        "archives",
        "superseded",
        "supersedes",
        "replaces",
        "vorherige",
        "vorherigen",
        "fruhere",
        "fruheren",
        "bisherige",
        "bisherigen",
        "ersetzt",
        "precedente",
        "precedentes",
        "anterieure",
        "anterieures",
        "ancienne",
        "remplace",
        "anterior",
        "anteriores",
        "reemplaza",
        "sustituye",
    ];
    EARLIER.contains(&word)
}
