package io.clickstream.tools.explain;

import com.fasterxml.jackson.core.JsonPointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name of a field as people would compare it: words in lower case, without array positions.
 *
 * @param words of the last name of the pointer: {@code user_pseudo_id} has three
 * @param parent the last word of the name above, without a version and a plural s; empty at the top
 *     of the record
 * @param depth the number of names and positions of the pointer
 */
record Names(List<String> words, String parent, int depth) {

    private static final Pattern BETWEEN_WORDS =
            Pattern.compile(
                    "[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})");

    private static final Pattern POSITION = Pattern.compile("\\d+");

    static Names of(JsonPointer pointer) {
        List<String> names = new ArrayList<>();
        int depth = 0;
        for (JsonPointer at = pointer; !at.matches(); at = at.tail()) {
            depth++;
            String name = at.getMatchingProperty();
            if (!POSITION.matcher(name).matches()) {
                names.add(name);
            }
        }
        int last = names.size() - 1;
        return new Names(
                last < 0 ? List.of() : words(names.get(last)),
                last < 1 ? "" : lastWord(names.get(last - 1)),
                depth);
    }

    /** The words of a text, in lower case. */
    static List<String> words(String text) {
        return BETWEEN_WORDS
                .splitAsStream(text)
                .filter(word -> !word.isEmpty())
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
    }

    /** Snowplow's names end with a version: {@code product_1}. */
    private static String lastWord(String name) {
        List<String> words =
                words(name).stream().filter(word -> !POSITION.matcher(word).matches()).toList();
        String last = words.isEmpty() ? "" : words.get(words.size() - 1);
        return last.length() > 1 && last.endsWith("s")
                ? last.substring(0, last.length() - 1)
                : last;
    }

    /** The words in a row: {@code userpseudoid}. */
    String joined() {
        return String.join("", words);
    }

    /** The same behind the parent: {@code productid} of {@code /products/0/id}. */
    String joinedWithParent() {
        return parent + joined();
    }
}
