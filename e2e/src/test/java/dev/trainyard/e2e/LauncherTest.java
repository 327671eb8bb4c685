package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code trainyard} beside stand-ins for what it calls: which Java virtual machine it asks for. */
class LauncherTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void stand_ins() throws IOException {
        Files.copy(Path.of("../trainyard").toRealPath(), folder.resolve("trainyard"));
        Path setup = Files.createDirectory(folder.resolve("setup"));
        Files.writeString(setup.resolve("messages.sh"), "");
        Files.writeString(setup.resolve("find-jdk.sh"), "find_jdk() { jdk=%s; }".formatted(folder));
        Files.writeString(
                setup.resolve("build.sh"), "CLASS_PATH=%s; build_if_sources_changed() { :; }".formatted(folder));
        Files.createFile(folder.resolve("cli-1.jar"));
        Path java = Files.createDirectory(folder.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\" \"locale ${LC_ALL:-${LC_CTYPE:-${LANG:-}}}\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "server", "up"})
    void long_running_commands_use_the_optimizing_compiler(String command) throws Exception {
        assertThat(java(Map.of(), command))
                .contains("-XX:+ExitOnOutOfMemoryError")
                .noneMatch(option -> option.contains("TieredStopAtLevel") || option.contains("-Xint"));
    }

    @Test
    void the_client_starts_fast() throws Exception {
        assertThat(java(Map.of(), "jobs")).contains("-XX:TieredStopAtLevel=1");
    }

    @Test
    void names_of_files_are_text_also_without_a_locale() throws Exception {
        assertThat(java(Map.of(), "worker")).contains("locale C.UTF-8");
        assertThat(java(Map.of("LC_ALL", "POSIX", "LANG", "de_DE.UTF-8"), "worker"))
                .contains("locale C.UTF-8");
    }

    @Test
    void a_locale_of_this_machine_is_kept_and_one_that_it_does_not_have_is_replaced() throws Exception {
        assertThat(java(Map.of("LANG", "C.utf8"), "worker")).contains("locale C.utf8");
        assertThat(java(Map.of("LC_CTYPE", "C.utf8"), "up")).contains("locale C.utf8");
        assertThat(java(Map.of("LANG", "xx_XX.UTF-8"), "worker")).contains("locale C.UTF-8");
    }

    private List<String> java(Map<String, String> environment, String command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        "bash", folder.resolve("trainyard").toString(), command)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().toList();
    }
}
