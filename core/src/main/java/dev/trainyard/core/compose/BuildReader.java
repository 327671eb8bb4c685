package dev.trainyard.core.compose;

import dev.trainyard.core.request.Excerpt;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads {@code build}, short and long. */
final class BuildReader {

    /** What changes how an image is made, and not what is in it. */
    private static final Map<String, String> WITHOUT_EFFECT = Map.of(
            "cache_from", "means nothing here: the worker's engine uses its own cache",
            "cache_to", "means nothing here: the worker's engine uses its own cache",
            "no_cache", "means nothing here: the same source is built once",
            "pull", "means nothing here: the worker pulls the base image that it does not have",
            "labels", "are not set on the image; write labels beside build for the container",
            "tags", "are not set; the image is named by image",
            "network", "is not passed on: the build uses the engine's default network",
            "shm_size", "is not passed on to the build",
            "platforms", "is not passed on: the image is built for the worker's own platform");

    /** Of a Dockerfile that the compose file contains; nobody's own has that name. */
    private static final String INLINE = ".compose.Dockerfile";

    private static final List<String> KNOWN = Stream.concat(
                    Stream.of("context", "dockerfile", "dockerfile_inline", "args", "target"),
                    WITHOUT_EFFECT.keySet().stream())
            .toList();

    private BuildReader() {}

    static BuildSpec read(Field build, Function<String, Optional<String>> environment) {
        if (!build.isMapping()) {
            return new BuildSpec(context(build), "Dockerfile", null, Map.of(), null);
        }
        build.allowOnly(KNOWN);
        WITHOUT_EFFECT.forEach(
                (name, why) -> build.get(name).filter(field -> !field.isNull()).ifPresent(field -> field.notice(why)));
        Optional<String> inline = build.get("dockerfile_inline").flatMap(Field::text);
        build.get("dockerfile")
                .filter(_ -> inline.isPresent())
                .ifPresent(field -> field.problem("stands beside dockerfile_inline", "Keep one of the two"));
        return new BuildSpec(
                build.get("context").map(BuildReader::context).orElse("."),
                inline.isPresent()
                        ? INLINE
                        : build.get("dockerfile").map(BuildReader::dockerfile).orElse("Dockerfile"),
                inline.orElse(null),
                build.get("args").map(args -> args.pairs(environment)).orElse(Map.of()),
                build.get("target")
                        .flatMap(target -> target.matching("\\S{1,200}", "the name of a stage"))
                        .orElse(null));
    }

    private static String context(Field field) {
        String context = field.text().orElse(".");
        if (isRemote(context)) {
            field.problem(
                    "%s is not on this computer".formatted(Excerpt.quote(context)), "Clone it, and name the folder");
        }
        return context;
    }

    static boolean isRemote(String context) {
        return context.matches("(https?|git|ssh)://.*|git@.*|github\\.com/.*|.*\\.git(#.*)?");
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
