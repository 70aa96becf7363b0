//! TREC topics: a number and a title between `<top>` and `</top>`, with or without closing tags.

const OPENED: &str = "<top>";
const CLOSED: &str = "</top>";

/// What stands before the number and the title in some files, and is no part of them.
const NUMBER_LABEL: &str = "Number:";
const TITLE_LABEL: &str = "Topic:";

/// A topic of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Topic {
    /// The number of the line where it begins.
    pub line: usize,
    /// As it is written: it need not be a number.
    pub number: String,
    pub title: String,
}

/// A part of a file that is no topic.
#[derive(Debug, PartialEq, Eq)]
pub struct Misread {
    pub line: usize,
    /// Where it has one.
    pub number: Option<String>,
    pub why: String,
}

/// Whether topics begin with a line, the first of a file that is not empty.
pub fn begin_with(line: &str) -> bool {
    line.get(..OPENED.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(OPENED))
}

/// The topics of a file, of which the first line has a number.
pub fn read(text: &str, first_line: usize) -> Vec<Result<Topic, Misread>> {
    let lower = text.to_ascii_lowercase();
    let starts: Vec<usize> = lower.match_indices(OPENED).map(|(start, _)| start).collect();
    let mut topics = Vec::new();
    let (mut line, mut counted) = (first_line, 0);
    for (place, &start) in starts.iter().enumerate() {
        line += lines(&text[counted..start]);
        counted = start;
        let end = starts.get(place + 1).copied().unwrap_or(text.len());
        let body = start + OPENED.len()..end;
        let Some(closed) = lower[body.clone()].find(CLOSED) else {
            let number = number_of(&fields(&text[body])).ok();
            topics.push(Err(Misread { line, number, why: format!("not a topic: no {CLOSED} ends it") }));
            continue;
        };
        topics.push(topic(&text[body.start..body.start + closed], line));
        let outside = &text[body.start + closed + CLOSED.len()..end];
        let blank = outside.len() - outside.trim_start().len();
        if blank < outside.len() {
            let line = line + lines(&text[start..end - outside.len() + blank]);
            topics.push(Err(Misread { line, number: None, why: format!("not a topic: text outside of {OPENED} and {CLOSED}") }));
        }
    }
    topics
}

fn lines(text: &str) -> usize {
    text.matches('\n').count()
}

/// The topic that stands between two tags.
fn topic(body: &str, line: usize) -> Result<Topic, Misread> {
    let fields = fields(body);
    let misread = |number: Option<&str>, why: String| Misread { line, number: number.map(str::to_owned), why };
    let number = number_of(&fields).map_err(|why| misread(None, why))?;
    let title = value(&fields, "title", TITLE_LABEL).map_err(|why| misread(Some(&number), why))?;
    Ok(Topic { line, number, title })
}

fn number_of(fields: &[Field]) -> Result<String, String> {
    value(fields, "num", NUMBER_LABEL)
}

/// A tag's name, and the text up to the next tag.
struct Field {
    /// In lower case; of a closing tag with its slash.
    name: String,
    text: String,
}

fn fields(body: &str) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for part in body.split('<').skip(1) {
        if let Some((name, text)) = part.split_once('>').filter(|(name, _)| is_name(name)) {
            fields.push(Field { name: name.to_ascii_lowercase(), text: text.to_owned() });
        } else if let Some(field) = fields.last_mut() {
            field.text.push('<');
            field.text.push_str(part);
        }
    }
    fields
}

fn is_name(tag: &str) -> bool {
    let name = tag.strip_prefix('/').unwrap_or(tag);
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// The text of the only field of a name, on one line, without a label before it.
fn value(fields: &[Field], name: &str, label: &str) -> Result<String, String> {
    let places: Vec<usize> = (0..fields.len()).filter(|&at| fields[at].name == name).collect();
    let at = match places[..] {
        [at] => at,
        [] => return Err(format!("not a topic: it has no <{name}>")),
        _ => return Err(format!("not a topic: it has several <{name}>")),
    };
    let closing = format!("/{name}");
    // Where the field is closed, no other tag may part it.
    if let Some(next) = fields.get(at + 1).filter(|next| next.name != closing)
        && fields.iter().any(|field| field.name == closing)
    {
        return Err(format!("not a topic: <{}> stands inside its <{name}>", next.name));
    }
    let text = decoded(&fields[at].text);
    let text = text.trim();
    let labelled = text.get(..label.len()).is_some_and(|start| start.eq_ignore_ascii_case(label));
    let text = if labelled { &text[label.len()..] } else { text };
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() { Err(format!("not a topic: its <{name}> is empty")) } else { Ok(words.join(" ")) }
}

/// The entities that XML knows without being told.
fn decoded(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> Vec<String> {
        let one = |topic| match topic {
            Ok(Topic { line, number, title }) => format!("{line} {number}: {title}"),
            Err(Misread { line, number, why }) => {
                format!("{line} {}! {}", number.unwrap_or_default(), why.trim_start_matches("not a topic: "))
            }
        };
        read(text, 1).into_iter().map(one).collect()
    }

    #[test]
    fn topics_without_closing_tags() {
        let text = "<top>\n\n<num> Number: 301\n<title> International Organized Crime\n\n<desc> Description:\nIdentify it.\n\
                    <narr> Narrative:\nA <title is named.\n</top>\n\n\
                    <top>\n<num> Number: R-302 \n<dom> Domain: Law\n<title> Topic:\r\n  Sale of\n  data < 2005\n<desc>\nWho?\n</top>\n";
        assert_eq!(told(text), ["1 301: International Organized Crime", "12 R-302: Sale of data < 2005"]);
    }

    #[test]
    fn topics_with_closing_tags() {
        let text = "<TOP><NUM>1</NUM><TITLE>AT&amp;T &quot;do not sell&quot;</TITLE><desc>A <i>long</i> one</desc></TOP>\
                    <top>\n<num>Number: 2</num>\n<title>\nsale\nof data\n</title>\n</top>";
        assert_eq!(told(text), ["1 1: AT&T \"do not sell\"", "1 2: sale of data"]);
    }

    #[test]
    fn what_is_no_topic_is_told_with_its_line_and_the_rest_is_read() {
        let text = "<top>\n<title> no number\n</top>\n\
                    <top>\n<num> 2\n<desc> no title\n</top>\n\
                    <top>\n<num> 3\n<title>\n</top> \n\n outside\n\
                    <top>\n<num> 4 <title> not closed\n\
                    <top>\n<num> 5 <num> 6 <title> two numbers </top>\n\
                    <top><num>7</num><title>do <b>not</b> sell</title></top>\n\
                    <top><num>8</num><title>good</title></top>\n\
                    <top>\n<num> 9\n<title> cut";
        let expected = [
            "1 ! it has no <num>",
            "4 2! it has no <title>",
            "8 3! its <title> is empty",
            "13 ! text outside of <top> and </top>",
            "14 4! no </top> ends it",
            "16 ! it has several <num>",
            "18 7! <b> stands inside its <title>",
            "19 8: good",
            "20 9! no </top> ends it",
        ];
        assert_eq!(told(text), expected);
    }

    #[test]
    fn topics_are_known_by_their_first_tag() {
        assert!(begin_with("<top>") && begin_with("<TOP> <num>"));
        assert!(!begin_with("top") && !begin_with("<topic>") && !begin_with("<tö") && !begin_with(""));
    }

    proptest! {
        #[test]
        fn no_file_panics(text in "(<top>|</top>|<num>|</num>|<title>|</title>|<|>|/|Topic:|&amp;|é|İ| |\n|7){0,40}") {
            let tops = text.matches("<top>").count();
            let topics = read(&text, 1);
            prop_assert!(topics.len() >= tops, "{topics:?}");
        }
    }
}
