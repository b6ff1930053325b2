package io.clickstream.source;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * Determines the format of a file by its first bytes. The name does not matter, because exports
 * have all kinds of file extensions.
 */
public final class FileContent {

    /** How records are arranged. */
    private enum Shape {
        NOTHING("nothing"),
        LINES("one record per line"),
        ARRAY("a JSON array of records"),
        OBJECTS("JSON objects, not one per line"),
        CSV("CSV"),
        PARQUET("Parquet");

        private final String name;

        Shape(String name) {
            this.name = name;
        }
    }

    /** The number of bytes that are examined. A CSV header is shorter. */
    private static final int LOOKED_AT = 64 * 1024;

    /** The maximum length of an array, with some reserve. */
    private static final int MAX_KEPT_BYTES = Integer.MAX_VALUE - 1024;

    private static final String GZIP_ENDING = ".gz";
    private static final String PARQUET_ENDING = ".parquet";

    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] PARQUET = {'P', 'A', 'R', '1'};
    private static final byte[] UTF_8_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] UTF_16_BIG = {(byte) 0xfe, (byte) 0xff};
    private static final byte[] UTF_16_LITTLE = {(byte) 0xff, (byte) 0xfe};

    /** File formats that cannot be read, with their names. */
    private static final Object[][] OTHERS = {
        {new byte[] {'P', 'K', 3, 4}, "a zip archive"},
        {new byte[] {'B', 'Z', 'h'}, "bzip2"},
        {new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd}, "zstd"},
        {new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z'}, "xz"},
        {new byte[] {'O', 'b', 'j', 1}, "an Avro file"},
        {new byte[] {'O', 'R', 'C'}, "ORC"},
    };

    /** Common separators of columns. */
    private static final char[] SEPARATORS = {',', ';', '\t', '|'};

    /** Names of columns. Neither a number nor JSON matches. */
    private static final Pattern COLUMN = Pattern.compile("[\\p{L}_$@][\\p{L}\\p{N}_ .:$@/()#-]*");

    private final Path path;
    private final FileSystem files;
    private final boolean packed;
    private final boolean utf16;
    private final Shape shape;
    private final char separator;
    private final List<String> columns;

    /** Whether the first row of CSV contains the columns. */
    private final boolean beginsWithNames;

    /** The text, from its beginning. */
    private final InputStream text;

    private FileContent(
            Path path,
            FileSystem files,
            boolean packed,
            boolean utf16,
            Shape shape,
            char separator,
            List<String> columns,
            boolean beginsWithNames,
            InputStream text) {
        this.path = path;
        this.files = files;
        this.packed = packed;
        this.utf16 = utf16;
        this.shape = shape;
        this.separator = separator;
        this.columns = columns;
        this.beginsWithNames = beginsWithNames;
        this.text = text;
    }

    /**
     * Opens a file of any of Flink's file systems and examines its beginning.
     *
     * @param columns the columns of a file that does not have them in its first line; otherwise
     *     empty
     * @throws UnreadableFileException if its format cannot be read
     */
    public static FileContent open(Path path, List<String> columns) throws IOException {
        FileSystem files = path.getFileSystem();
        InputStream in = files.open(path);
        try {
            return of(path, files, in, columns);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private static FileContent of(Path path, FileSystem files, InputStream in, List<String> columns)
            throws IOException {
        Begin begin = new Begin(in);
        byte[] first = begin.bytes;
        if (startsWith(first, PARQUET) || path.getName().endsWith(PARQUET_ENDING)) {
            return new FileContent(
                    path, files, false, false, Shape.PARQUET, ' ', columns, false, in);
        }
        InputStream bytes = begin.all;
        boolean packed = startsWith(first, GZIP);
        if (packed) {
            begin = new Begin(unpacked(bytes));
            first = begin.bytes;
            bytes = begin.all;
        } else if (path.getName().endsWith(GZIP_ENDING) && first.length > 0) {
            throw new UnreadableFileException("its name ends with .gz, but it is not gzip");
        }
        for (Object[] other : OTHERS) {
            if (startsWith(first, (byte[]) other[0])) {
                throw new UnreadableFileException(
                        "it is "
                                + other[1]
                                + ", which cannot be read; it must be JSON, CSV, or the"
                                + " archive's Parquet, with or without gzip");
            }
        }
        boolean little = startsWith(first, UTF_16_LITTLE) || isAsciiOf16Bits(first, 0);
        boolean utf16 = little || startsWith(first, UTF_16_BIG) || isAsciiOf16Bits(first, 1);
        if (utf16) {
            begin = new Begin(new Utf16Stream(bytes, little));
            first = begin.bytes;
            bytes = begin.all;
        }
        if (startsWith(first, UTF_8_MARK)) {
            bytes.readNBytes(UTF_8_MARK.length);
            first = Arrays.copyOfRange(first, UTF_8_MARK.length, first.length);
        }
        Shape shape = shape(first);
        char separator = ' ';
        List<String> names = List.of();
        boolean beginsWithNames = false;
        if (shape == Shape.LINES && isObject(first)) {
            names = List.of();
        } else if (shape == Shape.LINES && !columns.isEmpty()) {
            shape = Shape.CSV;
            names = columns;
            separator = separator(firstLine(first), columns.size());
            beginsWithNames = areSame(names, CsvRows.cells(firstLine(first), separator));
        } else if (shape == Shape.LINES) {
            separator = separator(firstLine(first), 0);
            names = header(first, separator);
            beginsWithNames = !names.isEmpty();
            shape = beginsWithNames ? Shape.CSV : Shape.LINES;
        }
        return new FileContent(
                path, files, packed, utf16, shape, separator, names, beginsWithNames, bytes);
    }

    private static InputStream unpacked(InputStream bytes) throws IOException {
        try {
            return new GzipContent(new GzipMembers(bytes));
        } catch (EOFException e) {
            throw new UnreadableFileException("it ends inside the gzip header", e);
        } catch (ZipException e) {
            throw damaged(e);
        }
    }

    private static UnreadableFileException damaged(ZipException e) {
        return new UnreadableFileException("its gzip data is damaged: " + e.getMessage(), e);
    }

    private static boolean startsWith(byte[] bytes, byte[] start) {
        return bytes.length >= start.length
                && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
    }

    /**
     * Whether the first characters are JSON or ASCII with 16 bits each, without a byte order mark.
     */
    private static boolean isAsciiOf16Bits(byte[] first, int at) {
        return first.length >= 4
                && first[at] > ' '
                && first[1 - at] == 0
                && first[2 + at] != 0
                && first[3 - at] == 0;
    }

    private static Shape shape(byte[] first) {
        int at = notBlank(first, 0);
        if (at == first.length) {
            return first.length < LOOKED_AT ? Shape.NOTHING : Shape.LINES;
        }
        if (first[at] == '[') {
            return Shape.ARRAY;
        }
        if (first[at] != '{') {
            return Shape.LINES;
        }
        int second = notBlank(first, at + 1);
        for (int i = at; i < second; i++) {
            if (first[i] == '\n') {
                // Objects over several lines: this one has only its bracket in the first.
                return Shape.OBJECTS;
            }
        }
        int end = JsonRecords.endOfObject(first, at);
        if (end > 0) {
            int next = end;
            while (next < first.length && (first[next] == ' ' || first[next] == ',')) {
                next++;
            }
            // Another object in a later line does not tell: the first line may be damaged.
            boolean isOneLine = endOfLine(first, at) >= Math.min(next, first.length);
            if (isOneLine && next < first.length && first[next] == '{') {
                return Shape.OBJECTS;
            }
        }
        return Shape.LINES;
    }

    private static boolean isObject(byte[] first) {
        int at = notBlank(first, 0);
        return at < first.length && first[at] == '{';
    }

    private static int notBlank(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] >= 0 && bytes[at] <= ' ') {
            at++;
        }
        return at;
    }

    /** The first line that is not empty. */
    private static String firstLine(byte[] first) {
        int begin = 0;
        while (begin < first.length && isLineEnd(first[begin])) {
            begin++;
        }
        int end = endOfLine(first, begin);
        return new String(first, begin, end - begin, StandardCharsets.UTF_8).strip();
    }

    private static int endOfLine(byte[] first, int from) {
        int end = from;
        while (end < first.length && !isLineEnd(first[end])) {
            end++;
        }
        return end;
    }

    private static boolean isLineEnd(byte each) {
        return each == '\n' || each == '\r';
    }

    /** Whether names are those of a header, ignoring case and spaces around them. */
    private static boolean areSame(List<String> names, List<String> header) {
        boolean same = names.size() == header.size();
        for (int i = 0; same && i < names.size(); i++) {
            same = names.get(i).strip().equalsIgnoreCase(header.get(i).strip());
        }
        return same;
    }

    /**
     * The separator that makes as many columns of a line as there are names; otherwise the one that
     * makes the most.
     */
    private static char separator(String line, int names) {
        char best = ',';
        int most = 0;
        for (char separator : SEPARATORS) {
            int size = CsvRows.cells(line, separator).size();
            if (size == names) {
                return separator;
            }
            if (size > most) {
                best = separator;
                most = size;
            }
        }
        return best;
    }

    /**
     * The columns of CSV if the first line contains them and no JSON record follows; otherwise
     * empty.
     */
    private static List<String> header(byte[] first, char separator) {
        String line = firstLine(first);
        List<String> names = CsvRows.cells(line, separator);
        Set<String> distinct = new HashSet<>(names);
        boolean areNames =
                names.size() > 1
                        && distinct.size() == names.size()
                        && names.stream().allMatch(name -> COLUMN.matcher(name).matches());
        int next = notBlank(first, endOfLine(first, notBlank(first, 0)));
        boolean jsonFollows = next < first.length && first[next] == '{';
        return areNames && !jsonFollows ? names : List.of();
    }

    /**
     * The records of the file. Closing them closes the file.
     *
     * @param maxRecordBytes the longest record that the decoder accepts, in bytes; of a longer
     *     record, enough is kept for the decoder to see that it is too long
     */
    FileRecords records(int maxRecordBytes) throws IOException {
        int kept = Math.min(maxRecordBytes, MAX_KEPT_BYTES) + 1;
        switch (shape) {
            case PARQUET:
                text.close();
                return new ParquetRecords(path, files);
            case ARRAY:
                return new JsonRecords(text, true, kept);
            case OBJECTS:
                return new JsonRecords(text, false, kept);
            case CSV:
                return new CsvRecords(text, separator, columns, beginsWithNames, kept);
            default:
                return new LineRecords(text, kept);
        }
    }

    /** Closes the file if its records are not needed. */
    public void close() throws IOException {
        text.close();
    }

    /** A description for people: {@code CSV with the columns a, b, compressed with gzip}. */
    public String description() {
        return shape.name
                + (shape == Shape.CSV ? " with the columns " + String.join(", ", columns) : "")
                + (utf16 ? ", in UTF-16" : "")
                + (packed ? ", compressed with gzip" : "");
    }

    /** The first bytes of a stream, as far as they can be read, and the whole stream. */
    private static final class Begin {
        private final byte[] bytes;
        private final InputStream all;

        Begin(InputStream in) throws IOException {
            byte[] read = new byte[LOOKED_AT];
            int size = 0;
            InputStream rest = in;
            try {
                int count = 0;
                while (count >= 0 && size < LOOKED_AT) {
                    size += count;
                    count = in.read(read, size, LOOKED_AT - size);
                }
            } catch (UnreadableFileException e) {
                // What is in front of the damage is read first.
                rest = new Damaged(in, e);
            }
            bytes = Arrays.copyOf(read, size);
            all = new SequenceInputStream(new ByteArrayInputStream(bytes), rest);
        }
    }

    private static final class Damaged extends FilterInputStream {
        private final UnreadableFileException damage;

        Damaged(InputStream in, UnreadableFileException damage) {
            super(in);
            this.damage = damage;
        }

        @Override
        public int read() throws IOException {
            throw new UnreadableFileException(damage.getMessage(), damage);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return read();
        }
    }

    /** Reports damaged gzip data. */
    private static final class GzipContent extends FilterInputStream {

        GzipContent(GzipMembers in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return in.read(bytes, offset, length);
            } catch (EOFException e) {
                throw new UnreadableFileException("its gzip data is truncated", e);
            } catch (ZipException e) {
                throw damaged(e);
            }
        }
    }

    /**
     * Converts UTF-16 to UTF-8. Half of a surrogate pair becomes bytes that are not valid UTF-8, so
     * that the record is refused.
     */
    private static final class Utf16Stream extends InputStream {

        private final InputStream in;
        private final boolean little;
        private final byte[] units = new byte[16 * 1024];
        private byte[] text = new byte[0];
        private int position;
        private int limit;
        private int high;

        Utf16Stream(InputStream in, boolean little) {
            this.in = in;
            this.little = little;
        }

        @Override
        public int read() throws IOException {
            return position < limit || fill() ? text[position++] & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (position == limit && !fill()) {
                return -1;
            }
            int count = Math.min(length, limit - position);
            System.arraycopy(text, position, bytes, offset, count);
            position += count;
            return count;
        }

        private boolean fill() throws IOException {
            int read = in.readNBytes(units, 0, units.length);
            position = 0;
            limit = 0;
            text = new byte[2 * units.length];
            for (int i = 0; i + 1 < read; i += 2) {
                int one = units[i] & 0xff;
                int other = units[i + 1] & 0xff;
                put(little ? other << 8 | one : one << 8 | other);
            }
            if (read < units.length && high != 0) {
                putCharacter(high);
                high = 0;
            }
            if (read % 2 != 0) {
                // Half a character: no byte of UTF-8, so that the record is refused.
                text[limit++] = (byte) 0xff;
            }
            return limit > 0;
        }

        private void put(int unit) {
            if (high != 0 && Character.isLowSurrogate((char) unit)) {
                putCharacter(Character.toCodePoint((char) high, (char) unit));
                high = 0;
                return;
            }
            if (high != 0) {
                putCharacter(high);
                high = 0;
            }
            if (Character.isHighSurrogate((char) unit)) {
                high = unit;
            } else {
                putCharacter(unit);
            }
        }

        private void putCharacter(int character) {
            if (character < 0x80) {
                text[limit++] = (byte) character;
            } else if (character < 0x800) {
                text[limit++] = (byte) (0xc0 | character >> 6);
                putRest(character, 0);
            } else if (character < 0x10000) {
                text[limit++] = (byte) (0xe0 | character >> 12);
                putRest(character, 6);
                putRest(character, 0);
            } else {
                text[limit++] = (byte) (0xf0 | character >> 18);
                putRest(character, 12);
                putRest(character, 6);
                putRest(character, 0);
            }
        }

        private void putRest(int character, int shift) {
            text[limit++] = (byte) (0x80 | (character >> shift & 0x3f));
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
