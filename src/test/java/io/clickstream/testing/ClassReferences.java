package io.clickstream.testing;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The classes that a class file refers to: those in its code, its supertypes, and the types of its
 * fields and methods. Annotations and generic signatures do not count, because the virtual machine
 * ignores what they name when it is absent.
 *
 * <p>The format is in the Java Virtual Machine Specification, chapter 4.
 */
public final class ClassReferences {

    private static final int MAGIC = 0xcafebabe;
    private static final Pattern IN_DESCRIPTOR = Pattern.compile("L([^;]+);");

    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int STRING = 8;
    private static final int NAME_AND_TYPE = 12;
    private static final int METHOD_HANDLE = 15;
    private static final int METHOD_TYPE = 16;
    private static final int MODULE = 19;
    private static final int PACKAGE = 20;

    private final Set<String> names = new TreeSet<>();
    private final Map<Integer, String> texts = new HashMap<>();
    private final Set<Integer> classes = new TreeSet<>();
    private final Set<Integer> descriptors = new TreeSet<>();

    private ClassReferences() {}

    /** Names with slashes, such as {@code java/lang/Object}, without arrays. */
    public static Set<String> of(InputStream classFile) throws IOException {
        ClassReferences references = new ClassReferences();
        references.read(new DataInputStream(classFile));
        return references.names;
    }

    private void read(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("not a class file");
        }
        in.readInt();
        readConstants(in);
        skip(in, 6);
        skip(in, 2L * in.readUnsignedShort());
        readMembers(in);
        readMembers(in);
        for (int index : classes) {
            addClass(texts.get(index));
        }
        for (int index : descriptors) {
            addDescriptor(texts.get(index));
        }
    }

    private void readConstants(DataInputStream in) throws IOException {
        int count = in.readUnsignedShort();
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case UTF8 -> texts.put(i, in.readUTF());
                case LONG, DOUBLE -> {
                    skip(in, 8);
                    // They take two places in the table.
                    i++;
                }
                case CLASS -> classes.add(in.readUnsignedShort());
                case NAME_AND_TYPE -> {
                    skip(in, 2);
                    descriptors.add(in.readUnsignedShort());
                }
                case METHOD_TYPE -> descriptors.add(in.readUnsignedShort());
                case STRING, MODULE, PACKAGE -> skip(in, 2);
                case METHOD_HANDLE -> skip(in, 3);
                default -> skip(in, 4);
            }
        }
    }

    private void readMembers(DataInputStream in) throws IOException {
        int members = in.readUnsignedShort();
        for (int i = 0; i < members; i++) {
            skip(in, 4);
            descriptors.add(in.readUnsignedShort());
            int attributes = in.readUnsignedShort();
            for (int j = 0; j < attributes; j++) {
                skip(in, 2);
                skip(in, Integer.toUnsignedLong(in.readInt()));
            }
        }
    }

    private void addClass(String name) {
        if (name.startsWith("[")) {
            addDescriptor(name);
        } else {
            names.add(name);
        }
    }

    private void addDescriptor(String descriptor) {
        Matcher types = IN_DESCRIPTOR.matcher(descriptor);
        while (types.find()) {
            names.add(types.group(1));
        }
    }

    private static void skip(DataInputStream in, long bytes) throws IOException {
        in.skipNBytes(bytes);
    }
}
