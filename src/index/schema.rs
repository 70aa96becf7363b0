//! The fields of the tantivy index, and how text becomes their terms. A tantivy document is a passage of a document.

use crate::topic::Level;
use crate::words::{Stems, Words};
use tantivy::schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

/// The fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// The words of the passage, with positions.
    pub text: Field,
    /// Their English stems.
    pub stem: Field,
    /// The pairs of neighbouring words that have a term, see [`super::pairs`].
    pub pair: Field,
    /// The stems of the headings that the passage stands under, in any version.
    pub heading: Field,
    /// What the passage is about, see [`topic_term`].
    pub topic: Field,
    /// Slot of the document in the catalog.
    pub document: Field,
    /// Slot of the document (upper 32 bits) and number of the passage within it.
    pub passage: Field,
    /// What else is told of the passage, see [`super::columns::PassageRow::values`].
    pub facts: [Field; PASSAGE_COLUMNS.len() - 1],
}

/// The columns of passages by name: the number, and what else is told of them.
pub const PASSAGE_COLUMNS: [&str; 3] = ["passage", "counted", "simhash"];

const WORDS: &str = "words";
const STEMS: &str = "stems";

/// The schema with its fields.
pub fn schema() -> (Schema, Fields) {
    let terms = |tokenizer: &str, record| TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
    let text = |tokenizer: &str, record| TextOptions::default().set_indexing_options(terms(tokenizer, record));
    // A pair counts as a phrase of the text, whose lengths are known.
    let pairs = terms(WORDS, IndexRecordOption::WithFreqs).set_fieldnorms(false);
    let mut builder = Schema::builder();
    let [passage, facts @ ..] = PASSAGE_COLUMNS;
    let fields = Fields {
        text: builder.add_text_field("text", text(WORDS, IndexRecordOption::WithFreqsAndPositions)),
        stem: builder.add_text_field("stem", text(STEMS, IndexRecordOption::WithFreqs)),
        pair: builder.add_text_field("pair", TextOptions::default().set_indexing_options(pairs)),
        heading: builder.add_text_field("heading", text(STEMS, IndexRecordOption::WithFreqs)),
        topic: builder.add_u64_field("topic", INDEXED),
        document: builder.add_u64_field("document", INDEXED),
        passage: builder.add_u64_field(passage, FAST),
        facts: facts.map(|name| builder.add_u64_field(name, FAST)),
    };
    (builder.build(), fields)
}

/// The number that stands for a passage in the index.
pub fn passage_id(slot: u32, passage: u32) -> u64 {
    u64::from(slot) << 32 | u64::from(passage)
}

/// The number that stands for a topic and the level of a score in it.
pub fn topic_term(level: Level) -> u32 {
    u32::from(level.topic) << u8::BITS | u32::from(level.level)
}

/// Behind the last number that [`topic_term`] gives.
pub const TOPIC_TERMS: usize = 1 << (2 * u8::BITS);

/// The slot and the passage that a number stands for.
pub fn slot_and_passage(id: u64) -> (u32, u32) {
    ((id >> 32) as u32, id as u32)
}

/// The tokenizers that the schema names.
pub fn tokenizers() -> TokenizerManager {
    // The default manager knows how fields that are no text become terms.
    let manager = TokenizerManager::default();
    manager.register(WORDS, TextAnalyzer::builder(WordTokenizer { stems: None }).build());
    manager.register(STEMS, TextAnalyzer::builder(WordTokenizer { stems: Some(Stems::default()) }).build());
    manager
}

/// Cuts text by the rules of [`crate::words`].
#[derive(Clone)]
struct WordTokenizer {
    /// Where stems are wanted.
    stems: Option<Stems>,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        let token = Token { position: usize::MAX, ..Token::default() };
        WordStream { walk: Words::new(text), stems: self.stems.as_mut(), token }
    }
}

struct WordStream<'a> {
    walk: Words<'a>,
    stems: Option<&'a mut Stems>,
    token: Token,
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        if !self.walk.advance() {
            return false;
        }
        let word = self.walk.word();
        self.token.text.clear();
        match self.stems.as_deref_mut() {
            None => self.token.text.push_str(word),
            Some(stems) => self.token.text.push_str(stems.of(word)),
        }
        self.token.position = self.token.position.wrapping_add(1);
        self.token.offset_from = self.walk.start();
        self.token.offset_to = self.walk.end();
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
