package io.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages: each link leads somewhere, and each page says what is on it. */
class DocumentationTest {

    private static final int LONGEST_README = 200;
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^(#{2,3}) (.+)$");
    private static final Pattern CODE = Pattern.compile("(?s)```.*?```");

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md")));
        for (String folder : List.of("cloudformation", "flink-conf", "scripts", "src")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
            }
        }
        return pages;
    }

    @Test
    void thereAreAllPages() throws IOException {
        assertThat(pages()).hasSizeGreaterThanOrEqualTo(7);
    }

    @Test
    void theReadmeCanBeFinished() throws IOException {
        assertThat(Files.readAllLines(Path.of("README.md")))
                .hasSizeLessThanOrEqualTo(LONGEST_README);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void eachLinkLeadsSomewhere(Path page) throws IOException {
        Matcher links = LINK.matcher(text(page));
        List<String> broken = new ArrayList<>();
        while (links.find()) {
            String link = links.group(1);
            if (!link.startsWith("http") && !leadsSomewhere(page, link)) {
                broken.add(link);
            }
        }

        assertThat(broken).as("broken links of %s", page).isEmpty();
    }

    private static boolean leadsSomewhere(Path page, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        if (!Files.exists(target)) {
            return false;
        }
        return parts.length == 1 || anchors(target).contains(parts[1]);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void listsItsSections(Path page) throws IOException {
        String text = text(page);

        assertThat(anchors(page))
                .allSatisfy(
                        anchor -> assertThat(text).as("contents").contains("(#" + anchor + ")"));
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) throws IOException {
        Set<String> anchors = new HashSet<>();
        Matcher headings = HEADING.matcher(text(page));
        while (headings.find()) {
            String anchor =
                    headings.group(2)
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N} _-]", "")
                            .replace(' ', '-');
            assertThat(anchors.add(anchor)).as("%s twice in %s", anchor, page).isTrue();
        }
        return anchors;
    }

    private static String text(Path page) throws IOException {
        return CODE.matcher(Files.readString(page)).replaceAll("");
    }
}
