package dev.trainyard.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io",
        "busybox:1.36, docker.io",
        "team/model:1, docker.io",
        "registry.example/team/model:1, registry.example",
        "127.0.0.1:5000/model, 127.0.0.1:5000",
        "registry:5000/team/model@sha256:1234, registry:5000",
        "localhost/model, localhost",
    })
    void the_registry_of_a_name_is_the_part_before_the_first_slash_if_that_is_a_host(String name, String registry) {
        assertThat(ImageName.registryOf(name)).isEqualTo(registry);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "trainyard/build:1",
                "trainyard/digits",
                "trainyard/a/b@sha256:0",
                "docker.io/trainyard/build",
                "index.docker.io/trainyard/build:1",
                "TRAINYARD/build",
                "Docker.IO/Trainyard/Build:x"
            })
    void every_spelling_of_the_workers_own_namespace_is_reserved(String name) {
        assertThat(ImageName.isReserved(name)).isTrue();
    }

    /** Each was given to {@code docker create}. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a..b",
                "a___b",
                "a.-b",
                "a_.b",
                "a-/b",
                "-a.b/x",
                "Aa.b-:50/x",
                "a..b/x/y",
                "a.b./x/y",
                "a:.v",
                "Team/Model",
                "team/Model:1",
                "localhost/Model",
                "TEAM.x/Model",
                "a/",
                "/a",
                "a//b",
                "a@sha256:00"
            })
    void a_text_that_docker_refuses_as_a_name_is_refused(String name) {
        assertThat(name.matches(ImageName.FORM)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a.b",
                "a_b",
                "a__b",
                "a---b",
                "a/b--c",
                "team/model:V1.2-x_y",
                "TEAM.x/model:1",
                "Team:5000/model",
                "a-b.c/d",
                "a--b.c:5000/x/y:1",
                "localhost/model",
                "127.0.0.1:5000/a/b/c"
            })
    void a_text_that_docker_accepts_as_a_name_is_accepted(String name) {
        assertThat(name.matches(ImageName.FORM)).isTrue();
        assertThat(ImageName.fault(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Team/model", "TEAM/model:1", "LOCALHOST/a/b", "T/m@sha256:00"})
    void a_repository_with_capitals_is_not_taken_for_a_registry(String name) {
        assertThat(ImageName.fault(name))
                .get()
                .extracting(ImageName.Fault::what)
                .asString()
                .contains("has capitals in its repository");
    }

    @ParameterizedTest
    @CsvSource({
        "debian, docker.io/library/debian:latest",
        "library/debian, docker.io/library/debian:latest",
        "docker.io/debian, docker.io/library/debian:latest",
        "index.docker.io/library/debian:latest, docker.io/library/debian:latest",
        "debian:bookworm, docker.io/library/debian:bookworm",
        "team/model, docker.io/team/model:latest",
        "registry.example/model, registry.example/model:latest",
        "localhost/model:1, localhost/model:1",
        "localhost:5000/team/model, localhost:5000/team/model:latest",
        "debian@sha256:00, docker.io/library/debian@sha256:00",
        "debian:bookworm@sha256:00, docker.io/library/debian@sha256:00",
        "localhost:5000/model:1@sha256:00, localhost:5000/model@sha256:00",
        "Registry/model, Registry/model:latest",
        "docker.io:443/library/debian, docker.io:443/library/debian:latest"
    })
    void all_spellings_of_a_name_are_one_in_full(String name, String inFull) {
        assertThat(ImageName.inFull(name)).isEqualTo(inFull);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "trainyard",
                "trainyard:1",
                "trainyard-test/build",
                "registry.example/trainyard/build",
                "localhost/trainyard/build",
                "team/trainyard/build",
                "docker.io/library/trainyard"
            })
    void other_names_are_not(String name) {
        assertThat(ImageName.isReserved(name)).isFalse();
    }
}
