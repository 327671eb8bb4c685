package dev.trainyard.cli.submit;

import dev.trainyard.core.text.Logins;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A message without its secrets, as the history stores it: variables that are not public are null, and addresses have no user and password.
 * A masked message has a field that the schema forbids, so that the server refuses it if someone publishes it.
 *
 * @param masked whether a value was removed
 */
record ShownMessage(String text, boolean masked) {

    static ShownMessage of(byte[] message) {
        JsonNode original = JsonMapper.shared().readTree(message);
        JsonNode shown = original.deepCopy();
        Set<String> publicVariables = original.at("/run/publicVariables")
                .valueStream()
                .map(JsonNode::asString)
                .collect(Collectors.toSet());
        hide(shown.at("/run/environment"), publicVariables);
        hide(shown.at("/image/build/args"), publicVariables);
        removeLogins(shown);
        boolean masked = !shown.equals(original);
        if (masked) {
            ((ObjectNode) shown).put("masked", true);
        }
        return new ShownMessage(shown.toPrettyString(), masked);
    }

    private static void hide(JsonNode variables, Set<String> publicVariables) {
        if (variables instanceof ObjectNode object) {
            for (String name : List.copyOf(object.propertyNames())) {
                if (!publicVariables.contains(name)) {
                    object.putNull(name);
                }
            }
        }
    }

    private static void removeLogins(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (String name : List.copyOf(object.propertyNames())) {
                JsonNode value = object.get(name);
                if (value.isString()) {
                    object.put(name, Logins.removed(value.asString()));
                } else {
                    removeLogins(value);
                }
            }
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                if (array.get(i).isString()) {
                    array.set(i, Logins.removed(array.get(i).asString()));
                } else {
                    removeLogins(array.get(i));
                }
            }
        }
    }
}
