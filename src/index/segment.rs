//! Writes a batch as a segment, with tantivy's own serializers.
//!
//! tantivy would hash each word of each passage to find the list that it is to be added to. Here words are numbers, so that all lists of
//! a field are made at once: where each begins is counted, then each passage is put to its place.

use super::batch::{Batch, Lists};
use super::pairs;
use super::schema::{Fields, PASSAGE_COLUMNS, TOPIC_TERMS, slot_and_passage};
use crate::vocabulary::Vocabulary;
use std::io::{self, Write};
use tantivy::columnar::{ColumnType, ColumnarWriter};
use tantivy::directory::{CompositeWrite, TerminatingWrite};
use tantivy::fieldnorm::{FieldNormReaders, FieldNormsSerializer, FieldNormsWriter};
use tantivy::index::{Segment, SegmentComponent};
use tantivy::postings::FieldSerializer;
use tantivy::schema::{Field, IndexRecordOption, Schema};
use tantivy::store::StoreWriter;
use tantivy::{DocId, TantivyDocument};
use tantivy_common::CountingWriter;

/// Writes all files of a segment.
pub fn write(segment: &Segment, fields: &Fields, batch: &Batch) -> tantivy::Result<()> {
    let schema = segment.schema();
    write_norms(segment, &schema, fields, batch)?;
    write_columns(segment, batch)?;
    write_store(segment, &schema, batch)?;
    let norms = FieldNormReaders::open(segment.open_read(SegmentComponent::FieldNorms)?)?;
    let terms = Terms { schema: &schema, fields, norms: &norms, batch };
    let (text, ((stem, pair), (heading, (topic, document)))) = rayon::join(
        || terms.text(),
        || {
            rayon::join(
                || (terms.stems(fields.stem, &batch.text), terms.pair()),
                || (terms.stems(fields.heading, &batch.heading), (terms.topic(), terms.document())),
            )
        },
    );
    let open = |component| -> tantivy::Result<_> { Ok(CompositeWrite::wrap(segment.open_write(component)?)) };
    let mut dictionaries = open(SegmentComponent::Terms)?;
    let mut postings = open(SegmentComponent::Postings)?;
    let mut positions = open(SegmentComponent::Positions)?;
    for written in [text, stem, pair, heading, topic, document] {
        let written = written?;
        dictionaries.for_field(written.field).write_all(&written.dictionary)?;
        postings.for_field(written.field).write_all(&written.postings)?;
        positions.for_field(written.field).write_all(&written.positions)?;
    }
    dictionaries.close()?;
    postings.close()?;
    Ok(positions.close()?)
}

/// How many words each passage has in each field.
fn write_norms(segment: &Segment, schema: &Schema, fields: &Fields, batch: &Batch) -> tantivy::Result<()> {
    let mut norms = FieldNormsWriter::for_schema(schema);
    for (field, lists) in
        [(fields.text, &batch.text), (fields.stem, &batch.text), (fields.heading, &batch.heading), (fields.topic, &batch.topic)]
    {
        for (passage, list) in (0..).zip(lists.iter()) {
            norms.record(passage, field, list.len() as u32);
        }
    }
    (0..batch.passages()).for_each(|passage| norms.record(passage, fields.document, 1));
    let write = segment.open_write(SegmentComponent::FieldNorms)?;
    Ok(norms.serialize(FieldNormsSerializer::from_write(write)?, None)?)
}

fn write_columns(segment: &Segment, batch: &Batch) -> tantivy::Result<()> {
    let mut columns = ColumnarWriter::default();
    for (at, name) in PASSAGE_COLUMNS.into_iter().enumerate() {
        columns.record_column_type(name, ColumnType::U64, false);
        for (passage, values) in (0..).zip(&batch.columns) {
            columns.record_numerical(passage, name, values[at]);
        }
    }
    let mut write = segment.open_write(SegmentComponent::FastFields)?;
    columns.serialize(batch.passages(), None, &mut write)?;
    Ok(write.terminate()?)
}

/// Nothing is stored of any passage; tantivy wants to read it all the same.
fn write_store(segment: &Segment, schema: &Schema, batch: &Batch) -> tantivy::Result<()> {
    let write = segment.open_write(SegmentComponent::Store)?;
    let settings = segment.index().settings();
    let mut store = StoreWriter::new(write, settings.docstore_compression, settings.docstore_blocksize, false)?;
    let nothing = TantivyDocument::default();
    (0..batch.passages()).try_for_each(|_| store.store(&nothing, schema))?;
    Ok(store.close()?)
}

/// The terms of a batch.
struct Terms<'b> {
    schema: &'b Schema,
    fields: &'b Fields,
    norms: &'b FieldNormReaders,
    batch: &'b Batch,
}

/// What the files of a segment hold of a field.
struct Written {
    field: Field,
    dictionary: Vec<u8>,
    postings: Vec<u8>,
    positions: Vec<u8>,
}

/// Where a word stands.
#[derive(Clone, Copy, Default)]
struct Place {
    passage: DocId,
    position: u32,
}

type Serializer<'w> = FieldSerializer<'w, Vec<u8>>;

impl Terms<'_> {
    /// Writes the terms of a field, which has so many at all places.
    fn field(
        &self,
        field: Field,
        places: usize,
        write: impl FnOnce(&mut Serializer<'_>) -> io::Result<()>,
    ) -> tantivy::Result<Written> {
        let option = self.schema.get_field_entry(field).field_type().index_record_option().unwrap_or(IndexRecordOption::Basic);
        let [mut dictionary, mut postings, mut positions] = [(); 3].map(|()| CountingWriter::wrap(Vec::new()));
        let norms = self.norms.get_field(field)?;
        let mut serializer =
            FieldSerializer::create(option, places as u64, &mut dictionary, &mut postings, &mut positions, norms)?;
        write(&mut serializer)?;
        serializer.close()?;
        let [dictionary, postings, positions] = [dictionary, postings, positions].map(CountingWriter::finish);
        Ok(Written { field, dictionary, postings, positions })
    }

    fn text(&self) -> tantivy::Result<Written> {
        let Batch { text, vocabulary, .. } = self.batch;
        let places = (0..)
            .zip(text.iter())
            .flat_map(|(passage, words)| (0..).zip(words).map(move |(position, word)| (*word, Place { passage, position })));
        let places = Inverted::new(vocabulary.size(), places);
        self.field(self.fields.text, text.numbers(), |serializer| {
            let mut deltas = Vec::new();
            for word in sorted(vocabulary) {
                let in_passages = || places.of(word).chunk_by(|one, next| one.passage == next.passage);
                let passages = in_passages().count() as u32;
                if passages == 0 {
                    continue;
                }
                serializer.new_term(vocabulary.word(word).as_bytes(), passages, true)?;
                for places in in_passages() {
                    let mut before = 0;
                    deltas.clear();
                    deltas.extend(places.iter().map(|place| place.position - std::mem::replace(&mut before, place.position)));
                    serializer.write_doc(places[0].passage, places.len() as u32, &deltas);
                }
                serializer.close_term()?;
            }
            Ok(())
        })
    }

    /// The stems of words.
    fn stems(&self, field: Field, words: &Lists) -> tantivy::Result<Written> {
        let Batch { stems, stem_of, .. } = self.batch;
        let of = (0..).zip(words.iter()).flat_map(|(passage, words)| words.iter().map(move |word| (*stem_of.of(*word), passage)));
        let passages = Inverted::new(stems.size(), of);
        self.field(field, words.numbers(), |serializer| {
            sorted(stems).into_iter().try_for_each(|stem| counted(serializer, stems.word(stem).as_bytes(), passages.of(stem)))
        })
    }

    fn pair(&self) -> tantivy::Result<Written> {
        let Batch { text, common, .. } = self.batch;
        let pairs = (0..).zip(text.iter()).flat_map(|(passage, words)| {
            let pair = |two: &[u32]| Some(pairs::number((*common.of(two[0]))?, (*common.of(two[1]))?));
            words.windows(2).filter_map(move |two| Some((pair(two)?, passage)))
        });
        let passages = Inverted::new(pairs::numbers(), pairs);
        self.field(self.fields.pair, passages.values.len(), |serializer| {
            (0..pairs::numbers() as u32)
                .filter(|pair| !passages.of(*pair).is_empty())
                .try_for_each(|pair| counted(serializer, pairs::term(pair).as_bytes(), passages.of(pair)))
        })
    }

    fn topic(&self) -> tantivy::Result<Written> {
        let topic = &self.batch.topic;
        let of = (0..).zip(topic.iter()).flat_map(|(passage, levels)| levels.iter().map(move |level| (*level, passage)));
        let passages = Inverted::new(TOPIC_TERMS, of);
        self.field(self.fields.topic, topic.numbers(), |serializer| {
            (0..TOPIC_TERMS as u32).try_for_each(|level| listed(serializer, level.into(), passages.of(level).iter().copied()))
        })
    }

    fn document(&self) -> tantivy::Result<Written> {
        let columns = &self.batch.columns;
        let slot = |columns: &[u64; PASSAGE_COLUMNS.len()]| slot_and_passage(columns[0]).0;
        let mut documents: Vec<(u32, std::ops::Range<DocId>)> = Vec::new();
        for passages in columns.chunk_by(|one, next| slot(one) == slot(next)) {
            let start = documents.last().map_or(0, |(_, before)| before.end);
            documents.push((slot(&passages[0]), start..start + passages.len() as DocId));
        }
        documents.sort_unstable_by_key(|(slot, _)| *slot);
        self.field(self.fields.document, columns.len(), |serializer| {
            documents.into_iter().try_for_each(|(slot, passages)| listed(serializer, slot.into(), passages))
        })
    }
}

/// A term with the passages in which it stands, once for each time.
fn counted(serializer: &mut Serializer<'_>, term: &[u8], passages: &[DocId]) -> io::Result<()> {
    let times = || passages.chunk_by(|one, next| one == next);
    let different = times().count() as u32;
    if different == 0 {
        return Ok(());
    }
    serializer.new_term(term, different, true)?;
    times().for_each(|times| serializer.write_doc(times[0], times.len() as u32, &[]));
    serializer.close_term()
}

/// The term of a number, with its passages, none of them twice.
fn listed(serializer: &mut Serializer<'_>, number: u64, passages: impl ExactSizeIterator<Item = DocId>) -> io::Result<()> {
    if passages.len() == 0 {
        return Ok(());
    }
    serializer.new_term_without_freq(&number.to_be_bytes())?;
    passages.for_each(|passage| serializer.write_doc(passage, 0, &[]));
    serializer.close_term()
}

/// The numbers of all words, in the order of a dictionary of terms.
fn sorted(vocabulary: &Vocabulary) -> Vec<u32> {
    let mut words: Vec<u32> = (0..vocabulary.size() as u32).collect();
    words.sort_unstable_by_key(|word| vocabulary.word(*word));
    words
}

/// Values of numbers from 0 on, those of each in the order in which they came.
struct Inverted<T> {
    ends: Vec<usize>,
    values: Vec<T>,
}

impl<T: Copy + Default> Inverted<T> {
    /// Walks over all values twice.
    fn new(numbers: usize, values: impl Iterator<Item = (u32, T)> + Clone) -> Inverted<T> {
        let mut ends = vec![0; numbers];
        values.clone().for_each(|(number, _)| ends[number as usize] += 1);
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut inverted = Inverted { ends, values: vec![T::default(); start] };
        for (number, value) in values {
            let end = &mut inverted.ends[number as usize];
            inverted.values[*end] = value;
            *end += 1;
        }
        inverted
    }

    fn of(&self, number: u32) -> &[T] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.values[start..self.ends[number as usize]]
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::Numbers;
    use super::super::schema::{self, passage_id, tokenizers};
    use super::*;
    use crate::topic::Level;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use tantivy::indexer::NoMergePolicy;
    use tantivy::postings::Postings;
    use tantivy::tokenizer::{PreTokenizedString, Token};
    use tantivy::{DocSet, Index, IndexWriter, TERMINATED};

    #[derive(Debug, Clone)]
    struct Passage {
        columns: [u64; PASSAGE_COLUMNS.len()],
        text: Vec<&'static str>,
        headings: Vec<Vec<&'static str>>,
        levels: Vec<Level>,
    }

    fn passages() -> impl Strategy<Value = Vec<Passage>> {
        // Common and uncommon words, some of one stem.
        let words = ["we", "your", "third", "parties", "party", "cookies", "cookie", "zebra", "zebras", "é"];
        let text = proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..30);
        let headings = proptest::collection::vec(proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..4), 0..3);
        let levels = proptest::sample::subsequence(vec![(0, 1), (1, 0), (1, 7), (255, 255)], 0..4);
        let passage = (any::<[u64; 2]>(), text, headings, levels).prop_map(|([counted, simhash], text, headings, levels)| {
            let levels = levels.into_iter().map(|(topic, level)| Level { topic, level }).collect();
            Passage { columns: [0, counted, simhash], text, headings, levels }
        });
        // Documents in any order.
        proptest::collection::btree_map(0u32..50, proptest::collection::vec(passage, 1..40), 1..6).prop_map(|documents| {
            let documents = documents.into_iter().rev();
            let numbered = |(slot, passages): (u32, Vec<Passage>)| {
                (0..).zip(passages).map(move |(number, passage)| {
                    let [_, rest @ ..] = passage.columns;
                    let columns: Vec<u64> = std::iter::once(passage_id(slot, number)).chain(rest).collect();
                    Passage { columns: columns.try_into().unwrap(), ..passage }
                })
            };
            documents.flat_map(numbered).collect()
        })
    }

    fn terms() -> (Index, IndexWriter) {
        let mut index = Index::create_in_ram(schema::schema().0);
        index.set_tokenizers(tokenizers());
        let writer = index.writer_with_num_threads(1, 16 << 20).unwrap();
        writer.set_merge_policy(Box::new(NoMergePolicy));
        (index, writer)
    }

    /// Some passages as tantivy itself indexes them.
    fn by_tantivy(passages: &[Passage]) -> Index {
        let fields = schema::schema().1;
        let (index, mut writer) = terms();
        for passage in passages {
            let mut document = TantivyDocument::new();
            let text = passage.text.join(" ");
            document.add_text(fields.text, &text);
            document.add_text(fields.stem, &text);
            let pairs = passage.text.windows(2).filter_map(|two| pairs::pair(two[0], two[1]));
            let tokens = pairs.map(|text| Token { text, position: 0, ..Token::default() }).collect();
            document.add_pre_tokenized_text(fields.pair, PreTokenizedString { text: String::new(), tokens });
            document.add_text(fields.heading, passage.headings.concat().join(" "));
            passage.levels.iter().for_each(|level| document.add_u64(fields.topic, schema::topic_term(*level).into()));
            document.add_u64(fields.document, slot_and_passage(passage.columns[0]).0.into());
            for (field, value) in std::iter::once(fields.passage).chain(fields.facts).zip(passage.columns) {
                document.add_u64(field, value);
            }
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        index
    }

    /// The same passages in two batches: the second begins at a place.
    fn by_batches(passages: &[Passage], second: usize) -> Index {
        let fields = schema::schema().1;
        let (index, mut writer) = terms();
        let (mut of_thread, mut numbers, mut batch) = (Vocabulary::default(), Numbers::default(), Batch::default());
        for passages in [&passages[..second], &passages[second..]] {
            for passage in passages {
                let mut numbered = |words: &[&str]| -> Vec<u32> { words.iter().map(|word| of_thread.number(word)).collect() };
                let text = numbered(&passage.text);
                let headings: Vec<Vec<u32>> = passage.headings.iter().map(|words| numbered(words)).collect();
                batch.learn(&of_thread, &mut numbers);
                batch.add(passage.columns, &numbers, &text, headings.iter().map(Vec::as_slice), &passage.levels);
            }
            let batch = batch.take();
            if batch.passages() == 0 {
                continue;
            }
            let segment = index.new_segment();
            write(&segment, &fields, &batch).unwrap();
            writer.add_segment(segment.with_max_doc(batch.passages()).meta().clone()).unwrap();
        }
        writer.commit().unwrap();
        index
    }

    type Found = (BTreeMap<(Field, Vec<u8>), Vec<(DocId, u32, Vec<u32>)>>, Vec<Vec<u8>>, Vec<Vec<u64>>, [u64; 6]);

    /// All that an index tells: postings by term, lengths by passage, columns by passage, and how many words each field has.
    fn all_of(index: &Index) -> Found {
        let fields = schema::schema().1;
        let indexed = [fields.text, fields.stem, fields.pair, fields.heading, fields.topic, fields.document];
        let searcher = index.reader().unwrap().searcher();
        let mut found = Found::default();
        let mut first = 0;
        // Segments in the order in which they were added.
        let mut segments: Vec<_> = searcher.segment_readers().iter().collect();
        segments.sort_by_key(|segment| {
            let passage = segment.fast_fields().u64(PASSAGE_COLUMNS[0]).unwrap().first(0).unwrap_or(0);
            (std::cmp::Reverse(slot_and_passage(passage).0), passage)
        });
        for segment in segments {
            for (field, words) in indexed.into_iter().zip(&mut found.3) {
                let inverted = segment.inverted_index(field).unwrap();
                *words += inverted.total_num_tokens();
                let mut terms = inverted.terms().stream().unwrap();
                while terms.advance() {
                    let option = IndexRecordOption::WithFreqsAndPositions;
                    let mut postings = inverted.read_postings_from_terminfo(terms.value(), option).unwrap();
                    let known = found.0.entry((field, terms.key().to_vec())).or_default();
                    assert_eq!(postings.doc_freq(), terms.value().doc_freq);
                    while postings.doc() != TERMINATED {
                        let mut positions = Vec::new();
                        postings.positions(&mut positions);
                        known.push((first + postings.doc(), postings.term_freq(), positions));
                        postings.advance();
                    }
                }
            }
            for passage in 0..segment.max_doc() {
                let length = |field: &Field| {
                    let norms = segment.fieldnorms_readers().get_field(*field).unwrap();
                    norms.map_or(0, |norms| norms.fieldnorm_id(passage))
                };
                found.1.push(indexed.iter().map(length).collect());
                let column = |name: &&str| segment.fast_fields().u64(name).unwrap().first(passage).unwrap();
                found.2.push(PASSAGE_COLUMNS.iter().map(column).collect());
            }
            first += segment.max_doc();
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]
        #[test]
        fn a_segment_tells_what_tantivy_would_write((passages, second) in passages().prop_flat_map(|all| {
            let passages = all.len();
            (Just(all), 1..=passages)
        })) {
            let written = by_batches(&passages, second);
            prop_assert_eq!(all_of(&written), all_of(&by_tantivy(&passages)));
            written.validate_checksum().unwrap();
        }
    }
}
