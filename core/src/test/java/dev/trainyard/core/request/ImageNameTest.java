package dev.trainyard.core.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {

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
