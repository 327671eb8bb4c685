package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.training.BuildSpec;
import dev.trainyard.core.training.TuningReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads {@code build} in its short and long syntax. */
final class BuildReader {

    /** Keys that change how an image is built, but not its content. */
    private static final Map<String, String> WITHOUT_EFFECT = Map.of(
            "cache_from", "has no effect: the worker's engine uses its own cache",
            "cache_to", "has no effect: the worker's engine uses its own cache",
            "no_cache", "has no effect: the same source is built only once",
            "pull", "has no effect: the worker pulls a missing base image",
            "labels", "are not set on the image. For the container, write labels next to build",
            "tags", "are not set. The image is named by image",
            "network", "is not passed on: the worker's policy sets the network of builds",
            "shm_size", "is not passed on to the build",
            "platforms", "is not passed on: the image is built for the worker's own platform");

    private static final String DOCKERFILE = "Dockerfile";

    private static final List<String> KNOWN = Stream.concat(
                    Stream.of("context", "dockerfile", "dockerfile_inline", "args", "target"),
                    WITHOUT_EFFECT.keySet().stream())
            .toList();

    /** Keys that a build cannot have, and why. An empty value is ignored. */
    private static final Map<String, String> REFUSED = Map.of(
            "additional_contexts", "needs BuildKit, and workers build with the engine's own builder",
            "entitlements", "needs BuildKit, and workers build with the engine's own builder",
            "extra_hosts", "cannot be passed on: the message has no field for it",
            "privileged", "needs BuildKit, and workers build with the engine's own builder",
            "provenance", "needs BuildKit, and workers build with the engine's own builder",
            "sbom", "needs BuildKit, and workers build with the engine's own builder",
            "secrets", "needs BuildKit, and workers build with the engine's own builder",
            "ssh", "needs BuildKit, and workers build with the engine's own builder",
            "ulimits", "cannot be passed on: the message has no field for it");

    private BuildReader() {}

    /** @param files reads a Dockerfile outside of the context */
    static BuildSpec read(ConfigValue build, Function<String, Optional<String>> environment, TextFiles files) {
        if (!build.isMapping()) {
            return new BuildSpec(context(build), DOCKERFILE, null, Map.of(), null);
        }
        build.allowOnly(Stream.concat(KNOWN.stream(), Stream.concat(Stream.of("isolation"), REFUSED.keySet().stream()))
                .toList());
        REFUSED.forEach((name, why) -> build.get(name)
                .filter(field -> !field.saysNothing())
                .ifPresent(field -> field.problem(why, "Leave it out")));
        build.get("isolation").filter(field -> !field.saysNothing()).ifPresent(TuningReader::isolation);
        WITHOUT_EFFECT.forEach(
                (name, why) -> build.get(name).filter(field -> !field.isNull()).ifPresent(field -> field.notice(why)));
        String context = build.get("context").map(BuildReader::context).orElse(".");
        Optional<String> inline = build.get("dockerfile_inline").flatMap(ConfigValue::text);
        Optional<ConfigValue> named = build.get("dockerfile").filter(field -> !field.isNull());
        named.filter(_ -> inline.isPresent())
                .ifPresent(field -> field.problem("cannot be combined with dockerfile_inline", "Keep one of the two"));
        Optional<String> within = inline.isPresent() ? Optional.empty() : within(named);
        Optional<String> text = inline.or(() -> within.isPresent() ? Optional.empty() : outside(named, context, files));
        return new BuildSpec(
                context,
                within.orElse(BuildSpec.INLINE),
                within.isPresent() ? null : text.orElse(""),
                build.get("args").map(args -> args.pairs(environment)).orElse(Map.of()),
                build.get("target")
                        .flatMap(target -> target.matching("\\S{1,200}", "the name of a stage"))
                        .orElse(null));
    }

    private static String context(ConfigValue field) {
        String context = field.text().orElse(".");
        if (isRemote(context)) {
            field.problem(
                    "%s is not on this computer".formatted(Excerpt.path(context)), "Clone it, and give the folder");
        }
        return context;
    }

    static boolean isRemote(String context) {
        return context.contains("://")
                || List.of("github.com/", "git@", "service:").stream().anyMatch(context::startsWith);
    }

    /** The Dockerfile's normalised path in the context. Empty if it is outside. */
    private static Optional<String> within(Optional<ConfigValue> named) {
        String path =
                named.flatMap(ConfigValue::text).filter(text -> !text.isEmpty()).orElse(DOCKERFILE);
        Deque<String> segments = new ArrayDeque<>();
        boolean outside = path.startsWith("/");
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                outside |= segments.pollLast() == null;
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        if (segments.isEmpty() && !outside) {
            named.ifPresent(field -> field.problem(
                    "%s is a folder, not a Dockerfile".formatted(Excerpt.path(path)), "Give the file in it"));
            return Optional.of(DOCKERFILE);
        }
        return outside ? Optional.empty() : Optional.of(String.join("/", segments));
    }

    /** The text of a Dockerfile outside of the context. It is sent along, as Docker does. */
    private static Optional<String> outside(Optional<ConfigValue> named, String context, TextFiles files) {
        return named.flatMap(field -> field.text().flatMap(path -> {
            Optional<String> text = files.read(ServicePaths.join(context, path))
                    .or(() -> files.read(ServicePaths.join(context, BuildSpec.inLowerCase(path))));
            if (text.isEmpty()) {
                field.missingFile(
                        path,
                        "Create it, or correct the path, which is relative to the context",
                        "Put the Dockerfile into the context, which is packed with the draft");
            }
            return text;
        }));
    }
}
