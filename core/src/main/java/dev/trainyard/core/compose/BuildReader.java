package dev.trainyard.core.compose;

import dev.trainyard.core.request.Excerpt;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads {@code build}, short and long. */
final class BuildReader {

    private BuildReader() {}

    static BuildSpec read(Field build, Function<String, Optional<String>> environment) {
        if (!build.isMapping()) {
            return new BuildSpec(context(build), "Dockerfile", Map.of(), null);
        }
        build.allowOnly(List.of("context", "dockerfile", "args", "target"));
        return new BuildSpec(
                build.get("context").map(BuildReader::context).orElse("."),
                build.get("dockerfile").map(BuildReader::dockerfile).orElse("Dockerfile"),
                build.get("args").map(args -> args.pairs(environment)).orElse(Map.of()),
                build.get("target")
                        .flatMap(target -> target.matching("\\S{1,200}", "the name of a stage"))
                        .orElse(null));
    }

    private static String context(Field field) {
        String context = field.text().orElse(".");
        if (context.matches("(https?|git|ssh)://.*|git@.*|github\\.com/.*|.*\\.git(#.*)?")) {
            field.problem(
                    "%s is not on this computer".formatted(Excerpt.quote(context)), "Clone it, and name the folder");
        }
        return context;
    }

    private static String dockerfile(Field field) {
        String path = field.text().orElse("Dockerfile");
        List<String> segments = Arrays.stream(path.split("/"))
                .filter(segment -> !segment.isEmpty() && !segment.equals("."))
                .toList();
        if (path.startsWith("/") || segments.contains("..") || segments.isEmpty()) {
            field.problem(
                    "%s lies outside the context".formatted(Excerpt.quote(path)),
                    "Put the Dockerfile into the context");
        }
        return String.join("/", segments);
    }
}
