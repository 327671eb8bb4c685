package dev.trainyard.core.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One instruction of a Dockerfile, with its continued lines joined, without comments. Read as the engine's own (classic) builder reads
 * it, which knows no here-documents.
 *
 * @param word in capitals, such as {@code COPY}
 * @param arguments what follows it
 */
public record DockerfileInstruction(String word, String arguments) {

    /** In their order. The time that it takes grows with the length of the text and no faster. */
    public static List<DockerfileInstruction> of(String dockerfile) {
        List<DockerfileInstruction> instructions = new ArrayList<>();
        StringBuilder joined = new StringBuilder();
        String escape = "\\";
        boolean atTop = true;
        for (String raw : dockerfile.lines().toList()) {
            String line = raw.strip();
            if (line.startsWith("#")) {
                escape = atTop && escapeDirective(line) ? line.substring(line.length() - 1) : escape;
                continue;
            }
            atTop = false;
            if (line.endsWith(escape)) {
                joined.append(line, 0, line.length() - 1).append(' ');
            } else if (!line.isEmpty()) {
                instructions.add(instruction(joined.append(line).toString()));
                joined.setLength(0);
            }
        }
        if (!joined.toString().isBlank()) {
            instructions.add(instruction(joined.toString()));
        }
        return instructions;
    }

    /** The arguments at white space, with quotes and brackets as they are. */
    public List<String> words() {
        return arguments.isEmpty() ? List.of() : List.of(arguments.split("\\s+", -1));
    }

    private static boolean escapeDirective(String comment) {
        String directive = comment.substring(1).replace(" ", "").toLowerCase(Locale.ROOT);
        return directive.equals("escape=`") || directive.equals("escape=\\");
    }

    private static DockerfileInstruction instruction(String text) {
        String line = text.strip();
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
            end++;
        }
        return new DockerfileInstruction(
                line.substring(0, end).toUpperCase(Locale.ROOT),
                line.substring(end).strip());
    }
}
