package dev.trainyard.worker.image;

import dev.trainyard.core.request.DockerfileInstruction;
import dev.trainyard.worker.container.EnginePlatform;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What has to be known of a Dockerfile before the engine's own (classic) builder gets it, where that differs from BuildKit. */
record Dockerfile(List<DockerfileInstruction> instructions) {

    private static final Set<String> OF_FILES = Set.of("RUN", "COPY", "ADD");
    private static final List<String> BUILD_KIT_OPTIONS = List.of(
            "--mount=", "--chmod=", "--link", "--security=", "--network=", "--parents", "--exclude=", "--checksum=");

    Dockerfile {
        instructions = List.copyOf(instructions);
    }

    static Dockerfile of(String text) {
        return new Dockerfile(DockerfileInstruction.of(text));
    }

    /** Whether it uses what only BuildKit understands; the engine's own builder does not, or says something else about it. */
    boolean needsBuildKit() {
        return instructions.stream()
                .filter(instruction -> OF_FILES.contains(instruction.word()))
                .anyMatch(instruction -> hasBuildKitOption(instruction) || hasHereDocument(instruction.arguments()));
    }

    private static boolean hasBuildKitOption(DockerfileInstruction instruction) {
        return instruction.words().stream()
                .takeWhile(word -> word.startsWith("--"))
                .anyMatch(word -> BUILD_KIT_OPTIONS.stream().anyMatch(word::startsWith));
    }

    /** {@code <<EOF}, {@code <<-EOF}, {@code <<"EOF"}; a shift has a space. */
    private static boolean hasHereDocument(String arguments) {
        for (int at = arguments.indexOf("<<"); at >= 0; at = arguments.indexOf("<<", at + 1)) {
            int name = at + 2;
            name += arguments.startsWith("-", name) ? 1 : 0;
            name += arguments.startsWith("\"", name) || arguments.startsWith("'", name) ? 1 : 0;
            if (name < arguments.length() && Character.isJavaIdentifierPart(arguments.charAt(name))) {
                return true;
            }
        }
        return false;
    }

    /**
     * What BuildKit fills in by itself: the platform, in the arguments that the Dockerfile declares without a value. Where it gives one
     * of them a value, that holds, as it does with BuildKit.
     */
    Map<String, String> platformArguments(EnginePlatform platform) {
        Map<String, String> filledIn = new LinkedHashMap<>();
        for (Map.Entry<String, String> argument : values(platform).entrySet()) {
            List<String> declared = instructions.stream()
                    .filter(instruction -> instruction.word().equals("ARG"))
                    .flatMap(instruction -> instruction.words().stream())
                    .filter(word -> word.equals(argument.getKey()) || word.startsWith(argument.getKey() + "="))
                    .distinct()
                    .toList();
            if (declared.equals(List.of(argument.getKey()))) {
                filledIn.put(argument.getKey(), argument.getValue());
            }
        }
        return filledIn;
    }

    /** An argument of the platform that a step names, and that no ARG before the first FROM declares: BuildKit knows it there nevertheless. */
    Optional<String> undeclaredIn(String step, EnginePlatform platform) {
        List<String> global = instructions.stream()
                .takeWhile(instruction -> !instruction.word().equals("FROM"))
                .filter(instruction -> instruction.word().equals("ARG"))
                .flatMap(instruction -> instruction.words().stream())
                .map(word -> word.split("=", 2)[0])
                .toList();
        return values(platform).keySet().stream()
                .filter(name -> step.contains("$" + name) || step.contains("${" + name))
                .filter(name -> !global.contains(name))
                .findFirst();
    }

    private static Map<String, String> values(EnginePlatform platform) {
        Map<String, String> values = new TreeMap<>();
        for (String whose : List.of("TARGET", "BUILD")) {
            values.put(whose + "PLATFORM", platform.name());
            values.put(whose + "OS", platform.os());
            values.put(whose + "ARCH", platform.architecture());
            values.put(whose + "VARIANT", platform.variant());
        }
        return values;
    }
}
