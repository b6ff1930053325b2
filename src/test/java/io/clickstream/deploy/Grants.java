package io.clickstream.deploy;

import java.util.List;
import java.util.Map;
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

    static boolean matches(String pattern, String resource) {
        return Pattern.matches(Pattern.quote(pattern).replace("*", "\\E.*\\Q"), resource);
    }
}
