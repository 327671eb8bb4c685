package dev.trainyard.core.request;

import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.text.Logins;
import dev.trainyard.core.text.Problem;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Finds texts of which a login was hidden. A part of a request that was read from the history has no other mark of what it lost. */
final class MaskedTexts {

    private static final int MOST_PROBLEMS = 50;

    private MaskedTexts() {}

    static void check(JsonNode node, String path, List<Problem> problems) {
        if (problems.size() >= MOST_PROBLEMS) {
            return;
        }
        if (node.isString()) {
            checkText(node.asString(), path, problems);
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                check(node.path(i), path + "[" + i + "]", problems);
            }
        } else {
            node.properties().forEach(field -> {
                String at = JsonFields.child(path, field.getKey());
                checkText(field.getKey(), at, problems);
                check(field.getValue(), at, problems);
            });
        }
    }

    private static void checkText(String text, String path, List<Problem> problems) {
        if (Logins.isMasked(text)) {
            problems.add(new Problem(
                    path,
                    "contains ***@ after // or jdbc:oracle, which stands for a user and password that were hidden where this was read",
                    "Write the address as the program is to get it"));
        }
    }
}
