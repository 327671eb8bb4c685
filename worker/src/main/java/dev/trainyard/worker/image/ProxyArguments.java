package dev.trainyard.worker.image;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.lifecycle.Cause;
import java.util.List;
import java.util.Set;

/**
 * Build arguments that the engine passes to every RUN, even without an ARG. They are part of the key of the build cache only if the stage
 * declares them with ARG. Otherwise another build could get layers that were downloaded through the proxy of this one.
 */
final class ProxyArguments {

    static final List<String> NAMES = List.of(
            "HTTP_PROXY",
            "http_proxy",
            "HTTPS_PROXY",
            "https_proxy",
            "FTP_PROXY",
            "ftp_proxy",
            "NO_PROXY",
            "no_proxy",
            "ALL_PROXY",
            "all_proxy");

    private ProxyArguments() {}

    /**
     * @param given names of the build arguments
     * @param whose source of the instructions, for a message like "line 3 of …"
     * @throws ImageFailure with the first RUN that would get an undeclared argument
     */
    static void requireDeclared(Set<String> given, List<DockerfileInstruction> instructions, String whose) {
        NAMES.stream().filter(given::contains).forEach(name -> requireDeclared(name, instructions, whose));
    }

    private static void requireDeclared(String name, List<DockerfileInstruction> instructions, String whose) {
        boolean declared = false;
        boolean declaredOnBuild = false;
        for (DockerfileInstruction instruction : instructions) {
            boolean onBuild = instruction.word().equals("ONBUILD");
            DockerfileInstruction step = onBuild ? instruction.onBuild() : instruction;
            switch (step.word()) {
                case "FROM" -> {
                    declared = false;
                    declaredOnBuild = false;
                }
                case "ARG" -> {
                    declared |= !onBuild && declares(step, name);
                    declaredOnBuild |= onBuild && declares(step, name);
                }
                case "RUN" -> {
                    if (onBuild ? !declaredOnBuild : !declared) {
                        throw undeclared(name, step.line(), whose);
                    }
                }
                default -> {}
            }
        }
    }

    private static boolean declares(DockerfileInstruction arg, String name) {
        return GlobalArguments.quotedWords(arg.arguments()).orElse(List.of()).stream()
                .anyMatch(word -> word.equals(name) || word.startsWith(name + "="));
    }

    private static ImageFailure undeclared(String name, int line, String whose) {
        return new ImageFailure(
                Cause.IMAGE_BUILD_FAILED,
                "the build argument %1$s (args in a compose file) is not for this Dockerfile: RUN in line %2$d of %3$s gets it undeclared, and the engine's cache would give what came through one proxy to other builds. Write the line ARG %1$s after each FROM, before the first RUN, or leave the argument out"
                        .formatted(name, line, whose));
    }
}
