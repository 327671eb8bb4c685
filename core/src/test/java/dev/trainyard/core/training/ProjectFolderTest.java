package dev.trainyard.core.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.runline.InvalidRunLine;
import dev.trainyard.core.runline.RunLine;
import dev.trainyard.core.runline.RunWords;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Outputs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sources of mounts are the submitter's own, in compose files and run lines. */
class ProjectFolderTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/home/ann");
    private static final String ELSEWHERE = "the server is on another machine";

    @ParameterizedTest
    @CsvSource({
        "./data,              /home/ann/project/data",
        "./data/../x,         /home/ann/project/x",
        ".,                   /home/ann/project",
        "./,                  /home/ann/project",
        "..,                  /home/ann",
        "../shared/x,         /home/ann/shared/x",
        "~,                   /home/ann",
        "~/.cache,            /home/ann/.cache",
        "/home/ann/project,   /home/ann/project",
        "/home/ann/project/x, /home/ann/project/x",
        "/mnt/disk/project/x, /mnt/disk/project/x",
        "/home/ann/./project/../project/x, /home/ann/project/x",
    })
    void a_relative_source_and_one_in_the_project_or_at_home_is_mounted_in_place(String source, String path) {
        Mount inPlace = new Mount(path, "/x", true, null, false, true);

        assertThat(mounts(source + ":/x:ro", Optional.empty())).containsExactly(inPlace);
        assertThat(line(Optional.empty(), "-v", source + ":/x:ro").storage().mounts())
                .containsExactly(inPlace);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/data", "/home/ann", "/home/ann/project2", "/home/ann/project/../other"})
    void another_absolute_source_is_a_path_of_the_workers_host(String source) {
        assertThat(mounts(source + ":/x", Optional.empty()))
                .containsExactly(new Mount(ContainerPath.plain(source), "/x", false));
    }

    @Test
    void nothing_lies_in_the_root_folder_as_in_a_project() {
        RunSpec run = RunLine.read(
                        RunWords.split(List.of("-v", "/data:/x", "busybox"), Map.of()),
                        ENVIRONMENT,
                        TextFiles.NONE,
                        new ProjectFolder("/", "/", path -> true, Optional::empty))
                .training()
                .run();

        assertThat(run.storage().inPlace()).isEmpty();
    }

    @Test
    void a_place_of_outputs_may_be_the_submitters_own_folder() {
        assertThat(run("./out:/outputs", Optional.empty()).storage().outputs())
                .isEqualTo(new Outputs("/outputs", "/home/ann/project/out", true));
        assertThat(run("./out:/outputs", Optional.of(ELSEWHERE)).storage().outputs())
                .isEqualTo(Outputs.MANAGED);
        assertThat(run("/home/ann/project/out:/outputs", Optional.of(ELSEWHERE))
                        .storage()
                        .outputs())
                .isEqualTo(new Outputs("/outputs", "/home/ann/project/out"));
    }

    @Test
    void where_jobs_cannot_use_the_submitters_folders_a_relative_source_is_refused_with_the_reason() {
        assertThatThrownBy(() -> run("./data:/x", Optional.of(ELSEWHERE)))
                .isInstanceOf(InvalidFile.class)
                .hasMessageContaining("the relative source './data' cannot be mounted: " + ELSEWHERE);
        assertThatThrownBy(() -> line(Optional.of(ELSEWHERE), "-v", "./data:/x"))
                .isInstanceOf(InvalidRunLine.class)
                .hasMessageContaining(ELSEWHERE);
        assertThat(mounts("/home/ann/project/data:/x", Optional.of(ELSEWHERE)))
                .containsExactly(new Mount("/home/ann/project/data", "/x", false));
    }

    @Test
    void nobody_is_asked_whether_folders_can_be_mounted_if_no_mount_needs_it() {
        ProjectFolder project = new ProjectFolder("/home/ann/project", "/mnt/disk/project", path -> true, () -> {
            throw new AssertionError("asked");
        });

        assertThat(resolve("- /data:/data\n      - cache:/c", project).storage().inPlace())
                .isEmpty();
    }

    @Test
    void a_missing_source_is_created_but_for_mount_and_create_host_path_false() {
        String wanted = "the source '/home/ann/project/none' does not exist";

        assertThat(mounts("./none:/x", Optional.empty())).hasSize(1);
        assertThatThrownBy(() -> line(Optional.empty(), "--mount", "type=bind,source=./none,target=/x"))
                .hasMessageContaining(wanted);
        assertThat(resolve("- {type: bind, source: ./none, target: /x}", project(Optional.empty()))
                        .storage()
                        .inPlace())
                .containsExactly("/home/ann/project/none");
        assertThatThrownBy(() -> resolve(
                        "- {type: bind, source: ./none, target: /x, bind: {create_host_path: false}}",
                        project(Optional.empty())))
                .hasMessageContaining(wanted);
    }

    private static List<Mount> mounts(String volume, Optional<String> obstacle) {
        return run(volume, obstacle).storage().mounts();
    }

    private static RunSpec run(String volume, Optional<String> obstacle) {
        return resolve("- " + volume, project(obstacle));
    }

    private static RunSpec resolve(String volumes, @Nullable ProjectFolder project) {
        String text = """
                services:
                  train:
                    image: busybox
                    volumes:
                      %s
                volumes: {cache: }
                """.formatted(volumes);
        return ComposeResolver.resolve(
                        text,
                        "compose.yml",
                        new ComposeOptions(null, ENVIRONMENT, TextFiles.NONE, List.of(), false, "project", project))
                .run();
    }

    private static RunSpec line(Optional<String> obstacle, String... flags) {
        List<String> words =
                Stream.concat(Stream.of(flags), Stream.of("busybox")).toList();
        return RunLine.read(RunWords.split(words, Map.of()), ENVIRONMENT, TextFiles.NONE, project(obstacle))
                .training()
                .run();
    }

    private static ProjectFolder project(Optional<String> obstacle) {
        return new ProjectFolder(
                "/home/ann/project", "/mnt/disk/project", path -> !path.endsWith("none"), () -> obstacle);
    }
}
