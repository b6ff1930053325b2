package io.clickstream.source;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.clickstream.testing.GzipRecords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What files of the world are found to be, and their records. */
class FileContentTest {

    @TempDir private Path folder;

    @Test
    void linesAreRecords() throws Exception {
        assertFile("{\"a\":1}\n{\"a\":2}\n", "one record per line", "{\"a\":1}", "{\"a\":2}");
        assertFile("{\"a\":1", "one record per line", "{\"a\":1");
        assertFile("no json\n{\"a\":2}", "one record per line", "no json", "{\"a\":2}");
        // The first record is cut off: the second one is a record all the same.
        assertFile("{\"a\":\"x\n{\"a\":2}", "one record per line", "{\"a\":\"x", "{\"a\":2}");
        assertFile("{\"a\":1\n{\"a\":2}", "one record per line", "{\"a\":1", "{\"a\":2}");
    }

    @Test
    void nothingHasNoRecords() throws Exception {
        assertFile("", "nothing");
        assertFile(" \n\n", "nothing");
        assertThat(records(write("empty.gz", new byte[0]))).isEmpty();
        assertThat(records(write("empty.gz", gzip(new byte[0])))).isEmpty();
    }

    @Test
    void elementsOfAnArrayAreRecords() throws Exception {
        String array = "a JSON array of records";
        assertFile("[{\"a\":1},{\"a\":[1,{}]}]", array, "{\"a\":1}", "{\"a\":[1,{}]}");
        assertFile(
                "\n[\n  {\n    \"a\": \"]}\\\"\"\n  },\n  {\"a\": 2}\n]\n",
                array,
                "{\n    \"a\": \"]}\\\"\"\n  }",
                "{\"a\": 2}");
        assertFile("[]", array);
        assertFile("[1,\"x, y\",null,[2],{}]", array, "1", "\"x, y\"", "null", "[2]", "{}");
        // Several arrays, as a job appends them.
        assertFile("[{\"a\":1}]\n[{\"a\":2}]", array, "{\"a\":1}", "{\"a\":2}");
        assertFile("[{\"a\":1},{\"a\":", array, "{\"a\":1}", "{\"a\":");
    }

    @Test
    void objectsNeedNoLines() throws Exception {
        String objects = "JSON objects, not one per line";
        assertFile("{\"a\":1}{\"a\":2}{\"a\":3}", objects, "{\"a\":1}", "{\"a\":2}", "{\"a\":3}");
        assertFile("{\"a\":1} {\"a\":2}", objects, "{\"a\":1}", "{\"a\":2}");
        assertFile(
                "{\n  \"a\": 1\n}\n{\n  \"a\": {}\n}\n",
                objects,
                "{\n  \"a\": 1\n}",
                "{\n  \"a\": {}\n}");
    }

    @Test
    void aBadObjectDoesNotTakeAllThatFollow() throws Exception {
        String objects = "JSON objects, not one per line";
        assertFile(
                "{\"a\":1}{\"a\":2{\"a\":3}{\"a\":4}",
                objects,
                "{\"a\":1}",
                "{\"a\":2",
                "{\"a\":3}",
                "{\"a\":4}");
        assertFile(
                "{\"a\":1}{\"a\":\"x\n{\"a\":3}", objects, "{\"a\":1}", "{\"a\":\"x", "{\"a\":3}");
        assertFile(
                "{\"a\":1}{\"a\":\"x{\"a\":3}{\"a\":4}",
                objects,
                "{\"a\":1}",
                "{\"a\":\"x{\"a\":3}",
                "{\"a\":4}");
        assertFile(
                "{\"a\":1}{\"a\":2}}}{\"a\":3}",
                objects,
                "{\"a\":1}",
                "{\"a\":2}",
                "}}",
                "{\"a\":3}");
    }

    @Test
    void rowsOfCsvAreObjects() throws Exception {
        assertFile(
                "time,user,what\r\n5,ann,\"a \"\"b\"\", c\"\r\n6,,x\n\n7,bob,\"two\nlines\"",
                "CSV with the columns time, user, what",
                "{\"time\":\"5\",\"user\":\"ann\",\"what\":\"a \\\"b\\\", c\"}",
                "{\"time\":\"6\",\"what\":\"x\"}",
                "{\"time\":\"7\",\"user\":\"bob\",\"what\":\"two\\u000alines\"}");
        assertFile(
                "user;größe\nann;Ω\n",
                "CSV with the columns user, größe",
                "{\"user\":\"ann\",\"größe\":\"Ω\"}");
        assertFile("a\tb\n1\t2\n", "CSV with the columns a, b", "{\"a\":\"1\",\"b\":\"2\"}");
        // Not what the header says: no decoder takes an array for a click.
        assertFile(
                "a,b\n1,2,3\n4\n", "CSV with the columns a, b", "[\"1\",\"2\",\"3\"]", "[\"4\"]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void linesOfCsvEndInAnyWay(String end) throws Exception {
        String columns = "CSV with the columns a, b";
        String two = "{\"a\":\"1\",\"b\":\"2\"}";
        assertFile(
                String.join(end, "a,b", "1,2", "", "3,\"x", "y\"", "5", ""),
                columns,
                two,
                "{\"a\":\"3\",\"b\":\"x"
                        + end.replace("\r", "\\u000d").replace("\n", "\\u000a")
                        + "y\"}",
                "[\"5\"]");
        assertFile(String.join(end, "", "a,b", "1,2"), columns, two);
    }

    /** A buffer ends between the two characters of a line end, and within a row. */
    @Test
    void rowsOfCsvMayBeginInOneBufferAndEndInTheNext() throws Exception {
        for (int length = LineRecords.BUFFER_BYTES - 14;
                length < LineRecords.BUFFER_BYTES;
                length++) {
            String cell = "x".repeat(length);
            Path file =
                    write("long.csv", ("a,b\r\n1," + cell + "\r\n\"3\n\",4\r\n").getBytes(UTF_8));

            assertThat(records(file))
                    .containsExactly(
                            "{\"a\":\"1\",\"b\":\"" + cell + "\"}",
                            "{\"a\":\"3\\u000a\",\"b\":\"4\"}");
        }
    }

    @Test
    void aBadQuoteTakesOneLineOnly() throws Exception {
        String rows = "2,y\n".repeat(5_000);
        List<String> good = Collections.nCopies(5_000, "{\"a\":\"2\",\"b\":\"y\"}");

        assertBadLine("a,b\n1,\"5 inch screen\n" + rows, "[\"1,\\\"5 inch screen\"]", good);
        assertBadLine("a,b\n\"1,x\n" + rows, "[\"\\\"1,x\"]", good);
        assertBadLine("a,b\n1,\"x\" y\n" + rows, "[\"1,\\\"x\\\" y\"]", good);
        // Closed by a quote of another row, as text behind it or with too many cells shows.
        assertBadLine(
                "a,b\n1,\"x\n3,\"y\"\n" + rows,
                "[\"1,\\\"x\"]",
                prepend("{\"a\":\"3\",\"b\":\"y\"}", good));
        assertBadLine(
                "a,b\n1,\"x\n3 inch\",y\n" + rows,
                "[\"1,\\\"x\"]",
                prepend("{\"a\":\"3 inch\\\"\",\"b\":\"y\"}", good));
        // Longer than any cell that people write.
        assertBadLine(
                "a,b\n1,\"x\n" + "2,y\n".repeat(4_999) + "2,y\"\n",
                "[\"1,\\\"x\"]",
                append(good.subList(1, 5_000), "{\"a\":\"2\",\"b\":\"y\\\"\"}"));
        String whole = "x\n".repeat(98);
        assertThat(records(write("whole", ("a,b\n1,\"" + whole + "\"\n").getBytes(UTF_8))))
                .containsExactly("{\"a\":\"1\",\"b\":\"" + whole.replace("\n", "\\u000a") + "\"}");
    }

    private void assertBadLine(String text, String bad, List<String> good) throws IOException {
        assertThat(records(write("quote.csv", text.getBytes(UTF_8)))).isEqualTo(prepend(bad, good));
    }

    private static List<String> prepend(String first, List<String> rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }

    private static List<String> append(List<String> first, String last) {
        List<String> all = new ArrayList<>(first);
        all.add(last);
        return all;
    }

    @Test
    void rowsBehindABadQuoteAreReadUpToDamage() throws Exception {
        byte[] packed = gzip("a,b\n1,\"x\n2,y\n".getBytes(UTF_8));

        try (FileRecords records = open(write("cut", Arrays.copyOf(packed, packed.length - 8)))) {
            assertThat(records.next()).asString(UTF_8).isEqualTo("[\"1,\\\"x\"]");
            assertThat(records.next()).asString(UTF_8).isEqualTo("{\"a\":\"2\",\"b\":\"y\"}");
            assertThatThrownBy(records::next)
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessage("its gzip data is truncated");
        }
    }

    @Test
    void quotesOfTabSeparatedTextNeedNoEnd() throws Exception {
        assertFile(
                "a\tb\n1\t\"hi\n2\t\"hi\" there\n3\t\"x\ty\"\n\"4\n\"\tz\n5\t6\n",
                "CSV with the columns a, b",
                "{\"a\":\"1\",\"b\":\"\\\"hi\"}",
                "{\"a\":\"2\",\"b\":\"\\\"hi\\\" there\"}",
                "{\"a\":\"3\",\"b\":\"x\\u0009y\"}",
                "{\"a\":\"4\\u000a\",\"b\":\"z\"}",
                "{\"a\":\"5\",\"b\":\"6\"}");
    }

    @Test
    void columnsMayBeWrittenInAnotherCaseThanTheHeader() throws Exception {
        Path file = write("case.csv", "User, Time\nann,5\n".getBytes(UTF_8));

        assertThat(records(file, "user", "time"))
                .containsExactly("{\"user\":\"ann\",\"time\":\"5\"}");
    }

    /** A decoder with a limit of 1,000,000 bytes must see that they are too long, and no more. */
    @ParameterizedTest
    @ValueSource(strings = {"%s", "[{}, \"%s\"]", "a,b\n1,%s"})
    void littleIsKeptOfARecordThatIsTooLong(String format) throws Exception {
        Path file = write("long", format.formatted("x".repeat(3_000_000)).getBytes(UTF_8));

        assertThat(records(file).stream().mapToInt(String::length).max().orElseThrow())
                .isBetween(1_000_001, 1_000_010);
    }

    @Test
    void aMissingBracketInAnArrayTakesOneRecordOnly() throws Exception {
        String array = "a JSON array of records";
        assertFile(
                "[{\"a\":1},\n{\"a\":2,\"b\":{\"c\":2},\n{\"a\":3},\n{\"a\":4}]",
                array,
                "{\"a\":1}",
                "{\"a\":2,\"b\":{\"c\":2},\n",
                "{\"a\":3}",
                "{\"a\":4}");
        assertFile(
                "[{\"a\":1},\n{\"a\":[1,2},\n{\"a\":3},\n{\"a\":4}]",
                array,
                "{\"a\":1}",
                "{\"a\":[1,2}",
                "{\"a\":3}",
                "{\"a\":4}");
        // The end of the array ends a record, too. Another array may follow.
        assertFile(
                "[{\"a\":1},{\"a\":{\"b\":2}]\n[{\"a\":3}]",
                array,
                "{\"a\":1}",
                "{\"a\":{\"b\":2}",
                "{\"a\":3}");
        assertFile(
                "{\"a\":1}{\"a\":{\"b\":2]}{\"a\":3}",
                "JSON objects, not one per line",
                "{\"a\":1}",
                "{\"a\":{\"b\":2]",
                "}",
                "{\"a\":3}");
    }

    /** Deeper than what any parser takes. */
    @Test
    void deeplyNestedRecordsEndWhereTheyEnd() throws Exception {
        String deep = "{\"a\":" + "[".repeat(5_000) + "{}" + "]".repeat(5_000) + "}";

        assertThat(records(write("deep", ("[" + deep + ",{\"a\":2}]").getBytes(UTF_8))))
                .containsExactly(deep, "{\"a\":2}");
    }

    @Test
    void numbersAreNoHeader() throws Exception {
        assertFile("1,2268318,pv\n2,5,buy\n", "one record per line", "1,2268318,pv", "2,5,buy");
        Path file = write("taobao.csv", "1,2268318,pv\n2,5,buy\n".getBytes(UTF_8));

        assertThat(records(file, "user", "item", "what"))
                .containsExactly(
                        "{\"user\":\"1\",\"item\":\"2268318\",\"what\":\"pv\"}",
                        "{\"user\":\"2\",\"item\":\"5\",\"what\":\"buy\"}");
        assertThat(records(write("with.csv", "user,item\n1,2\n".getBytes(UTF_8)), "user", "item"))
                .containsExactly("{\"user\":\"1\",\"item\":\"2\"}");
        assertThat(records(write("a.jsonl", "{\"a\":1}\n".getBytes(UTF_8)), "user", "item"))
                .containsExactly("{\"a\":1}");
    }

    /** What is no UTF-8 reaches the decoder as it is, which refuses it. */
    @Test
    void bytesOfCsvStayAsTheyAre() throws Exception {
        byte[] bytes = {'a', ',', 'b', '\n', (byte) 0xc3, '(', ',', '1', '\n'};

        try (FileRecords records = open(write("bytes.csv", bytes))) {
            assertThat(records.next())
                    .isEqualTo(
                            concat(
                                    "{\"a\":\"".getBytes(UTF_8),
                                    new byte[] {(byte) 0xc3, '('},
                                    "\",\"b\":\"1\"}".getBytes(UTF_8)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clicks.gz", "clicks.log", "clicks", "clicks.json", "clicks.csv"})
    void gzipIsUnpackedWhateverTheName(String name) throws Exception {
        byte[] text = "{\"a\":1}\n{\"a\":2}\n".getBytes(UTF_8);

        Path file = write(name, gzip(text));

        assertThat(records(file)).containsExactly("{\"a\":1}", "{\"a\":2}");
        assertThat(description(file)).isEqualTo("one record per line, compressed with gzip");
    }

    @Test
    void textOf16BitsIsRead() throws Exception {
        String text = "{\"a\":\"öΩ🎧\"}\n{\"a\":2}\n";
        String mark = "\ufeff";
        for (byte[] bytes :
                List.of(
                        (mark + text).getBytes(UTF_16LE),
                        (mark + text).getBytes(UTF_16BE),
                        text.getBytes(UTF_16LE),
                        text.getBytes(UTF_16BE))) {
            Path file = write("clicks.json", bytes);
            assertThat(records(file)).containsExactly("{\"a\":\"öΩ🎧\"}", "{\"a\":2}");
            assertThat(description(file)).isEqualTo("one record per line, in UTF-16");
        }
        assertThat(records(write("marked", (mark + text).getBytes(UTF_8))))
                .containsExactly("{\"a\":\"öΩ🎧\"}", "{\"a\":2}");
        assertThat(records(write("csv", (mark + "a,b\n1,2\n").getBytes(UTF_16LE))))
                .containsExactly("{\"a\":\"1\",\"b\":\"2\"}");
    }

    /** Pairs across the reader's buffer, and halves of pairs, which must not become one another. */
    @Test
    void surrogatePairsOf16BitsAreWhole() throws Exception {
        String many = "x" + "🎧".repeat(20_000);
        assertThat(records(write("many", ("\ufeff{" + many + "\n").getBytes(UTF_16BE))))
                .containsExactly("{" + many);
        Path half = write("half", new byte[] {'{', 0, '"', 0, 0x3c, (byte) 0xd8, '"', 0, '\n', 0});
        try (FileRecords records = open(half)) {
            assertThat(records.next())
                    .containsExactly('{', '"', (byte) 0xed, (byte) 0xa0, (byte) 0xbc, '"');
        }
    }

    @ParameterizedTest
    @CsvSource({
        "504b0304, 'it is a zip archive, which cannot be read; it must be JSON, CSV, or the"
                + " archive''s Parquet, with or without gzip'",
        "28b52ffd, 'it is zstd, which cannot be read; it must be JSON, CSV, or the archive''s"
                + " Parquet, with or without gzip'",
    })
    void namesWhatCanNotBeRead(String begin, String message) throws Exception {
        byte[] bytes = java.util.HexFormat.of().parseHex(begin + "00000000");

        assertThatThrownBy(() -> open(write("clicks.jsonl", bytes)))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> open(write("clicks.gz", gzip(bytes)))).hasMessage(message);
    }

    @Test
    void whatIsNoGzipIsNamed() throws Exception {
        Path file = write("clicks.gz", "{\"a\":1}\n".getBytes(UTF_8));

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessage("its name ends with .gz, but it is not gzip");
    }

    /** Wherever it is cut off: what is there is read, and the end is no end. */
    @Test
    void gzipThatIsCutOffIsReadAsFarAsItGoes() throws Exception {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            lines.add("{\"a\":" + i * 7919L * i + "}");
        }
        int most = 0;
        byte[] whole = gzip(String.join("\n", lines).getBytes(UTF_8));
        for (int length = 1; length < whole.length; length++) {
            Path file = write("clicks.gz", Arrays.copyOf(whole, length));
            List<String> read = new ArrayList<>();
            assertThatThrownBy(
                            () -> {
                                try (FileRecords records = open(file)) {
                                    byte[] next = records.next();
                                    while (next != null) {
                                        read.add(new String(next, UTF_8));
                                        next = records.next();
                                    }
                                }
                            })
                    .isInstanceOf(UnreadableFileException.class);
            assertThat(read).isEqualTo(lines.subList(0, read.size()));
            most = Math.max(most, read.size());
        }
        assertThat(most).isGreaterThan(150);
    }

    /** More of them than fit into the part of the file that is looked at first. */
    @Test
    void readsAllMembersOfGzip() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        List<String> lines = new ArrayList<>();
        packed.writeBytes(GzipRecords.emptyMembers(20_000));
        for (int i = 0; i < 10_000; i++) {
            lines.add("{\"a\":" + i + "}");
            packed.writeBytes(gzip((lines.get(i) + "\n").getBytes(UTF_8)));
        }

        assertThat(records(write("members", packed.toByteArray()))).isEqualTo(lines);
        // Padding, as tape and block devices need it.
        packed.writeBytes(new byte[100_000]);
        assertThat(records(write("padded", packed.toByteArray()))).isEqualTo(lines);
    }

    @Test
    void gzipWithADamagedMemberIsReadUpToIt() throws Exception {
        byte[] one = gzip("{\"a\":1}\n".getBytes(UTF_8));
        byte[] damagedHeader = one.clone();
        damagedHeader[2] = 9;

        assertDamaged(
                concat(one, damagedHeader, one),
                "its gzip data is damaged: the compression of a member is not deflate");
        assertDamaged(
                concat(one, "garbage".getBytes(UTF_8)),
                "its gzip data is damaged: there is something other than gzip where a member"
                        + " must begin");
        assertDamaged(concat(one, Arrays.copyOf(one, 9)), "its gzip data is truncated");
        assertThatThrownBy(() -> open(write("damaged", damagedHeader)))
                .isInstanceOf(UnreadableFileException.class)
                .hasMessage("its gzip data is damaged: the compression of a member is not deflate");
    }

    private void assertDamaged(byte[] bytes, String message) throws IOException {
        try (FileRecords records = open(write("damaged", bytes))) {
            assertThat(records.next()).asString(UTF_8).isEqualTo("{\"a\":1}");
            assertThatThrownBy(records::next)
                    .isInstanceOf(UnreadableFileException.class)
                    .hasMessage(message);
        }
    }

    private void assertFile(String text, String description, String... records) throws Exception {
        Path file = write("file", text.getBytes(UTF_8));
        assertThat(records(file)).containsExactly(records);
        assertThat(description(file)).isEqualTo(description);
        Path packed = write("packed", gzip(text.getBytes(UTF_8)));
        assertThat(records(packed)).containsExactly(records);
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static String description(Path file) throws IOException {
        FileContent content =
                FileContent.open(new org.apache.flink.core.fs.Path(file.toUri()), List.of());
        content.close();
        return content.description();
    }

    private static FileRecords open(Path file, String... columns) throws IOException {
        return FileContent.open(new org.apache.flink.core.fs.Path(file.toUri()), List.of(columns))
                .records(1_000_000);
    }

    private static List<String> records(Path file, String... columns) throws IOException {
        List<String> all = new ArrayList<>();
        try (FileRecords records = open(file, columns)) {
            byte[] next = records.next();
            while (next != null) {
                all.add(new String(next, UTF_8));
                assertThat(records.number()).isPositive();
                next = records.next();
            }
        }
        return all;
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
