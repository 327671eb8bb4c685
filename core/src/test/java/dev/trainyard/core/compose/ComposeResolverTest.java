package dev.trainyard.core.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.reading.Notice;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.training.BuildSpec;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.TrainingSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ComposeResolverTest {

    private static final String DIGEST = "sha256:" + "a".repeat(64);

    @Test
    void the_named_service_trains_even_if_another_reserves_a_gpu() {
        String text = """
                services:
                  a: {image: one, gpus: all}
                  b: {image: two}
                """;

        TrainingSpec spec = ComposeResolver.resolve(text, "train.yml", forService("b"));

        assertThat(spec.service()).isEqualTo("b");
        assertThat(spec.pulled()).isEqualTo(new ImageSource.Reference("two", ImageSource.Pull.MISSING));
        assertThat(spec.gpus()).isEqualTo(Gpus.NONE);
        assertThatThrownBy(() -> ComposeResolver.resolve(text, "train.yml", forService("c")))
                .hasMessage("train.yml:1:1 services: has no service 'c'. Choose one of: a, b.");
    }

    @Test
    void a_build_waits_for_the_digest_of_its_context() {
        TrainingSpec spec = resolve("""
                services:
                  train:
                    image: vision/mnist:1
                    build: {context: ../src, dockerfile: ./docker//Dockerfile, args: [CUDA=11.3, HOME], target: train}
                """);

        assertThat(spec.build())
                .isEqualTo(new BuildSpec(
                        "../src", "docker/Dockerfile", null, Map.of("CUDA", "11.3", "HOME", "/home/ada"), "train"));
        assertThat(spec.builtFrom(DIGEST))
                .isEqualTo(new ImageSource.Build(
                        DIGEST,
                        "docker/Dockerfile",
                        Map.of("CUDA", "11.3", "HOME", "/home/ada"),
                        "train",
                        "vision/mnist:1"));
    }

    @Test
    void a_dockerfile_within_the_compose_file_is_packed_under_a_name_of_its_own() {
        TrainingSpec spec = resolve("""
                services:
                  train:
                    build:
                      dockerfile_inline: |
                        FROM busybox:${TAG:-latest}
                """);

        assertThat(spec.build())
                .isEqualTo(new BuildSpec(".", ".compose.Dockerfile", "FROM busybox:latest\n", Map.of(), null));
        assertThat(spec.builtFrom(DIGEST))
                .isEqualTo(new ImageSource.Build(DIGEST, ".compose.Dockerfile", Map.of(), null, null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        .       | Dockerfile             | Dockerfile
        ./      | ./Dockerfile           | Dockerfile
        sub/..  | docker/../Dockerfile   | Dockerfile
        .       | docker//./Dockerfile   | docker/Dockerfile
        .       | ''                     | Dockerfile
        .       | ../Dockerfile          | .compose.Dockerfile
        sub     | ../../Dockerfile       | .compose.Dockerfile
        sub     | /elsewhere/Dockerfile  | .compose.Dockerfile
        """)
    void a_dockerfile_is_found_however_its_path_is_written(String context, String dockerfile, String packed) {
        Map<String, String> outside = Map.of(
                "./../Dockerfile",
                "FROM one",
                "sub/../../Dockerfile",
                "FROM two",
                "/elsewhere/Dockerfile",
                "FROM three");
        ComposeOptions options =
                new ComposeOptions(null, Map.of(), path -> Optional.ofNullable(outside.get(path)), List.of(), false);

        BuildSpec build = ComposeResolver.resolve(
                        "services: {train: {build: {context: %s, dockerfile: '%s'}}}".formatted(context, dockerfile),
                        "train.yml",
                        options)
                .build();

        assertThat(build).isNotNull();
        assertThat(build.dockerfile()).isEqualTo(packed);
        assertThat(build.dockerfileInline() != null).isEqualTo(packed.equals(BuildSpec.INLINE));
    }

    @Test
    void a_source_given_in_addition_to_the_file_builds_its_image_from_the_dockerfile() {
        ComposeOptions options = new ComposeOptions(null, Map.of(), TextFiles.NONE, List.of(), true);

        TrainingSpec spec = ComposeResolver.resolve("services: {train: {command: [x]}}", "train.yml", options);

        assertThat(spec.builtFrom(DIGEST)).isEqualTo(new ImageSource.Build(DIGEST, "Dockerfile", Map.of(), null, null));
        assertThatIllegalStateException().isThrownBy(spec::pulled);
    }

    @Test
    void options_of_the_submitter_take_precedence_over_the_file() {
        TrainingSpec spec =
                resolve("services: {train: {image: x, gpus: all, labels: {a: 1, b: 2}, stop_grace_period: 1m30s}}");
        SubmitOptions options = new SubmitOptions(
                "mine",
                "vision",
                "ada",
                Map.of("b", "3"),
                700,
                new Gpus.Count(1, null, null),
                new RetryPolicy(3, Duration.ofSeconds(5), List.of()),
                Duration.ofHours(1),
                Duration.ofSeconds(20),
                Instant.EPOCH,
                Instant.MAX);
        JobId id = new JobId(new UUID(0, 1));

        assertThat(options.toRequest(spec, id, spec.pulled()))
                .isEqualTo(new Request.Submit(
                        id,
                        "mine",
                        "vision",
                        "ada",
                        Map.of("a", "1", "b", "3"),
                        700,
                        Instant.EPOCH,
                        new ImageSource.Reference("x", ImageSource.Pull.MISSING),
                        spec.run(),
                        new Gpus.Count(1, null, null),
                        new RetryPolicy(3, Duration.ofSeconds(5), List.of()),
                        Duration.ofHours(1),
                        Duration.ofSeconds(20),
                        Instant.MAX));
    }

    @Test
    void paths_of_an_extended_service_are_relative_to_its_own_file() {
        Map<String, String> files = Map.of(
                "shared/gpu/common.yml",
                "services: {base: {build: {context: src, args: {A: base, B: base}}, env_file: base.env}}",
                "shared/gpu/base.env",
                "FROM=base");
        ComposeOptions options =
                new ComposeOptions(null, Map.of(), path -> Optional.ofNullable(files.get(path)), List.of(), false);

        TrainingSpec spec = ComposeResolver.resolve("""
                services:
                  train:
                    extends: {file: shared/gpu/common.yml, service: base}
                    build: {args: [B=ours]}
                """, "train.yml", options);

        assertThat(spec.build())
                .isEqualTo(new BuildSpec("shared/gpu/src", "Dockerfile", null, Map.of("A", "base", "B", "ours"), null));
        assertThat(spec.run().program().environment()).containsExactly(Map.entry("FROM", "base"));
    }

    @Test
    void a_profile_that_is_active_makes_its_service_one_to_choose_from() {
        String text = """
                services:
                  a: {image: one, gpus: all}
                  b: {image: two, gpus: all, profiles: [debug]}
                """;

        ComposeOptions active =
                new ComposeOptions(null, Map.of("COMPOSE_PROFILES", "x,debug"), TextFiles.NONE, List.of(), false);

        assertThat(ComposeResolver.resolve(text, "train.yml", ComposeOptions.NONE)
                        .service())
                .isEqualTo("a");
        assertThatThrownBy(() -> ComposeResolver.resolve(text, "train.yml", active))
                .hasMessageContaining("more than one reserves a GPU");
    }

    @Test
    void the_service_that_reserves_a_gpu_trains_with_any_profile() {
        TrainingSpec spec = ComposeResolver.resolve("""
                services:
                  db: {image: postgres}
                  a: {image: one, gpus: all, profiles: [gpu]}
                """, "train.yml", ComposeOptions.NONE);

        assertThat(spec.service()).isEqualTo("a");
        assertThat(spec.notices())
                .extracting(Notice::toString)
                .containsExactly(
                        "train.yml:3:3 services.a: is the service that trains, because it reserves a GPU. The others are not started",
                        "train.yml:3:30 services.a.profiles: has no effect on the service that trains."
                                + " It only helps to choose the service: one with an active profile or without a profile");
    }

    @Test
    void the_environment_wins_over_dot_env() {
        TextFiles files = path -> path.equals(".env") ? Optional.of("TAG=file\nOTHER=$HOME/x\n") : Optional.empty();
        ComposeOptions options =
                new ComposeOptions(null, Map.of("TAG", "shell", "HOME", "/home/ada"), files, List.of(), false);

        TrainingSpec spec =
                ComposeResolver.resolve("services: {train: {image: 'x:$TAG', user: '$OTHER'}}", "train.yml", options);

        assertThat(spec.pulled()).isEqualTo(new ImageSource.Reference("x:shell", ImageSource.Pull.MISSING));
        assertThat(spec.run().program().user()).isEqualTo("/home/ada/x");
    }

    @Test
    void a_container_name_names_the_job_and_else_the_service() {
        assertThat(resolve("services: {train: {image: x, container_name: run-7}}")
                        .name())
                .isEqualTo("run-7");
        assertThat(resolve("services: {_train: {image: x}}").name()).isEqualTo("train");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", nullValues = "-", textBlock = """
        # name of the file | variable | folder      | project
        My_Proj            | -        | f           | my_proj
        "x y"              | ''       | f           | xy
        My_Proj            | shell    | f           | shell
        $SET               | -        | f           | set
        ''                 | -        | My Dir_1.2  | mydir_12
        ''                 | -        | _-f         | f
        ''                 | -        | -           | ''
        """)
    void the_project_has_the_name_that_compose_gives_it(String name, String variable, String folder, String project) {
        Map<String, String> environment = new HashMap<>(Map.of("SET", "Set"));
        if (variable != null) {
            environment.put("COMPOSE_PROJECT_NAME", variable);
        }
        ComposeOptions options = new ComposeOptions(null, environment, TextFiles.NONE, List.of(), false, folder, null);
        List<ComposeText> files = List.of(
                new ComposeText("a.yml", "services: {t: {image: x, environment: {A: '${COMPOSE_PROJECT_NAME}'}}}"),
                new ComposeText("b.yml", "name: " + (name.isEmpty() ? "''" : name)));

        assertThat(ComposeResolver.resolve(files, options).run().program().environment())
                .containsEntry("A", project);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
        COMPOSE_DISABLE_ENV_FILE, 1,         none
        COMPOSE_DISABLE_ENV_FILE, true,      none
        COMPOSE_DISABLE_ENV_FILE, 0,         dot
        COMPOSE_DISABLE_ENV_FILE, '',        dot
        COMPOSE_ENV_FILES,        x.env,     x
        COMPOSE_ENV_FILES,        'x.env,y', y
        COMPOSE_ENV_FILES,        '',        dot
        """)
    void variables_of_compose_name_other_env_files(String name, String value, String image) {
        Map<String, String> files = Map.of(".env", "I=dot", "x.env", "I=x", "y", "I=y");
        ComposeOptions options = new ComposeOptions(
                null, Map.of(name, value), path -> Optional.ofNullable(files.get(path)), List.of(), false);

        assertThat(ComposeResolver.resolve("services: {t: {image: '${I:-none}'}}", "a.yml", options)
                        .pulled())
                .isEqualTo(new ImageSource.Reference(image, ImageSource.Pull.MISSING));
    }

    @Test
    void profiles_may_be_named_in_env_files() {
        ComposeOptions options = new ComposeOptions(
                null,
                Map.of(),
                path -> path.equals(".env") ? Optional.of("COMPOSE_PROFILES=b") : Optional.empty(),
                List.of(),
                false);

        assertThat(ComposeResolver.resolve(
                                "services: {a: {image: x, profiles: [a]}, b: {image: y, profiles: [b]}}",
                                "a.yml",
                                options)
                        .pulled())
                .isEqualTo(new ImageSource.Reference("y", ImageSource.Pull.MISSING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"command", "entrypoint"})
    void a_later_file_removes_a_program_with_null(String key) {
        List<ComposeText> files = List.of(
                new ComposeText("a.yml", "services: {t: {image: x, command: a b, entrypoint: c}}"),
                new ComposeText("b.yml", "services: {t: {%s: }}".formatted(key)));

        TrainingSpec spec = ComposeResolver.resolve(files, ComposeOptions.NONE);

        assertThat(spec.run().program().command()).isEqualTo(key.equals("command") ? null : List.of("a", "b"));
        assertThat(spec.run().program().entrypoint()).isEqualTo(key.equals("command") ? List.of("c") : null);
    }

    @Test
    void a_read_only_tmpfs_is_read_only() {
        assertThat(resolve(
                                "services: {t: {image: x, volumes: [{type: tmpfs, target: /b, read_only: true, tmpfs: {size: 1k}}]}}")
                        .run()
                        .storage()
                        .tmpfs())
                .containsExactly("/b:ro,size=1024");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        .5s, PT0.5S
        1.s, PT1S
        +5s, PT5S
        1ns, PT0.000000001S
        1µs, PT0.000001S
        0,   PT0S
        -1s, PT24H
        1s1h, PT1H1S
        1w,  PT24H
        """)
    void durations_are_those_of_compose(String text, Duration grace) {
        assertThat(resolve("services: {t: {image: x, stop_grace_period: '%s'}}".formatted(text))
                        .gracePeriod())
                .isEqualTo(grace);
    }

    @ParameterizedTest
    @ValueSource(strings = {"./x.git", "x.git", "/srv/x.git#y"})
    void a_folder_may_be_called_like_a_repository(String context) {
        assertThat(resolve("services: {t: {build: '%s'}}".formatted(context))
                        .build()
                        .context())
                .isEqualTo(context);
    }

    @Test
    void a_variable_without_a_value_takes_that_of_a_file_away() {
        ComposeOptions options = new ComposeOptions(
                null,
                Map.of(),
                path -> path.equals("e") ? Optional.of("A=1\nB=2") : Optional.empty(),
                List.of(),
                false);

        assertThat(ComposeResolver.resolve("services: {t: {image: x, env_file: e, environment: [A]}}", "a.yml", options)
                        .run()
                        .program()
                        .environment())
                .containsExactly(Map.entry("B", "2"));
    }

    @Test
    void a_tilde_is_the_submitters_home() {
        Map<String, String> files = Map.of(
                "/home/ada/e",
                "A=1",
                "/home/ada/l",
                "team=x",
                "d/x.yml",
                "services: {b: {label_file: l, env_file: ~/f}}",
                "d/l",
                "kind=y",
                "/home/ada/f",
                "F=1");
        ComposeOptions options = new ComposeOptions(
                null, Map.of("HOME", "/home/ada"), path -> Optional.ofNullable(files.get(path)), List.of(), false);

        TrainingSpec spec = ComposeResolver.resolve(
                "services: {t: {build: ~/ctx, env_file: [~/e], label_file: ~/l, extends: {file: d/x.yml, service: b}}}",
                "a.yml",
                options);

        assertThat(spec.build().context()).isEqualTo("/home/ada/ctx");
        assertThat(spec.run().program().environment()).containsOnly(Map.entry("A", "1"), Map.entry("F", "1"));
        assertThat(spec.labels()).containsOnly(Map.entry("team", "x"), Map.entry("kind", "y"));
    }

    @Test
    void settings_of_a_network_that_is_not_created_are_reported() {
        assertThat(resolve("services: {t: {image: x, networks: {default: {aliases: [q]}}}}")
                        .notices())
                .singleElement()
                .asString()
                .contains("networks.default: is not created");
        assertThat(resolve("services: {t: {image: x, networks: {default: }}}").notices())
                .isEmpty();
    }

    private static TrainingSpec resolve(String text) {
        return ComposeResolver.resolve(
                text,
                "train.yml",
                new ComposeOptions(null, Map.of("HOME", "/home/ada"), TextFiles.NONE, List.of(), false));
    }

    private static ComposeOptions forService(String name) {
        return new ComposeOptions(name, Map.of(), TextFiles.NONE, List.of(), false);
    }
}
