import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MultiCollector;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopScoreDocCollector;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.Version;

/** Indexes the entries that `plain_tantivy entries` writes with Lucene, and measures how long its answers take. */
public class Lucene {
    private static final double BUFFER_MB = 256;
    private static final int LIMIT = 10;
    /** So many passes go before those that are measured, until the compiler of the JVM has done its work. */
    private static final int WARMING_PASSES = 20;
    private static final int PASSES = 5;
    /** Of an entry in its line. */
    private static final int FACTS = 8;

    public static void main(String[] args) throws Exception {
        if (args.length == 1 && args[0].equals("version")) {
            System.out.println(Version.LATEST);
        } else if (args.length == 4 && args[0].equals("index")) {
            index(Path.of(args[1]), Path.of(args[2]), Integer.parseInt(args[3]));
        } else if (args.length == 4 && args[0].equals("search")) {
            search(Path.of(args[1]), Path.of(args[2]), args[3].equals("years"));
        } else {
            System.err.println("usage: version | index ENTRIES DIR THREADS | search DIR TERMS counts|years");
            System.exit(2);
        }
    }

    // Indexing

    private static void index(Path entries, Path out, int threads) throws Exception {
        IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer()).setRAMBufferSizeMB(BUFFER_MB);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (BufferedReader lines = Files.newBufferedReader(entries, StandardCharsets.UTF_8);
                IndexWriter writer = new IndexWriter(FSDirectory.open(out), config)) {
            List<Future<Void>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                // A reader of lines locks itself for each.
                Callable<Void> task = () -> {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        writer.addDocument(entry(line));
                    }
                    return null;
                };
                running.add(pool.submit(task));
            }
            for (Future<Void> task : running) {
                task.get();
            }
            writer.commit();
            System.out.println("entries " + writer.getDocStats().numDocs);
        } finally {
            pool.shutdown();
        }
    }

    private static Document entry(String line) {
        String[] facts = line.split("\t", -1);
        if (facts.length != FACTS) {
            throw new IllegalArgumentException("not an entry: " + line);
        }
        Document entry = new Document();
        entry.add(new NumericDocValuesField("capture", Long.parseLong(facts[0])));
        entry.add(new StringField("company", facts[2], Field.Store.YES));
        if (!facts[3].isEmpty()) {
            entry.add(new StoredField("instant", Long.parseLong(facts[3])));
            entry.add(new NumericDocValuesField("year", Long.parseLong(facts[4])));
        }
        entry.add(new StoredField("text", facts[5]));
        entry.add(new Field("words", facts[6], terms(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS)));
        entry.add(new Field("stems", facts[7], terms(IndexOptions.DOCS_AND_FREQS)));
        return entry;
    }

    private static FieldType terms(IndexOptions options) {
        FieldType type = new FieldType();
        type.setTokenized(true);
        type.setIndexOptions(options);
        type.freeze();
        return type;
    }

    // Asking

    private static void search(Path dir, Path terms, boolean years) throws IOException {
        List<Query> queries = new ArrayList<>();
        for (String line : Files.readAllLines(terms)) {
            queries.add(query(line));
        }
        try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(dir))) {
            IndexSearcher searcher = new IndexSearcher(reader);
            // The same queries are asked again and again: a cache of what matches would answer them, not the index.
            searcher.setQueryCache(null);
            int captures = captures(reader);
            Answer[] answers = new Answer[queries.size()];
            double[][] times = new double[queries.size()][PASSES];
            for (int pass = -WARMING_PASSES; pass < PASSES; pass++) {
                for (int number = 0; number < answers.length; number++) {
                    long start = System.nanoTime();
                    answers[number] = ask(searcher, queries.get(number), captures, years);
                    if (pass >= 0) {
                        times[number][pass] = (System.nanoTime() - start) / 1e6;
                    }
                }
            }
            for (int number = 0; number < answers.length; number++) {
                print(times[number], answers[number], queries.get(number));
            }
        }
    }

    private static Query query(String line) {
        String[] parts = line.split("\t");
        String[] terms = parts[1].split(" ");
        if (parts[0].equals("phrase")) {
            return terms.length == 1 ? new TermQuery(new Term("words", terms[0])) : new PhraseQuery("words", terms);
        }
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        for (String term : terms) {
            any.add(new TermQuery(new Term("stems", term)), Occur.SHOULD);
        }
        return any.build();
    }

    /** One more than the largest number of a capture. */
    private static int captures(DirectoryReader reader) throws IOException {
        long largest = -1;
        for (LeafReaderContext leaf : reader.leaves()) {
            NumericDocValues captures = leaf.reader().getNumericDocValues("capture");
            while (captures.nextDoc() != NumericDocValues.NO_MORE_DOCS) {
                largest = Math.max(largest, captures.longValue());
            }
        }
        return Math.toIntExact(largest + 1);
    }

    private record Answer(long entries, long snapshots, Map<Long, Long> years, List<String> best) {}

    private static Answer ask(IndexSearcher searcher, Query query, int captures, boolean years) throws IOException {
        Counted counted = new Counted(captures, years);
        TopScoreDocCollector top;
        if (query instanceof BooleanQuery) {
            // Two passes are faster: the first leaps over what cannot be among the best, the second scores nothing.
            top = TopScoreDocCollector.create(LIMIT, LIMIT);
            searcher.search(query, top);
            searcher.search(query, counted);
        } else {
            // Positions are read once.
            top = TopScoreDocCollector.create(LIMIT, Integer.MAX_VALUE);
            searcher.search(query, MultiCollector.wrap(top, counted));
        }
        List<String> best = new ArrayList<>();
        for (ScoreDoc hit : top.topDocs().scoreDocs) {
            best.add(searcher.storedFields().document(hit.doc).get("text"));
        }
        return new Answer(counted.entries, counted.snapshots, counted.years, best);
    }

    /** Counts entries, and the distinct dated captures, of each year where that is asked for. */
    private static final class Counted extends SimpleCollector {
        private final boolean byYear;
        private final FixedBitSet seen;
        private final Map<Long, Long> years = new TreeMap<>();
        private long entries;
        private long snapshots;
        private NumericDocValues captureOf;
        private NumericDocValues yearOf;

        Counted(int captures, boolean byYear) {
            this.byYear = byYear;
            this.seen = new FixedBitSet(captures);
        }

        @Override
        protected void doSetNextReader(LeafReaderContext leaf) throws IOException {
            captureOf = leaf.reader().getNumericDocValues("capture");
            yearOf = leaf.reader().getNumericDocValues("year");
        }

        @Override
        public void collect(int doc) throws IOException {
            entries++;
            if (!captureOf.advanceExact(doc) || seen.getAndSet((int) captureOf.longValue())) {
                return;
            }
            if (yearOf != null && yearOf.advanceExact(doc)) {
                snapshots++;
                if (byYear) {
                    years.merge(yearOf.longValue(), 1L, Long::sum);
                }
            }
        }

        @Override
        public ScoreMode scoreMode() {
            return ScoreMode.COMPLETE_NO_SCORES;
        }
    }

    private static void print(double[] times, Answer answer, Query query) {
        StringBuilder line = new StringBuilder();
        for (int pass = 0; pass < times.length; pass++) {
            line.append(pass == 0 ? "" : " ").append(String.format(java.util.Locale.ROOT, "%.4f", times[pass]));
        }
        line.append('\t').append(answer.entries).append('\t').append(answer.snapshots).append('\t');
        String space = "";
        for (Map.Entry<Long, Long> year : answer.years.entrySet()) {
            line.append(space).append(year.getKey()).append('=').append(year.getValue());
            space = " ";
        }
        System.out.println(line.append('\t').append(query));
    }
}
