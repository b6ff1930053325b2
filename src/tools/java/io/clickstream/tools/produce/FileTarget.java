package io.clickstream.tools.produce;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import javax.annotation.Nullable;

/**
 * Lines in a file, which is packed if its name ends with {@code .gz}; or in a folder, in files of a
 * million lines each.
 */
final class FileTarget implements Target {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LINES_PER_PART = 1_000_000;

    private final Path output;
    private final boolean folder;
    private final DeliveryListener listener;
    @Nullable private OutputStream out;
    private Path file;
    private int parts;
    private long lines;

    /**
     * Creates the file or folder.
     *
     * @param output a file that is not there; or a folder, which is there and empty, or is named
     *     with a slash at its end
     */
    FileTarget(String output, DeliveryListener listener) throws IOException {
        this.output = Path.of(output);
        this.file = this.output;
        this.folder = isFolder(output);
        this.listener = listener;
        if (folder) {
            Files.createDirectories(this.output);
        } else if (this.output.toAbsolutePath().getParent() != null) {
            Files.createDirectories(this.output.toAbsolutePath().getParent());
        }
        begin();
    }

    /** Whether a folder is meant. */
    static boolean isFolder(String output) {
        return output.endsWith("/") || Files.isDirectory(Path.of(output));
    }

    private void begin() throws IOException {
        if (folder) {
            file = output.resolve(String.format(Locale.ROOT, "part-%05d.jsonl", parts++));
        }
        lines = 0;
        OutputStream opened = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        out =
                file.toString().endsWith(".gz")
                        ? new GZIPOutputStream(opened, BUFFER_BYTES)
                        : new BufferedOutputStream(opened, BUFFER_BYTES);
    }

    @Override
    public String name() {
        return "file " + output;
    }

    @Override
    public String kindOfPlace() {
        return "file";
    }

    @Override
    public List<String> places() {
        return List.of();
    }

    @Override
    public void send(ProducedRecord record) {
        try {
            if (folder && lines == LINES_PER_PART) {
                end();
                begin();
            }
            if (out == null) {
                throw new IOException(file + " is closed");
            }
            out.write(record.value());
            out.write('\n');
            lines++;
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + file, e);
        }
        listener.acknowledged(record, file.getFileName().toString(), "line " + lines);
    }

    @Override
    public void flush() {
        try {
            end();
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + file, e);
        }
    }

    private void end() throws IOException {
        if (out != null) {
            OutputStream ending = out;
            out = null;
            ending.close();
        }
    }

    @Override
    public void close() {
        flush();
    }
}
