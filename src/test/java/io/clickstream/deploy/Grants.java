package io.clickstream.deploy;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Whether statements of a role allow an access: an action, a space, and the ARN of a resource. */
final class Grants {

    private Grants() {}

    static boolean allow(List<Map<String, Object>> statements, String access) {
        String[] parts = access.split(" ", 2);
        return statements.stream()
                .anyMatch(
                        statement ->
                                ApplicationTemplateTest.texts(statement.get("Action"))
                                                .contains(parts[0])
                                        && ApplicationTemplateTest.texts(statement.get("Resource"))
                                                .stream()
                                                .anyMatch(each -> matches(each, parts[1])));
    }

    /** What statements allow and none of these accesses asks for: actions and patterns of ARNs. */
    static Set<String> unused(List<Map<String, Object>> statements, Collection<String> accesses) {
        Set<String> unused = new TreeSet<>();
        for (Map<String, Object> statement : statements) {
            for (String action : ApplicationTemplateTest.texts(statement.get("Action"))) {
                for (String pattern : ApplicationTemplateTest.texts(statement.get("Resource"))) {
                    if (accesses.stream()
                            .map(access -> access.split(" ", 2))
                            .noneMatch(
                                    access ->
                                            access[0].equals(action)
                                                    && matches(pattern, access[1]))) {
                        unused.add(action + " " + pattern);
                    }
                }
            }
        }
        return unused;
    }

    static boolean matches(String pattern, String resource) {
        return Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), resource);
    }
}
